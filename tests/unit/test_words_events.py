"""What ``watch``, ``demo`` and ``check`` print for a person, in each language: no event stays English."""

from dataclasses import replace

import pytest

from support.phrases import at, book, incident
from tocsin import printing
from tocsin.domain.incident import Alias, Measured
from tocsin.domain.snapshot import Component, Failure, Report
from tocsin.domain.terms import (
    Cause,
    ChangeKind,
    EndHow,
    FailureKind,
    IncidentKind,
    Level,
    LineState,
    Obstacle,
    Phase,
    Relevance,
    Severity,
)
from tocsin.ports import Event, Outgoing
from tocsin.words import checked, events
from tocsin.words.values import Values

NOW = at("18:40")
CUT = incident()
WORK = incident(
    kind=IncidentKind.MAINTENANCE, scheduled_start=at("02:00", 22), scheduled_end=at("04:00", 22), title="New cables"
)
HERE = replace(
    incident(provider_id="line:fibre", title="line: down (gateway)", aliases=(Alias("line:fibre", at("17:58")),)),
    measured=Measured(LineState.DOWN, Cause.GATEWAY, at("17:58")),
)
MOVED = {"from": "2026-11-21T18:00:00Z", "to": "2026-11-21T19:30:00Z"}


def happened(event, incident=CUT, connection="fibre", level="outage", **detail) -> Event:
    return Event(
        NOW, event, "home", connection, level, incident, detail={name.rstrip("_"): detail[name] for name in detail}
    )


SAID = [
    (happened("started"), "Storing begonnen - home/fibre [Storing]: Cable cut in Utrecht"),
    (happened("started", reopened=True), "Storing opnieuw begonnen - home/fibre [Storing]: Cable cut in Utrecht"),
    (happened("started", HERE), "Storing begonnen - home/fibre [Storing]: Lijn plat"),
    (happened("updated"), "Nieuws over de storing - home/fibre [Storing]: Cable cut in Utrecht"),
    (
        happened("worsened", from_="minor", to="major"),
        "Erger: eerst klein, nu groot - home/fibre [Storing]: Cable cut in Utrecht",
    ),
    (
        happened("eased", level="notice", from_="major", to="notice"),
        "Beter: eerst groot, nu mededeling - home/fibre [Mededeling]: Cable cut in Utrecht",
    ),
    (
        Event(NOW, "eta_changed", "home", "fibre", "outage", CUT, detail=MOVED),
        "Nieuwe verwachting: 20:30 (was 19:00) - home/fibre [Storing]: Cable cut in Utrecht",
    ),
    (
        Event(NOW, "eta_changed", "home", "fibre", "outage", CUT, detail={**MOVED, "to": None}),
        "Geen verwachte eindtijd meer (was 19:00) - home/fibre [Storing]: Cable cut in Utrecht",
    ),
    (happened("resolved", level="ok", how="resolved"), "Storing opgelost - home/fibre [In orde]: Cable cut in Utrecht"),
    (
        happened("resolved", level="ok", how="cancelled"),
        "Storing voorbij: ingetrokken - home/fibre [In orde]: Cable cut in Utrecht",
    ),
    (
        happened("vanished", level="ok", how="vanished"),
        "Storing voorbij: niet meer gemeld - home/fibre [In orde]: Cable cut in Utrecht",
    ),
    (
        happened("maintenance_announced", WORK, level="ok"),
        "Onderhoud aangekondigd: 22 nov 02:00 tot 04:00 - home/fibre [In orde]: New cables",
    ),
    (
        happened("maintenance_started", WORK, level="maintenance"),
        "Onderhoud begonnen - home/fibre [Onderhoud]: New cables",
    ),
    (
        happened("maintenance_overrun", WORK, level="degraded"),
        "Onderhoud duurt langer dan gepland - home/fibre [Problemen]: New cables",
    ),
    (
        happened("maintenance_finished", WORK, level="ok", how="resolved"),
        "Onderhoud afgerond - home/fibre [In orde]: New cables",
    ),
    (
        happened("maintenance_finished", WORK, level="ok", how="vanished"),
        "Onderhoud voorbij: niet meer gemeld - home/fibre [In orde]: New cables",
    ),
    (
        happened("resolved", WORK, level="ok", how="cancelled"),
        "Onderhoud gaat niet door - home/fibre [In orde]: New cables",
    ),
    (
        happened("account_unreachable", None, None, "unknown", kind="timeout", message="no answer"),
        (
            "Niet op te vragen - home [Onbekend]: De server doet er te lang over om te antwoorden. "
            "We blijven het proberen."
        ),
    ),
    (happened("account_recovered", None, None, "ok"), "Antwoordt weer - home [In orde]"),
    (
        happened("line_down", HERE, state="down", cause="gateway", loss=1.0),
        "Uw lijn: ligt plat - home/fibre [Storing]: De router antwoordt niet.",
    ),
    (happened("line_up", None, level="ok", state="up", cause=None), "Uw lijn: werkt - home/fibre [In orde]"),
    (
        happened("line_degraded", None, level="degraded", state="degraded", cause=None, round_trip=0.4),
        "Uw lijn: traag of met verlies - home/fibre [Problemen]",
    ),
    (
        happened("level_changed", None, level="notice", from_="ok", to="notice"),
        "Veranderd van “In orde” in “Mededeling” - home/fibre [Mededeling]",
    ),
]


