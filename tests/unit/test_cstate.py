"""cState: words that are easily taken for one another, Go's times, and issues listed under each system."""

from datetime import UTC, datetime

import pytest

from support.drive import Drive, answer, context, drive
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.cstate import CState, go_time, page_base

HOME = "https://status.example.net"
URL = f"{HOME}/index.json"


def issue(name: str = "cut", **told) -> dict:
    return {
        "title": "Trouble",
        "createdAt": "2026-11-21 17:58:00 +0000 UTC",
        "permalink": f"{HOME}/issues/{name}/",
        "severity": "down",
        "resolved": False,
        "informational": False,
        "resolvedAt": "<no value>",
        "affected": ["Fibre"],
        "filename": f"{name}.md",
        **told,
    }


def index(*systems, status: str = "ok", **told) -> dict:
    return {
        "is": "index",
        "cStateVersion": "5.6",
        "title": "Planet Fibre",
        "summaryStatus": status,
        "systems": [*systems],
        **told,
    }


def system(name: str = "Fibre", *issues, status: str | None = "ok", **told) -> dict:
    return {"name": name, "status": status, "unresolvedIssues": [*issues], **told}


def poll(body: dict, world: dict | None = None, **told) -> Snapshot:
    return drive(CState(), {URL: body, **(world or {})}, context(HOME, provider="cstate", **told))


def only(**told) -> Report:
    (found,) = poll(index(system("Fibre", issue(**told)))).reports
    return found


