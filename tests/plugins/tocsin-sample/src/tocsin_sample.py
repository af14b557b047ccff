"""A provider for an invented API, "Beacon": the lights of a harbour, and what is wrong with them. A model for others.

GET https://harbour.example.net/beacons.json, one document with both lists:

    {"harbour": "Planet Harbour",
     "lights": [{"id": "north", "name": "North pier", "state": "dark"}],
     "faults": [{"id": "f7", "title": "...", "lights": ["north"], "state": "repairing",
                 "since": "2026-11-21T17:58:00Z", "expected": "2026-11-21T20:30:00Z", "relit": null,
                 "log": [{"at": "2026-11-21T18:10:00Z", "text": "..."}]}]}

A light is ``lit``, ``dim`` or ``dark``; a fault is ``reported``, ``repairing`` or ``relit``, and leaves the list a day
after it was relit.
"""

from datetime import timedelta
from typing import ClassVar

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Asker, known_by, read_all, unique
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import ids, settled, thing

_FILE = "/beacons.json"
_LEVELS = {"lit": Level.OK, "dim": Level.DEGRADED, "dark": Level.OUTAGE}
_PHASES = {"reported": Phase.INVESTIGATING, "repairing": Phase.IDENTIFIED, "relit": Phase.RESOLVED}


class Harbour(Struct, frozen=True):
    """The document. What has no default is what it is known by: without these it is another API's."""

    harbour: str
    lights: Raw
    faults: Raw


class Light(Struct, frozen=True):
    """A thing with a state of its own."""

    id: Scalar
    name: Scalar = None
    state: Scalar = None


class Entry(Struct, frozen=True):
    """What was written into a fault's log."""

    at: Scalar = None
    text: Scalar = None


class Fault(Struct, frozen=True):
    """What is wrong. Only its id is a must: everything else may be missing, and then says less."""

    id: Scalar
    title: Scalar = None
    lights: list[Scalar] | None = None
    state: Scalar = None
    since: Scalar = None
    expected: Scalar = None
    relit: Scalar = None
    log: list[Entry] | None = None


class Beacon:
    """A harbour's lights. Matching is by the ids of lights."""

    key: ClassVar[str] = "beacon"
    name: ClassVar[str] = "Beacon"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.ETA, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The harbour's page, as https://harbour.example.net"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the one document. Raises ``PollFailed``."""
        home = links.without_query(links.page_of(context.account.url, _FILE))
        where = links.place(home + _FILE)
        asker = Asker(context, limit=LARGE)
        stated = yield from asker.item(home + _FILE, Harbour)
        lights = read_all(stated.lights, Light, where)
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(stated.harbour, text.NAME) or where,
            page_url=home,
            reports=unique(report(each) for each in read_all(stated.faults, Fault, where)),
            components=settled(thing(known_by(each.id, "a light"), each.name, each.state, _LEVELS) for each in lights),
            has_states=True,
            lists_things=True,
            skew=asker.skew,
        )


def report(stated: Fault) -> Report:
    """One fault. Raises ``PollFailed`` (malformed) where it has no id: it must not be left out."""
    fault_id = known_by(stated.id, "a fault")
    phase = _PHASES.get(text.folded(stated.state), Phase.INVESTIGATING)  # a word not known is open, and kept
    log = ((times.moment(each.at), text.body(each.text)) for each in items(stated.log))
    return Report(
        id=fault_id,
        title=text.line(stated.title) or fault_id,
        kind=IncidentKind.INCIDENT,
        severity=Severity.MAJOR,
        phase=phase,
        raw_phase=text.word(stated.state),
        started_at=times.moment(stated.since),
        resolved_at=times.moment(stated.relit) if phase.is_over else None,
        eta=times.moment(stated.expected),
        eta_readable=times.moment(stated.expected) is not None or not text.word(stated.expected),
        affected=ids((*items(stated.lights),)),
        updates=tuple(Update(at, phase, said) for at, said in log if at is not None and said),
    )
