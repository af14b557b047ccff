"""Upptime: a repository's summary, and its issues where GitHub lets them be read."""

import pytest

from support.drive import Drive, answer, context, drive, page
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.upptime import Upptime

REPOSITORY = "planetfibre/upptime"
HOME = f"https://github.com/{REPOSITORY}"
SUMMARY = f"https://raw.githubusercontent.com/{REPOSITORY}/master/history/summary.json"
ISSUES = f"https://api.github.com/repos/{REPOSITORY}/issues?state=all&per_page=100"
SITE = {"name": "Website", "slug": "website", "status": "up"}


def issue(number: int = 4, *labels: str, **told) -> dict:
    return {
        "number": number,
        "title": "\U0001f6d1 Website is down",
        "state": "open",
        "labels": [{"name": label} for label in labels or ("status", "website")],
        "html_url": f"{HOME}/issues/{number}",
        "created_at": "2026-11-21T17:58:00Z",
        "closed_at": None,
        "body": "In [`abc`](x) the site was **down**.",
        **told,
    }


def poll(*issues, sites=(SITE,), **told) -> Snapshot:
    world = {SUMMARY: [*sites], ISSUES: [*issues]}
    return drive(Upptime(), world, context(HOME, provider="upptime", **told))


def only(*labels: str, **told) -> Report:
    (found,) = poll(issue(4, *labels, **told)).reports
    return found


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("up", Level.OK),
        ("degraded", Level.DEGRADED),
        ("down", Level.OUTAGE),
        ("odd", Level.DEGRADED),
        ("", Level.UNKNOWN),
    ],
)
def test_what_a_state_means(status, level):
    """Three words, and any other is trouble."""
    (found,) = poll(sites=[{**SITE, "status": status}]).components
    assert (found.id, found.level, found.known) == ("website", level, status in ("up", "degraded", "down"))


def test_trap_incidents_are_issues_of_the_repository():
    """The summary has states alone; the issue has the start, the text and the link."""
    found = only()
    assert (found.id, found.affected, found.severity) == ("4", ("website",), Severity.CRITICAL)
    assert (found.phase, found.started_at.minute, found.url) == (Phase.INVESTIGATING, 58, f"{HOME}/issues/4")
    assert "down" in found.updates[0].text
    assert only(title="Website has degraded performance").severity is Severity.MINOR


def test_an_issue_that_is_closed_is_over():
    """Upptime closes its issue when the site is back."""
    found = only(state="closed", closed_at="2026-11-21T18:30:00Z")
    assert (found.phase, found.resolved_at.minute) == (Phase.RESOLVED, 30)


def test_other_issues_are_no_incidents():
    """A repository has issues about itself, and pull requests."""
    assert poll(issue(1, "bug"), {"number": 2, "title": "x", "labels": []}).reports == ()


def test_planned_work_states_its_window_in_a_comment():
    """What it takes down is named there too, or in the labels."""
    window = "start: 2026-11-25T01:00:00.220Z\nend: 2026-11-25T03:00:00.220Z"
    body = f"<!--\n{window}\nexpectedDown: website, mail\n-->\nNew disks."
    found = only("maintenance", body=body, title="New disks")
    assert (found.kind, found.phase, found.affected) == (IncidentKind.MAINTENANCE, Phase.SCHEDULED, ("website", "mail"))
    assert (found.scheduled_start.hour, found.eta) == (1, found.scheduled_end)
    assert found.updates[0].text == "New disks."
    past = only("maintenance", body=body.replace("2026-11-25", "2026-11-20"))
    assert (past.phase, past.resolved_at) == (Phase.RESOLVED, past.scheduled_end)


@pytest.mark.parametrize("body", [None, 7, "", "<!--", "<!-- start: soon -->", "<!--" * 1000, "<!--\nstart\n:\n-->"])
def test_planned_work_without_a_window_is_in_force(body):
    """A comment that says nothing is none."""
    assert only("maintenance", body=body).phase is Phase.INVESTIGATING


