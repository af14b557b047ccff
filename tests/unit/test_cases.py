"""The design's table of cases, as far as the rules alone decide them: each test names its row."""

import inspect
import re
import sys
from datetime import timedelta

import pytest

from support.stories import DROPS, KEEPS, MAIL, NOON, Story, at, poll, thing, told
from tocsin.domain.account import Account, Connection
from tocsin.domain.freshness import shown
from tocsin.domain.incident import Alias
from tocsin.domain.instant import Instant
from tocsin.domain.snapshot import Traits, Update
from tocsin.domain.state import ConnectionView, Side
from tocsin.domain.terms import ConnectionKind, EndHow, Level, Phase, Role, Severity, Urgency

SMTP = Connection("mailhost", "Mail host", ConnectionKind.MAIL, match=("smtp",))
PAGE = Account("page", "statuspage", "Page", "https://p.example.net", connections=(SMTP,))
FINE = (thing("smtp"), thing("imap"))
OLD = Traits(drops_resolved=True, old_is_notice=True)
OVER = told(phase=Phase.RESOLVED)


def on_page(**said) -> Story:
    return Story(account=PAGE, traits=DROPS, **said)


def view(level: Level, confirmed: Instant | None) -> ConnectionView:
    side = Side("home", level, confirmed, timedelta(minutes=3))
    return ConnectionView("fibre", "Home fibre", ConnectionKind.INTERNET, Role.PRIMARY, level, (side,))


# --- the table of cases ---


def test_case_partial_outage() -> None:
    """Case 'partial outage': amber, told once at normal urgency, and nothing that would swing (that is outage only)."""
    story = on_page()
    partial = [thing("smtp", Level.DEGRADED, raw="partial_outage"), thing("imap")]
    for _ in range(3):
        story.hear(told("1", severity=Severity.MINOR, affected=("smtp",)), things=partial)
    assert story.level("mailhost") is Level.DEGRADED
    assert [(tell.message.key, tell.urgency) for tell in story.tells] == [("started", Urgency.NORMAL)]
    assert max(alarm.level for alarm in story.alarms.alarms) is Level.DEGRADED


def test_case_eta_passed() -> None:
    """Case 'ETA passed': kept; no new alarm."""
    story = Story()
    story.hear(told(eta=at(60)))
    for _ in range(3):
        story.hear(told(eta=at(60)), after=40)
        story.wait(1)
    assert story.now > at(60)
    assert (story.one.eta, story.one.eta_moves) == (at(60), 0)
    assert story.keys == ["started"]
    assert story.events == ["started"]


def test_case_eta_taken_back() -> None:
    """Case 'ETA taken back': a move to unknown; but a ticket that cannot be fetched keeps the last ETA."""
    story = Story()
    story.hear(told(eta=at(60)))
    story.hear(told(eta=None, eta_readable=False))
    assert (story.one.eta, story.keys) == (at(60), ["started"])
    story.hear(told(eta=None))
    assert (story.one.eta, story.one.eta_moves) == (None, 1)
    assert story.keys == ["started", "eta_changed"]
    assert story.tells[-1].message.values["was"] == at(60)
    assert story.tells[-1].message.values["eta"] is None


def test_case_several_tickets() -> None:
    """Case 'several tickets': the latest ETA among the open, readable ones; so of several reports on one incident."""
    story = Story()
    child = told("2", parents=("1",), eta=at(90))
    story.hear(told("1", eta=at(60)), child)
    story.hear(told("1", eta=at(60)), child)
    assert story.one.eta == at(90)
    story.hear(told("1", eta=at(60)), told("2", parents=("1",), phase=Phase.RESOLVED, eta=at(90)))
    assert story.one.eta == at(60)


def test_case_start_edited() -> None:
    """Case 'start edited': first and last kept, silent; no key contains the start."""
    story = Story()
    story.hear(told(started_at=NOON))
    uid, thread = story.one.uid, story.tells[0].thread
    story.hear(told(started_at=at(-45)))
    assert (story.one.first_started_at, story.one.started_at) == (NOON, at(-45))
    assert (story.keys, story.events) == (["started"], ["started"])
    story.hear(OVER)
    assert (story.one.uid, story.tells[-1].thread) == (uid, thread)


