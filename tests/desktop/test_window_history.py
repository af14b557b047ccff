"""The window's history: what a row says, and how it is searched."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from support.desktop_scenes import Heard, incident, local, outage, outage_incident, planned_work, quiet, view
from support.main_window import clock, long_history, rows, shown, texts, tray, window
from support.painting import warm_painter
from tocsin.desktop.history_model import Role
from tocsin.domain.incident import Link
from tocsin.domain.terms import Relevance

__all__ = ["clock", "tray", "warm_painter", "window"]  # fixtures for all of this module


def test_a_row_has_start_end_duration_title_and_estimates(window):
    """All that the record knows of one incident, in two lines."""
    shown(window, outage())
    lines = list(
        zip(rows(window), rows(window, Role.WHEN), rows(window, Role.LASTED), rows(window, Role.ESTIMATES), strict=True)
    )
    assert lines == [
        ("Cable cut in Utrecht", "17:58, ongoing", "1 h 12 min", "estimate 18:30, then 20:30 (2 moves)"),
        ("Slow connections in the region", "14 Nov 09:12 to 11:02", "1 h 50 min", "no estimate was given"),
        ("Planned work on the exchange", "3 Nov 02:00 to 03:50", "1 h 50 min", "Planned work, until 05:00, kept"),
        ("No dial tone in Amersfoort", "20 Oct 15:00 to 19:30", "4 h 30 min", "estimate 17:00, then 18:00, not kept"),
    ]


def test_an_estimate_that_was_taken_back(window):
    """A move to unknown is remembered as such."""
    shown(window, quiet(history=(outage_incident(etas=(local(21, 19), None)),)))
    assert rows(window, Role.ESTIMATES) == ["estimate 19:00, taken back"]


def test_what_is_still_to_come_has_no_duration(window):
    """Announced work: its window, no running time."""
    shown(window, quiet(history=(planned_work(),)))
    assert rows(window, Role.WHEN) == ["22 Nov 02:00 to 05:00"]
    assert rows(window, Role.LASTED) == [""]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cable", ["Cable cut in Utrecht"]),
        ("UTRECHT cut", ["Cable cut in Utrecht"]),
        ("oct", ["No dial tone in Amersfoort"]),
        ("not kept", ["No dial tone in Amersfoort"]),
        ("zebra", []),
    ],
)
def test_the_filter_looks_for_words_in_any_order(window, typed, found):
    """In titles, times and estimates."""
    shown(window, outage())
    window.history.search.setText(typed)
    assert rows(window) == found
    assert ("Nothing in the history has these words." in texts(window)) is not found
    window.history.search.clear()
    assert len(rows(window)) == 4


def test_the_filter_finds_a_connection(window):
    """By the name the user gave it."""
    mail = replace(incident("m", title="Delays"), links=(Link("mail", Relevance.LINKED),))
    shown(window, quiet(connections=(view(), view("mail", "Mail host")), history=(incident(), mail)))
    window.history.search.setText("mail host")
    assert rows(window) == ["Delays"]


def test_an_empty_history_says_what_will_stand_there(window):
    """No blank page."""
    assert "Outages and planned work will be listed here, with their estimates." in texts(shown(window, quiet()))


def test_the_history_is_told_to_screen_readers(window):
    """The whole row as a sentence, as the picture of it says nothing."""
    told = rows(shown(window, outage()), Qt.ItemDataRole.AccessibleTextRole)[3]
    assert told.startswith("No dial tone in Amersfoort, Home fibre, 20 Oct 15:00 to 19:30, 4 h 30 min")


def test_ten_thousand_incidents_are_no_burden(window, qtbot):
    """Listed, filtered and updated in well under a second each."""
    history = long_history(10_000)
    shown(window, quiet(history=history))
    assert len(rows(window)) == 10_000
    window.history.search.setText("9999")
    assert rows(window) == ["Incident 9999"]
    window.history.search.clear()
    heard = Heard()
    window.history.entries.model().rowsRemoved.connect(heard)
    shown(window, quiet(history=(incident("new"), *history)))
    assert heard.values == []
