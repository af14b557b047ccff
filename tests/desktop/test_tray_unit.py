"""The tray without a panel: what the bell shows when, when it swings, and what its menu sends."""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from support.desktop_scenes import Heard, StillClock, bracketed, english, local, outage, planned_work, quiet, view
from support.painting import warm_painter
from tocsin.desktop import picture
from tocsin.desktop.bell import FRAMES, Face
from tocsin.desktop.motion import wants_stillness
from tocsin.desktop.swing import FRAME_SECONDS, LONGEST, Swing
from tocsin.desktop.tray import Tray
from tocsin.domain.state import Acknowledge, CheckNow, MuteUntilResolved, ReloadSettings, Unmute
from tocsin.domain.terms import Level

__all__ = ["warm_painter"]  # a fixture for all of this module


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def tray(qapp, clock):
    made = Tray(english(), clock)
    yield made
    made.close()
    made.deleteLater()


def entries(tray) -> list[str]:
    return [action.text() for action in tray.menu.actions() if not action.isSeparator()]


def entry(tray, label: str):
    return next(action for action in tray.menu.actions() if action.text() == label)


def look(tray) -> None:
    """What the timer does once a second."""
    tray._on_look()


# --- the face ---


def test_it_begins_grey(tray):
    """Nothing is known yet: never green before the first success."""
    assert tray.face == Face(Level.UNKNOWN)


def test_it_shows_the_worst_connection(tray):
    """The tray is as bad as the worst of them."""
    tray.render(quiet(connections=(view(), view("mail", "Mail", Level.DEGRADED))))
    assert tray.face.level is Level.DEGRADED


def test_a_dead_engine_turns_it_grey(tray, clock):
    """Nothing is published any more: within three intervals the tray itself stops trusting what it knows."""
    tray.render(quiet())
    assert tray.face.level is Level.OK
    clock.advance(3 * 60 - 13)
    look(tray)
    assert tray.face.level is Level.OK
    clock.advance(2)
    look(tray)
    assert tray.face.level is Level.UNKNOWN


def test_a_definite_red_stays_red_for_a_day(tray, clock):
    """Later failures do not wash an outage away; after 24 hours without a word it is unknown."""
    tray.render(outage())
    clock.advance(timedelta(hours=23).total_seconds())
    look(tray)
    assert tray.face.level is Level.OUTAGE
    clock.advance(timedelta(hours=2).total_seconds())
    look(tray)
    assert tray.face.level is Level.UNKNOWN


def test_a_clock_that_jumps_counts_as_age(tray, clock):
    """Woken from suspend: the monotonic clock stood still, the wall clock says that the knowledge is old."""
    tray.render(quiet())
    clock.wall += timedelta(hours=5)
    look(tray)
    assert tray.face.level is Level.UNKNOWN


def test_muted_is_struck_through_and_keeps_its_level(tray):
    """Muting silences; it never makes anything look better."""
    tray.render(outage(muted=frozenset({"one"}), ringing=frozenset()))
    assert tray.face == Face(Level.OUTAGE, muted=True)


def test_a_new_outage_beside_a_muted_one_is_not_struck_through(tray, clock):
    """The stroke says "all of this is muted", nothing less."""
    state = outage(muted=frozenset({"one"}), ringing=frozenset({"two"}))
    other = view("mail", "Mail", Level.OUTAGE, incidents=(outage().history[1],))
    tray.render(quiet(connections=(state.connections[0], other), muted=state.muted, ringing=state.ringing))
    assert not tray.face.muted


def test_what_is_announced_and_muted_does_not_strike_a_quiet_bell(clock):
    """Nothing that is fine counts as muted."""
    state = quiet(connections=(view(incidents=(planned_work(),)),), muted=frozenset({"plan"}))
    assert not picture.is_muted(state, clock.now())


def test_nothing_is_drawn_when_nothing_changed(tray, clock):
    """Every change of the icon goes over D-Bus: a hundred quiet seconds cost none."""
    tray.render(quiet())
    key = tray._icon.icon().cacheKey()
    said = tray.tooltip
    for _ in range(100):
        clock.advance(1)
        look(tray)
    assert tray._icon.icon().cacheKey() == key
    assert tray.tooltip == said


