"""The fields of a form: each shows a value, says what is wrong with what was typed, and tells when it has another."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from tocsin.desktop.settings.checks import LONGEST, Check, tidy
from tocsin.desktop.widgets import Tone, label

_GAP = 0.2  # of a line of text


class Field(QWidget):
    """A caption, an editor, a hint and what is wrong. ``settled`` carries a value that the user chose or finished.

    ``name`` is the same in every language: what was typed is found again by it when the page is made anew. What was
    chosen but cannot be saved yet, because something beside it is missing, is held: it counts as typed. ``resumed``
    when what was typed into an earlier one stands in this one.
    """

    settled = Signal(object)
    resumed = Signal()

    def __init__(self, name: str, caption: str, editor: QWidget, hint: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self._editor = editor
        self._hint = hint
        self._value: object = None
        self._before: object = None
        self._dirty = False
        self._meanwhile = ""
        self._said = label(Tone.QUIET)
        self._wrong = label(Tone.STRONG)
        editor.setAccessibleName(caption)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(_GAP * self.fontMetrics().lineSpacing()))
        if not isinstance(editor, QCheckBox):
            above = label(Tone.NORMAL, caption)
            above.setBuddy(editor)
            column.addWidget(above)
        column.addWidget(editor)
        column.addWidget(self._wrong)
        column.addWidget(self._said)
        self._describe()

    # --- what a page asks of it ---

    @property
    def editor(self) -> QWidget:
        """Where the user types or chooses."""
        return self._editor

    @property
    def problem(self) -> str:
        """What is wrong with what stands there, as it is shown; empty for nothing."""
        return self._wrong.whole

    @property
    def draft(self) -> str | None:
        """What was typed and is not settled yet; None for nothing."""
        return self._as_draft() if self._dirty else None

    def show_value(self, value: object) -> None:
        """Show what the settings say. What is being typed stays; that the settings changed meanwhile is said."""
        if value == self._value:
            return
        self._value = value
        if self._dirty:
            self._meanwhile = self._as_text(value)
            self._describe()
        else:
            self._put(value)

    def resume(self, draft: str) -> None:
        """Go on with what was typed into the field that stood here before."""
        self._dirty = True
        self._put_draft(draft)
        self.resumed.emit()

    def hold(self, *, held: bool = True) -> None:
        """Count what stands there as typed and not saved, or no longer."""
        self._dirty = held

    def refuse(self, problem: str) -> None:
        """Say that the value that was last settled was not taken; it stays in the field."""
        self._value, self._dirty = self._before, True
        self._complain(problem)

    def lock(self, *, locked: bool) -> None:
        """Take changes, or only show."""
        self._editor.setEnabled(not locked)

    def explain(self, hint: str) -> None:
        """Say something else below the field."""
        if hint != self._hint:
            self._hint = hint
            self._describe()

    # --- for the kinds of field ---

    def _put(self, value: object) -> None:
        raise NotImplementedError

    def _as_draft(self) -> str:
        """What stands there, to be put into the field that comes after this one."""
        raise NotImplementedError

    def _put_draft(self, draft: str) -> None:
        raise NotImplementedError

    def _as_text(self, value: object) -> str:
        return str(value)

    def _typed(self) -> None:
        self._dirty = True

    def _settle(self, value: object) -> None:
        self._dirty = False
        self._meanwhile = ""
        self._complain("")
        self._describe()
        if value != self._value:
            self._before, self._value = self._value, value
            self.settled.emit(value)

    def _complain(self, problem: str) -> None:
        self._wrong.say(problem)
        self._describe()

    def _describe(self) -> None:
        """Bring the lines below up to date, for eyes and for screen readers."""
        self._said.say("\n".join(each for each in (self._hint, self._meanwhile) if each))
        described = " ".join(each for each in (self._wrong.whole, self._hint, self._meanwhile) if each)
        if self._editor.accessibleDescription() != described:
            self._editor.setAccessibleDescription(described)


class TextField(Field):
    """One line of text, settled when the user leaves it or presses Enter. ``meanwhile`` says what changed elsewhere."""

    def __init__(self, name: str, caption: str, check: Check, hint: str = "", meanwhile: str = "{value}") -> None:
        self._line = QLineEdit()
        self._line.setMaxLength(LONGEST)
        super().__init__(name, caption, self._line, hint)
        self._check = check
        self._template = meanwhile
        self._line.textEdited.connect(self._on_edited)
        self._line.editingFinished.connect(self._on_finished)

    @property
    def text(self) -> str:
        """What stands there, as it would be kept."""
        return tidy(self._line.text())

    @property
    def is_right(self) -> bool:
        """Whether what stands there could be kept."""
        return not self._check(self.text)

    def fill(self, text: str) -> None:
        """Have this stand there as if it had been typed; ``finish`` is to follow."""
        self._line.selectAll()
        self._line.insert(text)
        self._line.setCursorPosition(0)
        self._on_edited()

    def finish(self) -> None:
        """Settle what stands there, if it can be kept."""
        self._on_finished()

    def check_with(self, check: Check) -> None:
        """Other rules hold from now on."""
        self._check = check

    def lock(self, *, locked: bool) -> None:
        """A locked line can still be read and copied."""
        self._line.setReadOnly(locked)

    def _put(self, value: object) -> None:
        self._line.setText(str(value))
        self._line.setCursorPosition(0)
        self._complain("")

    def _as_draft(self) -> str:
        return self._line.text()

    def _put_draft(self, draft: str) -> None:
        self._line.setText(draft)
        self._complain(self._check(self.text))

    def _as_text(self, value: object) -> str:
        return self._template.format(value=value)

    @Slot()
    def _on_edited(self) -> None:
        self._typed()
        self._complain(self._check(self.text))

    @Slot()
    def _on_finished(self) -> None:
        if self._dirty and not self._line.isReadOnly():
            problem = self._check(self.text)
            self._complain(problem)
            if not problem:
                self._line.setText(self.text)
                self._settle(self.text)