@pytest.mark.parametrize("between", [[], [poll(told("1"), unread=())]], ids=["in a row", "seen in between"])
def test_case_vanished_where_what_is_resolved_is_dropped(between) -> None:
    """Case 'vanished, provider drops what is resolved': two complete snapshots in a row, time = first lacking."""
    story = Story(traits=DROPS)
    story.hear(told())
    story.hear()
    first_lacking = story.now
    for snapshot in between:
        story.take(snapshot)
        story.hear()
        first_lacking = story.now
    assert story.one.is_open
    story.hear()
    assert (story.one.episode.ended_at, story.one.episode.how) == (first_lacking, EndHow.VANISHED)
    assert story.events == ["started", "resolved"]
    assert len(story.keys) == 2


def test_case_vanished_where_what_is_resolved_is_kept() -> None:
    """Case 'vanished, provider keeps resolved ones': gone by id too in two polls: event and how are ``vanished``."""
    story = Story(traits=KEEPS)
    story.hear(told())
    story.hear()
    story.hear(unread=("1",))
    assert story.one.is_open, "one that could not be asked for by its id is not gone"
    story.hear()
    assert story.one.episode.how is EndHow.VANISHED
    assert story.events == ["started", "vanished"]
    assert story.keys == ["started", "vanished"]


def test_case_id_changed() -> None:
    """Case 'id changed': same poll, kind, overlapping ids, start within 15 minutes, or a parent link: silent."""
    story = Story()
    story.hear(told("1"))
    story.hear(told("2", started_at=at(10), affected=("SVC-1", "SVC-3")))
    story.hear(told("3", started_at=at(300), parents=("2",)), after=300)
    assert [alias.provider_id for alias in story.one.aliases] == ["1", "2", "3"]
    assert (story.keys, story.events) == (["started"], ["started"])
    story.hear(told("3", phase=Phase.RESOLVED))
    assert story.keys == ["started", "resolved"]


def test_case_id_reused() -> None:
    """Case 'id reused': an alias holds provider id and first start; a start after the end is another incident."""
    story = Story()
    story.hear(told("1", started_at=NOON))
    story.hear(told("1", phase=Phase.RESOLVED, resolved_at=at(2)))
    story.hear(told("1", started_at=at(200)), after=200)
    first, second = story.incidents.values()
    assert (first.aliases, second.aliases) == ((Alias("1", NOON),), (Alias("1", at(200)),))
    assert story.keys == ["started", "resolved", "started"]
    assert [tell.message.values.get("reopened") for tell in story.tells] == [0, None, 0]


def test_case_first_snapshot_with_many_open() -> None:
    """Case 'first snapshot of an account with many open': one notification."""
    story = Story()
    story.hear(*(told(str(number)) for number in range(5)))
    assert story.keys == ["summary"]
    assert story.tells[0].message.values["count"] == 5


def test_case_first_snapshot_with_leftovers() -> None:
    """Case 'first snapshot': Statuspage incidents older than 14 days, with everything operational, count as notice."""
    ancient = told("1", started_at=at(-60 * 24 * 15), affected=("smtp",))
    story = Story(account=PAGE, traits=OLD)
    story.hear(ancient, things=FINE)
    assert (story.level("mailhost"), story.keys) == (Level.NOTICE, [])
    story.hear(ancient, things=(thing("smtp", Level.OUTAGE), thing("imap")))
    assert (story.level("mailhost"), story.keys) == (Level.OUTAGE, ["started"])


def test_case_reopened() -> None:
    """Case 'reopened': new episode, ``started`` with ``detail.reopened = true``."""
    story = Story()
    story.hear(told())
    story.hear(OVER)
    story.hear(told())
    story.hear(OVER)
    assert story.events == ["started", "resolved", "started", "resolved"]
    reopening = story.changes[2]
    assert reopening.detail["reopened"] is True
    assert [episode.number for episode in story.one.episodes] == [1, 2]
    assert story.keys == ["started", "resolved", "started", "resolved"]
    assert story.tells[2].message.values["reopened"] == 1


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (7, True), (8, False)])
def test_case_ended_while_the_program_was_off(days, is_told) -> None:
    """Case 'ended while the program was off': told once, if within seven days (the restart itself is the engine's)."""
    story = Story()
    story.hear(told())
    end = told(phase=Phase.RESOLVED, resolved_at=at(60))
    story.hear(end, after=59 + 24 * 60 * days)
    story.hear(end)
    assert story.keys == (["started", "resolved"] if is_told else ["started"])
    assert story.alarms.alarms == ()
    assert story.closed == ([] if is_told else ["inc:" + story.one.uid])