def test_the_desktops_new_colours_are_taken_up(tray, qapp):
    """From light to dark while it runs: the quiet bell is drawn anew in the new foreground."""
    tray.render(quiet())
    before, key = qapp.palette(), tray._icon.icon().cacheKey()
    dark = qapp.palette()
    dark.setColor(dark.ColorRole.Window, "#202020")
    dark.setColor(dark.ColorRole.WindowText, "#f0f0f0")
    try:
        qapp.setPalette(dark)
        look(tray)
        assert tray._icon.icon().cacheKey() != key
        assert tray._bells.colours[0].name() == "#f0f0f0"
    finally:
        qapp.setPalette(before)


# --- the swing ---


def test_the_bell_swings_while_an_outage_rings(tray, qtbot):
    """Frames follow each other by a timer of their own."""
    tray.render(outage())
    assert tray._frames.isActive()
    assert tray._frames.interval() == 500
    qtbot.waitUntil(lambda: tray.face.frame == 1)


@pytest.mark.parametrize(
    "state",
    [
        outage(ringing=frozenset()),
        outage(muted=frozenset({"one"})),
        quiet(ringing=frozenset({"one"})),
        outage(connections=(view("fibre", "Fibre", Level.DEGRADED, incidents=outage().connections[0].incidents),)),
    ],
    ids=["acknowledged", "muted", "over", "degraded"],
)
def test_it_keeps_still_otherwise(tray, state):
    """Only a ringing outage swings: not what was acknowledged or muted, not a partial outage."""
    tray.render(state)
    assert not tray._frames.isActive()
    assert tray.face.frame == 0


def test_acknowledging_stops_it_at_once(tray):
    """Before the engine has answered."""
    tray.render(outage())
    entry(tray, "Acknowledge").trigger()
    tray._on_frame()
    assert not tray._frames.isActive()
    assert tray.face == Face(Level.OUTAGE)


def test_the_swing_ends_by_itself():
    """At most two frames a second for at most twenty seconds: forty changes, then still for good."""
    swing = Swing()
    swing.follow(frozenset({"a"}), 100.0)
    steps = [100.0 + number * 0.01 for number in range(3000)]
    frames = [swing.frame(step) for step in steps]
    changes = sum(one != other for one, other in itertools.pairwise(frames))
    assert changes <= LONGEST / FRAME_SECONDS
    assert set(frames) == set(range(FRAMES))
    assert all(swing.frame(100.0 + LONGEST + late) == 0 for late in (0, 1, 1000))


def test_only_a_new_alarm_sets_it_going_again():
    """The same alarm in the next state does not; another one does, and so does the same after it had ended."""
    swing = Swing()
    swing.follow(frozenset({"a"}), 0.0)
    swing.follow(frozenset({"a"}), 30.0)
    assert not swing.is_moving(30.0)
    swing.follow(frozenset({"a", "b"}), 31.0)
    assert swing.is_moving(31.0)
    swing.follow(frozenset(), 32.0)
    assert not swing.is_moving(32.0)
    swing.follow(frozenset({"a"}), 33.0)
    assert swing.is_moving(33.0)
    swing.stop()
    swing.follow(frozenset({"a"}), 34.0)
    assert not swing.is_moving(34.0)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=0\n"),
        ("gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations = false\n"),
        ("kdeglobals", "[General]\nx=1\n[KDE]\nAnimationDurationFactor=0\n"),
    ],
)
def test_it_keeps_still_where_the_desktops_animations_are_off(tmp_path, qapp, file, text):
    """Reduced motion, as desktops write it down."""
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert not wants_stillness(environ)
    place = Path(tmp_path, file)
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    assert wants_stillness(environ)


