"""An account's secret: given, kept in the keyring or for this session only, and forgotten. It is never shown."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout

from tocsin.desktop import plain_text
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import Tone, button, label
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, KeepSecret, Kept, SecretKept
from tocsin.words.phrasebook import Phrasebook

_LONGEST = 16384
_GAP = 3


class SecretBox(Page):
    """A line for a secret. ``name`` is the account's id, or that of what else has one."""

    def __init__(self, words: Phrasebook, name: str, caption: str) -> None:
        super().__init__(words)
        self._name = name
        self._seen: SecretKept | None = None
        self._has_seen = False
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._line.setMaxLength(_LONGEST)
        self._line.setAccessibleName(caption)
        hint = words.gettext("It is kept in this computer's keyring, never in a file, and is not shown again.")
        self._line.setAccessibleDescription(hint)
        self._line.textChanged.connect(self._on_typed)
        self._line.returnPressed.connect(self._on_keep)
        above = label(Tone.NORMAL, caption)
        above.setBuddy(self._line)
        self._run_only = QCheckBox(plain_text.for_button(words.gettext("For this session only")))
        self._keep = button(words.gettext("Keep the secret"), self._on_keep)
        self._forget = button(words.gettext("Forget the secret"), self._on_forget)
        self._result = label(Tone.NORMAL)
        typed = QVBoxLayout()
        typed.setSpacing(_GAP)
        for each in (above, self._line, label(Tone.QUIET, hint), self._run_only):
            typed.addWidget(each)
        self.column.addLayout(typed)
        self.row(self._keep, self._forget)
        self.column.addWidget(self._result)
        self._on_typed()

    @property
    def line(self) -> QLineEdit:
        """Where it is typed."""
        return self._line

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Say what became of it."""
        del settings, now
        kept = state.secret_kept
        if not self._has_seen:  # what became of an earlier one is no news
            self._seen, self._has_seen = kept, True
        elif kept is not self._seen:
            self._seen = kept
            if kept is not None and kept.account == self._name:
                self._result.say(self._became(kept))

    def _became(self, kept: SecretKept) -> str:
        words = self.words
        said: dict[Kept, Callable[[], str]] = {
            Kept.KEYRING: lambda: words.gettext("The secret is in the keyring."),
            Kept.RUN_ONLY: lambda: words.gettext("The secret is kept until Tocsin ends."),
            Kept.NOWHERE: lambda: words.gettext("The secret is forgotten."),
        }
        if not kept.problem:
            return said[kept.where]()
        sentence = (
            words.gettext("The keyring cannot be used ({problem}). The secret is kept until Tocsin ends.")
            if kept.where is Kept.RUN_ONLY
            else words.gettext("The keyring did not let go of the secret ({problem}).")
        )
        return sentence.format(problem=words.clean(kept.problem).rstrip("."))

    @Slot()
    def _on_typed(self) -> None:
        self._keep.setEnabled(bool(self._line.text()))

    @Slot()
    def _on_keep(self) -> None:
        if self._line.text():
            value = self._line.text()
            self._line.clear()
            self._result.say(self.words.gettext("The secret is being put away."))
            self.commanded.emit(KeepSecret(self._name, value, run_only=self._run_only.isChecked()))

    @Slot()
    def _on_forget(self) -> None:
        self._line.clear()
        self._result.say(self.words.gettext("The secret is being forgotten."))
        self.commanded.emit(KeepSecret(self._name, ""))