@pytest.mark.parametrize(
    ("word", "level", "severity"),
    [
        ("ok", Level.OK, Severity.MINOR),
        ("notice", Level.NOTICE, Severity.NOTICE),
        ("disrupted", Level.DEGRADED, Severity.MAJOR),
        ("down", Level.OUTAGE, Severity.CRITICAL),
        ("wobbly", Level.DEGRADED, Severity.MINOR),
    ],
)
def test_trap_down_is_worse_than_disrupted(word, level, severity):
    """Others have it the wrong way round; a word that is not known is trouble."""
    snapshot = poll(index(system("Fibre", issue(severity=word), status=word), status=word))
    assert (snapshot.components[0].level, snapshot.page_level) == (level, level)
    assert snapshot.reports[0].severity is severity
    assert snapshot.components[0].known is (word != "wobbly")


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("2026-11-21 17:58:00 +0000 UTC", datetime(2026, 11, 21, 17, 58, tzinfo=UTC)),
        ("2026-11-21 18:58:00.25 +0100 CET", datetime(2026, 11, 21, 17, 58, 0, 250_000, tzinfo=UTC)),
        ("2026-11-21 17:58:00 +0000 +0000 m=+0.018", datetime(2026, 11, 21, 17, 58, tzinfo=UTC)),
        ("2026-11-21 17:58:00 +0000", datetime(2026, 11, 21, 17, 58, tzinfo=UTC)),
        ("2026-11-21T17:58:00Z", datetime(2026, 11, 21, 17, 58, tzinfo=UTC)),
        ("<no value>", None),
        ("0001-01-01 00:00:00 +0000 UTC", None),
        ("2026-11-21", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_trap_times_in_gos_notation_and_no_value(stated, found):
    """`<no value>` is what the template writes for nothing; the year 1 is Go's zero."""
    assert go_time(stated) == found


def test_trap_an_issue_without_an_end_is_open():
    """`resolvedAt: <no value>` is no end, and `resolved` may be a word."""
    assert only().phase is Phase.INVESTIGATING
    assert only(resolved="false", resolvedAt="2026-11-21 18:00:00 +0000 UTC").phase is Phase.INVESTIGATING
    assert only(resolved="true").phase is Phase.RESOLVED


def test_what_is_only_for_information_is_a_notice():
    """Whatever it is filed under."""
    assert only(informational=True).severity is Severity.NOTICE
    assert only(informational="true").severity is Severity.NOTICE
    assert only(informational="<no value>").severity is Severity.CRITICAL


def test_one_issue_under_several_systems_is_one():
    """The index repeats it under each system that it hits, the one that it does not name included."""
    snapshot = poll(index(system("Fibre", issue()), system("Mail", issue(affected=None)), status="down"))
    assert [(each.id, each.affected) for each in snapshot.reports] == [("cut", ("Fibre", "Mail"))]


def test_the_id_outlives_an_edited_title():
    """Titles, dates and addresses are edited; the file is what the issue is."""
    assert only(title="Other").id == only().id == only(filename=None).id == "cut"


def test_pinned_issues_are_read_too():
    """Newer pages list some apart; one that names nothing may affect anybody."""
    (found,) = poll(index(system(), pinnedIssues=[issue("news", affected=[], severity="notice")])).reports
    assert (found.id, found.affected) == ("news", ())


@pytest.mark.parametrize("junk", [7, "junk", True, {"a": 1}, [5], [None], [{"severity": "down"}]])
def test_what_is_no_issue_is_not_passed_over(junk):
    """A list that silently lacks one is a false all-clear; what only says more may be of any type."""
    for body in (index(system(unresolvedIssues=junk)), index(system(), pinnedIssues=junk)):
        with pytest.raises(PollFailed) as failed:
            poll(body)
        assert failed.value.kind is FailureKind.MALFORMED
    assert poll(index(system(unresolvedIssues=None), pinnedIssues=None)).reports == ()
    assert only(title=[], affected=5, severity={}, createdAt=True).id == "cut"


def test_categories_are_groups():
    """A category may be watched as a whole; one that is named like a system is none."""
    things = poll(index(system("Fibre", category="Access", status="down"), system("Mail", category="Mail"))).components
    assert [(each.id, each.level, each.group, each.is_group) for each in things] == [
        ("Access", Level.OUTAGE, None, True),
        ("Fibre", Level.OUTAGE, "Access", False),
        ("Mail", Level.OK, None, False),
    ]


def test_a_body_of_an_issue_is_plain_text():
    """The end of an issue comes with its text."""
    alone = {
        "title": "Trouble",
        "resolved": "true",
        "resolved_at": "2026-11-21 18:31:00 +0000 UTC",
        "body": "<p>Over.</p><script>x</script>",
    }
    (found,) = poll(index(system()), {f"{HOME}/issues/cut/index.json": alone}, open_ids=("cut",)).reports
    assert (found.phase, found.updates[0].text) == (Phase.RESOLVED, "Over.")


def test_an_issue_that_cannot_be_asked_for_is_unread_not_gone():
    """Its document says how it ended; a server's failure does not."""
    world = {
        f"{HOME}/issues/a/index.json": answer(b"", status=500),
        f"{HOME}/issues/b/index.json": {"title": "b", "resolved": "false"},
    }
    snapshot = poll(index(system()), world, open_ids=("a", "b", "c", "component:page"))
    assert (snapshot.reports, snapshot.unread) == ((), ("a",))


@pytest.mark.parametrize(
    "body",
    [
        {"summaryStatus": "ok"},
        {"systems": []},
        {"summaryStatus": 1, "systems": []},
        {"data": {"attributes": {"aggregate_state": "operational"}}},
    ],
)
def test_what_lacks_the_marks_is_another_api(body):
    """`index.json` is Better Stack's name for its document, too."""
    with pytest.raises(PollFailed) as failed:
        poll(body)
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("url", ["status.example.net", HOME, f"{HOME}/", URL, f"{HOME}/issues/cut/", f"{HOME}/issues/"])
def test_an_address_may_be_the_page_or_one_of_its_pages(url):
    """What people copy out of a browser is enough."""
    assert page_base(url) == HOME


def test_nothing_but_the_index_is_asked_while_nothing_ended():
    """Polite: one request a poll."""
    driven = Drive(CState(), {URL: index(system("Fibre", issue()))})
    driven.poll(context(HOME, open_ids=("cut",)))
    assert driven.urls == [URL]
