"""Accounts and connections: the list, and the form of the one that is being changed in its place."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedLayout

from tocsin.desktop.settings.account_form import AccountForm
from tocsin.desktop.settings.account_list import AccountList
from tocsin.desktop.settings.changes import account_of
from tocsin.desktop.settings.page import Page
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook


class AccountsPage(Page):
    """The list, or the form of one account in its place. ``assistant_wanted``: an account is to be added."""

    assistant_wanted = Signal()

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words)
        self._open = ""
        self._forms: dict[str, AccountForm] = {}
        self._settings: Settings | None = None
        self._listing = AccountList(words)
        self._listing.opened.connect(self._on_opened)
        self._listing.assistant_wanted.connect(self.assistant_wanted)
        self._stack = QStackedLayout()
        self.column.addLayout(self._stack)
        self._stack.addWidget(self._listing)  # last: a stack of nobody's shows its first widget as a window
        self.adopt(self._listing)

    @property
    def place(self) -> str:
        """The account whose form is open."""
        return self._open

    def go_to(self, place: str) -> None:
        """Open the form of this account."""
        self._open = place

    def step_back(self) -> bool:
        """Back to the list."""
        if not self._open:
            return False
        self._on_left()
        return True

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Have the form that is wanted, and none of an account that is gone."""
        del state, now
        self._settings = settings
        for gone in [each for each in self._forms if account_of(settings, each) is None]:
            form = self._forms.pop(gone)
            self._stack.removeWidget(form)
            self.dismiss(form)
        account = account_of(settings, self._open)
        self._open = "" if account is None else self._open
        if account is not None and account.id not in self._forms:
            made = self._forms[account.id] = AccountForm(self.words, account)
            made.left.connect(self._on_left)
            self._stack.addWidget(made)
            self.adopt(made)
        self._stack.setCurrentWidget(self._forms.get(self._open, self._listing))

    def let_go(self) -> None:
        """Break off what is being tried."""
        self._listing.let_go()
        for form in self._forms.values():
            form.let_go()

    @Slot(str)
    def _on_opened(self, account: str) -> None:
        self._open = account
        self.turned.emit()
        if account in self._forms:
            self._forms[account].back.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_left(self) -> None:
        was, self._open = self._open, ""
        self.turned.emit()
        self._listing.take_focus(was)
