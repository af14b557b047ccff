"""The command line. Nothing but ``run`` and ``demo`` imports Qt; each command imports only what it needs."""

import argparse
import codecs
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tocsin import __version__
from tocsin.words.marking import gettext

LINE = "line"
"""The provider that has no address: nobody is asked, and that is what a check of it says."""

AUTH_KINDS = ("none", "bearer", "api_key", "basic", "login", "oauth2")


class Parser(argparse.ArgumentParser):
    """A parser whose help and complaints are said in the user's language; the words are looked up only then."""

    def format_help(self) -> str:
        """All about it."""
        from tocsin.cli_words import Help

        self.formatter_class = Help
        return super().format_help()

    def format_usage(self) -> str:
        """How to call it."""
        from tocsin.cli_words import Help

        self.formatter_class = Help
        return super().format_usage()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with 2."""
        from tocsin.cli_words import refuse

        refuse(self, message)


def main(argv: Sequence[str] | None = None) -> int:
    """The ``tocsin`` command. Returns the exit code; 2 for a wrong command line, as argparse has it."""
    _bear_any_text(sys.stdout)
    arguments = _arguments(argv)
    if arguments is None:
        return 2
    from tocsin import commands

    return commands.carry_out(arguments)


def _bear_any_text(stream: object) -> None:
    """Have a stream whose encoding lacks a character escape it, as standard error does: no exit code hangs on that.

    The escape is JSON's, so that JSON stays what it is.
    """
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        codecs.register_error("tocsin", _escaped)
        stream.reconfigure(errors="tocsin")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)), error.end


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace | None:
    """What is asked for, None where that is nothing. The parser is not kept: the tray would carry it for months."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return None
    if arguments.command == "check" and arguments.url is None:
        if arguments.provider != LINE:
            parser.error("check needs the URL to ask")
        arguments.url = ""
    return arguments


def tray() -> int:
    """The entry point without a console: the tray application."""
    return main(["run", *sys.argv[1:]])


