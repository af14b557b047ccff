"""The chart of the line's day: keyboard and mouse can ask it, it is drawn when it must, and nothing lies."""

import gc
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from support.desktop_scenes import EVENING, OUTAGE_SINCE, english, local, quiet
from support.line_scenes import (
    CUT,
    SLEPT,
    calm,
    came_back_asleep,
    cut_incident,
    cut_now,
    elsewhere,
    eventful_day,
    hours,
    slow_incident,
    with_line,
)
from support.line_window import clock, minute_of, opened, pointing, settle, window
from support.painting import warm_painter
from tocsin.desktop import chart_scale, line_marks
from tocsin.desktop.chart_painting import Chart
from tocsin.desktop.line_chart import LineChart
from tocsin.domain.minutes import MINUTE, Minute
from tocsin.domain.terms import Level, LineState

__all__ = ["clock", "warm_painter", "window"]  # fixtures for all of this module

Key = Qt.Key
Modifier = Qt.KeyboardModifier
LAST = chart_scale.MINUTES - 1


# --- the cursor ---


def test_the_keyboard_moves_the_cursor(window, qtbot):
    """By a minute, an hour, to the next change, and to the ends; the values are said and described."""
    page = opened(window, eventful_day())
    page.chart.setFocus(Qt.FocusReason.TabFocusReason)
    assert page.chart.index == LAST
    for key, modifier, at in (
        (Key.Key_Left, Modifier.NoModifier, LAST - 1),
        (Key.Key_Left, Modifier.ShiftModifier, LAST - 61),
        (Key.Key_Right, Modifier.ShiftModifier, LAST - 1),
        (Key.Key_Home, Modifier.NoModifier, 0),
        (Key.Key_Left, Modifier.NoModifier, 0),
        (Key.Key_Right, Modifier.ControlModifier, minute_of(SLEPT[0])),
        (Key.Key_Right, Modifier.ControlModifier, minute_of(local(21, 2))),
        (Key.Key_End, Modifier.NoModifier, LAST),
        (Key.Key_Left, Modifier.ControlModifier, minute_of(local(21, 16, 50))),
    ):
        qtbot.keyClick(page.chart, key, modifier)
        assert page.chart.index == at, (key, modifier)
        assert page.says
        assert page.chart.accessibleDescription() == page.says


def test_other_keys_are_the_windows(window, qtbot):
    """Escape closes from the chart too."""
    page = opened(window, with_line())
    page.chart.setFocus()
    qtbot.keyClick(page.chart, Key.Key_Escape)
    assert not window.isVisible()


def test_the_cursor_says_time_and_values(window):
    """Of every sort of minute, with what was going on in it."""
    page = opened(window, eventful_day())
    assert pointing(page, local(21, 12)) == "12:00: round trip 16 ms, jitter 2 ms, no packets lost"
    assert pointing(page, local(21, 3)).splitlines() == [
        "03:00: not measured",
        "Planet Fibre: “Replacement of an amplifier”, 02:00 to 04:00",
    ]
    assert pointing(page, local(21, 9, 45)).splitlines() == [
        "09:45: no answer",
        "Your line: down, 09:12 to 09:54",
        "Planet Fibre: “Fault in the exchange”, 09:30 to 10:30",
    ]
    assert "25 % of packets lost\nYour line: slow or lossy, 16:05 to 16:50" in pointing(page, local(21, 16, 20))
    page.chart.clearFocus()
    assert page.says == "Round trip mostly 17 ms, at most 64 ms, 6 % of packets lost, not measured for 7 h 5 min"


def test_an_outage_that_goes_on_has_no_end(window):
    """The line is down and the provider knows: both say since when."""
    page = opened(window, cut_now())
    said = pointing(page, local(21, 18, 30))
    assert "Your line: down, from 17:58" in said
    assert "“Cable cut in Utrecht”, from 17:58" in said


def test_an_end_that_nobody_saw_is_said(window):
    """The line came back while the computer slept."""
    page = opened(window, with_line(quiet(history=(came_back_asleep(),)), hours=eventful_day().line.hours))
    assert "Your line: down, 00:20 until it was next measured, 07:05" in pointing(page, local(21, 3))


def test_the_mouse_points_too(window, qtbot):
    """And what the keyboard pointed at comes back when it leaves."""
    page = opened(window, eventful_day())
    page.chart.setFocus()
    plot = page.chart._layout.plot
    where = minute_of(local(21, 9, 30))
    qtbot.mouseMove(page.chart, QPoint(int(plot.centre(chart_scale.Range(where, where))), 30))
    assert abs(page.chart.index - where) < 5
    assert "no answer" in page.says
    QApplication.sendEvent(page.chart, QEvent(QEvent.Type.Leave))
    assert page.chart.index == LAST


def test_it_is_drawn_only_when_something_changed(window, clock):
    """Not by the seconds that pass, nor by the cursor; by a minute, and by another size or palette."""
    page = opened(window, with_line())
    drawn = page.chart.draws
    for _ in range(5):
        clock.advance(1)
        window._on_tick()
        page.chart._point(key=700)
        settle()
    assert page.chart.draws == drawn
    clock.advance(60)
    window._on_tick()
    settle()
    assert page.chart.draws == drawn + 1
    window.resize(window.width() + 40, window.height())
    settle()
    assert page.chart.draws > drawn + 1


