"""How the window holds together: letters that grow, too little room, the tab that is chosen, names that break well."""

from collections import Counter

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from support import line_scenes
from support.desktop_scenes import StillClock, english, outage
from support.main_window import settle
from support.painting import warm_painter
from support.palettes import NAMES, palette_of
from tocsin.desktop import plain_text
from tocsin.desktop.contrast import GRAPHIC, ratio
from tocsin.desktop.empty_page import EmptyPage
from tocsin.desktop.pages import Page
from tocsin.desktop.widgets import Stack, dimmed
from tocsin.desktop.window import Window

__all__ = ["warm_painter"]


@pytest.fixture
def looks(qapp):
    """The application's colours and letters, as they were after the test."""
    palette, font = QApplication.palette(), QApplication.font()
    yield qapp
    QApplication.setPalette(palette)
    QApplication.setFont(font)


@pytest.fixture
def window(qtbot, looks):
    made = Window(english(), StillClock(), "/home/anna/config.toml", lambda: True)
    yield made
    made.do_not_ask()
    made.close()
    made.deleteLater()


def grow(font: QFont, times: float) -> None:
    larger = QFont(font)
    larger.setPointSizeF(font.pointSizeF() * times)
    QApplication.setFont(larger)


def test_a_window_grows_with_its_letters(window):
    """What fitted goes on fitting when the letters become twice as large while it is open; it does not shrink again."""
    window.render_state(outage())
    window.show()
    settle(window)
    before, font = window.width(), QApplication.font()
    grow(font, 1.5)
    settle(window)
    larger = window.width()
    assert larger > before
    QApplication.setFont(font)
    settle(window)
    assert window.width() == larger


def test_what_is_wider_than_the_window_can_be_scrolled_to(qtbot):
    """A word that cannot break, in a window that cannot be wider: nothing of it is out of reach."""
    content = QWidget()
    column = QVBoxLayout(content)
    wide = QLabel("W" * 60)
    column.addWidget(wide)
    stack = Stack(content)
    qtbot.addWidget(stack)
    stack.resize(200, 200)
    stack.show()
    settle(stack)
    bar = stack.horizontalScrollBar()
    assert bar.isVisible()
    assert bar.maximum() + stack.viewport().width() >= wide.geometry().right()
    stack.resize(wide.width() + 60, 200)
    settle(stack)
    assert not bar.isVisible()


@pytest.mark.parametrize("name", NAMES)
def test_the_chosen_tab_is_marked(window, name):
    """3 to 1 between the line under it and the window, and none under the other."""
    QApplication.setPalette(palette_of(name))
    window.render_state(line_scenes.eventful_day())
    window.show()
    for page in (Page.LINE, Page.HISTORY):
        window.pages.turn_to(page)
        settle(window)
        switch = window.pages.switch
        image = switch.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        ground = window.palette().color(window.backgroundRole())
        mark = switch.mark()
        assert switch.tabRect(page).contains(mark)
        assert colours(image, mark) != colours(image, mark.translated(0, -mark.height()))
        assert all(ratio(QColor(each), ground) >= GRAPHIC for each in colours(image, mark))
        other = switch.tabRect(Page.HISTORY if page is Page.LINE else Page.LINE)
        assert image.pixelColor(mark.center()) != image.pixelColor(other.center().x(), mark.center().y())


@pytest.mark.parametrize("name", NAMES)
def test_quiet_words_in_the_history_are_as_quiet_as_elsewhere(window, name):
    """What makes the border of a list does not colour what stands in it."""
    QApplication.setPalette(palette_of(name))
    window.render_state(outage())
    window.show()
    settle(window)
    view = window.history.entries.viewport()
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows, columns = range(image.height()), range(image.width())
    seen = Counter(image.pixelColor(x, y).name() for y in rows for x in columns)
    found, border = (seen[dimmed(each).name()] for each in (QApplication.palette(), window.history.entries.palette()))
    assert found > 0
    assert found > border or name.startswith("high")  # where nothing is dimmed


def colours(image: QImage, area: QRect) -> set[str]:
    rows, columns = range(area.top(), area.bottom() + 1), range(area.left(), area.right() + 1)
    return {image.pixelColor(x, y).name() for y in rows for x in columns}


def test_the_example_is_as_large_as_what_is_around_it(qtbot, looks):
    """The desktop's font of fixed width does not grow with its others everywhere."""
    grow(QApplication.font(), 2)
    page = EmptyPage(english(), "/home/anna/config.toml")
    qtbot.addWidget(page)
    assert page.findChild(QPlainTextEdit).font().pointSizeF() == QApplication.font().pointSizeF()


def test_long_names_break_where_they_have_parts():
    """A host's name at its dots, a mail address at its sign; nothing is added, and no part is long."""
    for name, parts in (
        ("detectportal.planetfibre.net", ["detectportal.", "planetfibre.", "net"]),
        ("jan.jansen@planetfibre.example", ["jan.", "jansen@", "planetfibre.", "example"]),
        ("." * 40, ["." * 16, "." * 16, "." * 8]),
    ):
        broken = plain_text.breakable(name)
        assert broken.replace("\u200b", "") == name
        assert [each for each in broken.split("\u200b") if each] == parts
