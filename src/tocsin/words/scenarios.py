"""What is wrong in a scenario file, in any language: its reader names it in English."""

import re
from collections.abc import Callable

from tocsin.words import plain, system
from tocsin.words.voice import Voice

_NAME = r"['\"](?P<name>.*)['\"]"
_PATTERNS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"is larger than \d+ bytes",
        r"is not UTF-8",
        r"is no TOML: .*",
        r"is nested too deeply",
        r"holds an impossible clock time .*|(hour|minute|second) must be in .*",
        r"must be a clock time like .*",
        rf"the ticket {_NAME} stands there twice",
        rf"{_NAME} stands there twice",
        rf"{_NAME} is none of the (?P<table>\[\[\w+\]\])",
        r"(?P<key>\w+) is written by the step `announce`, .*",
        r"(?P<at>.*) comes after (?P<before>.*), but is earlier",
        r"(?P<at>.*) is not after the start \((?P<before>.*)\)",
        rf"{_NAME} was not announced as planned work",
        rf"an estimate stands in a ticket, and the problem {_NAME} has no `tickets`",
        rf"{_NAME} is no ticket of .*",
        r"(?P<at>.*) is after the declaration \((?P<before>.*)\)",
        rf"{_NAME} is declared already; .*",
        rf"{_NAME} is not declared at (?P<at>.*)",
        r"is not known here",
        rf"needs the key {_NAME}",
        rf"{_NAME} is (no deed|not known)",
        r"expected `(?P<key>[^`]*)`, got `(?P<at>[^`]*)`",
        r"expected `\w+` of length (?P<at>.*)",
        r"expected `(?P<key>[^`]*)` (?P<at>.*)",
    )
)
_UNREADABLE = re.compile(r"cannot be read \((?P<reason>.*)\)")


def told(voice: Voice, file: str, key: str, problem: str, line: int | None, allowed: tuple[str, ...]) -> str:
    """Where it is, what is wrong, and what would be allowed, without a full stop."""
    name, what = plain.clean(file), _what(voice, problem)
    where = voice.gettext("{file}, line {line}").format(file=name, line=line) if line is not None else name
    mistake = voice.captioned(where, voice.captioned(plain.clean(key), what) if key else what)
    if not allowed:
        return mistake
    choices = ", ".join(plain.clean(each) for each in allowed)
    return voice.gettext("{mistake} (allowed: {choices})").format(mistake=mistake, choices=choices)


def _what(voice: Voice, problem: str) -> str:
    """The problem in this language; in general words where it is not known."""
    unreadable = _UNREADABLE.fullmatch(problem)
    if unreadable is not None:
        return system.behind(voice, voice.gettext("cannot be read"), unreadable["reason"])
    for pattern, sentence in zip(_PATTERNS, _sentences(voice.gettext), strict=True):
        found = pattern.fullmatch(problem)
        if found is not None:
            parts = {each: plain.clean(text or "") for each, text in found.groupdict().items()}
            return sentence.format(**parts | {"name": voice.quoted(parts.get("name", ""))})
    return voice.gettext("is not as it has to be")


def _sentences(gettext: Callable[[str], str]) -> tuple[str, ...]:
    """Those of ``_PATTERNS``."""
    return (
        gettext("is larger than 1 MiB"),
        gettext("is not UTF-8 text"),
        gettext("is no TOML"),
        gettext("is nested too deeply"),
        gettext("has a time that no clock shows"),
        gettext('has to be a clock time, like "18:00" or "+1 02:00"'),
        gettext("the ticket {name} stands there twice"),
        gettext("{name} stands there twice"),
        gettext("{name} is none of the {table}"),
        gettext("{key} is written by the step “announce”, from its start and end"),
        gettext("{at} comes after {before}, but is earlier"),
        gettext("{at} is not after the start, {before}"),
        gettext("{name} was not announced as planned work"),
        gettext("an estimate stands in a ticket, and {name} has none; give it “tickets”"),
        gettext("{name} is not one of its tickets"),
        gettext("{at} is after the declaration, {before}"),
        gettext("{name} is declared already; “drop” it first"),
        gettext("{name} is not declared at {at}"),
        gettext("is not known here"),
        gettext("the key {name} is missing"),
        gettext("{name} is not known"),
        gettext("has to be {key}, not {at}"),
        gettext("its length has to be {at}"),
        gettext("has to be {key} {at}"),
    )
