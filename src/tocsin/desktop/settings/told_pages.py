"""The pages that only tell: what is stored and who is contacted, and what this program is."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit

import tocsin
from tocsin.desktop.copy_button import CopyButton
from tocsin.desktop.settings.aside import Aside
from tocsin.desktop.settings.backstage import Backstage
from tocsin.desktop.settings.own_data import OwnData
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import PlainLabel, Tone, button, label
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.privacy import Privacy
from tocsin.domain.state import AppState
from tocsin.words import privacy as privacy_words
from tocsin.words.phrasebook import Phrasebook

_LICENCE = "MIT"
_REPORT_LINES = 12


class PrivacyPage(Page):
    """What is stored where, and who is contacted; how to take one's data along, and how to erase it."""

    def __init__(self, words: Phrasebook, backstage: Backstage) -> None:
        super().__init__(words)
        self._backstage = backstage
        self._about: Settings | None = None
        self._lines: list[PlainLabel] = []
        self._aside: Aside[Privacy] = Aside(self._on_found, self)
        self._inner = Page(words)
        self.column.addWidget(self._inner)
        self._own = OwnData(words, backstage)
        self.column.addWidget(self._own)

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Find out what the settings mean, when they are others."""
        del state, now
        find = self._backstage.privacy
        if find is None or settings == self._about:
            return
        self._about = settings
        if not self._lines:
            self._show([(self.words.gettext("One moment"), Tone.QUIET)])
        self._aside.start(partial(find, settings))

    def let_go(self) -> None:
        """Expect nothing any more."""
        self._aside.close()
        self._own.let_go()

    def _on_found(self, found: Privacy | None) -> None:
        if found is None:
            self._about = None
            self._show([(self.words.gettext("This could not be found out. The log says more."), Tone.NORMAL)])
            return
        lines: list[tuple[str, Tone]] = []
        for section in privacy_words.page(self.words, found):
            lines.append((section.title, Tone.STRONG))
            for thing, said in section.rows:
                text = self.words.captioned(thing, said) if thing and said else thing or said
                lines.append((text, Tone.NORMAL))
        self._show(lines)

    def _show(self, lines: list[tuple[str, Tone]]) -> None:
        for each in self._lines:
            self._inner.column.removeWidget(each)
            each.hide()
            each.deleteLater()
        self._lines = [label(tone, text) for text, tone in lines]
        for each in self._lines:
            selectable(each)
            self._inner.column.addWidget(each)


class AboutPage(Page):
    """Version, licence, where the settings are, and a report to copy."""

    def __init__(self, words: Phrasebook, backstage: Backstage) -> None:
        super().__init__(words)
        self._backstage = backstage
        self._aside: Aside[str] = Aside(self._on_report, self)
        self.say(f"Tocsin {tocsin.__version__}", Tone.LARGE)
        self.say(words.gettext("The alarm bell for your internet connection."))
        self.say(words.gettext("Licence: {licence}").format(licence=_LICENCE), Tone.QUIET)
        self.heading(words.gettext("Settings file"))
        self.say(words.gettext("It can be edited by hand too; what you change there takes effect at once."), Tone.QUIET)
        command_row(self, words, backstage.settings_file, words.gettext("Path of the settings"))
        if backstage.report is None:
            return
        self.heading(words.gettext("A report on everything"))
        told = words.gettext("For when something does not work. It has no secrets in it.")
        self.say(told, Tone.QUIET)
        self._make = button(words.gettext("Make the report"), self._on_make)
        self._copy = CopyButton(words)
        self._copy.hide()
        self.row(self._make, self._copy)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setAccessibleName(words.gettext("A report on everything"))
        self._text.setMinimumHeight(_REPORT_LINES * self._text.fontMetrics().lineSpacing())
        self._text.hide()
        self.column.addWidget(self._text)

    def let_go(self) -> None:
        """Expect nothing any more."""
        self._aside.close()

    def _on_make(self) -> None:
        report = self._backstage.report
        if report is not None and not self._aside.is_busy:
            self._text.setPlainText(self.words.gettext("One moment"))
            self._text.show()
            self._aside.start(partial(report, self.words))

    def _on_report(self, report: str | None) -> None:
        said = self.words.gettext("This could not be found out. The log says more.")
        self._text.setPlainText(said if report is None else report)
        self._copy.setVisible(report is not None)
        if report is not None:
            self._copy.set_text_to_copy(report, self.words.gettext("Copy the report"))


def command_row(page: Page, words: Phrasebook, text: str, name: str = "") -> None:
    """A text to copy, and a button that does."""
    shown = label(Tone.STRONG, text)
    selectable(shown)
    shown.setAccessibleName(words.captioned(name, text) if name else text)
    copy = CopyButton(words)
    copy.set_text_to_copy(text, words.gettext("Copy “{text}”").format(text=text))
    row = QHBoxLayout()
    row.addWidget(shown, 1)
    row.addWidget(copy)
    page.column.addLayout(row)


def selectable(shown: PlainLabel) -> None:
    """Let it be marked and copied, by keyboard too."""
    shown.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
