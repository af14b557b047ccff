"""What each command of the command line does. Every one imports only what it needs; Qt only ``run`` and ``demo``."""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import EnvironmentFault

if TYPE_CHECKING:
    from tocsin.adapters.profile import Profile
    from tocsin.contract import Json
    from tocsin.domain.account import Network
    from tocsin.domain.incident import Incident
    from tocsin.ports import Event
    from tocsin.single import CheckRequest
    from tocsin.words.phrasebook import Phrasebook

UNKNOWN = 3


def carry_out(arguments: argparse.Namespace) -> int:
    """Carry a parsed command line out. What the environment did wrong is one sentence on standard error, and 3."""
    table: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": run,
        "demo": demo,
        "check": check,
        "watch": watch,
        "providers": list_providers,
        "history": show_history,
        "simulate": simulate,
        "login": login,
        "secret": keep_secret,
        **dict.fromkeys(("doctor", "privacy", "export", "erase", "autostart"), about_itself),
    }
    try:
        return table[arguments.command](arguments)
    except EnvironmentFault as fault:
        from tocsin import speaking

        print(f"tocsin: {speaking.said(_words(arguments), fault)}", file=sys.stderr)
        return UNKNOWN
    except BrokenPipeError:
        # Who reads us is gone: nothing more can be said, and the interpreter must not try at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNKNOWN
    except KeyboardInterrupt:
        return 0


def _profile(arguments: argparse.Namespace) -> "Profile":
    from tocsin.adapters.profile import Profile

    return Profile.find(arguments.profile, os.environ)


def _words(arguments: argparse.Namespace) -> "Phrasebook":
    """The sentences of the language that the profile's settings name, else of the system's."""
    from tocsin import speaking

    return speaking.words_of(_profile(arguments), os.environ)


def _print_json(value: "Json") -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def run(arguments: argparse.Namespace) -> int:
    """The tray application, or the window of the one that runs already."""
    from tocsin import app

    return app.run(_profile(arguments), background=arguments.background)


def _end_on_sigterm() -> None:
    """End as Ctrl-C does, so that what was made on the way is taken away again."""
    import signal

    signal.signal(signal.SIGTERM, signal.default_int_handler)


def demo(arguments: argparse.Namespace) -> int:
    """An evening with an outage."""
    import tempfile

    from tocsin import demo as evening
    from tocsin import speaking
    from tocsin.adapters.environment import take_secrets_from_environment

    take_secrets_from_environment(os.environ)
    _end_on_sigterm()
    language = speaking.language_of(_profile(arguments))
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        if arguments.headless:
            return evening.headless(arguments.speed, language)
        return evening.on_screen(Path(folder), arguments.speed, language)


def simulate(arguments: argparse.Namespace) -> int:
    """The embedded provider alone."""
    from tocsin.adapters.clock import SystemClock
    from tocsin.simulator.command import serve_forever

    _end_on_sigterm()

    def out(line: str) -> None:
        print(line, flush=True)

    return serve_forever(SystemClock(), out, _words(arguments), port=arguments.port, scenario=arguments.scenario)


def list_providers(arguments: argparse.Namespace) -> int:
    """Which status APIs can be asked, and what an account of each needs to know; or names from the catalogue."""
    from tocsin import contract
    from tocsin.providers.registry import Registry

    registry = Registry(os.environ)
    if arguments.search is not None:
        return _search(arguments, registry.known())
    rows = registry.rows()
    if arguments.json:
        _print_json(
            [
                contract.provider(row.kind) if row.kind is not None else contract.broken_provider(row.key, row.broken)
                for row in rows
            ]
        )
        return 0
    from tocsin.words import fields

    words = _words(arguments)
    for row in rows:
        if row.kind is None:
            print(f"{row.key:<14}{fields.broken(words, row.key)}")
            continue
        print(f"{row.key:<14}{row.kind.name}")
        print(f"{'':<14}{', '.join(sorted(each.value for each in row.kind.capabilities))}")
        for asked in row.kind.fields:
            name = asked.name if asked.required else words.gettext("{field} (optional)").format(field=asked.name)
            print(f"{'':<14}{words.captioned(name, fields.listed(words, row.key, asked.name, asked.help))}")
    return 0


def _search(arguments: argparse.Namespace, known: tuple[str, ...]) -> int:
    """Names of the catalogue. Nothing found is an empty answer, not an error."""
    from tocsin import contract
    from tocsin.providers import catalogue

    found = catalogue.search(catalogue.load(), arguments.search)
    if arguments.json:
        _print_json(
            [
                contract.catalogue_entry(each.name, each.product, each.url, is_readable=each.product in known)
                for each in found
            ]
        )
        return 0
    words = _words(arguments)
    unreadable = words.gettext("{product} (cannot be read yet)")
    for each in found:
        readable = each.product if each.product in known else unreadable.format(product=each.product)
        print(f"{each.name:<32} {readable:<14} {each.url}")
    if not found:
        said = words.gettext("Nothing in the catalogue is called {name}. Try its address: {command}")
        address = words.pgettext("command line", "ADDRESS")
        command = words.command(f"check {address}", "")
        print(said.format(name=words.quoted(arguments.search), command=command), file=sys.stderr)
    return 0