def test_the_cursor_stays_at_its_time(window, clock):
    """While the day moves on below it."""
    page = opened(window, with_line())
    before = pointing(page, local(21, 12))
    clock.advance(120)
    window.render_state(with_line(hours=hours(calm, clock.wall)))
    settle()
    assert page.says == before


def test_a_hidden_page_holds_no_picture(window):
    """Neither the pixels nor the minutes outlive the look at them."""
    page = opened(window, eventful_day())
    assert page.chart._picture is not None
    window.close()
    settle()
    assert page.chart._picture is None
    gc.collect()
    assert sum(isinstance(each, Minute) for each in gc.get_objects()) < 10
    window.open()
    settle()
    assert page.chart._picture is not None


# --- what is marked ---


def marks(state):
    day = chart_scale.day_of(state.line.hours, EVENING)
    return line_marks.ours(state, day), line_marks.providers(state, day)


def test_what_the_line_and_the_provider_say_are_two_bands():
    """One incident that both speak of stands in both, each with its own times."""
    ours, providers = marks(eventful_day())
    assert [(each.start, each.end, each.state) for each in ours] == [
        (*CUT, LineState.DOWN),
        (local(21, 16, 5), local(21, 16, 50), LineState.DEGRADED),
    ]
    assert [(each.start, each.end, each.level) for each in providers] == [
        (local(21, 2), local(21, 4), Level.MAINTENANCE),
        (local(21, 9, 30), local(21, 10, 30), Level.OUTAGE),
    ]


def test_what_only_the_minutes_know_is_marked():
    """A sign-in page makes no incident; it was there all the same."""
    start = local(21, 15)

    def minute_at(at):
        return Minute(LineState.CAPTIVE_PORTAL) if start <= at < start + 20 * MINUTE else calm(at)

    ours, _ = marks(with_line(hours=hours(minute_at)))
    assert [(each.start, each.end, each.state) for each in ours] == [
        (start, start + 20 * MINUTE, LineState.CAPTIVE_PORTAL)
    ]


def test_other_connections_have_no_part_in_it():
    """Nor what is announced, nor what was over before the day began."""
    planned = replace(slow_incident(), uid="later", began=False)
    old = replace(cut_incident(), uid="old", measured=None, episodes=(), aliases=cut_incident().aliases)
    old = replace(old, episodes=(replace(cut_incident().episode, started_at=local(18, 1), ended_at=local(18, 2)),))
    assert marks(with_line(quiet(history=(elsewhere(), planned, old)))) == ((), ())


def test_an_open_outage_reaches_to_now():
    """In both bands."""
    ours, providers = marks(cut_now())
    assert ours[-1].start == providers[-1].start == OUTAGE_SINCE
    assert ours[-1].end == providers[-1].end > EVENING


# --- drawn ---


def drawn(qtbot, chart: Chart, *, dark: bool = False):
    """The chart's picture, and where its parts stand."""
    widget = LineChart(english())
    qtbot.addWidget(widget)
    if dark:
        widget.setPalette(QPalette(QColor("#292c30"), QColor("#202326")))
    widget.resize(460, 240)
    widget.show()
    widget.show_chart(chart)
    settle()
    return widget.grab().toImage(), widget._layout


def inked(image, x, top, bottom) -> int:
    """How many pixels of a column differ from the background."""
    ground = image.pixelColor(1, 1)
    return sum(image.pixelColor(round(x), y) != ground for y in range(round(top), round(bottom)))


@pytest.mark.parametrize("dark", [False, True])
def test_a_gap_is_drawn_as_a_gap(qtbot, dark):
    """Hatched from top to bottom, in whatever palette; a dip to zero or a line across it would be a lie."""
    day = chart_scale.day_of(hours(calm), EVENING)
    minutes = tuple(Minute() if 500 <= index < 800 else each for index, each in enumerate(day.minutes))
    whole, layout = drawn(qtbot, Chart(day), dark=dark)
    gappy, _ = drawn(qtbot, Chart(replace(day, minutes=minutes)), dark=dark)
    x = layout.plot.centre(chart_scale.Range(640, 660))
    top, bottom = layout.plot.top + 2, layout.plot.top + layout.plot.height - 2
    ink, hatch = strongest(whole, x, top, bottom), strongest(gappy, x, top, bottom)
    assert ink > 120
    assert 20 < hatch < 0.7 * ink
    assert inked(gappy, x, top, bottom) > (bottom - top) / 6


def strongest(image, x, top, bottom) -> int:
    """How much the strongest ink in a column differs from the background."""
    ground = image.pixelColor(1, 1).lightness()
    column = (image.pixelColor(round(x), y).lightness() for y in range(round(top), round(bottom)))
    return max(abs(each - ground) for each in column)


@pytest.mark.parametrize("dark", [False, True])
def test_levels_differ_in_shape(qtbot, dark):
    """An outage fills its band, problems the lower half, planned work is hollow: seen without any colour."""
    day = chart_scale.day_of(hours(calm), EVENING)
    span = (local(21, 8), local(21, 14))
    for level, upper, lower in (
        (Level.OUTAGE, True, True),
        (Level.DEGRADED, False, True),
        (Level.MAINTENANCE, False, False),
    ):
        image, layout = drawn(qtbot, Chart(day, (line_marks.Mark(*span, level),)), dark=dark)
        band = layout.our_band
        x = round(layout.plot.x(local(21, 11, 20)))
        ground = image.pixelColor(1, 1)
        assert (image.pixelColor(x, round(band.top() + 3)) != ground) is upper, level
        assert (image.pixelColor(x, round(band.bottom() - 5)) != ground) is lower, level
