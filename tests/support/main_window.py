"""The window on the screen, and what can be read and pressed in it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from support.desktop_scenes import StillClock, english, incident, local
from tocsin.desktop.window import Window
from tocsin.ports import Outgoing

SETTINGS = "/home/anna/.config/tocsin/config.toml"
MESSAGE = Outgoing(
    "inc:one", "Outage on Home fibre", "Since 17:58.", "critical", "one", actions=(("acknowledge", "Ack"),)
)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def tray():
    """Whether there is a tray; tests take it away."""
    return {"there": True}


@pytest.fixture
def window(qtbot, clock, tray):
    made = Window(english(), clock, SETTINGS, lambda: tray["there"])
    yield made
    made.do_not_ask()
    made.close()
    made.deleteLater()


def shown(window, state, bugs=()):
    """The window with this state on the screen."""
    window.render_state(state, bugs)
    window.show()
    settle(window)
    return window


def settle(window) -> None:
    for _ in range(3):
        QApplication.processEvents()


def texts(parent: QWidget) -> list[str]:
    """What can be read, from the top."""
    labels = [each for each in parent.findChildren(QLabel) if each.isVisible() and each.text()]
    labels.sort(key=lambda each: (each.mapTo(parent, each.rect().topLeft()).y() // 4, each.x()))
    return [getattr(each, "whole", each.text()) for each in labels]


def button(parent: QWidget, text: str) -> QAbstractButton:
    """The visible button with this label."""
    return next(each for each in parent.findChildren(QAbstractButton) if each.isVisible() and each.text() == text)


def buttons(parent: QWidget) -> list[str]:
    return [each.text() for each in parent.findChildren(QAbstractButton) if each.isVisible() and each.text()]


def rows(window, role=Qt.ItemDataRole.DisplayRole) -> list:
    model = window.history.entries.model()
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def long_history(count: int = 200) -> tuple:
    return tuple(
        incident(f"h{number}", title=f"Incident {number}", start=local(1, 0), end=local(1, 1))
        for number in range(count)
    )
