"""The assistant on the screen over a stand-in for the engine, and a person who uses it."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from support.assistant_stand_in import StandIn, failed, found
from support.desktop_scenes import english
from support.offline_window import settle
from support.own_time import OwnTime
from tocsin.desktop.assistant import Assistant
from tocsin.desktop.assistant_steps import Place
from tocsin.domain.account import Settings
from tocsin.domain.state import SetUp
from tocsin.domain.terms import FailureKind
from tocsin.offers import CatalogueOffers

PAGE = "https://status.example.net"


@pytest.fixture
def engine():
    return StandIn()


@pytest.fixture
def opened(qtbot, engine):
    """The assistant on the screen, over the stand-in."""
    return opened_over(engine, qtbot)


def opened_over(engine: StandIn, qtbot) -> Assistant:
    """One more assistant on the screen, over this stand-in."""
    made = Assistant(english(), CatalogueOffers({}), can_start=True, has_demo=True)
    qtbot.addWidget(made)
    engine.serve(made)
    made.open()
    settle()
    return made


def press(assistant, text: str) -> None:
    """Press the button with this label, as a person would: it is there, and can be pressed."""
    found_ = next(each for each in assistant.findChildren(QPushButton) if each.isVisible() and each.text() == text)
    assert found_.isEnabled(), text
    found_.click()
    settle()


def field(assistant, name: str) -> QLineEdit:
    return next(
        each for each in assistant.findChildren(QLineEdit) if each.isVisible() and each.accessibleName() == name
    )


def paste(assistant, text: str) -> None:
    QApplication.clipboard().setText(text)
    assert isinstance(QApplication.focusWidget() or assistant.focusWidget(), QLineEdit)
    assistant.focusWidget().paste()
    settle()


def tick(assistant, *rows: int) -> None:
    tree = assistant._steps.things._tree
    for row in rows:
        tree.topLevelItem(row).setCheckState(0, Qt.CheckState.Checked)
    settle()


def saved(engine) -> Settings:
    (command,) = engine.of(SetUp)
    return command.settings


def with_token(trial):
    if trial.secret != "right":
        return failed(trial, FailureKind.UNAUTHORIZED, "401")
    return found(trial, components=(), lists=False, provider="tmf656")


def to_things(assistant) -> None:
    paste(assistant, PAGE)
    press(assistant, "Next")
    press(assistant, "Next")
    assert assistant.place is Place.THINGS


def go_on(assistant, step: str) -> None:
    if step == "welcome":
        paste(assistant, PAGE)
    elif step == "sign in":
        paste(assistant, "right")
    if step != "use":
        assistant.on_next()
        settle()


def cut(assistant) -> list[str]:
    """The texts that do not fit where they stand."""
    shown = [each for each in assistant.findChildren(QWidget) if each.isVisible()]
    labels = [each for each in shown if isinstance(each, QLabel) and each.text()]
    boxes = [each for each in shown if isinstance(each, QAbstractButton) and each.text()]
    boxes += [each for each in shown if isinstance(each, QComboBox)]
    found_ = [each.text() for each in labels if each.height() < each.heightForWidth(each.width())]
    found_ += [str(each) for each in boxes if each.width() < each.sizeHint().width()]
    return found_ + [str(each) for each in boxes if each.height() < each.sizeHint().height() - 2]


class Watchdog:
    """Measures how long the event loop was not come back to, less what the machine kept it waiting."""

    def __init__(self) -> None:
        self.longest, self._since = 0.0, OwnTime()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def _tick(self) -> None:
        self.longest = max(self.longest, self._since.seconds)
        self._since = OwnTime()
