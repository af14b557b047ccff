"""What ``check``, ``watch`` and ``demo`` print for a person. Their JSON is ``contract``'s."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin import contract
from tocsin.domain.relevance import matched_things
from tocsin.domain.snapshot import Failure
from tocsin.domain.terms import Level, Relevance
from tocsin.words import checked, events, times
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.values import Values

if TYPE_CHECKING:
    from tocsin.ports import Event, Outgoing
    from tocsin.single import CheckAnswer

DATED = "%Y-%m-%d %H:%M:%S"
OF_THE_DAY = "%H:%M:%S"
_INDENT = " " * len("17:58:00  ")


def answer(words: Phrasebook, found: "CheckAnswer", url: str, *, signed: bool) -> Iterator[str]:
    """A check's lines, the first with the word that monitoring systems read: the same in every language.

    After it what is open and concerns the match, and which of the matched things do not work. ``signed``: a secret
    was to be sent along.
    """
    plugin = contract.PLUGIN_WORDS[contract.PLUGIN_CODES[found.level]]
    snapshot = found.result
    if isinstance(snapshot, Failure):
        yield f"{plugin}: {checked.failed(words, snapshot, url, found.provider, signed=signed)}"
        return
    yield f"{plugin}: {checked.stands(words, snapshot.page_name, found.level)}"
    for report, concerns in contract.in_order(snapshot, found.account):
        if not report.phase.is_over and concerns is not Relevance.NONE:
            yield f"  {checked.listed(words, report, concerns, snapshot.fetched_at)}"
    for thing in matched_things(found.account.connections[0], snapshot.components):
        if thing.level is not Level.OK and not thing.is_group:
            yield f"  {checked.thing(words, thing)}"


def event(words: Phrasebook, happened: "Event", stamp: str = DATED) -> str:
    """An event on one line: when, what, where, the level after it, and what it is about."""
    known = {name: value for name, value in happened.detail.items() if not isinstance(value, float)}
    values, incident = Values(known), happened.incident
    what = events.happened(words, happened.event, values, incident, happened.at)
    where = "/".join(part for part in (happened.account, happened.connection) if part)
    about = events.about(words, happened.event, values, incident)
    return f"{_stamped(words, happened.at, stamp)}  {events.stated(words, what, where, happened.level, about)}"


def notification(words: Phrasebook, told: "Outgoing", at: datetime) -> Iterator[str]:
    """A notification as it would be shown at ``at``: how loudly, its title, and its body below."""
    yield f"{_stamped(words, at, OF_THE_DAY)}  [{events.urgency(words, told.urgency)}] {told.title}"
    for line in told.body.splitlines():
        yield f"{_INDENT}{line}"


def _stamped(words: Phrasebook, at: datetime, stamp: str) -> str:
    return f"{times.local(words, at):{stamp}}"
