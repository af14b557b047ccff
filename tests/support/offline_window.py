"""A window to show scenes in, and a way to read and press what is in it."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from support.desktop_scenes import Heard, StillClock, english
from support.painting import warm_painter
from tocsin.desktop.window import Window

__all__ = ["warm_painter"]


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def window(qtbot, clock):
    """A window in English, closed after the test."""
    made = Window(english(), clock, "/home/anna/.config/tocsin/config.toml", lambda: True)
    yield made
    made.do_not_ask()
    made.close()
    made.deleteLater()


@pytest.fixture
def opened(monkeypatch):
    """The links that were opened. ``opened.works`` false: there is no program for them."""
    return Opened(monkeypatch)


class Opened(list):
    """Stands in for the user's browser, mail program and telephone."""

    def __init__(self, monkeypatch) -> None:
        super().__init__()
        self.works = True
        monkeypatch.setattr("tocsin.desktop.opener.QDesktopServices.openUrl", self._open)

    def _open(self, url) -> bool:
        self.append(bytes(url.toEncoded().data()).decode())
        return self.works


def show(window, state) -> QWidget:
    """The upper part with this state on the screen."""
    window.render_state(state)
    window.show()
    settle()
    return window.overview


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def texts(parent: QWidget) -> list[str]:
    """What can be read, from the top."""
    labels = [each for each in parent.findChildren(QLabel) if each.isVisible() and each.text()]
    labels.sort(
        key=lambda each: (each.mapTo(parent, each.rect().center()).y() // 4, each.mapTo(parent, each.pos()).x())
    )
    return [getattr(each, "whole", each.text()) for each in labels]


def buttons(parent: QWidget) -> list[str]:
    """The labels of the buttons that can be seen, in the order that Tab takes."""
    return [each.text() for each in parent.findChildren(QAbstractButton) if each.isVisible() and each.text()]


def button(parent: QWidget, name: str) -> QAbstractButton:
    """The visible button whose spoken name begins so."""
    return next(
        each
        for each in parent.findChildren(QAbstractButton)
        if each.isVisible() and each.accessibleName().startswith(name)
    )


def heard(window) -> list:
    """The commands that the window gives from now on."""
    commands = Heard()
    window.commanded.connect(commands)
    return commands.values