def check(arguments: argparse.Namespace) -> int:
    """One poll, one answer."""
    from tocsin import contract, single
    from tocsin.domain.snapshot import Failure

    answer = single.check(_check_request(arguments))
    if answer.missing:
        said = _words(arguments).gettext("the page does not list {ids}")
        print(f"tocsin: {said.format(ids=', '.join(answer.missing))}", file=sys.stderr)
    if not arguments.json:
        from tocsin import printing

        for line in printing.answer(_words(arguments), answer, arguments.url, signed=arguments.auth != "none"):
            print(line)
    elif isinstance(answer.result, Failure):
        _print_json(contract.check_failed(answer.result, answer.provider, arguments.url))
    else:
        _print_json(contract.check(answer.result, answer.account, answer.provider, answer.level))
    return contract.PLUGIN_CODES[answer.level]


def login(arguments: argparse.Namespace) -> int:
    """Sign a person in to an account, or keep its secret."""
    from tocsin import signin

    signin.login(_profile(arguments), arguments.account, lambda line: print(line, flush=True))
    return 0


def about_itself(arguments: argparse.Namespace) -> int:
    """How Tocsin stands, what it keeps, and how to take that along or remove it."""
    from tocsin import own_commands

    carry: Callable[[argparse.Namespace], int] = getattr(own_commands, arguments.command)
    return carry(arguments)


def keep_secret(arguments: argparse.Namespace) -> int:
    """Put an account's secret into the keyring, or take it out."""
    from tocsin import secret

    carry_out_on = {"set": secret.set_secret, "remove": secret.remove_secret}[arguments.doing]
    carry_out_on(_profile(arguments), arguments.account, lambda line: print(line, flush=True))
    return 0


def _check_request(arguments: argparse.Namespace) -> "CheckRequest":
    from tocsin.adapters.environment import take_secrets_from_environment
    from tocsin.domain.account import Auth, AuthKind
    from tocsin.providers.registry import Registry
    from tocsin.single import CheckRequest

    known = Registry(os.environ).known()
    if arguments.provider is not None and arguments.provider not in known:
        words = _words(arguments)
        said = words.gettext("There is no provider {name}. Those that there are: {names}")
        raise EnvironmentFault(said.format(name=words.quoted(arguments.provider), names=", ".join(known)))
    if arguments.auth == "oauth2" and not (arguments.token_url and arguments.client_id):
        said = _words(arguments).gettext("“--auth oauth2” needs two more options: --token-url and --client-id")
        raise EnvironmentFault(said)
    return CheckRequest(
        url=arguments.url,
        provider=arguments.provider,
        match=tuple(arguments.match),
        auth=Auth(
            AuthKind(arguments.auth),
            header=arguments.header,
            user=arguments.user,
            token_url=arguments.token_url,
            client_id=arguments.client_id,
            scope=arguments.scope,
        ),
        secrets=take_secrets_from_environment(os.environ),
        options=dict(arguments.option),
        environ=dict(os.environ),
        network=_network(arguments),
    )


def _network(arguments: argparse.Namespace) -> "Network":
    """The way out, as the profile's settings have it; what is wrong with that is said, and the rest does not matter."""
    from tocsin.adapters.settings import TomlSettings
    from tocsin.domain.account import UNUSABLE_PROXY
    from tocsin.providers.registry import Registry

    loaded = TomlSettings(_profile(arguments).settings, provider_keys=Registry(os.environ).keys()).load()
    if loaded.settings.network.proxy == UNUSABLE_PROXY:
        from tocsin import speaking

        words = _words(arguments)
        for problem in loaded.problems:
            if problem.key.startswith(("network", "config.toml")):
                print(f"tocsin: {speaking.said(words, problem)}", file=sys.stderr)
    return loaded.settings.network


def watch(arguments: argparse.Namespace) -> int:
    """The engine without a screen, one line for each event, until it is told to end."""
    from tocsin import watching

    return watching.watch(_profile(arguments), _json_teller() if arguments.json else _teller(arguments))


def _json_teller() -> "Callable[[Event], None]":
    from tocsin import contract

    def tell(event: "Event") -> None:
        print(json.dumps(contract.event(event), ensure_ascii=False), flush=True)

    return tell


def _teller(arguments: argparse.Namespace) -> "Callable[[Event], None]":
    from tocsin import printing

    words = _words(arguments)

    def tell(event: "Event") -> None:
        print(printing.event(words, event), flush=True)

    return tell


def show_history(arguments: argparse.Namespace) -> int:
    """The record, read-only, while another instance runs or not."""
    from contextlib import closing

    from tocsin import contract
    from tocsin.adapters.store import open_readonly

    now = datetime.now(UTC)
    words = _words(arguments)
    since = _since(arguments.since, now, words) if arguments.since is not None else None
    with closing(open_readonly(_profile(arguments).data, now=now)) as store:
        incidents = store.incidents(since=since)
    if arguments.json:
        _print_json([contract.history(incident) for incident in incidents])
        return 0
    if not incidents:
        print(words.gettext("No outage and no planned work has been recorded yet."))
    rows = [_history_row(incident, words, now) for incident in incidents]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _history_row(incident: "Incident", words: "Phrasebook", now: datetime) -> tuple[str, ...]:
    """Start, how it stands or ended, on what, and what it was."""
    where = ", ".join(link.connection for link in incident.links)
    start = words.clock(incident.episode.started_at, now)
    return (start, words.ended(incident, now), where, words.plain_title(incident))


def _since(text: str, now: datetime, words: "Phrasebook") -> datetime:
    """A day, a time with an offset, or so many days, hours or weeks back. Raises ``EnvironmentFault``."""
    from tocsin.words.plain import clean

    back = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if back is not None:
        unit = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[back.group(2)]
        return now - int(back.group(1)) * unit
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        said = words.gettext("“--since {text}” is no time. Write 2026-11-01, 2026-11-01T18:00+01:00 or 30d")
        raise EnvironmentFault(said.format(text=clean(text))) from None