@pytest.mark.parametrize(("event", "dutch"), SAID, ids=lambda value: getattr(value, "event", ""))
def test_an_event_is_one_line_in_the_persons_language(event, dutch):
    """When, what, where, the level after it, and what it is about."""
    assert printing.event(book("nl"), event) == f"2026-11-21 18:40:00  {dutch}"


EVENTS = {
    *(each.value for each in ChangeKind),
    *("account_unreachable", "account_recovered", "line_down", "line_up", "line_degraded", "level_changed"),
}


def test_every_event_of_the_contract_is_said():
    """Those of ``watch --json``, and none of them is left out above."""
    assert {event.event for event, _ in SAID} == EVENTS


@pytest.mark.parametrize("language", ["de", "fr", "nl"])
def test_no_event_stays_english(language):
    """Each line differs from the English one in what is ours; the provider's title is in both."""
    for event, _ in SAID:
        english, other = printing.event(book(), event), printing.event(book(language), event)
        assert english.partition(" - ")[0] != other.partition(" - ")[0]
        assert ("Cable cut" in english) == ("Cable cut" in other)
        assert event.event not in other


def test_an_event_of_a_later_version_is_passed_on():
    """What is not known is not hidden either, nor does it end the watch."""
    strange = Event(NOW, "moved_house", None, None, "purple", detail={"from": 1, "to": "x"})
    assert printing.event(book("nl"), strange, printing.OF_THE_DAY) == "18:40:00  moved_house [purple]"
    changed = happened("level_changed", None, from_="mauve")
    assert "Veranderd van “mauve” in “?”" in printing.event(book("nl"), changed)
    assert events.happened(book(), "eta_changed", Values({"to": "soon"}), None, NOW) == "No estimate given yet"


def test_text_from_outside_does_nothing_to_the_terminal():
    """Controls and bidi marks of a title are gone, and one event stays one line."""
    line = printing.event(book(), happened("started", incident(title="Down\x1b[2J\u202e\nOK")))
    assert line.endswith("[Outage]: Down[2J OK")


def test_a_notification_is_told_with_how_loud_it_is():
    """Its lines stand below its title."""
    told = Outgoing("u1", "Storing op Home fibre", "Verwachte oplossing: 19:00\nBel de helpdesk.", "critical", "u1")
    assert list(printing.notification(book("nl"), told, NOW)) == [
        "18:40:00  [dringend] Storing op Home fibre",
        "          Verwachte oplossing: 19:00",
        "          Bel de helpdesk.",
    ]
    assert [events.urgency(book("nl"), each) for each in ("low", "normal", "shrill")] == ["laag", "normaal", "shrill"]


# --- check -----------------------------------------------------------------------------------------------------------


def report(**changes) -> Report:
    base = {
        "id": "1",
        "title": "Cable cut",
        "kind": IncidentKind.INCIDENT,
        "severity": Severity.MAJOR,
        "phase": Phase.IDENTIFIED,
        "started_at": at("17:58"),
    }
    return Report(**(base | changes))


PLANNED = report(
    kind=IncidentKind.MAINTENANCE,
    phase=Phase.SCHEDULED,
    scheduled_start=at("02:00", 22),
    scheduled_end=at("04:00", 22),
)


