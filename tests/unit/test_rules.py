"""The rules that matter most, as far as they are decided without a world: each test names its rule."""

from dataclasses import replace
from datetime import timedelta

from support.stories import DROPS, FIBRE, HOME, NOON, Story, at, planned, thing, told
from tocsin.domain.account import Account, Connection
from tocsin.domain.alarm import Policy, Silence, Silent, step
from tocsin.domain.alarm_state import AlarmState, Tell
from tocsin.domain.freshness import shown, tray_level
from tocsin.domain.instant import Instant
from tocsin.domain.levels import is_missing
from tocsin.domain.schedule import RETRY_AFTER_CAP, Outcome, after_poll, is_unreachable
from tocsin.domain.state import AppState, ConnectionView, MuteUntilResolved, Side
from tocsin.domain.terms import ConnectionKind, EndHow, Level, Phase, Relevance, Role, Severity, Urgency

SMTP = Connection("mailhost", "Mail host", ConnectionKind.MAIL, match=("smtp",))
PAGE = Account("page", "statuspage", "Page", "https://p.example.net", connections=(SMTP,))
FINE = (thing("smtp"), thing("imap"))
OVER = told(phase=Phase.RESOLVED)


def on_page(**said) -> Story:
    return Story(account=PAGE, traits=DROPS, **said)


def view(level: Level, confirmed: Instant | None) -> ConnectionView:
    side = Side("home", level, confirmed, timedelta(minutes=3))
    return ConnectionView("fibre", "Home fibre", ConnectionKind.INTERNET, Role.PRIMARY, level, (side,))


def test_rule_cannot_reach_is_not_ok_and_not_an_outage() -> None:
    """Green needs a fresh success on both clocks; red stays red with its age for 24 h, then unknown."""
    then = Instant(NOON, 1000.0)
    for minutes, green, red in (
        (3, Level.OK, Level.OUTAGE),
        (4, Level.UNKNOWN, Level.OUTAGE),
        (1441, Level.UNKNOWN, Level.UNKNOWN),
    ):
        now = Instant(at(minutes), 1000.0 + 60 * minutes)
        assert shown(view(Level.OK, then), now).level is green
        assert shown(view(Level.OUTAGE, then), now).level is red
    assert tray_level(AppState(then, (view(Level.OK, None),)), then) is Level.UNKNOWN


def test_a_list_that_is_lost_for_a_moment_ends_nothing() -> None:
    """A page whose list of things is empty for one answer is unknown; what is known of a group's outage goes on."""
    group = Connection("fibre", "Home fibre", match=("grp",))
    story = Story(account=replace(HOME, connections=(group,)), traits=DROPS)
    things = (thing("grp", is_group=True), thing("utrecht", Level.OUTAGE, "grp"), thing("mail"))
    outage = told(affected=("utrecht",), severity=Severity.CRITICAL)
    story.hear(outage, things=things)
    story.hear(outage, lists_things=True)
    assert story.level() is Level.OUTAGE
    assert (story.keys, story.closed) == (["started"], [])
    story.hear(lists_things=True)
    assert story.level() >= Level.UNKNOWN
    story.hear(outage, things=things)
    assert (story.keys, story.closed) == (["started"], [])


def test_rule_a_missing_match_is_unknown() -> None:
    """A match that the provider's own list no longer has makes the connection unknown; without a list it is not."""
    story = on_page()
    story.hear(things=FINE)
    assert story.level("mailhost") is Level.OK
    story.hear(things=FINE[1:])
    assert story.level("mailhost") is Level.UNKNOWN
    assert is_missing(SMTP, story.scene)
    unlisted = Story()
    unlisted.hear()
    assert unlisted.level() is Level.OK
    assert not is_missing(FIBRE, unlisted.scene)


def test_rule_declared_incidents_ring_at_once() -> None:
    """Provider-declared incidents ring at once, in the very look that sees them."""
    story = Story()
    story.hear()
    story.hear(told())
    assert (story.keys, story.now) == (["started"], at(2))


def test_rule_unreachable_takes_three_failures() -> None:
    """``account_unreachable`` takes three failures in a row; it is told softly, and claims no outage."""
    assert [is_unreachable(failures) for failures in range(5)] == [False, False, False, True, True]
    decision = step(AlarmState(), Silence((Silent("home", "Planet Fibre", NOON),)), NOON, Policy())
    (tell,) = decision.effects
    assert isinstance(tell, Tell)
    assert (tell.message.key, tell.urgency, decision.state.alarms) == ("unreachable", Urgency.LOW, ())


def test_rule_one_incident_one_thread() -> None:
    """One incident, one notification thread, replaced in place, closed by its end."""
    story = Story()
    story.hear()
    story.hear(told(severity=Severity.MINOR))
    story.hear(told(severity=Severity.CRITICAL))
    story.hear(told(severity=Severity.CRITICAL, eta=at(60)))
    story.hear(OVER)
    assert story.keys == ["started", "worsened", "eta_changed", "resolved"]
    assert {tell.thread for tell in story.tells} == {"inc:" + story.one.uid}
    assert [tell.final for tell in story.tells] == [False, False, False, True]