@pytest.mark.parametrize(("value", "still"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_it_keeps_still_on_request(tmp_path, qapp, value, still):
    """TOCSIN_STATIC decides before anything else is asked."""
    assert wants_stillness({"TOCSIN_STATIC": value, "XDG_CONFIG_HOME": str(tmp_path)}) is still


def test_settings_that_cannot_be_read_mean_nothing(tmp_path, qapp):
    """A broken file of the desktop's does not stop the bell, let alone the program."""
    place = tmp_path / "gtk-3.0"
    place.mkdir()
    (place / "settings.ini").write_bytes(b"\xff\xfe no section\n= =\n")
    (tmp_path / "kdeglobals").mkdir()
    assert not wants_stillness({"XDG_CONFIG_HOME": str(tmp_path)})


def test_a_still_bell_shows_the_outage_all_the_same(tray, monkeypatch):
    """Reduced motion takes the swing away and nothing else."""
    monkeypatch.setenv("TOCSIN_STATIC", "1")
    tray.render(outage())
    assert not tray._frames.isActive()
    assert tray.face == Face(Level.OUTAGE)


def test_the_portals_late_answer_stops_the_swing(tray):
    """What GNOME's portal says arrives while it swings already."""
    tray.render(outage())
    tray.keep_still()
    tray._on_frame()
    assert not tray._frames.isActive()
    assert tray.face.frame == 0


# --- menu, tooltip, click ---


def test_the_menus_order(tray):
    """Open stands first: where a click opens the menu it is one more click away."""
    assert entries(tray) == [
        "Open Tocsin",
        "Acknowledge",
        "Check now",
        "Mute until resolved",
        "Add a provider or a service",
        "Settings",
        "Reload settings",
        "Quit",
    ]


def test_the_menu_sends_commands(tray):
    """Each entry is one command value."""
    heard = Heard()
    tray.commanded.connect(heard)
    tray.render(outage())
    for label in ("Acknowledge", "Check now", "Mute until resolved", "Reload settings"):
        entry(tray, label).trigger()
    assert heard.values == [Acknowledge(), CheckNow(), MuteUntilResolved(), ReloadSettings()]


def test_open_add_and_quit(tray, qtbot):
    """These three are the application's own."""
    with qtbot.waitSignal(tray.opened):
        entry(tray, "Open Tocsin").trigger()
    with qtbot.waitSignal(tray.add_wanted):
        entry(tray, "Add a provider or a service").trigger()
    with qtbot.waitSignal(tray.quit_asked):
        entry(tray, "Quit").trigger()


def test_mute_becomes_unmute(tray):
    """The entry offers what can be done: to take the mute back once all is muted."""
    heard = Heard()
    tray.commanded.connect(heard)
    tray.render(outage(muted=frozenset({"one"}), ringing=frozenset()))
    assert "Mute until resolved" not in entries(tray)
    entry(tray, "Unmute").trigger()
    assert heard.values == [Unmute()]
    tray.render(outage(muted=frozenset({"other"})))
    assert "Mute until resolved" in entries(tray)


def test_what_cannot_be_done_is_greyed(tray):
    """Nothing rings, nothing is open."""
    tray.render(quiet())
    assert not entry(tray, "Acknowledge").isEnabled()
    assert not entry(tray, "Mute until resolved").isEnabled()
    assert entry(tray, "Check now").isEnabled()
    tray.render(outage())
    assert entry(tray, "Acknowledge").isEnabled()
    assert entry(tray, "Mute until resolved").isEnabled()


@pytest.mark.parametrize("reason", ["Trigger", "DoubleClick", "MiddleClick", "Unknown"])
def test_a_click_opens(tray, qtbot, reason):
    """Whatever the tray host calls a click opens the window; nothing ever hides it."""
    with qtbot.waitSignal(tray.opened):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason[reason])


def test_a_right_click_does_not_open(tray, qtbot):
    """That one is the menu's."""
    with qtbot.assertNotEmitted(tray.opened):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)


def test_the_tooltip_says_the_state_in_words(tray, clock):
    """Colour and shape are not the only way to know."""
    tray.render(outage())
    assert "Outage on Home fibre since 17:58" in tray.tooltip
    tray.render(quiet())
    assert "Home fibre works" in tray.tooltip
    clock.advance(600)
    look(tray)
    assert "Home fibre works" not in tray.tooltip


def test_another_language(tray):
    """The menu and the tooltip are said anew."""
    tray.render(quiet())
    tray.set_words(bracketed())
    assert entries(tray)[0] == "[Open Tocsin]"
    assert "[Home fibre works]" in tray.tooltip


# --- a tray that comes later ---


def test_made_anew_it_is_the_same(tray, qtbot):
    """A new icon for a panel that came late: same face, same words, a menu that works, and clicks that arrive."""
    tray.show()
    tray.render(outage())
    said, old = tray.tooltip, tray._icon
    tray.make_anew()
    assert tray._icon is not old
    assert tray.tooltip == said
    assert tray._icon.isVisible()
    assert not tray._icon.icon().isNull()
    heard = Heard()
    tray.commanded.connect(heard)
    entry(tray, "Acknowledge").trigger()
    assert heard.values == [Acknowledge()]
    with qtbot.waitSignal(tray.opened):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


def test_a_stale_red_still_says_since_when(tray, clock):
    """Six hours without an answer: red, with its age in the tooltip."""
    tray.render(outage())
    clock.advance(6 * 3600)
    look(tray)
    assert "since 21 Nov 17:58" in tray.tooltip
    assert local(21, 17, 58) < clock.wall
