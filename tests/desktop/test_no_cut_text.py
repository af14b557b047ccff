"""The main window can be read in every language, with letters of the usual size and of twice that: no text is cut."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton, QWidget

from support import desktop_scenes, line_scenes, main_window, offline_scenes
from support.cut_text import cut_texts, letters
from support.desktop_scenes import StillClock
from support.painting import warm_painter
from support.phrases import book
from tocsin import resources
from tocsin.desktop import history_rows
from tocsin.desktop.draft_dialog import DraftDialog
from tocsin.desktop.history_rows import Rows
from tocsin.desktop.pages import Page
from tocsin.desktop.window import Window
from tocsin.domain.state import AppState

__all__ = ["letters", "warm_painter"]

SCENES = {
    "outage": desktop_scenes.outage,
    "quiet": desktop_scenes.quiet,
    "cut and declared": offline_scenes.cut_and_declared,
    "cut alone": offline_scenes.cut_alone,
    "cable out": offline_scenes.cable_out,
    "signing in": offline_scenes.signing_in,
    "on backup": offline_scenes.on_backup,
    "back again": offline_scenes.back_again,
    "unasked": offline_scenes.unasked,
    "nothing": lambda: AppState(at=StillClock().now()),
    "line": line_scenes.eventful_day,
    "line cut": line_scenes.cut_now,
}


@pytest.fixture
def shown(letters, qtbot):
    """Makes a window in a language, with a state on the screen."""
    made = []

    def show(language, state):
        window = Window(book(language), StillClock(), "/home/anna/.config/tocsin/config.toml", lambda: True)
        made.append(window)
        window.render_state(state)
        window.show()
        settle()
        return window

    yield show
    for each in made:
        each.do_not_ask()
        each.close()
        each.deleteLater()


def settle():
    for _ in range(4):
        QApplication.processEvents()


@pytest.mark.parametrize("language", resources.languages())
@pytest.mark.parametrize("name", SCENES)
def test_the_window_shows_whole_sentences(shown, language, name):
    """Cards, rows, help, questions, the line's page and the footer, whatever happened."""
    window = shown(language, SCENES[name]())
    if name.startswith("line"):
        window.pages.turn_to(Page.LINE)
        settle()
    assert window.findChildren(QLabel)
    assert cut_texts(window) == []


@pytest.mark.parametrize("language", resources.languages())
def test_the_history_shows_whole_rows(shown, language):
    """Estimates that moved and a title as long as titles get, on a window as narrow as it gets, and wider again."""
    long = desktop_scenes.incident(
        "long",
        title=" ".join(["Unterbrechungsfreie", "Stromversorgung"] * 3),
        start=desktop_scenes.local(2, 1),
        end=desktop_scenes.local(2, 2),
        etas=tuple(desktop_scenes.local(2, 1, minute) for minute in (10, 20, 30)),
    )
    window = shown(language, desktop_scenes.quiet(history=(long, *desktop_scenes.outage().history)))
    entries = window.history.entries
    heights = []
    for width in (window.minimumSizeHint().width(), 1400):
        window.resize(width, 900)
        settle()
        assert cut_texts(entries.parentWidget()) == []
        heights.append(entries.visualRect(entries.model().index(0, 0)).height())
    assert heights[0] > heights[1]


def test_of_many_rows_all_are_measured_in_the_end(shown, qtbot):
    """The first ones at once, the others between events: nothing waits, and nothing stays cut."""
    window = shown("nl", desktop_scenes.quiet(history=main_window.long_history(100)))
    entries = window.history.entries
    window.resize(window.minimumSizeHint().width(), 700)
    qtbot.waitUntil(lambda: not entries.itemDelegate().is_behind, timeout=30_000)
    assert cut_texts(entries.parentWidget()) == []


def test_heights_of_rows_long_gone_are_forgotten(shown, qtbot, monkeypatch):
    """A program that runs for months sees many incidents; those that show are measured all the same."""
    monkeypatch.setattr(history_rows, "_MOST_KEPT", 30)
    (long,) = main_window.long_history(1)
    window = shown("nl", desktop_scenes.quiet(history=()))
    entries = window.history.entries
    for month in range(20):
        history = tuple(replace(long, uid=f"{month}-{number}") for number in range(8))
        window.render_state(desktop_scenes.quiet(history=history))
        settle()
    qtbot.waitUntil(lambda: not entries.itemDelegate().is_behind)
    assert cut_texts(entries.parentWidget()) == []
    assert 8 <= len(entries.itemDelegate()._heights) <= 30


@pytest.mark.parametrize("language", resources.languages())
def test_the_report_shows_whole_sentences(shown, language):
    """The dialog to write down what to report."""
    window = shown(language, offline_scenes.cut_alone())
    step = book(language).gettext("Write down what to report")
    next(each for each in buttons(window) if each.text() == step).click()
    settle()
    dialog = window.findChild(DraftDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert cut_texts(dialog) == []
    dialog.close()


def buttons(window):
    return [each for each in window.findChildren(QAbstractButton) if each.isVisible()]


def test_a_cut_text_is_found(qtbot, qapp):
    """The finder sees a label, a button and a field that are too narrow: else it would prove nothing."""
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(400, 200)
    for row, each in enumerate((QLabel("far too long"), QPushButton("far too long"), QLineEdit("far too long"))):
        each.setParent(holder)
        each.setGeometry(0, 40 * row, 30, 30)
    wrapped = QLabel("one two three four five six", holder)
    wrapped.setWordWrap(True)
    wrapped.setGeometry(100, 0, 60, wrapped.fontMetrics().height())
    beyond = QLabel("outside", holder)
    beyond.setGeometry(380, 100, 80, 30)
    holder.show()
    assert len(cut_texts(holder)) == 5


def test_a_cut_row_is_found(shown):
    """The finder sees a row that is less tall than its texts."""

    class Low(Rows):
        def sizeHint(self, option, index):  # noqa: N802 - Qt's name
            return super().sizeHint(option, index) - QSize(0, 10)

    window = shown("nl", desktop_scenes.outage())
    entries = window.history.entries
    entries.setItemDelegate(Low(entries))
    settle()
    assert len(cut_texts(entries.parentWidget())) >= len(desktop_scenes.outage().history)
