"""What the user wrote down to report: it waits for the line, and then for the user to send it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from tocsin.desktop import draft_dialog, opener, picture
from tocsin.desktop.bell import colour
from tocsin.desktop.copy_button import CopyButton
from tocsin.desktop.flow import Flow
from tocsin.desktop.widgets import Card, Tone, button, label, relabel
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, Draft, KeepDraft
from tocsin.domain.terms import Level
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_PREVIEW = 160


class DraftCard(Card):
    """One draft. ``commanded`` carries a command; ``change_wanted`` the incident's uid, to open it again."""

    commanded = Signal(object)
    change_wanted = Signal(str)

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(colour(Level.NOTICE))
        self._words = words
        self._draft: Draft | None = None
        self._link = ""
        self._title = label(Tone.STRONG)
        self._text = label(Tone.QUIET)
        self._status = label(Tone.NORMAL)
        self._mail = button("", self._on_mail)
        self._copy = CopyButton(words)
        self._change = button("", self._on_change)
        self._discard = button("", self._on_discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 8)
        column.setSpacing(4)
        for each in (self._title, self._text, self._status):
            column.addWidget(each)
        buttons = Flow()
        for one in (self._mail, self._copy, self._change, self._discard):
            buttons.addWidget(one)
        column.addLayout(buttons)

    def render_draft(self, draft: Draft, state: AppState, now: Instant) -> None:
        """Show it as it stands."""
        words, self._draft = self._words, draft
        seen = draft_dialog.whose(state, draft.uid, now)
        name = words.clean(seen.view.name, plain.NAME) if seen is not None else ""
        title = (
            words.gettext("To be reported about {name}").format(name=name) if name else words.gettext("To be reported")
        )
        self._title.say(title)
        self.setAccessibleName(title)
        self._text.say(words.clean(draft.text, _PREVIEW))
        number = words.clean(seen.view.help.customer_number, plain.NAME) if seen is not None else ""
        address = seen.view.help.mail if seen is not None else ""
        self._link = opener.mail_link(address, draft_dialog.subject(words, name, number), draft.text)
        waits = picture.is_cut_off(state, now)
        self._status.say(self._says(waits=waits, at=words.clock(draft.written_at, now.wall)))
        self._label(name)
        self._mail.setVisible(bool(self._link) and not waits)
        self._copy.set_text_to_copy(draft.text, words.gettext("Copy what to report: {name}").format(name=name))

    def _says(self, *, waits: bool, at: str) -> str:
        words = self._words
        if waits:
            return words.gettext("Written at {time}. It waits until the line is back.").format(time=at)
        if not self._link:
            return words.gettext("Written at {time}, and not sent: copy it to where you report.").format(time=at)
        if opener.is_cut(self._link):
            return words.gettext("Only its beginning fits into the mail: copy it for the rest.")
        return words.gettext("Written at {time}, and not sent.").format(time=at)

    def _label(self, name: str) -> None:
        words = self._words
        for thing, text in (
            (self._mail, words.gettext("Write mail")),
            (self._change, words.gettext("Change")),
            (self._discard, words.gettext("Discard")),
        ):
            relabel(thing, text, self._words.captioned(text, name) if name else text)

    @Slot()
    def _on_mail(self) -> None:
        if not opener.open_link(self._link, from_settings=True):
            self._status.say(self._words.gettext("There is no program for mail here: copy it to where you report."))

    @Slot()
    def _on_change(self) -> None:
        if self._draft is not None:
            self.change_wanted.emit(self._draft.uid)

    @Slot()
    def _on_discard(self) -> None:
        if self._draft is not None:
            self.commanded.emit(KeepDraft(self._draft.uid, ""))
