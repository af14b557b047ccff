"""The part of the page on privacy where one takes one's data along, or has it erased."""

import os
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget

from tocsin.desktop import plain_text
from tocsin.desktop.settings.aside import Aside
from tocsin.desktop.settings.backstage import Backstage
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import Tone, button
from tocsin.words.phrasebook import Phrasebook


class OwnData(Page):
    """Two buttons, and what became of the first. What ``backstage`` cannot do is not offered."""

    def __init__(self, words: Phrasebook, backstage: Backstage) -> None:
        super().__init__(words)
        self._backstage = backstage
        self._aside: Aside[str] = Aside(self._on_exported, self)
        self._open: QFileDialog | QMessageBox | None = None
        if backstage.export is not None or backstage.erase is not None:
            self.heading(words.gettext("Take your data along, or erase it"))
        buttons: list[QPushButton] = []
        if backstage.export is not None:
            # Translators: a button, to copy into a file all that the program knows of its user.
            self._export = button(words.gettext("Export my data…"), self._on_export)
            buttons.append(self._export)
        if backstage.erase is not None:
            # Translators: a button, to remove all that the program knows of its user.
            buttons.append(button(words.gettext("Erase everything…"), self._on_erase))
        self.row(*buttons)
        self._said = self.say("")
        commands = ", ".join(words.command(each) for each in ("privacy", "export", "erase"))
        self.say(words.gettext("The same in a terminal: {commands}").format(commands=commands), Tone.QUIET)

    def let_go(self) -> None:
        """Expect nothing any more."""
        self._aside.close()

    @Slot()
    def _on_export(self) -> None:
        if self._open is not None:
            return
        # Qt's dialog writes the folders one has looked at into a file of its own, which no erasing would reach.
        QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = f"tocsin-{date.today():%Y-%m-%d}.zip"  # noqa: DTZ011 - a file's name is by the user's own calendar
        dialog = QFileDialog(self, self.words.gettext("Export my data"), str(Path(documents) / name), "*.zip")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        # Nothing is written over: asking whether to do so would promise what is not done.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.fileSelected.connect(self._on_chosen)
        self._show(dialog)

    @Slot(str)
    def _on_chosen(self, chosen: str) -> None:
        export = self._backstage.export
        if export is None or not chosen or self._aside.is_busy:
            return
        self._export.setEnabled(False)
        self._said.say(self.words.gettext("One moment"))
        self._aside.start(partial(export, self.words, Path(chosen)))

    def _on_exported(self, said: str | None) -> None:
        self._export.setEnabled(True)
        self._said.say(said or self.words.gettext("Nothing was written. The log says more."))

    @Slot()
    def _on_erase(self) -> None:
        if self._open is None:
            self._show(ask_to_erase(self, self.words, self._on_agreed))

    def _on_agreed(self) -> None:
        if self._backstage.erase is not None:
            self._backstage.erase(self.words)

    def _show(self, dialog: QFileDialog | QMessageBox) -> None:
        self._open = dialog
        dialog.finished.connect(self._on_answered)
        dialog.open()

    @Slot()
    def _on_answered(self) -> None:
        if self._open is not None:
            self._open.deleteLater()
            self._open = None


def ask_to_erase(parent: QWidget, words: Phrasebook, on_yes: Callable[[], None]) -> QMessageBox:
    """The question before everything goes, to be shown with ``open()``. Escape leaves everything as it is."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Tocsin")
    box.setText(words.gettext("Erase everything that Tocsin keeps?"))
    box.setInformativeText(
        words.gettext(
            "Tocsin ends. Your settings, the record of what happened, the log, the secrets in your keyring and the "
            "start with the computer are removed. This cannot be undone."
        )
    )
    yes = box.addButton(plain_text.for_button(words.gettext("Erase and quit")), QMessageBox.ButtonRole.DestructiveRole)
    no = box.addButton(plain_text.for_button(words.gettext("Cancel")), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    yes.clicked.connect(on_yes)
    return box
