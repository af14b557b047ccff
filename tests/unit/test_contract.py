"""The JSON that other programs rely on: keys, their order, and what stands under them, as the contracts say."""

import json
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import pytest

from support.records import NOW, incident
from tocsin import contract, providers
from tocsin.domain.account import Account, Connection
from tocsin.domain.incident import Episode, Eta, Link, Source
from tocsin.domain.snapshot import Component, Failure, Report, Snapshot, Update
from tocsin.domain.terms import EndHow, FailureKind, IncidentKind, Level, Phase, Relevance, Severity
from tocsin.ports import Event

INCIDENT_KEYS = [
    *("id", "title", "kind", "severity", "phase", "started_at", "eta", "resolved_at", "scheduled_start"),
    *("scheduled_end", "affected", "relevance", "relevant", "url", "updates"),
]
CHECK_KEYS = ["provider", "page", "fetched_at", "level", "error", "components", "incidents"]
EVENT_KEYS = ["at", "event", "account", "connection", "level", "incident", "detail"]
HOUR = timedelta(hours=1)


def account(*match: str) -> Account:
    return Account(
        "check", "statuspage", "check", "https://x", connections=(Connection("check", "check", match=match),)
    )


def report(report_id: str, *, started: datetime | None = NOW, phase: Phase = Phase.IDENTIFIED, **changes) -> Report:
    return Report(
        report_id, f"About {report_id}", IncidentKind.INCIDENT, Severity.MAJOR, phase, started_at=started, **changes
    )


def snapshot(*reports: Report, components: tuple[Component, ...] = ()) -> Snapshot:
    return Snapshot(NOW + timedelta(microseconds=345), "Planet Mail", "https://x", reports, components)


def checked(*reports: Report, match: tuple[str, ...] = (), components: tuple[Component, ...] = ()) -> dict:
    made = contract.check(snapshot(*reports, components=components), account(*match), "statuspage", Level.OUTAGE)
    return json.loads(json.dumps(made))


def test_a_check_has_all_its_keys_in_their_order() -> None:
    """Every key is always there; nothing else is."""
    made = checked(
        report("a", updates=(Update(NOW, Phase.IDENTIFIED, "A cable."),)),
        components=(Component("c", "SMTP", Level.OK, "operational"),),
    )
    assert list(made) == CHECK_KEYS
    assert list(made["page"]) == ["name", "url"]
    assert list(made["incidents"][0]) == INCIDENT_KEYS
    assert list(made["incidents"][0]["updates"][0]) == ["at", "phase", "text"]
    assert made["components"] == [{"id": "c", "name": "SMTP", "group": None, "level": "ok"}]
    assert made["level"] == "outage"
    assert made["error"] is None


def test_a_failed_check_has_the_same_keys() -> None:
    """The level is unknown, and the error says why."""
    made = contract.check_failed(Failure(FailureKind.DNS, "no such name", NOW), "statuspage", "https://x")
    assert list(made) == CHECK_KEYS
    assert made["level"] == "unknown"
    assert made["error"] == {"kind": "dns", "message": "no such name"}
    assert (made["components"], made["incidents"]) == ([], [])


def test_open_ones_come_first_with_the_newest_start_first_and_each_id_once() -> None:
    """Ended ones follow in the same order; what never said when it began comes last of its kind."""
    made = checked(
        report("ended", started=NOW + 9 * HOUR, phase=Phase.RESOLVED),
        report("old", started=NOW - HOUR),
        report("unsaid", started=None),
        report("new", started=NOW),
        report("old", started=NOW - HOUR, url="https://twice"),
        report("planned", started=None, scheduled_start=NOW + HOUR, phase=Phase.SCHEDULED),
    )
    assert [each["id"] for each in made["incidents"]] == ["planned", "new", "old", "unsaid", "ended"]


@pytest.mark.parametrize(
    ("match", "affected", "relevance", "relevant"),
    [
        ((), ("other",), "linked", True),
        (("smtp", "imap"), ("imap",), "linked", True),
        (("smtp", "imap"), (), "possible", True),
        (("smtp", "imap"), ("web",), "none", False),
        (("mail",), ("smtp",), "linked", True),
        (("smtp",), ("mail",), "linked", True),
    ],
    ids=["no match", "one of several", "names nothing", "another", "a member of the group", "the group"],
)
def test_relevance_is_by_the_ids_of_the_match(match, affected, relevance, relevant) -> None:
    """Linked by id or by group, possible when it names nothing, none otherwise."""
    things = (
        Component("mail", "Mail", Level.OK, "operational", is_group=True),
        Component("smtp", "SMTP", Level.OK, "operational", group="mail"),
        Component("imap", "IMAP", Level.OK, "operational", group="mail"),
        Component("web", "Web", Level.OK, "operational"),
    )
    made = checked(report("a", affected=affected), match=match, components=things)["incidents"][0]
    assert (made["relevance"], made["relevant"]) == (relevance, relevant)


