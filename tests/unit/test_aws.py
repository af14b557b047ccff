"""AWS: UTF-16 with a mark, times as Unix seconds, and events that stay listed after they are over."""

import json
from datetime import UTC, datetime

import pytest

from support.drive import Drive, answer, context, drive
from tocsin.domain.snapshot import Snapshot
from tocsin.domain.terms import FailureKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.aws import Aws, events_url

URL = "https://health.aws.amazon.com/public/currentevents"


def event(**told) -> dict:
    whole = {
        "date": "1795283880",
        "service": "ec2-eu-west-1",
        "service_name": "Compute",
        "region_name": "Ireland",
        "status": "2",
        "summary": "Errors",
        "event_log": [],
        "impacted_services": {},
        **told,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def poll(body, **told) -> Snapshot:
    return drive(Aws(), {URL: body}, context("https://health.aws.amazon.com", provider="aws", **told))


def only(**told):
    (found,) = poll([event(**told)]).reports
    return found


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode(),
    ],
    ids=["big with a mark", "little with a mark", "big", "little", "UTF-8 with a mark", "UTF-8"],
)
def test_trap_utf_16_with_a_byte_order_mark(written):
    """AWS answers in UTF-16BE with a mark; what is read as UTF-8 is gibberish, and no all-clear."""
    text = json.dumps([event(summary="Störung \U0001f6a8")], ensure_ascii=False)
    (found,) = poll(answer(written(text), headers={"content-type": "application/json;charset=utf-16"})).reports
    assert found.title == "Störung \U0001f6a8"


def test_trap_utf_16_that_is_cut_off_is_malformed():
    """Half a body in UTF-16 is no shorter list, wherever it was cut."""
    whole = b"\xfe\xff" + json.dumps([event()]).encode("utf-16-be")
    for end in (2, 3, 50, 51, len(whole) - 2, len(whole) - 1):
        with pytest.raises(PollFailed) as failed:
            poll(answer(whole[:end]))
        assert failed.value.kind is FailureKind.MALFORMED, end


def test_a_page_in_utf_16_is_another_api():
    """A page stays a page in any encoding."""
    with pytest.raises(PollFailed) as failed:
        poll(answer(b"\xfe\xff" + "<!DOCTYPE html><html>".encode("utf-16-be")))
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("date", ["1795283880", 1795283880, 1795283880.0])
def test_trap_epoch_times_as_strings_and_as_numbers(date):
    """Dates are strings, timestamps numbers, and not always."""
    found = only(date=date, event_log=[{"message": "Looking.", "timestamp": date}])
    assert found.started_at == datetime(2026, 11, 21, 17, 58, tzinfo=UTC)
    assert found.updates[0].at == found.started_at


@pytest.mark.parametrize("status", ["0", 0])
def test_trap_what_is_over_stays_listed_with_the_status_0(status):
    """Hours after its end an event is still there: it rings nothing, and names its end."""
    told = {"status": status, "summary": "[RESOLVED] Errors", "end_time": "1795287480"}
    snapshot = poll([event(**told, impacted_services={"s3-eu-west-1": {"current": "0", "max": "2"}})])
    (found,) = snapshot.reports
    assert (found.phase, found.title) == (Phase.RESOLVED, "Errors")
    assert found.resolved_at == datetime(2026, 11, 21, 18, 58, tzinfo=UTC)
    assert snapshot.components == ()


@pytest.mark.parametrize("status", ["1", "2", "3", 1, "9", "", None, ...])
def test_any_other_status_is_open(status):
    """What is not said to be over is not over."""
    assert only(status=status).phase is Phase.INVESTIGATING


def test_a_resolution_in_the_log_alone_does_not_end_an_event():
    """Entries of the log keep the status that they were written with."""
    found = only(event_log=[{"summary": "[RESOLVED] Errors", "message": "Over.", "status": 0, "timestamp": 1795283940}])
    assert found.phase is Phase.INVESTIGATING


@pytest.mark.parametrize(
    ("status", "severity", "level"),
    [
        ("1", Severity.MINOR, Level.DEGRADED),
        ("2", Severity.MINOR, Level.DEGRADED),
        ("3", Severity.CRITICAL, Level.OUTAGE),
        ("7", Severity.MINOR, Level.DEGRADED),
    ],
)
def test_what_a_status_means(status, severity, level):
    """A disruption is an outage, a degradation and what is not known are degraded."""
    snapshot = poll([event(status=status)])
    assert snapshot.reports[0].severity is severity
    assert [thing.level for thing in snapshot.components] == [level]
    assert snapshot.components[0].known is (status != "7")


def test_a_service_that_works_again_is_not_hit_any_more():
    """An event is open as long as any of its services is hit, each of which has a state of its own."""
    hit = {"s3-eu-west-1": {"service_name": "Storage", "current": "3"}, "sqs-eu-west-1": {"current": "0"}}
    snapshot = poll([event(impacted_services=hit)])
    assert snapshot.reports[0].affected == ("ec2-eu-west-1", "s3-eu-west-1")
    levels = {thing.id: thing.level for thing in snapshot.components}
    assert levels == {"ec2-eu-west-1": Level.DEGRADED, "s3-eu-west-1": Level.OUTAGE, "sqs-eu-west-1": Level.OK}


def test_services_of_an_odd_shape_are_hit_all_the_same():
    """A service that is named is hit, whatever is said of it; a wrong field beside it loses none."""
    snapshot = poll([event(region_name=["odd"], impacted_services={"s3-eu-west-1": None, "sqs-eu-west-1": 4})])
    assert snapshot.reports[0].affected == ("ec2-eu-west-1", "s3-eu-west-1", "sqs-eu-west-1")
    assert all(thing.level is Level.DEGRADED for thing in snapshot.components)


def test_an_empty_list_means_that_all_is_well():
    """With nothing wrong AWS lists nothing."""
    snapshot = poll(b"\xfe\xff" + "[]".encode("utf-16-be"))
    assert (snapshot.reports, snapshot.components, snapshot.has_states) == ((), (), False)


def test_two_events_of_one_service_are_two():
    """Without a resource name an event is told by its service and its date."""
    snapshot = poll([event(date="1795283880"), event(date="1795200000", status="0")])
    assert len({report.id for report in snapshot.reports}) == 2


@pytest.mark.parametrize(
    "url",
    ["health.aws.amazon.com", "https://status.aws.amazon.com/", "https://health.aws.amazon.com/health/status", URL],
)
def test_an_address_may_be_the_dashboard(url):
    """What people copy out of a browser is enough."""
    assert events_url(url) == URL


def test_no_login_is_sent():
    """The dashboard is public."""
    driven = Drive(Aws(), {URL: []})
    driven.poll(context("health.aws.amazon.com"))
    assert not any(request.authenticate for request in driven.requests)
