"""Who says a change aloud: once, by the notification where it is read out anyway, else by the window."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from tocsin.domain.spoken import Room, Standing, Voice, is_told, voice
from tocsin.domain.terms import Level
from tocsin.domain.verdict import Says

DUE = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
FINE = Standing(Level.OK, said="works")
OUT = Standing(Level.OUTAGE, in_trouble=True, uids=frozenset({"one"}), said="outage")
SLOW = replace(OUT, level=Level.DEGRADED, said="slow")
MOVED = replace(OUT, due=DUE, said="outage until 20:30")
LATE = replace(MOVED, is_late=True, said="20:30 has passed")
ALONE = replace(OUT, says=Says.PROVIDER_ALONE)
CUT = replace(OUT, says=Says.DOWN_UNREPORTED, said="cut")
BOTH = replace(OUT, says=Says.DOWN_REPORTED, said="the provider says so too")
LOST = replace(OUT, level=Level.UNKNOWN, said="last heard of at 18:20")
MUTE = Standing(Level.UNKNOWN, said="last heard of at 18:20")
SILENT = replace(MUTE, is_unreachable=True, said="does not answer")
WORK = Standing(Level.MAINTENANCE, said="planned work")
NOTE = Standing(Level.NOTICE, said="a notice")
HIDDEN, OPEN = Room(is_open=False, may_tell=True, read_out=False), Room(is_open=True, may_tell=True, read_out=False)
TOLD = ((FINE, OUT), (None, OUT), (SLOW, OUT), (OUT, MOVED), (MOVED, OUT), (CUT, BOTH), (OUT, FINE), (LOST, FINE))
NOT_TOLD = ((OUT, SLOW), (MOVED, LATE), (OUT, LOST), (LOST, OUT), (ALONE, BOTH))
LESSER = ((FINE, MUTE), (MUTE, FINE), (SILENT, FINE), (FINE, NOTE), (NOTE, FINE))
LESSER_TOLD = ((FINE, WORK), (WORK, FINE), (FINE, SILENT))


def said(change, room, *, is_muted=False) -> Voice:
    return voice(*change, room, is_muted=is_muted)


@pytest.mark.parametrize("change", TOLD)
def test_what_a_notification_says_aloud_the_window_does_not(change):
    """Be it open or hidden; where nobody reads the notification out, the window says it."""
    assert is_told(*change)
    for room in (HIDDEN, OPEN):
        assert said(change, replace(room, read_out=True)) is Voice.NOTIFICATION
        assert said(change, room) is Voice.WINDOW


@pytest.mark.parametrize("change", NOT_TOLD)
def test_what_no_notification_says_the_window_says_either_way(change):
    """An outage that became a disturbance, an estimate that passed: told by nobody else."""
    assert not is_told(*change)
    for room, read_out in product((HIDDEN, OPEN), (True, False)):
        assert said(change, replace(room, read_out=read_out)) is Voice.WINDOW


@pytest.mark.parametrize("change", [*LESSER, *LESSER_TOLD])
def test_what_is_no_trouble_is_said_in_an_open_window_only(change):
    """Planned work and a provider that does not answer have a notification too."""
    told = change in LESSER_TOLD
    assert is_told(*change) is told
    assert said(change, HIDDEN) is Voice.NOBODY
    assert said(change, OPEN) is Voice.WINDOW
    assert said(change, replace(OPEN, read_out=True)) is (Voice.NOTIFICATION if told else Voice.WINDOW)


@pytest.mark.parametrize("change", [*TOLD, *NOT_TOLD])
@pytest.mark.parametrize("read_out", [True, False])
def test_in_quiet_hours_only_an_open_window_speaks(change, read_out):
    """The notification is held back: whoever looks is told by the window, whoever sleeps is not."""
    for room, speaker in ((HIDDEN, Voice.NOBODY), (OPEN, Voice.WINDOW)):
        assert said(change, replace(room, may_tell=False, read_out=read_out)) is speaker


@pytest.mark.parametrize("room", [HIDDEN, OPEN, replace(OPEN, read_out=True)])
def test_nothing_is_said_of_what_is_muted_or_of_what_only_the_clock_changed(room):
    """Nor of a connection that is seen for the first time and works."""
    for change in (*TOLD, *NOT_TOLD, *LESSER):
        assert said(change, room, is_muted=True) is Voice.NOBODY
    for change in ((OUT, OUT), (OUT, replace(OUT, said="since 5 min")), (OUT, replace(OUT, due=DUE)), (None, FINE)):
        assert said(change, room) is Voice.NOBODY
