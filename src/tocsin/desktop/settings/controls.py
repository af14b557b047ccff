"""Fields that are chosen from rather than typed into: one of a few, yes or no, a number, a time of day."""

from collections.abc import Iterable
from datetime import time

from PySide6.QtCore import Qt, QTime, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QSpinBox, QTimeEdit

from tocsin.desktop import plain_text
from tocsin.desktop.settings.field import Field

_COMBO_CHARACTERS = 68
_OPENING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ChoiceField(Field):
    """One of a few values, settled as it is chosen."""

    def __init__(self, name: str, caption: str, choices: Iterable[tuple[object, str]], hint: str = "") -> None:
        self._box = _Calm()
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._box.setMinimumContentsLength(12)
        self._box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        super().__init__(name, caption, self._box, hint)
        self._values: list[object] = []
        self.offer(choices)
        self._box.activated.connect(self._on_activated)

    @property
    def chosen(self) -> object:
        """The value that stands there."""
        index = self._box.currentIndex()
        return self._values[index] if 0 <= index < len(self._values) else None

    def offer(self, choices: Iterable[tuple[object, str]]) -> None:
        """Have these to choose from."""
        listed = [(value, _short(text)) for value, text in choices]
        values, texts = [value for value, _ in listed], [text for _, text in listed]
        if values == self._values and texts == [self._box.itemText(index) for index in range(self._box.count())]:
            return
        kept = self.chosen if self._dirty else self._value
        self._values = values
        self._box.clear()
        self._box.addItems(texts)
        self._put(kept)

    def _put(self, value: object) -> None:
        self._box.setCurrentIndex(self._values.index(value) if value in self._values else -1)

    def _as_text(self, value: object) -> str:
        del value
        return ""  # what is held here is seen to be not saved yet

    def _as_draft(self) -> str:
        return repr(self.chosen)

    def _put_draft(self, draft: str) -> None:
        self._put(next((each for each in self._values if repr(each) == draft), self._value))

    def refuse(self, problem: str) -> None:
        """What was chosen was not taken: what counts stands there again."""
        super().refuse(problem)
        self._dirty = False
        self._put(self._value)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self._settle(self._values[index])


class CheckField(Field):
    """Yes or no."""

    def __init__(self, name: str, caption: str, hint: str = "") -> None:
        self._box = QCheckBox(plain_text.for_button(caption))
        super().__init__(name, caption, self._box, hint)
        self._box.clicked.connect(self._on_clicked)

    def refuse(self, problem: str) -> None:
        """What was ticked was not taken: what counts stands there again."""
        super().refuse(problem)
        self._dirty = False
        self._put(self._value)

    def _put(self, value: object) -> None:
        self._box.setChecked(bool(value))

    def _as_draft(self) -> str:
        return str(int(self._box.isChecked()))

    def _put_draft(self, draft: str) -> None:
        self._box.setChecked(draft == "1")

    @Slot(bool)
    def _on_clicked(self, checked: bool) -> None:  # noqa: FBT001 - Qt's signal
        self._settle(checked)


class NumberField(Field):
    """A whole number, settled when the user leaves it."""

    def __init__(
        self, name: str, caption: str, limits: tuple[int, int], hint: str = "", meanwhile: str = "{value}"
    ) -> None:
        self._template = meanwhile
        self._spin = _CalmSpin()
        self._spin.setRange(*limits)
        self._spin.setAccelerated(True)
        self._spin.setKeyboardTracking(False)
        self._spin.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        super().__init__(name, caption, self._spin, hint)
        self._spin.lineEdit().textEdited.connect(self._typed)
        self._spin.stepped.connect(self._typed)
        self._spin.editingFinished.connect(self._on_finished)

    def limit(self, least: int, most: int) -> None:
        """Take these numbers from now on."""
        if (self._spin.minimum(), self._spin.maximum()) != (least, most):
            self._spin.setRange(least, most)

    def lock(self, *, locked: bool) -> None:
        """A locked number can still be read."""
        self._spin.setReadOnly(locked)

    def _put(self, value: object) -> None:
        if isinstance(value, int):
            self._spin.setValue(value)

    def _as_text(self, value: object) -> str:
        return self._template.format(value=value)

    def _as_draft(self) -> str:
        return self._spin.cleanText()

    def _put_draft(self, draft: str) -> None:
        self._spin.lineEdit().setText(draft)

    @Slot()
    def _on_finished(self) -> None:
        if not self._spin.isReadOnly():
            self._settle(self._spin.value())


class TimeField(Field):
    """A time of day, settled when the user leaves it."""

    def __init__(self, name: str, caption: str, hint: str = "", meanwhile: str = "{value}") -> None:
        self._template = meanwhile
        self._clock = _CalmTime()
        self._clock.setDisplayFormat("HH:mm")
        self._clock.setKeyboardTracking(False)
        self._clock.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        super().__init__(name, caption, self._clock, hint)
        self._clock.lineEdit().textEdited.connect(self._typed)
        self._clock.stepped.connect(self._typed)
        self._clock.editingFinished.connect(self._on_finished)

    @property
    def value(self) -> time:
        """The time that stands there."""
        there = self._clock.time()
        return time(there.hour(), there.minute())

    def lock(self, *, locked: bool) -> None:
        """A locked time can still be read."""
        self._clock.setReadOnly(locked)

    def _put(self, value: object) -> None:
        if isinstance(value, time):
            self._clock.setTime(QTime(value.hour, value.minute))

    def _as_draft(self) -> str:
        return self._clock.lineEdit().text()

    def _put_draft(self, draft: str) -> None:
        self._clock.lineEdit().setText(draft)

    def _as_text(self, value: object) -> str:
        return self._template.format(value=f"{value:%H:%M}") if isinstance(value, time) else ""

    @Slot()
    def _on_finished(self) -> None:
        if not self._clock.isReadOnly():
            self._settle(self.value)


class _Calm(QComboBox):
    """A choice that the wheel passes over, and whose arrow keys open it: nothing is set by merely passing it by."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Have the user choose from the list, and Enter settle it."""
        if event.key() in _OPENING and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave it to the page."""
        event.ignore()


class _CalmSpin(QSpinBox):
    """A number that the wheel passes over. ``stepped`` when its arrows changed it."""

    stepped = Signal()

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's name
        """What the arrows do counts as typed."""
        super().stepBy(steps)
        self.stepped.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Keep what is half typed: Qt would write the value over it."""
        typed = self.lineEdit().text()
        super().showEvent(event)
        self.lineEdit().setText(typed)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave it to the page."""
        event.ignore()


class _CalmTime(QTimeEdit):
    """A time that the wheel passes over. ``stepped`` when its arrows changed it."""

    stepped = Signal()

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's name
        """What the arrows do counts as typed."""
        super().stepBy(steps)
        self.stepped.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Keep what is half typed: Qt would write the value over it."""
        typed = self.lineEdit().text()
        super().showEvent(event)
        self.lineEdit().setText(typed)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave it to the page."""
        event.ignore()


def _short(text: str) -> str:
    return text if len(text) <= _COMBO_CHARACTERS else f"{text[: _COMBO_CHARACTERS - 1]}\u2026"