def test_rule_two_connections_hit_are_named_in_one() -> None:
    """At once, or one after the other: the one notification names both."""
    story = Story()
    story.hear(told(affected=("SVC-1", "SVC-2")))
    assert [tell.message.values["connections"] for tell in story.tells] == [("Home fibre", "Mail")]
    later = Story()
    later.hear(told())
    later.hear(told(affected=("SVC-1", "SVC-2")))
    assert [tell.message.values["connections"] for tell in later.tells] == [("Home fibre",), ("Home fibre", "Mail")]
    assert len({tell.thread for tell in later.tells}) == 1


def test_rule_more_than_three_at_once_are_one_summary() -> None:
    """Three are three notifications, four are one; each still has its own end."""
    for count, keys in ((3, ["started"] * 3), (4, ["summary"])):
        story = Story(polled=True)
        story.hear(*(told(str(number)) for number in range(count)))
        assert story.keys == keys
        story.hear(
            *(told(str(number), phase=Phase.RESOLVED if number == 0 else Phase.IDENTIFIED) for number in range(count))
        )
        assert story.keys == [*keys, "resolved"]


def test_rule_nothing_is_told_at_start_up_but_what_is_new() -> None:
    """What was told before a restart is not told again by the first look after it."""
    story = Story()
    story.hear(told(eta=at(60)))
    again = Story(incidents=dict(story.incidents), alarms=story.alarms, now=story.now, polled=True)
    again.hear(told(eta=at(60)))
    assert (again.said, again.changes) == ([], [])
    again.hear(told(eta=at(60)), told("2", affected=("SVC-2",)))
    assert again.keys == ["started"]


def test_rule_polling_is_polite() -> None:
    """Jitter +-10 %, after failures up to max(8 x interval, 5 min), Retry-After kept and capped at an hour."""
    minute = timedelta(minutes=1)
    assert after_poll(minute, Outcome(), 0.0) == 0.9 * minute
    assert after_poll(minute, Outcome(), 0.5) == minute
    assert after_poll(minute, Outcome(20), 0.5) == 4 * minute
    assert after_poll(minute, Outcome(1, 30 * minute), 0.5) == 30 * minute
    assert after_poll(minute, Outcome(1, timedelta(days=3)), 0.5) == RETRY_AFTER_CAP


# --- the levels' rules ---


def test_rule_muting_never_changes_a_level() -> None:
    """Muting silences; it never changes a level, and nothing muted is green; the end is told all the same."""
    story = Story()
    story.hear(told())
    story.do(MuteUntilResolved())
    story.hear(told(eta=at(60)))
    assert (story.level(), story.keys) == (Level.OUTAGE, ["started"])
    story.hear(OVER)
    assert (story.level(), story.keys) == (Level.OK, ["started", "resolved"])


def test_rule_upcoming_maintenance_leaves_the_level() -> None:
    """Listed and announced; in force it is maintenance; 15 minutes over its end it is an overrun: degraded, told."""
    story = Story()
    levels = []
    story.hear(planned(start=30, end=60))
    for minutes in (0, 29, 44, 1):
        story.wait(minutes)
        levels.append(story.level())
    assert levels == [Level.OK, Level.MAINTENANCE, Level.MAINTENANCE, Level.DEGRADED]
    story.hear(planned(start=30, end=60, phase=Phase.RESOLVED))
    assert story.keys == ["maintenance_announced", "maintenance_started", "maintenance_overrun", "maintenance_finished"]
    assert story.events == story.keys
    assert [tell.urgency for tell in story.tells[:3]] == [Urgency.LOW, Urgency.LOW, Urgency.NORMAL]


def test_rule_maintenance_that_is_done_in_time_is_no_overrun() -> None:
    """With the thing operational again the provider may forget to close it."""
    story = on_page()
    works = planned(start=0, end=60, affected=("smtp",), phase=Phase.IDENTIFIED)
    story.hear(works, things=(thing("smtp", Level.MAINTENANCE), thing("imap")))
    story.hear(works, things=FINE, after=120)
    assert story.keys == ["maintenance_started"]
    assert story.level("mailhost") is Level.MAINTENANCE


def test_rule_cancelled_is_an_end_of_its_own() -> None:
    """A cancelled one is ``resolved`` with ``detail.how = "cancelled"``."""
    story = Story()
    story.hear(told())
    story.hear(told(phase=Phase.CANCELLED))
    assert story.events == ["started", "resolved"]
    assert story.changes[-1].detail["how"] == "cancelled"
    assert story.one.episode.how is EndHow.CANCELLED


def test_rule_one_that_names_nothing_is_possible() -> None:
    """Notice, not told; once it names the line it is told."""
    story = Story()
    story.hear(told(affected=()))
    assert (story.level(), story.keys) == (Level.NOTICE, [])
    assert {link.relevance for link in story.one.links} == {Relevance.POSSIBLE}
    story.hear(told())
    assert (story.level(), story.keys) == (Level.OUTAGE, ["started"])


def test_rule_what_hits_others_is_silent() -> None:
    """The incident elsewhere rings nothing, makes no event, and is not remembered."""
    story = Story()
    story.hear(told(affected=("SVC-99",)))
    assert (story.level(), story.said, story.changes, story.incidents) == (Level.OK, [], [], {})
