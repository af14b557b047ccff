"""An account's secret: given, kept in the keyring or for this session only, and forgotten. It is never shown."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit

from tocsin.desktop.settings.controls import CheckField
from tocsin.desktop.settings.field import Field
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import Tone, button, label
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, KeepSecret, SecretKept
from tocsin.words import keeping
from tocsin.words.phrasebook import Phrasebook

SECRET = "secret."  # noqa: S105 -- a part of a name
"""How the names of its fields begin."""

_LONGEST = 16384


class SecretField(Field):
    """A line for a secret. It goes with the window: what is half typed into it is not kept behind a closed one."""

    typed = Signal()
    finished = Signal()

    def __init__(self, name: str, caption: str, hint: str) -> None:
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._line.setMaxLength(_LONGEST)
        super().__init__(name, caption, self._line, hint)
        self._line.textChanged.connect(self._on_typed)
        self._line.returnPressed.connect(self.finished)

    @property
    def line(self) -> QLineEdit:
        """Where it is typed."""
        return self._line

    def forget(self) -> None:
        """Have nothing stand there any more."""
        self._line.clear()

    def lock(self, *, locked: bool) -> None:
        """A secret stands in no file, and can be given whatever the file says."""

    def _put(self, value: object) -> None:
        """No settings have a secret in them."""

    def _as_draft(self) -> str:
        return self._line.text()

    def _put_draft(self, draft: str) -> None:
        self._line.setText(draft)

    @Slot()
    def _on_typed(self) -> None:
        self.hold(held=bool(self._line.text()))
        self.typed.emit()


class _RunOnly(CheckField):
    """Whether it is for this session only. It says how the next secret is kept, and is no setting."""

    def _settle(self, value: object) -> None:
        self.hold(held=bool(value))


class SecretBox(Page):
    """A line for a secret, and what can be done with it. ``name`` is the account's id, or that of what else has one."""

    def __init__(self, words: Phrasebook, name: str, caption: str) -> None:
        super().__init__(words)
        self._name = name
        self._seen: SecretKept | None = None
        self._has_seen = False
        hint = words.gettext("It is kept in this computer's keyring, never in a file, and is not shown again.")
        self._field = SecretField(f"{SECRET}{name}", caption, hint)
        self._field.typed.connect(self._on_typed)
        self._field.finished.connect(self._on_keep)
        self._run_only = _RunOnly(f"{SECRET}{name}.run_only", words.gettext("For this session only"))
        self._keep = button(words.gettext("Keep the secret"), self._on_keep)
        self._forget = button(words.gettext("Forget the secret"), self._on_forget)
        self._result = label(Tone.NORMAL)
        self.column.addWidget(self._field)
        self.column.addWidget(self._run_only)
        self.row(self._keep, self._forget)
        self.column.addWidget(self._result)
        self._on_typed()

    @property
    def line(self) -> QLineEdit:
        """Where it is typed."""
        return self._field.line

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Say what became of it."""
        del settings, now
        kept = state.secret_kept
        if not self._has_seen:  # what became of an earlier one is no news
            self._seen, self._has_seen = kept, True
        elif kept is not self._seen:
            self._seen = kept
            if kept is not None and kept.account == self._name:
                said = keeping.became(self.words, kept)
                self._result.say(said)
                self.told.emit(said)  # the line above may be scrolled away

    @Slot()
    def _on_typed(self) -> None:
        self._keep.setEnabled(bool(self.line.text()))

    @Slot()
    def _on_keep(self) -> None:
        value = self.line.text()
        if value:
            self._field.forget()
            self._result.say(self.words.gettext("The secret is being put away."))
            run_only = self._run_only.draft is not None
            self.commanded.emit(KeepSecret(self._name, value, run_only=run_only))

    @Slot()
    def _on_forget(self) -> None:
        self._field.forget()
        self._result.say(self.words.gettext("The secret is being forgotten."))
        self.commanded.emit(KeepSecret(self._name, ""))
