"""Alertmanager: a healthy empty list that is surely its own, labels as ids, silences, and restarts."""

from datetime import timedelta

import pytest

from support.drive import NOW, Drive, answer, context, drive, page
from tocsin.domain.account import Connection
from tocsin.domain.relevance import relevance
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, Phase, Relevance, Severity
from tocsin.errors import PollFailed
from tocsin.providers.alertmanager import Alertmanager, api_base

HOME = "https://alerts.example.net"
STATUS = f"{HOME}/api/v2/status"
ALERTS = f"{HOME}/api/v2/alerts"
RUNNING = {"uptime": "2026-11-01T06:00:00.000Z", "versionInfo": {"version": "0.27.0"}, "cluster": {"status": "ready"}}


def alert(fingerprint: str = "aa", state: str = "active", **labels: str) -> dict:
    return {
        "fingerprint": fingerprint,
        "startsAt": "2026-11-21T18:00:00Z",
        "endsAt": "2026-11-21T18:44:00Z",
        "status": {"state": state, "silencedBy": [], "inhibitedBy": []},
        "annotations": {},
        "labels": {"alertname": "LinkDown", **labels},
    }


def poll(*alerts: dict, **told) -> Snapshot:
    return drive(Alertmanager(), {STATUS: RUNNING, ALERTS: list(alerts)}, context(HOME, **told))


def only(*alerts: dict) -> Report:
    (found,) = poll(*alerts).reports
    return found


def test_an_empty_list_is_healthy():
    """`[]` is what it answers when nothing fires."""
    assert poll().reports == ()


@pytest.mark.parametrize(
    "status",
    [{}, [], {"status": "ok"}, {"uptime": "2026-11-01T06:00:00Z"}, {"versionInfo": {}, "uptime": "x"}, page()],
    ids=["empty", "list", "other", "no version", "blank version", "page"],
)
def test_an_empty_list_of_something_else_is_not(status):
    """Many APIs answer `[]`; only an Alertmanager says which one it is."""
    with pytest.raises(PollFailed) as failed:
        drive(Alertmanager(), {STATUS: status, ALERTS: []}, context(HOME))
    assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_a_list_of_other_things_is_another_api():
    """A list of incidents of another product is not read as alerts; one broken alert among others is a broken list."""
    for listed, kind in (
        ([{"id": "i1", "status": "open"}], FailureKind.NOT_STATUS_API),
        ([alert(), {"labels": {}}], FailureKind.MALFORMED),
        ([alert(), None], FailureKind.MALFORMED),
    ):
        with pytest.raises(PollFailed) as failed:
            poll(*listed)
        assert failed.value.kind is kind


@pytest.mark.parametrize("failure", [answer(b"", status=404), answer(b"", status=503)])
def test_a_status_that_is_missing_is_a_failure(failure):
    """Without it an empty list proves nothing."""
    with pytest.raises(PollFailed):
        drive(Alertmanager(), {STATUS: failure, ALERTS: []}, context(HOME))


@pytest.mark.parametrize(
    ("label", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("page", Severity.CRITICAL),
        ("Error", Severity.MAJOR),
        ("warning", Severity.MINOR),
        ("sev-1", Severity.CRITICAL),
        ("info", Severity.NOTICE),
        ("none", Severity.NOTICE),
        ("mauve", Severity.MINOR),
        ("", Severity.MINOR),
    ],
)
def test_the_severity_label_is_the_severity(label, severity):
    """The words are the owner's own: one that is not known is minor, and kept."""
    found = only(alert(severity=label))
    assert (found.severity, found.raw_severity) == (severity, label)


def test_what_is_suppressed_is_a_notice():
    """Somebody silenced it, or another alert stands for it: it still fires, and it is not fine."""
    found = only(alert(state="suppressed", severity="critical"))
    assert (found.severity, found.phase, found.raw_phase) == (Severity.NOTICE, Phase.INVESTIGATING, "suppressed")


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("service=fibre", Relevance.LINKED),
        ("alertname=LinkDown", Relevance.LINKED),
        ("router-1:9100", Relevance.LINKED),
        ("fibre", Relevance.LINKED),
        ("service=mail", Relevance.NONE),
        ("mail", Relevance.NONE),
    ],
)
def test_labels_are_what_is_matched(match, expected):
    """`name=value`, or a value alone; an alert of a sibling service rings nothing."""
    found = only(alert(service="fibre", instance="router-1:9100"))
    assert relevance(found, Connection("line", "Line", match=(match,)), ()) is expected


def test_the_heartbeat_that_always_fires_is_no_trouble():
    """A Watchdog fires as long as all is well; one that was given a severity is an alert like others."""
    assert poll(alert(alertname="Watchdog", severity="none")).reports == ()
    assert poll(alert(alertname="Watchdog", severity="critical")).reports != ()


def test_after_a_restart_what_is_not_listed_is_not_over():
    """Alerts live in memory: until they were sent again their absence means nothing."""
    young = {**RUNNING, "uptime": (NOW - timedelta(minutes=1)).isoformat()}
    for status, unread in ((young, ("aa",)), (RUNNING, ()), ({**RUNNING, "uptime": "yesterday"}, ())):
        told = context(HOME, open_ids=("aa", "bb"))
        assert drive(Alertmanager(), {STATUS: status, ALERTS: [alert("bb")]}, told).unread == unread


def test_zero_times_and_odd_labels_lose_no_alert():
    """Go's zero time is no start; a label that is no text is left out, its alert is not."""
    odd = {**alert(service="fibre"), "startsAt": "0001-01-01T00:00:00Z", "annotations": None, "status": None}
    odd["labels"]["weird"] = ["a"]
    found = only(odd)
    assert (found.started_at, found.title, found.affected) == (None, "LinkDown", ("service=fibre",))


@pytest.mark.parametrize(
    "url", [HOME, f"{HOME}/", f"{HOME}/#/alerts", f"{HOME}/api/v2", f"{HOME}/api/v2/alerts?active=true"]
)
def test_the_address_may_be_the_page_or_the_api(url):
    """What a person copies from the browser works."""
    assert api_base(url) == f"{HOME}/api/v2"
    assert api_base("https://example.net/alertmanager/#/silences") == "https://example.net/alertmanager/api/v2"
    driven = Drive(Alertmanager(), {STATUS: RUNNING, ALERTS: []})
    driven.poll(context(url))
    assert driven.urls == [STATUS, ALERTS]
