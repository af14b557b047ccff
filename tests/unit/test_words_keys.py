"""Every message that the program makes has a sentence of its own."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import tocsin
from support.phrases import at, book, incident
from tocsin.domain import alarm, telling
from tocsin.domain.incident import Measured
from tocsin.domain.telling import Hit, LineTold
from tocsin.domain.terms import Cause, EndHow, IncidentKind, Level, LineState
from tocsin.domain.verdict import verdict
from tocsin.words import faults, notifications

NOW = at("19:10")
OPEN = Hit(incident(etas=[at("20:30")]), Level.OUTAGE, ("Home fibre",), ("internet",), "Planet Fibre")
WORK = replace(
    OPEN,
    incident=incident(
        kind=IncidentKind.MAINTENANCE, scheduled_start=at("17:58"), scheduled_end=at("18:30"), title="Planned work"
    ),
)


CUT = Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, at("17:58"))
DOWN = replace(
    OPEN,
    incident=incident(measured=CUT),
    line=LineTold(verdict(Level.OUTAGE, LineState.DOWN), phone="0800-0123", is_declared=True),
)
BACK = replace(DOWN, incident=incident(measured=replace(CUT, until=at("18:40"))))


def over(hit, how):
    """The same at its end."""
    ended = replace(hit.incident.episode, ended_at=NOW, how=how)
    return replace(hit, incident=replace(hit.incident, episodes=(ended,)))


def with_incident(hit, **changes):
    """The same with its incident changed."""
    return replace(hit, incident=replace(hit.incident, **changes))


TOLD = [
    (telling.beginning(OPEN, NOW), "Storing op Home fibre sinds 17:58"),
    (telling.worsened(OPEN, NOW), "Storing op Home fibre sinds 17:58"),
    (telling.eta_changed(OPEN, at("19:00"), NOW), "Storing op Home fibre sinds 17:58"),
    (telling.beginning(with_incident(WORK, began=False), NOW), "Gepland onderhoud aan Home fibre: 17:58 tot 18:30"),
    (telling.beginning(WORK, NOW), "Het onderhoud aan Home fibre is begonnen"),
    (telling.maintenance(with_incident(WORK, overrun=True)), "Het onderhoud aan Home fibre duurt langer dan gepland"),
    (telling.ended(over(OPEN, EndHow.RESOLVED)), "Home fibre werkt weer: de storing duurde 1 uur 12 min"),
    (telling.ended(over(OPEN, EndHow.VANISHED)), "De storing op Home fibre wordt niet meer gemeld"),
    (telling.ended(over(OPEN, EndHow.CANCELLED)), "De storingsmelding voor Home fibre is ingetrokken"),
    (telling.ended(over(WORK, EndHow.CANCELLED)), "Het onderhoud aan Home fibre gaat niet door"),
    (telling.ended(over(WORK, EndHow.RESOLVED)), "Het onderhoud aan Home fibre is afgerond: het duurde 1 uur 12 min"),
    (telling.ended(over(OPEN, EndHow.UNAFFECTED)), "Home fibre heeft er geen last meer van"),
    (telling.summary((OPEN, OPEN)), "2 storingen bij Planet Fibre"),
    (telling.summary_resolved((OPEN, OPEN)), "2 storingen bij Planet Fibre zijn voorbij"),
    (telling.maintenance_summary((WORK, WORK)), "2 keer onderhoud gepland bij Planet Fibre"),
    (telling.beginning(DOWN, NOW), "Storing op Home fibre sinds 17:58"),
    (telling.worsened(DOWN, NOW), "Storing op Home fibre sinds 17:58"),
    (telling.ended(over(BACK, EndHow.RESOLVED)), "Home fibre werkt weer: de storing duurde 42 min"),
    (telling.unreachable(("Planet Fibre",), at("18:20")), "Planet Fibre is sinds 18:20 niet te bereiken"),
    (alarm.trial(NOW).message, "Dit is een proefalarm: zo krijgt u een alarm te zien"),
]


@pytest.mark.parametrize(("told", "title"), TOLD, ids=lambda each: getattr(each, "key", ""))
def test_what_the_alarm_tells_is_said(told, title):
    """The rules' messages and the sentences agree on keys and values."""
    assert book("nl").notification(told, NOW)[0] == title


def test_every_sentence_is_told_by_the_alarm():
    """No sentence is kept for a key that nobody makes."""
    assert {told.key for told, _ in TOLD} == set(notifications.SENTENCES)


def test_every_fault_that_is_raised_has_a_sentence():
    """A fault's key in the source is one that the words know."""
    sources = Path(tocsin.__file__).parent.rglob("*.py")
    made = {
        key
        for source in sources
        for key in re.findall(r'(?:\b_fault\(|Fault\(\s*Message\()\s*"(\w+)"', source.read_text(encoding="utf-8"))
    }
    assert len(made) >= 5
    assert made <= set(faults.SENTENCES)
