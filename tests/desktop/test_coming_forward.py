"""How a window comes to the front: with a token that was lent, and without a flicker where none is needed."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QProcessEnvironment
from PySide6.QtWidgets import QWidget

from tocsin.desktop.coming_forward import VARIABLE, bring, lend


@pytest.fixture
def lent() -> Iterator[None]:
    """Takes back what Qt did not use."""
    yield
    os.unsetenv(VARIABLE)


def for_qt() -> str:
    return QProcessEnvironment.systemEnvironment().value(VARIABLE)


def test_a_token_is_for_qt_and_for_no_program_that_is_started(lent):
    """A later one takes the place of one that was not used; to lend nothing changes nothing."""
    for token in ("first", "second", ""):
        lend(token)
    assert for_qt() == "second"
    assert VARIABLE not in os.environ


@pytest.mark.parametrize("junk", ["a\0b", "a\nb", "\ud800", "é"])
def test_what_is_no_token_is_left_alone(lent, junk):
    """It comes over the bus and the socket, and must not end in an exception."""
    lend(junk)
    assert for_qt() == ""


class Watched(QWidget):
    """Remembers how often it was hidden."""

    hidden = 0

    def hideEvent(self, event) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self.hidden += 1


def test_a_window_is_not_hidden_where_it_may_come_by_itself(qtbot):
    """Only Wayland keeps it from that; a minimised one is shown again."""
    window = Watched()
    qtbot.addWidget(window)
    bring(window)
    assert window.isVisible()
    window.showMinimized()
    before = window.hidden
    bring(window)
    bring(window)
    assert window.isVisible()
    assert not window.isMinimized()
    assert window.hidden == before
