"""The keys of the settings window."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from tocsin.desktop.settings_window import SettingsWindow


def add(window: "SettingsWindow") -> None:
    """Everything that a mouse does, by keyboard."""
    for keys, slot in (
        (("Esc",), window.step_back),
        (("Ctrl+W",), window.close),
        (("Ctrl+Z",), window.undo),  # in a line of text it is that line's own
        (("Ctrl+PgDown", "Ctrl+Tab"), partial(window.turn_by, 1)),
        (("Ctrl+PgUp", "Ctrl+Shift+Tab"), partial(window.turn_by, -1)),
        (("F6",), partial(_to_and_fro, window)),
    ):
        action = QAction(window)
        action.setShortcuts([QKeySequence(each) for each in keys])
        action.triggered.connect(partial(_call, slot))
        window.addAction(action)


def _call(slot: object, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's signal
    if callable(slot):
        slot()


def _to_and_fro(window: "SettingsWindow") -> None:
    """Between the list of pages and the page."""
    chooser = window.navigation.chooser
    first = chooser.nextInFocusChain() if chooser.hasFocus() else chooser
    while first is not None and first is not chooser and not _takes_keys(first):
        first = first.nextInFocusChain()
    if first is not None:
        first.setFocus(Qt.FocusReason.TabFocusReason)


def _takes_keys(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
