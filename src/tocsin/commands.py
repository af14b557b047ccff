"""What each command of the command line does. Every one imports only what it needs; Qt only ``run`` and ``demo``."""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import AlreadyRunning, EnvironmentFault

if TYPE_CHECKING:
    from tocsin.adapters.profile import Profile
    from tocsin.contract import Json
    from tocsin.domain.snapshot import Failure, Snapshot
    from tocsin.ports import Event
    from tocsin.single import CheckRequest

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
    }
    try:
        return table[arguments.command](arguments)
    except EnvironmentFault as fault:
        print(f"tocsin: {fault}", file=sys.stderr)
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


def _print_json(value: "Json") -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def run(arguments: argparse.Namespace) -> int:
    """The tray application, or the window of the one that runs already."""
    from tocsin import app

    return app.run(_profile(arguments), background=arguments.background)


def demo(arguments: argparse.Namespace) -> int:
    """An evening with an outage."""
    from tocsin import demo as evening

    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        if arguments.headless:
            return evening.headless(arguments.speed)
        return evening.on_screen(Path(folder), arguments.speed)


def simulate(arguments: argparse.Namespace) -> int:
    """The embedded provider alone."""
    from tocsin.adapters.clock import SystemClock
    from tocsin.simulator.command import serve_forever

    def out(line: str) -> None:
        print(line, flush=True)

    return serve_forever(SystemClock(), out, port=arguments.port, scenario=arguments.scenario)


def list_providers(arguments: argparse.Namespace) -> int:
    """Which status APIs can be asked, and what an account of each needs to know."""
    from tocsin import contract, providers

    described = [contract.provider(providers.load(key)) for key in providers.known()]
    if arguments.json:
        _print_json([*described])
        return 0
    for key in providers.known():
        kind = providers.load(key)
        print(f"{kind.key:<14}{kind.name}")
        print(f"{'':<14}{', '.join(sorted(each.value for each in kind.capabilities))}")
        for asked in kind.fields:
            print(f"{'':<14}{asked.name}{'' if asked.required else ' (optional)'}: {asked.help}")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """One poll, one answer."""
    from tocsin import contract, single
    from tocsin.domain.snapshot import Failure

    answer = single.check(_check_request(arguments))
    if isinstance(answer.result, Failure):
        _print_failure(answer.result, answer.provider, arguments)
        return UNKNOWN
    level = answer.level
    if answer.match_missing:
        print(f"tocsin: the page does not list {', '.join(arguments.match)}", file=sys.stderr)
    if arguments.json:
        _print_json(contract.check(answer.result, answer.account, answer.provider, level))
    else:
        _print_snapshot(answer.result, level.word)
    return contract.PLUGIN_CODES[level]


def _check_request(arguments: argparse.Namespace) -> "CheckRequest":
    from tocsin import providers
    from tocsin.adapters.secrets import take_secrets_from_environment
    from tocsin.domain.account import Auth, AuthKind
    from tocsin.single import CheckRequest

    if arguments.provider is not None and arguments.provider not in providers.known():
        raise EnvironmentFault(f"no provider {arguments.provider!r}", f"one of {', '.join(providers.known())}")
    return CheckRequest(
        url=arguments.url,
        provider=arguments.provider,
        match=tuple(arguments.match),
        auth=Auth(AuthKind(arguments.auth), header=arguments.header, user=arguments.user),
        secrets=take_secrets_from_environment(os.environ),
    )


def _print_failure(failure: "Failure", provider: str, arguments: argparse.Namespace) -> None:
    from tocsin import contract

    if arguments.json:
        _print_json(contract.check_failed(failure, provider, arguments.url))
    else:
        print(f"UNKNOWN: {failure.message} ({failure.kind.value})")


def _print_snapshot(snapshot: "Snapshot", level: str) -> None:
    from tocsin.words.plain import clean

    print(f"{level.upper()}: {clean(snapshot.page_name)}")
    for report in snapshot.reports:
        if not report.phase.is_over:
            start = report.scheduled_start or report.started_at
            since = f", {start.astimezone():%Y-%m-%d %H:%M}" if start is not None else ""
            print(f"  {report.severity.word} {report.phase.value}{since}: {clean(report.title)}")


def watch(arguments: argparse.Namespace) -> int:
    """The engine without a screen, one line for each event, until it is told to end."""
    from tocsin import contract, watching

    def as_json(event: "Event") -> None:
        print(json.dumps(contract.event(event), ensure_ascii=False), flush=True)

    def as_text(event: "Event") -> None:
        print(_line(event), flush=True)

    try:
        return watching.watch(_profile(arguments), as_json if arguments.json else as_text)
    except AlreadyRunning as running:
        print(f"tocsin: {running}", file=sys.stderr)
        return UNKNOWN


def _line(event: "Event") -> str:
    from tocsin.words.plain import clean

    what = f": {clean(event.incident.title)}" if event.incident is not None else ""
    where = "/".join(part for part in (event.account, event.connection) if part)
    return f"{event.at.astimezone():%Y-%m-%d %H:%M:%S} {event.event} {where} [{event.level}]{what}"


def show_history(arguments: argparse.Namespace) -> int:
    """The record, read-only, while another instance runs or not."""
    from contextlib import closing

    from tocsin import contract
    from tocsin.adapters.store import open_readonly

    now = datetime.now(UTC)
    since = _since(arguments.since, now) if arguments.since else None
    with closing(open_readonly(_profile(arguments).data, now=now)) as store:
        incidents = store.incidents(since=since)
    if arguments.json:
        _print_json([contract.history(incident) for incident in incidents])
        return 0
    from tocsin import app
    from tocsin.words.plain import clean

    words = app.phrasebook(None, os.environ)
    if not incidents:
        print(words.gettext("Nothing has happened yet on what is watched."))
    for incident in incidents:
        episode = incident.episode
        end = words.how_word(episode.how) if episode.ended_at is None else words.clock(episode.ended_at, now)
        print(f"{words.clock(episode.started_at, now):<14} {end:<14} {clean(incident.title)}")
    return 0


def _since(text: str, now: datetime) -> datetime:
    """A day, a time with an offset, or so many days, hours or weeks back. Raises ``EnvironmentFault``."""
    back = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if back is not None:
        unit = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[back.group(2)]
        return now - int(back.group(1)) * unit
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise EnvironmentFault(
            f"--since {text!r} is no time", "write 2026-11-01, 2026-11-01T18:00+01:00 or 30d"
        ) from None
    return found.astimezone(UTC)