@pytest.mark.parametrize("failure", [answer(b"", status=403), answer(b"", status=429), page(), {}, [{}], answer(b"[")])
def test_trap_issues_are_optional(failure):
    """GitHub refuses who asks often without a login: the states stand, and what was open is not ended by it."""
    world = {SUMMARY: [{**SITE, "status": "down"}], ISSUES: failure}
    snapshot = drive(Upptime(), world, context(HOME, open_ids=("4", "component:website")))
    assert (snapshot.components[0].level, snapshot.reports, snapshot.unread) == (Level.OUTAGE, (), ("4",))


def test_a_repository_without_issues_has_none():
    """They can be switched off."""
    snapshot = drive(Upptime(), {SUMMARY: [SITE], ISSUES: answer(b"", status=410)}, context(HOME, open_ids=("4",)))
    assert snapshot.unread == ()


def test_issues_are_left_alone_if_so_set():
    """And no login is ever sent to GitHub."""
    driven = Drive(Upptime(), {SUMMARY: [SITE], ISSUES: []})
    driven.poll(context(HOME, options={"issues": "no"}))
    assert driven.urls == [SUMMARY]
    driven.poll(context(HOME))
    assert driven.urls[1:] == [SUMMARY, ISSUES]
    assert not any(request.authenticate for request in driven.requests)


@pytest.mark.parametrize("body", [[], {}, None, [{"slug": "a"}], [1]])
def test_a_summary_without_sites_is_another_api(body):
    """An empty list is no all-clear."""
    with pytest.raises(PollFailed) as failed:
        drive(Upptime(), {SUMMARY: body}, context(HOME))
    assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_ten_thousand_sites_and_issues():
    """A flood is read whole."""
    snapshot = poll(
        *(issue(number) for number in range(10_000)), sites=[{**SITE, "slug": f"s{number}"} for number in range(10_000)]
    )
    assert (len(snapshot.components), len(snapshot.reports)) == (10_000, 10_000)


@pytest.mark.parametrize(
    ("url", "options", "asked"),
    [
        (REPOSITORY, {}, SUMMARY),
        (f"{HOME}.git", {}, SUMMARY),
        (f"{HOME}/tree/main/history", {}, SUMMARY.replace("master", "main")),
        (SUMMARY, {}, SUMMARY),
        (SUMMARY.replace("master", "live"), {}, SUMMARY.replace("master", "live")),
        (HOME, {"branch": "status"}, SUMMARY.replace("master", "status")),
        ("https://planetfibre.github.io/upptime", {}, SUMMARY),
        ("http://127.0.0.1:8080/a/b", {}, "http://127.0.0.1:8080/a/b/master/history/summary.json"),
        ("http://127.0.0.1:8080", {}, "http://127.0.0.1:8080/history/summary.json"),
        ("http://127.0.0.1:8080/x/summary.json", {}, "http://127.0.0.1:8080/x/summary.json"),
    ],
)
def test_an_address_may_be_the_repository_its_name_or_a_mirror(url, options, asked):
    """`owner/name` is enough."""
    driven = Drive(Upptime(), {asked: [SITE]})
    driven.poll(context(url, options=options))
    assert driven.urls[0] == asked


def test_the_main_branch_has_two_names():
    """Older repositories have `master`, newer ones `main`."""
    main = SUMMARY.replace("master", "main")
    driven = Drive(Upptime(), {main: [SITE]})
    driven.poll(context(HOME, options={"issues": "no"}))
    assert driven.urls == [SUMMARY, main]


@pytest.mark.parametrize("url", ["https://github.com", "https://github.com/planetfibre", "https://github.com/a b/c"])
def test_an_address_without_a_repository_is_unsupported(url):
    """Nothing is asked."""
    driven = Drive(Upptime(), {})
    with pytest.raises(PollFailed) as failed:
        driven.poll(context(url))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert not driven.urls
