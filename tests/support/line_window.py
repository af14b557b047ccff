"""A window whose Line page can be opened, read and pointed at: what the tests of that page have in common."""

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication, QLabel

from support.desktop_scenes import EVENING, StillClock, english
from tocsin.desktop import chart_scale
from tocsin.desktop.pages import Page
from tocsin.desktop.window import Window
from tocsin.domain.minutes import MINUTE


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def window(qtbot, clock):
    made = Window(english(), clock, "/home/anna/config.toml", lambda: True)
    yield made
    made.do_not_ask()
    made.close()
    made.deleteLater()


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def opened(window, state):
    """The Line page with this state on the screen."""
    window.render_state(state)
    window.show()
    settle()
    window.pages.turn_to(Page.LINE)
    settle()
    window.activateWindow()
    return window.pages.line


def texts(parent) -> list[str]:
    labels = [each for each in parent.findChildren(QLabel) if each.isVisible() and each.text()]
    labels.sort(key=lambda each: (each.mapTo(parent, each.rect().topLeft()).y(), each.mapTo(parent, QPoint()).x()))
    return [each.whole for each in labels]


def minute_of(at) -> int:
    """The index of a moment's minute on the chart."""
    return (at - (EVENING.replace(second=0, microsecond=0) + MINUTE - chart_scale.DAY)) // MINUTE


def pointing(page, at) -> str:
    """What is said with the cursor on this moment."""
    QApplication.sendEvent(page.chart, QEvent(QEvent.Type.Leave))
    page.chart.setFocus()
    page.chart._point(key=minute_of(at))
    return page.says
