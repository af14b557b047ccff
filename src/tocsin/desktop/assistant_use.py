"""The assistant's last step: what the computer is used for, the line, whom to call, and a test alarm."""

from typing import Self

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QRadioButton, QVBoxLayout, QWidget

from tocsin.desktop import consent, plain_text
from tocsin.desktop.assistant_page import GAP, Step, boxed, explained, line_edit, titled
from tocsin.desktop.bell import colour
from tocsin.desktop.copy_button import CopyButton
from tocsin.desktop.widgets import Card, Tone, button, label
from tocsin.domain.account import Help, Settings, Usage
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, TryAlarm
from tocsin.domain.targets import offered
from tocsin.domain.terms import Level
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook


class UseStep(Step):
    """What is left to be asked; what was answered before is not asked again."""

    def __init__(self, words: Phrasebook, settings: Settings, *, has_start: bool) -> None:
        super().__init__(words, words.gettext("The last questions"))
        self._is_first = not settings.accounts
        self._is_saving = self._is_over = False
        self._asks_line = settings.line.public is None
        self._business = QRadioButton(plain_text.for_button(words.gettext("At work")))
        self._home = QRadioButton(plain_text.for_button(words.gettext("At home")))
        self._uses = QButtonGroup(self)
        for each in (self._home, self._business):
            self._uses.addButton(each)
        (self._business if settings.usage is Usage.BUSINESS else self._home).setChecked(True)
        self._line = QCheckBox(plain_text.for_button(words.gettext("Watch my own line too")))
        self._start = QCheckBox(plain_text.for_button(words.gettext("Start with the computer")))
        self._phone = line_edit(longest=plain.NAME)
        called = words.gettext("Telephone number of the help desk (optional)")
        self._phone_part = boxed(titled(called, self._phone))
        self._alarm = button(words.gettext("Send a test alarm"), self._on_alarm)
        self._sent = label(Tone.QUIET)
        self._told = label(Tone.NORMAL)
        self._card = self._command_card()
        self._lay_out(has_start=has_start)

    def _lay_out(self, *, has_start: bool) -> None:
        words = self._words
        self.column.addWidget(self._card)
        if self._is_first:
            self.column.addWidget(label(Tone.STRONG, words.gettext("Where do you use this connection?")))
            told = words.gettext("At work a line that is unfit for calls is worth an alarm too.")
            both = QVBoxLayout()
            both.setSpacing(4)
            both.addWidget(self._home, 0, Qt.AlignmentFlag.AlignLeft)
            both.addLayout(explained(self._business, told))
            self.column.addLayout(both)
        if self._asks_line:
            self.column.addLayout(explained(self._line, self._about_the_line()))
        if has_start:
            self.column.addWidget(self._start, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._phone_part)
        told = words.gettext("A test alarm shows what an outage looks like on this computer.")
        self.column.addWidget(label(Tone.NORMAL, told))
        self.column.addWidget(self._alarm, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._sent)
        self.column.addWidget(self._told)
        self.column.addStretch(1)

    def _about_the_line(self) -> str:
        words = self._words
        told = words.gettext("Then Tocsin can tell a fault of your provider from one in your own network.")
        told = f"{told} {consent.contacting(words)}"
        return "\n".join((told, *consent.named(words, offered(Settings()).hosts), consent.what_is_sent(words)))

    def _command_card(self) -> QWidget:
        made = Card(colour(Level.NOTICE))
        column = QVBoxLayout(made)
        column.setContentsMargins(14, 8, 10, 8)
        column.setSpacing(GAP)
        self._command = label(Tone.STRONG)
        self._command.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._copy = CopyButton(self._words)
        told = self._words.gettext(
            "After “Finish”, sign in under “Accounts and connections” in the settings, "
            "or with this command in a terminal."
        )
        column.addWidget(label(Tone.NORMAL, told))
        column.addWidget(self._command)
        column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        made.hide()
        return made

    @property
    def usage(self) -> Usage:
        """What the computer is used for."""
        return Usage.BUSINESS if self._business.isChecked() else Usage.HOME

    @property
    def public(self) -> bool | None:
        """Whether the line may be measured with hosts beyond the accounts' own; None where that was not asked."""
        return self._line.isChecked() if self._asks_line else None

    @property
    def starts(self) -> bool:
        """Whether Tocsin shall start with the computer."""
        return self._start.isChecked()

    @property
    def help(self) -> Help:
        """Whom to call."""
        return Help(phone=self._words.clean(self._phone.text(), plain.NAME))

    @property
    def next_text(self) -> str:
        """The end."""
        return self._words.gettext("Close") if self._is_over else self._words.gettext("Finish")

    @property
    def skip_text(self) -> str:
        """To finish is to skip."""
        return ""

    @property
    def can_go_on(self) -> bool:
        """Not while it is being saved."""
        return not self._is_saving

    def enter(self) -> None:
        """To the first question."""
        chosen = self._business if self._business.isChecked() else self._home
        (chosen if self._is_first else self._alarm).setFocus()

    def take_over(self, before: Self) -> None:
        """The answers."""
        for mine, other in (
            (self._business, before._business),
            (self._home, before._home),
            (self._line, before._line),
            (self._start, before._start),
        ):
            mine.setChecked(other.isChecked())
        self._phone.setText(before._phone.text())
        if before._sent.whole:
            self._say_sent()
        self.show_end(before._told.whole, is_saving=before._is_saving, is_over=before._is_over)

    @property
    def is_over(self) -> bool:
        """Whether all is saved, and there is only something left to be read."""
        return self._is_over

    def ask_for_help(self, *, is_wanted: bool) -> None:
        """Whom to call belongs to an account."""
        self._phone_part.setVisible(is_wanted)

    def tell_command(self, command: str) -> None:
        """Say how to sign in afterwards; nothing for no command."""
        self._command.say(command)
        self._copy.set_text_to_copy(command, self._words.gettext("Copy the command"))
        self._card.setVisible(bool(command))

    def show_end(self, told: str, *, is_saving: bool, is_over: bool = False) -> None:
        """Say how the saving goes; ``is_over``: it is done, and this is to be read before closing."""
        self._is_saving, self._is_over = is_saving, is_over
        self._told.say(told)
        self.told.emit(self._told)
        self.changed.emit()

    def _on_alarm(self) -> None:
        self.commanded.emit(TryAlarm())
        self._say_sent()
        self.told.emit(self._sent)

    def render_state(self, state: AppState, now: Instant) -> None:
        """Say what became of the test alarm, where it did not arrive."""
        if not self._sent.whole:
            return
        troubles = [self._words.fault(each.message, now.wall) for each in state.faults if each.message.key == "channel"]
        if troubles:
            self._sent.say("\n".join(troubles))
        else:
            self._say_sent()

    def _say_sent(self) -> None:
        self._sent.say(
            self._words.gettext("It was sent. If nothing shows, look at your desktop's notification settings.")
        )