def _parser() -> Parser:
    parser = Parser(
        prog="tocsin", description=gettext("The alarm bell for an internet connection, in the system tray.")
    )
    parser.add_argument("--version", action="version", version=f"tocsin {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    profile = Parser(add_help=False)
    profile.add_argument(
        "--profile",
        type=Path,
        metavar="DIR",
        help=gettext("keep settings, record, log and lock in DIR (or TOCSIN_PROFILE)"),
    )
    # For commands that keep nothing: a script can give the same option to every command.
    no_profile = Parser(add_help=False)
    no_profile.add_argument("--profile", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    as_json = Parser(add_help=False)
    as_json.add_argument("--json", action="store_true", help=gettext("print JSON"))

    run = commands.add_parser("run", parents=[profile], help=gettext("the tray application"))
    run.add_argument("--background", action="store_true", help=gettext("open no window, also where no tray is found"))

    demo = commands.add_parser(
        "demo", parents=[no_profile], help=gettext("an evening with an outage, from an embedded provider")
    )
    demo.add_argument(
        "--speed", type=_speed, metavar="X", help=gettext("how many times faster than life (default 60, headless 600)")
    )
    demo.add_argument(
        "--headless", action="store_true", help=gettext("no screen: print what happens, and end by itself")
    )

    _add_check(commands, [no_profile, as_json])

    login = commands.add_parser(
        "login", parents=[profile], help=gettext("sign in to an account, or give it its secret")
    )
    login.add_argument("account", metavar="ACCOUNT", help=gettext("the account's id"))
    _add_secret(commands, profile)

    commands.add_parser(
        "watch", parents=[profile, as_json], help=gettext("the engine without a screen, a line for each event")
    )
    providers = commands.add_parser(
        "providers", parents=[profile, as_json], help=gettext("which status APIs can be asked")
    )
    providers.add_argument("--search", metavar="NAME", help=gettext("look a service or provider up in the catalogue"))
    history = commands.add_parser("history", parents=[profile, as_json], help=gettext("the record of what happened"))
    history.add_argument(
        "--since", metavar="WHEN", help=gettext("from then on: 2026-11-01, a time with an offset, or 30d")
    )

    _add_own(commands, profile, as_json)

    simulate = commands.add_parser("simulate", parents=[no_profile], help=gettext("the embedded provider alone"))
    simulate.add_argument(
        "--port", type=_port, default=0, metavar="N", help=gettext("listen there (default: any free port)")
    )
    simulate.add_argument("--scenario", type=Path, metavar="FILE", help=gettext("a day of your own, in TOML"))
    return parser


def _add_secret(commands: "argparse._SubParsersAction[Parser]", profile: Parser) -> None:
    secret = commands.add_parser(
        "secret",
        help=gettext("keep an account's secret in the keyring, or take it out"),
        description=gettext(
            "The secret is typed in, or comes on standard input; it is never an argument. "
            "Exit code 3 where it could not be kept or removed."
        ),
    )
    doing = secret.add_subparsers(dest="doing", metavar="COMMAND", required=True)
    for name, what in (
        ("set", gettext("ask for it, or read it from standard input")),
        ("remove", gettext("take it out again")),
    ):
        one = doing.add_parser(name, parents=[profile], help=what)
        one.add_argument(
            "account", metavar="ACCOUNT", help=gettext("the account's id, or 'proxy' for the proxy's password")
        )


def _add_own(
    commands: "argparse._SubParsersAction[Parser]",
    profile: Parser,
    as_json: Parser,
) -> None:
    """The commands about Tocsin itself."""
    commands.add_parser("doctor", parents=[profile, as_json], help=gettext("how everything stands, ready to paste"))
    commands.add_parser(
        "privacy", parents=[profile, as_json], help=gettext("what is kept, and who is contacted with what")
    )
    export = commands.add_parser("export", parents=[profile], help=gettext("all that Tocsin knows of you, in one file"))
    export.add_argument("file", type=Path, metavar="FILE.zip", help=gettext("a file that is not there yet"))
    erase = commands.add_parser("erase", parents=[profile], help=gettext("remove everything that Tocsin keeps"))
    erase.add_argument("--yes", action="store_true", help=gettext("without being asked"))
    autostart = commands.add_parser("autostart", parents=[profile], help=gettext("start with the computer, or not"))
    autostart.add_argument("wanted", nargs="?", choices=("on", "off"), help=gettext("without it: how it stands"))


def _add_check(commands: "argparse._SubParsersAction[Parser]", parents: list[Parser]) -> None:
    check = commands.add_parser(
        "check",
        parents=parents,
        help=gettext("one poll, one answer"),
        description=gettext(
            "Ask once. Exit codes as monitoring plugins have them: 0 OK, 1 WARNING (notice, maintenance, "
            "degraded), 2 CRITICAL (outage), 3 UNKNOWN. A secret is read from TOCSIN_SECRET_CHECK."
        ),
    )
    # Not needed by argparse but by ``main``, for the one provider that has none.
    check.add_argument(
        "url", nargs="?", metavar="URL", help=gettext("the status page, its API's base, or the host alone")
    )
    check.add_argument(
        "--provider", metavar="KEY", help=gettext("which API it is (see: tocsin providers); otherwise tried out")
    )
    check.add_argument(
        "--match", nargs="+", action="extend", default=[], metavar="ID", help=gettext("what you depend on")
    )
    check.add_argument(
        "--option",
        type=_option,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=gettext("what that API needs to know beside the address (see: tocsin providers)"),
    )
    check.add_argument("--auth", choices=AUTH_KINDS, default="none", metavar="KIND", help=", ".join(AUTH_KINDS))
    check.add_argument("--header", default="X-Api-Key", metavar="NAME", help=gettext("the header of an API key"))
    check.add_argument(
        "--user", default="", metavar="NAME", help=gettext("the user name of a basic login, or of a login")
    )
    check.add_argument("--token-url", default="", metavar="URL", help=gettext("where oauth2 gets its tokens"))
    check.add_argument("--client-id", default="", metavar="ID", help=gettext("who asks for them"))
    check.add_argument("--scope", default="", metavar="SCOPE", help=gettext("what for"))


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= 3600:  # noqa: PLR2004 -- slower than life is no demo, faster outruns the polls
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 3600")
    return speed


def _port(text: str) -> int:
    if not text.isdecimal() or not int(text) <= 65535:  # noqa: PLR2004 -- the largest port there is
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)