def test_updates_are_newest_first() -> None:
    """What was said last stands first."""
    said = tuple(Update(NOW + hours * HOUR, Phase.IDENTIFIED, str(hours)) for hours in (1, 3, 2))
    assert [each["text"] for each in checked(report("a", updates=said))["incidents"][0]["updates"]] == ["3", "2", "1"]


def test_times_are_utc_with_a_z_and_ours_have_no_fractions() -> None:
    """A provider's offset is turned into UTC; our own clock is not more exact than a second."""
    amsterdam = timezone(timedelta(hours=1))
    assert contract.moment(datetime(2026, 11, 21, 18, 58, tzinfo=amsterdam)) == "2026-11-21T17:58:00Z"
    assert contract.moment(None) is None
    assert checked()["fetched_at"] == "2026-11-21T17:58:00Z"
    happened = Event(NOW + timedelta(microseconds=1), "level_changed", "home", "fibre", "ok")
    assert contract.event(happened)["at"] == "2026-11-21T17:58:00Z"


def test_an_event_of_an_incident() -> None:
    """The incident as in a check, with how it concerns this very connection."""
    happened = Event(
        *(NOW, "eta_changed", "home", "fibre", "outage", incident("a"), "possible"),
        MappingProxyType({"from": None, "to": "2026-11-21T20:30:00Z"}),
    )
    made = json.loads(json.dumps(contract.event(happened)))
    assert list(made) == EVENT_KEYS
    assert list(made["incident"]) == INCIDENT_KEYS
    assert made["incident"]["id"] == "SP-a"
    assert made["incident"]["relevance"] == "possible"
    assert made["detail"] == {"from": None, "to": "2026-11-21T20:30:00Z"}


def test_an_event_of_an_account_has_no_connection_and_no_incident() -> None:
    """Null, not absent."""
    made = contract.event(Event(NOW, "account_unreachable", "home", None, "unknown"))
    assert list(made) == EVENT_KEYS
    assert (made["connection"], made["incident"], made["detail"]) == (None, None, {})


def test_history_has_what_a_check_has_and_the_whole_past() -> None:
    """Every estimate, episode and source; the surest relevance of all connections."""
    known = incident(
        "a",
        links=(Link("sim", Relevance.POSSIBLE), Link("fibre", Relevance.LINKED)),
        episodes=(Episode(1, NOW, NOW + HOUR, EndHow.RESOLVED), Episode(2, NOW + 2 * HOUR)),
        etas=(Eta(NOW + HOUR, NOW, NOW + timedelta(microseconds=7)), Eta(None, None, NOW + HOUR)),
        sources=(Source("home", "2", "inProgress"),),
    )
    made = json.loads(json.dumps(contract.history(known)))
    assert list(made) == [*INCIDENT_KEYS, "account", "connections", "etas", "episodes", "sources"]
    assert made["relevance"] == "linked"
    assert made["connections"] == ["sim", "fibre"]
    assert made["resolved_at"] is None
    assert made["etas"] == [
        {"value": "2026-11-21T18:58:00Z", "given_at": "2026-11-21T17:58:00Z", "seen_at": "2026-11-21T17:58:00Z"},
        {"value": None, "given_at": None, "seen_at": "2026-11-21T18:58:00Z"},
    ]
    assert made["episodes"] == [
        {"started_at": "2026-11-21T17:58:00Z", "ended_at": "2026-11-21T18:58:00Z", "how": "resolved"},
        {"started_at": "2026-11-21T19:58:00Z", "ended_at": None, "how": None},
    ]


@pytest.mark.parametrize("key", providers.known())
def test_every_provider_describes_itself(key) -> None:
    """Key, name, capabilities and fields, as JSON; every field has a type and a help."""
    made = json.loads(json.dumps(contract.provider(providers.load(key))))
    assert list(made)[:4] == ["key", "name", "capabilities", "fields"]
    assert made["key"] == key
    assert made["name"]
    assert made["capabilities"] == sorted(made["capabilities"])
    assert all(field["name"] and field["type"] and field["help"] for field in made["fields"])


def test_the_exit_codes_are_those_of_monitoring_plugins() -> None:
    """0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, and none forgotten."""
    assert {level.word: code for level, code in contract.PLUGIN_CODES.items()} == {
        "ok": 0,
        "notice": 1,
        "maintenance": 1,
        "degraded": 1,
        "outage": 2,
        "unknown": 3,
    }


def test_the_level_of_a_check_is_judged_at_the_provider_s_time() -> None:
    """An outage that begins a moment from now by our slow clock is in force by the provider's."""
    begun = snapshot(report("a", started=NOW + HOUR, affected=("SVC",)))
    provider = providers.load("tmf656")
    assert contract.check_level(begun, account("SVC"), provider.traits, NOW) is Level.OK
    assert contract.check_level(begun, account("SVC"), provider.traits, NOW + HOUR) is Level.OUTAGE
    assert NOW.tzinfo is UTC