def test_case_began_and_ended_while_off() -> None:
    """Case 'began and ended while off': recorded, not told."""
    story = Story(polled=True)
    story.hear(told(phase=Phase.RESOLVED, resolved_at=at(1)), after=60)
    assert story.one.episode.how is EndHow.RESOLVED
    assert (story.keys, story.changes) == ([], [])


def test_case_updates_after_the_end() -> None:
    """Case 'updates after the end (postmortem)': recorded, silent."""
    story = Story()
    story.hear(told())
    story.hear(OVER)
    postmortem = Update(at(50), Phase.RESOLVED, "It was a digger.")
    story.hear(told(phase=Phase.RESOLVED, updates=(postmortem,)))
    assert story.one.updates == (postmortem,)
    assert story.keys == ["started", "resolved"]
    assert len(story.changes) == 2


def test_case_start_in_the_future_and_near() -> None:
    """Case 'start in the future, open': up to 10 minutes it rings, since now."""
    story = Story()
    story.hear(told(started_at=at(11)), after=1)
    assert story.level() is Level.OUTAGE
    assert story.tells[0].message.values["since"] == at(1)
    assert story.one.episode.started_at == at(1)


def test_case_start_in_the_future_and_far() -> None:
    """Case 'start in the future, open': more than 10 minutes is upcoming, until ten minutes before its start."""
    story = Story()
    story.hear(told(started_at=at(60)))
    assert (story.level(), story.keys) == (Level.OK, [])
    story.wait(48)
    assert story.keys == []
    story.wait(1)
    assert (story.level(), story.keys) == (Level.OUTAGE, ["started"])


def test_case_suspended_in_mid_outage() -> None:
    """Case 'suspended in mid-outage': on waking stale until polled; no end and no start in the gap."""
    red = view(Level.OUTAGE, Instant(NOON, 100.0))
    waking = Instant(at(8 * 60), 101.0)
    assert (shown(red, waking).level, shown(red, waking).stale) == (Level.OUTAGE, True)
    green = view(Level.OK, Instant(NOON, 100.0))
    assert shown(green, waking).level is Level.UNKNOWN
    story = Story()
    story.hear(told())
    story.wait(8 * 60)
    assert (story.keys, len(story.one.episodes)) == (["started"], 1)
    story.hear(told(phase=Phase.RESOLVED, resolved_at=at(30)))
    assert story.one.episode.ended_at == at(30), "the end is when it was, not when the computer woke"


def test_case_account_removed_while_red() -> None:
    """Case 'account removed while red': notification closed, ended as ``unwatched``."""
    story = Story()
    story.hear(told())
    story.watch()
    assert story.closed == ["inc:" + story.one.uid]
    assert story.one.episode.how is EndHow.UNWATCHED
    assert story.keys == ["started"]


def test_case_match_removed_while_red() -> None:
    """Case 'match removed while red': notification closed, ended as ``unwatched``, also where the connection stays."""
    story = Story()
    story.hear(told())
    story.watch(Connection("fibre", "Home fibre", match=("SVC-7",)), MAIL)
    story.hear(told())
    assert story.closed == ["inc:" + story.one.uid]
    assert story.one.episode.how is EndHow.UNWATCHED
    assert (story.keys, story.events) == (["started"], ["started"])


def test_every_case_has_a_name() -> None:
    """Each test of a case says in its first words which row of the table it is."""
    tests = inspect.getmembers(sys.modules[__name__], inspect.isfunction)
    cases = {name: test.__doc__ or "" for name, test in tests if name.startswith("test_case_")}
    assert len(cases) >= 18
    assert all(re.match(r"Case '[a-zA-Z ,()-]+'", said) for said in cases.values()), cases
