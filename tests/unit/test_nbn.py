"""NBN by location: local times with a zone beside them, 404 for what is not connected, several locations."""

from datetime import UTC, datetime

import pytest

from support.drive import NOW, Drive, answer, context, drive
from tocsin.domain.snapshot import Component, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.nbn import Nbn

HOME = "https://places.example.net"
LOC, OTHER = "LOC000000000001", "LOC000000000002"


def at(location: str) -> str:
    return f"{HOME}/places/v1/maintenance?locationId={location}"


def place(display: object = "NO_OUTAGE", **told) -> dict:
    return {"displayOutage": display, "validAt": 1700000000000, "timeZoneId": "Australia/Sydney", **told}


def window(state: str, start: str, end: str, zone: str = "Australia/Sydney") -> dict:
    stated = {"state": state, "maintenanceStartTime": start, "maintenanceEndTime": end}
    return place(plannedOutages={"primary": stated}, timeZoneId=zone)


def poll(stated: object, **told) -> Snapshot:
    return drive(Nbn(), {at(LOC): stated}, context(HOME, LOC, **told))


def state(stated: object) -> Component:
    (found,) = poll(stated).components
    return found


@pytest.mark.parametrize(
    ("word", "level", "known"),
    [
        ("NO_OUTAGE", Level.OK, True),
        ("UNPLANNED_INPROGRESS", Level.OUTAGE, True),
        ("UNPLANNED_ECRQ_INPROGRESS", Level.OUTAGE, True),
        ("UNPLANNED_POWER_INPROGRESS", Level.OUTAGE, True),
        ("DEGRADATION_INPROGRESS", Level.DEGRADED, True),
        ("PLANNED_INPROGRESS", Level.MAINTENANCE, True),
        ("PLANNED_POWER_NEARTERM", Level.OK, True),
        ("PLANNED_NOTACTIVE", Level.OK, True),
        ("SOLAR_FLARE", Level.DEGRADED, False),
        ("", Level.UNKNOWN, False),
        (None, Level.UNKNOWN, False),
    ],
)
def test_the_word_for_it_all_is_the_state(word, level, known):
    """A word that is not known is degraded, none at all unknown."""
    found = state(place(word))
    assert (found.level, found.known, found.raw) == (level, known, word or "")


def test_a_location_that_is_not_connected_says_so():
    """Trap: 404 is said of a location that is not connected; it is a failure, not an outage and not fine."""
    with pytest.raises(PollFailed) as failed:
        poll(answer({}, status=404))
    assert failed.value.kind is FailureKind.HTTP_STATUS
    assert failed.value.message == f"{LOC} is not connected to the NBN (404)"


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Australia/Sydney", datetime(2026, 11, 22, 21, tzinfo=UTC)),  # in summer time, 11 hours ahead
        ("Australia/Brisbane", datetime(2026, 11, 22, 22, tzinfo=UTC)),
        ("Australia/Perth", datetime(2026, 11, 23, 0, tzinfo=UTC)),
        ("Mars/Olympus", None),
    ],
)
def test_times_are_the_locations_own(zone, start):
    """Trap: naive local times with a separate `timeZoneId`; without a zone that is known they are not guessed."""
    (found,) = poll(window("NEAR_TERM", "2026-11-23T08:00:00", "2026-11-23T12:00:00", zone)).reports
    assert (found.kind, found.scheduled_start, found.started_at) == (IncidentKind.MAINTENANCE, start, start)


def test_valid_at_is_in_milliseconds_and_changes_nothing():
    """Trap: `validAt` is epoch milliseconds: the same answer a minute later is the same snapshot."""
    outage = place("UNPLANNED_INPROGRESS", unplannedOutages={"current": [{"status": "IN_PROGRESS"}]})
    assert poll(outage) == poll({**outage, "validAt": 1700000060000}) == poll({**outage, "validAt": "never"})


@pytest.mark.parametrize(
    ("stated", "phase"),
    [
        (window("IN_PROGRESS", "2026-11-22T04:00:00", "2026-11-22T08:00:00"), Phase.IDENTIFIED),
        (window("NEAR_TERM", "2026-11-22T04:00:00", "2026-11-22T08:00:00"), Phase.IDENTIFIED),
        (window("NEAR_TERM", "2026-11-23T04:00:00", "2026-11-23T08:00:00"), Phase.SCHEDULED),
        (window("WOBBLY", "2026-11-23T04:00:00", "2026-11-23T08:00:00"), Phase.SCHEDULED),
        (window("WOBBLY", "2026-11-20T04:00:00", "2026-11-20T08:00:00"), Phase.IDENTIFIED),
        (window("UNDEFINED", "2026-11-20T04:00:00", "2026-11-20T08:00:00"), Phase.RESOLVED),
        (window("COMPLETED", "2026-11-20T04:00:00", "2026-11-20T08:00:00"), Phase.RESOLVED),
    ],
)
def test_planned_windows_stand_by_their_word_and_the_clock(stated, phase):
    """An announced window begins by the clock; one that is undefined is no window."""
    (found,) = poll(stated).reports
    assert found.phase is phase
    assert poll(place(plannedOutages={"primary": {"state": "UNDEFINED", "overLap": False}})).reports == ()


