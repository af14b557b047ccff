"""The commands about Tocsin itself: how it stands, what it keeps, and how to take that along or remove it."""

import argparse
import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tocsin.errors import EnvironmentFault

if TYPE_CHECKING:
    from tocsin.adapters.profile import Profile
    from tocsin.contract import Json
    from tocsin.erase import Plan, Report
    from tocsin.words.phrasebook import Phrasebook

TROUBLE = 1


def _profile(arguments: argparse.Namespace) -> "Profile":
    from tocsin.adapters.profile import Profile

    return Profile.find(arguments.profile, os.environ)


def _words(profile: "Profile") -> "Phrasebook":
    """The sentences of the language that the settings name, as far as they can be read."""
    from tocsin.speaking import words_of

    return words_of(profile, os.environ)


def _print_json(value: "Json") -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def _secrets() -> tuple[str, ...]:
    """The secrets of this run's environment, which no child inherits from here on."""
    from tocsin.adapters.environment import take_secrets_from_environment

    return tuple(take_secrets_from_environment(os.environ).values())


def doctor(arguments: argparse.Namespace) -> int:
    """How everything stands: 0, or 1 where something needs attention."""
    from tocsin import contract
    from tocsin.doctor import diagnose

    known = _secrets()
    profile = _profile(arguments)
    found = diagnose(profile, os.environ, known=known)
    if arguments.json:
        _print_json(contract.diagnosis(found))
    else:
        from tocsin.words import diagnosis

        for line in diagnosis.lines(_words(profile), found):
            print(line)
    return TROUBLE if found.needs_attention else 0


def privacy(arguments: argparse.Namespace) -> int:
    """What is kept and who is contacted, by the settings as they stand."""
    from tocsin import contract
    from tocsin import privacy as assembled
    from tocsin.words import privacy as worded

    _secrets()
    profile = _profile(arguments)
    page = assembled.of_profile(profile, os.environ)
    if arguments.json:
        _print_json(contract.privacy(page))
        return 0
    for section in worded.page(_words(profile), page):
        print(section.title)
        width = max(len(thing) for thing, _ in section.rows)
        for thing, said in section.rows:
            print(f"  {thing.ljust(width)}  {said}".rstrip() if width else f"  {said}")
        print()
    return 0


def export(arguments: argparse.Namespace) -> int:
    """All that Tocsin knows of its user, in one file: 0, or 1 where something could not be read."""
    from tocsin.export import export as write
    from tocsin.words import own_data

    known, profile = _secrets(), _profile(arguments)
    problems = write(profile, arguments.file, known, datetime.now(UTC))
    if problems:
        words = _words(profile)
        for problem in problems:
            said = words.gettext("this could not be read: {what}").format(what=own_data.unread(words, problem))
            print(f"tocsin: {said}", file=sys.stderr)
    return TROUBLE if problems else 0


def erase(arguments: argparse.Namespace) -> int:
    """Remove everything that Tocsin keeps: 0, or 1 where something remains."""
    from tocsin import erase as removing

    _secrets()
    profile = _profile(arguments)
    words = _words(profile)
    wanted = removing.plan(profile, os.environ)
    if not arguments.yes and not wanted.is_empty and not _agreed(wanted, words):
        raise EnvironmentFault(words.gettext("Nothing was removed"))
    return _told(removing.carry_out(profile, wanted, os.environ), words)


def autostart(arguments: argparse.Namespace) -> int:
    """Start with the computer from now on, or no more; or just how it stands."""
    from tocsin import starting

    _secrets()
    profile = _profile(arguments)
    wanted = None if arguments.wanted is None else arguments.wanted == "on"
    print(starting.autostart(profile, os.environ, _words(profile), wanted=wanted))
    return 0


def _agreed(wanted: "Plan", words: "Phrasebook") -> bool:
    """Whether the user types the word, after having seen what will go."""
    from tocsin.words import erase as worded

    if not sys.stdin.isatty():
        said = words.gettext("There is no terminal to agree at: say --yes to remove everything without being asked")
        raise EnvironmentFault(said)
    for place in wanted.files:
        print(place)
    if wanted.secretive:
        print(words.gettext("the secrets of {accounts} in your keyring").format(accounts=words.names(wanted.secretive)))
    return input(worded.question(words)).strip().lower() == worded.word(words).lower()


def _told(report: "Report", words: "Phrasebook") -> int:
    from tocsin.words import erase as worded

    _print_each(words.gettext("Removed:"), report.removed)
    _print_each(
        words.gettext("What remains:"), [worded.left(words, each.what, each.key, each.problem) for each in report.left]
    )
    if not report.removed and not report.left:
        print(words.gettext("Tocsin keeps nothing here."))
    return TROUBLE if report.left else 0


def _print_each(title: str, rows: Iterable[str]) -> None:
    shown = [f"  {row}" for row in rows]
    if shown:
        print(title, *shown, sep="\n")