@pytest.mark.parametrize(
    ("found", "concerns", "dutch"),
    [
        (report(), Relevance.LINKED, "groot, oorzaak gevonden, sinds 17:58: Cable cut"),
        (report(), Relevance.POSSIBLE, "groot, oorzaak gevonden, sinds 17:58, mogelijk: Cable cut"),
        (report(started_at=None, title=""), Relevance.LINKED, "groot, oorzaak gevonden"),
        (PLANNED, Relevance.LINKED, "Gepland onderhoud, 22 nov 02:00 tot 04:00: Cable cut"),
        (
            replace(PLANNED, phase=Phase.IDENTIFIED, scheduled_end=None),
            Relevance.LINKED,
            "Gepland onderhoud, aan de gang, vanaf 22 nov 02:00: Cable cut",
        ),
    ],
)
def test_an_open_incident_of_a_check(found, concerns, dutch):
    """How bad, how far, since when, whether it is sure, and the provider's own title."""
    assert checked.listed(book("nl"), found, concerns, NOW) == dutch


def test_a_thing_that_does_not_work():
    """The level in our words, and the provider's own: one of ours is several of theirs."""
    known = Component("web", "Website", Level.OUTAGE, "major_outage")
    strange = Component("web", "Website", Level.DEGRADED, "on_fire", known=False)
    assert checked.thing(book("fr"), known) == "Website\u00a0: Panne («\u00a0major_outage\u00a0»)"
    assert checked.thing(book("nl"), strange) == "Website: Problemen (“on_fire”)"
    assert checked.stands(book("nl"), "", Level.OUTAGE) == "Storing"


URL = "https://status.example.net/"


def failed(language="nl", kind=FailureKind.CONNECT, url=URL, provider="statuspage", **said) -> str:
    signed = said.pop("signed", False)
    failure = Failure(kind, said.pop("message", "no answer from the far end"), NOW, **said)
    return checked.failed(book(language), failure, url, provider, signed=signed)


def test_why_a_check_failed_names_the_remedy():
    """For who has a command line before them, not a window; of a refusal its number."""
    refused = failed(kind=FailureKind.UNAUTHORIZED, message="the server answers 401")
    assert refused == (
        "status.example.net wil weten wie er vraagt: zeg hoe met --auth, en zet de inloggegevens in "
        "TOCSIN_SECRET_CHECK. (HTTP 401)"
    )
    shut_out = failed(kind=FailureKind.UNAUTHORIZED, message="the server answers 403")  # perhaps a firewall
    assert shut_out.startswith("status.example.net weigert te antwoorden. Wil die weten wie er vraagt, zeg dan")
    assert "Controleer het token" in failed(kind=FailureKind.UNAUTHORIZED, signed=True)
    lacking = failed(kind=FailureKind.UNSUPPORTED, obstacle=Obstacle.OPTION, place="page_id")
    assert lacking == "De optie “page_id” ontbreekt of is niet bruikbaar: geef die met --option."
    assert "--option" not in failed(obstacle=Obstacle.PROXY_UNREACHABLE, place="proxy.example.net:3128")
    assert "proxy.example.net:3128" in failed(obstacle=Obstacle.PROXY_UNREACHABLE, place="proxy.example.net:3128")
    odd = failed(kind=FailureKind.UNSUPPORTED, url="status.example.net")
    assert odd.startswith("status.example.net kan zo niet worden opgevraagd")
    assert "https://" in failed(kind=FailureKind.UNSUPPORTED, url="http://status.example.net/")
    assert "https://" in failed(kind=FailureKind.UNSUPPORTED, url="http://[")
    assert "tocsin watch" in failed(kind=FailureKind.UNSUPPORTED, url="", provider="line")


@pytest.mark.parametrize(
    "obstacle", [each for each in Obstacle if each.value.startswith(("secret", "keyring", "sign"))]
)
def test_a_check_without_its_secret_names_the_variable(obstacle):
    """An account ``check`` that one could sign in to is nowhere in the settings."""
    said = failed("en", kind=FailureKind.UNAUTHORIZED, obstacle=obstacle, place="check")
    assert said == "A secret is needed: put it into TOCSIN_SECRET_CHECK."


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("language", ["de", "fr", "nl"])
def test_no_failure_of_a_check_stays_english(language, kind):
    """Nor does its technical reason stand in it, which is English: that is in the JSON."""
    english, other = failed("en", kind=kind), failed(language, kind=kind)
    assert english != other
    assert "far end" not in english + other


def test_every_end_has_its_words():
    """An incident that is over says how, in one phrase for each way."""
    ways = {printing.event(book("nl"), happened("resolved", level="ok", how=how.value)) for how in EndHow}
    assert len(ways) == len(EndHow)