def test_outages_of_a_location_are_one_incident():
    """They have no ids; the worse of a degradation and an outage counts, and what is over is over."""
    mild = {"status": "IN_PROGRESS", "networkDegradation": True}
    power = {"status": "IN_PROGRESS", "unplannedPowerOutage": True}
    done = {"status": "RESOLVED"}

    def told(word: str, *outages: dict) -> tuple:
        (found,) = poll(place(word, unplannedOutages={"current": list(outages)})).reports
        return found.title, found.severity, found.phase

    assert told("DEGRADATION_INPROGRESS", mild) == ("Network degradation", Severity.MINOR, Phase.IDENTIFIED)
    assert told("UNPLANNED_POWER_INPROGRESS", mild, power) == ("Power outage", Severity.CRITICAL, Phase.IDENTIFIED)
    assert told("UNPLANNED_INPROGRESS") == ("Unplanned outage", Severity.CRITICAL, Phase.IDENTIFIED)
    assert told("NO_OUTAGE", done) == ("Unplanned outage", Severity.CRITICAL, Phase.RESOLVED)
    assert state(place("NO_OUTAGE", unplannedOutages={"current": [power]})).level is Level.DEGRADED


@pytest.mark.parametrize(
    "told",
    [
        *({"unplannedOutages": {"current": junk}} for junk in (7, "junk", True, {"a": 1}, [5], [None])),
        *({name: junk} for name in ("unplannedOutages", "plannedOutages") for junk in (7, "junk", True, [5])),
        {"plannedOutages": {"primary": 5}},
        {"plannedOutages": {"primary": {"state": "UNDEFINED"}, "secondary": []}},
    ],
)
def test_what_is_no_outage_is_not_passed_over(told):
    """A list that silently lacks one is a false all-clear: of that location nothing is known then."""
    with pytest.raises(PollFailed) as failed:
        poll(place(**told))
    assert failed.value.kind is FailureKind.MALFORMED
    world = {at(LOC): place(), at(OTHER): place(**told)}
    found = drive(Nbn(), world, context(HOME, LOC, OTHER, open_ids=(f"{OTHER}:unplanned",)))
    assert [each.level for each in found.components] == [Level.OK, Level.UNKNOWN]
    assert found.unread == (f"{OTHER}:unplanned",)


def test_what_is_null_is_no_outage():
    """Null is nothing, and what only says more may be of any type."""
    for told in ({"unplannedOutages": None, "plannedOutages": None}, {"unplannedOutages": {"current": None}}):
        assert poll(place(**told)).reports == ()
    assert poll(place(plannedOutages={"primary": None})).reports == ()
    assert len(poll(place(unplannedOutages={"current": [{"status": [], "networkDegradation": 5}]})).reports) == 1


def test_locations_are_told_apart():
    """One that fails leaves the others, and is unknown itself; one without a connection is missing."""
    world = {at(LOC): place(), at(OTHER): answer(b"", status=503)}
    found = drive(Nbn(), world, context(HOME, LOC, OTHER, "LOC3", open_ids=(f"{OTHER}:unplanned", f"{LOC}:unplanned")))
    assert [(each.id, each.level) for each in found.components] == [(LOC, Level.OK), (OTHER, Level.UNKNOWN)]
    assert found.lists_things
    assert found.unread == (f"{OTHER}:unplanned",)


def test_a_silent_server_is_not_asked_again_and_again():
    """After a timeout the rest of the locations are unknown; asking on would use up the poll."""
    driven = Drive(Nbn(), {at(LOC): place(), at(OTHER): PollFailed(FailureKind.TIMEOUT, "slow")})
    found = driven.poll(context(HOME, LOC, OTHER, "LOC3", "LOC4"))
    assert [each.level for each in found.components] == [Level.OK, *[Level.UNKNOWN] * 3]
    assert len(driven.urls) == 2


def test_a_location_must_be_named_somewhere():
    """In a match, in the url, or in the options; nowhere is a wrong setting."""
    with pytest.raises(PollFailed) as failed:
        drive(Nbn(), {}, context(HOME))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    for told in (context(at(LOC)), context(HOME, options={"location": LOC}), context(HOME, LOC)):
        driven = Drive(Nbn(), {at(LOC): place()})
        assert driven.poll(told).fetched_at == NOW
        assert driven.urls == [at(LOC)]
