"""The list of accounts with how each stands, and what can be done with one."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMessageBox, QWidget

from tocsin.desktop import plain_text
from tocsin.desktop.settings.changes import account_of, put_account, without_account
from tocsin.desktop.settings.page import Edit, Page
from tocsin.desktop.settings.trial_box import TrialBox
from tocsin.desktop.widgets import button, relabel
from tocsin.domain.account import LINE_PROVIDER, Account, AuthKind, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AccountView, AppState
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_ROWS = 6


class AccountList(Page):
    """The accounts, one a row. ``opened`` carries the one to be edited."""

    opened = Signal(str)
    assistant_wanted = Signal()

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words)
        self._settings: Settings | None = None
        self._question: QMessageBox | None = None
        self._empty = self.say("")
        self._list = QListWidget()
        self._list.setAccessibleName(words.gettext("Accounts"))
        self._list.setWordWrap(True)
        self._list.setSpacing(2)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMinimumHeight(_ROWS * self._list.fontMetrics().lineSpacing())
        self._list.currentRowChanged.connect(self._on_current)
        self._list.itemActivated.connect(self._on_edit)
        self.column.addWidget(self._list)
        self._add = button(words.gettext("Add an account"), self.assistant_wanted.emit)
        self._edit = button(words.gettext("Edit"), self._on_edit)
        self._pause = button(words.gettext("Pause"), self._on_pause)
        self._remove = button(words.gettext("Remove"), self._on_remove)
        self._trial = TrialBox(words)
        self.row(self._edit, self._pause, self._remove)
        self.row(self._trial.test, self._trial.stop)
        self.column.addWidget(self._trial)
        self.adopt(self._trial)
        self.row(self._add)

    @property
    def entries(self) -> QListWidget:
        """The rows."""
        return self._list

    def take_focus(self, account: str) -> None:
        """Put the keyboard where this account stands."""
        for row in range(self._list.count()):
            if self._list.item(row).data(Qt.ItemDataRole.UserRole) == account:
                self._list.setCurrentRow(row)
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """List them with how each stands."""
        self._settings = settings
        views = {view.id: view for view in state.accounts}
        rows = [(account.id, self._row(account, views.get(account.id), now)) for account in settings.accounts]
        there = [self._list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self._list.count())]
        if there != [account for account, _ in rows]:
            self._list_anew(rows)
        for row, (_, text) in enumerate(rows):
            item = self._list.item(row)
            if item.text() != text:
                item.setText(text)
        self._list.setVisible(bool(rows))
        self._empty.say("" if rows else self.words.gettext("Nothing is watched yet. Add your provider, or your line."))
        self._trial.follow(self._chosen_id)
        self._enable()

    def let_go(self) -> None:
        """Break off what is being tried, and ask nothing any more."""
        self._trial.let_go()
        if self._question is not None:
            self._question.close()

    def _list_anew(self, rows: list[tuple[str, str]]) -> None:
        chosen = self._chosen_id
        self._list.blockSignals(True)
        self._list.clear()
        for account, text in rows:
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, account)
            self._list.addItem(item)
        ids = [account for account, _ in rows]
        self._list.setCurrentRow(ids.index(chosen) if chosen in ids else min(0, len(ids) - 1))
        self._list.blockSignals(False)

    def _row(self, account: Account, view: AccountView | None, now: Instant) -> str:
        words = self.words
        name = words.clean(account.name, plain.NAME) or account.id
        watched = words.names([each.name for each in account.connections])
        head = words.captioned(name, watched) if watched and watched != name else name
        return f"{head}\n{self._standing(account, view, now)}"

    def _standing(self, account: Account, view: AccountView | None, now: Instant) -> str:
        words = self.words
        if account.paused:
            return words.gettext("paused")
        if account.provider == LINE_PROVIDER:
            return words.gettext("only its line is watched")
        if view is None or (view.last_success is None and view.failing_since is None):
            return words.gettext("not asked yet")
        if view.failing_since is not None:
            said = words.gettext("could not be asked since {time}")
            return said.format(time=words.clock(view.failing_since, now.wall))
        at = view.last_success.wall if view.last_success is not None else now.wall
        return words.gettext("answered at {time}").format(time=words.clock(at, now.wall))

    # --- what the buttons do ---

    @property
    def _chosen_id(self) -> str:
        item = self._list.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    @property
    def _chosen(self) -> Account | None:
        return None if self._settings is None else account_of(self._settings, self._chosen_id)

    def lock(self, *, locked: bool) -> None:
        """The list can still be read."""
        super().lock(locked=locked)
        self._enable()

    def _enable(self) -> None:
        account = self._chosen
        words = self.words
        name = "" if account is None else words.clean(account.name, plain.NAME) or account.id
        for each, told in (
            (self._edit, words.gettext("Edit {name}")),
            (self._remove, words.gettext("Remove {name}")),
            (self._trial.test, words.gettext("Test {name} now")),
        ):
            each.setAccessibleName(told.format(name=name) if name else each.text())
            each.setVisible(account is not None)
        pause = words.gettext("Resume") if account is not None and account.paused else words.gettext("Pause")
        relabel(self._pause, pause, words.captioned(pause, name) if name else pause)
        self._pause.setVisible(account is not None)
        self._edit.setEnabled(account is not None)
        self._pause.setEnabled(account is not None and not self._locked)
        self._remove.setEnabled(account is not None and not self._locked)
        self._add.setEnabled(not self._locked)

    @Slot(int)
    def _on_current(self, _: int) -> None:
        self._trial.follow(self._chosen_id)
        self._enable()
        self.turned.emit()

    @Slot()
    def _on_edit(self) -> None:
        if self._chosen_id:
            self.opened.emit(self._chosen_id)

    @Slot()
    def _on_pause(self) -> None:
        account = self._chosen
        if account is None:
            return
        words, paused = self.words, not account.paused
        said = words.gettext("{name} is paused.") if paused else words.gettext("{name} is watched again.")
        self.edited.emit(
            Edit(
                lambda settings: put_account(settings, account.id, lambda there: replace(there, paused=paused)),
                None,
                said.format(name=words.clean(account.name, plain.NAME) or account.id),
            )
        )

    @Slot()
    def _on_remove(self) -> None:
        account = self._chosen
        if account is not None and self._question is None:
            self._question = ask_to_remove(self.window(), self.words, account)
            self._question.accepted.connect(lambda: self._remove_now(account))
            self._question.finished.connect(self._on_answered)
            self._question.open()

    def _remove_now(self, account: Account) -> None:
        said = self.words.gettext("The account {name} was removed.")
        self.edited.emit(
            Edit(
                lambda settings: without_account(settings, account.id),
                None,
                said.format(name=self.words.clean(account.name, plain.NAME) or account.id),
            )
        )

    @Slot()
    def _on_answered(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None


def ask_to_remove(parent: QWidget, words: Phrasebook, account: Account) -> QMessageBox:
    """The question before an account goes, to be shown with ``open()``. Escape leaves everything as it is."""
    name = words.clean(account.name, plain.NAME) or account.id
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Tocsin")
    box.setText(words.gettext("Remove {name}?").format(name=name))
    told = [words.gettext("It is no longer watched. What was recorded stays in the history. It can be undone.")]
    if account.auth.kind is not AuthKind.NONE:
        told.append(words.gettext("Its secret stays in the keyring. To forget it, choose “Edit” first."))
    box.setInformativeText(" ".join(told))
    box.addButton(plain_text.for_button(words.gettext("Remove")), QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton(plain_text.for_button(words.gettext("Cancel")), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    return box
