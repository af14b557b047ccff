"""A field of several lines, each a value of its own."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from tocsin.desktop.settings.checks import LONGEST, Check, tidy
from tocsin.desktop.settings.field import Field

_ROWS = 4


class LinesField(Field):
    """One value a line, settled when the user leaves it or presses Ctrl+Enter. Each line is checked by itself."""

    def __init__(self, name: str, caption: str, check: Check, hint: str = "", meanwhile: str = "{value}") -> None:
        self._text = _Leaving()
        self._text.setTabChangesFocus(True)
        super().__init__(name, caption, self._text, hint)
        self._check = check
        self._template = meanwhile
        self._putting = False
        around = 2 * (self._text.frameWidth() + round(self._text.document().documentMargin())) + 2
        self._text.setFixedHeight(_ROWS * self._text.fontMetrics().lineSpacing() + around)
        self._text.textChanged.connect(self._on_changed)
        self._text.left.connect(self._on_left)

    @property
    def lines(self) -> tuple[str, ...]:
        """The values as they would be kept, each once."""
        return tuple(dict.fromkeys(line for each in self._text.toPlainText().splitlines() if (line := tidy(each))))

    def lock(self, *, locked: bool) -> None:
        """Locked lines can still be read and copied."""
        self._text.setReadOnly(locked)

    def _put(self, value: object) -> None:
        self._putting = True
        self._text.setPlainText("\n".join(value) if isinstance(value, tuple) else "")
        self._putting = False
        self._complain("")

    def _as_draft(self) -> str:
        return self._text.toPlainText()

    def _put_draft(self, draft: str) -> None:
        self._text.setPlainText(draft)

    def _as_text(self, value: object) -> str:
        return self._template.format(value=", ".join(value) if isinstance(value, tuple) else "")

    @Slot()
    def _on_changed(self) -> None:
        if not self._putting:
            self._typed()
            self._complain(self._problem())

    @Slot()
    def _on_left(self) -> None:
        if not self._dirty or self._text.isReadOnly():
            return
        problem = self._problem()
        self._complain(problem)
        if not problem:
            self._settle(self.lines)

    def _problem(self) -> str:
        wrong = (self._check(line[: LONGEST + 1]) for line in self.lines)
        return next((each for each in wrong if each), "")


class _Leaving(QPlainTextEdit):
    """Says when the keyboard goes elsewhere."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Going to another window or menu is not leaving."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Ctrl+Enter finishes."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.left.emit()
        else:
            super().keyPressEvent(event)
