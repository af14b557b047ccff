"""Accounts and connections: the list, and the form of the one that is being changed in its place."""

from PySide6.QtCore import Qt, Signal, Slot

from tocsin.desktop.settings.account_form import AccountForm
from tocsin.desktop.settings.account_list import AccountList
from tocsin.desktop.settings.backstage import Backstage
from tocsin.desktop.settings.changes import account_of
from tocsin.desktop.settings.page import Page
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook


class AccountsPage(Page):
    """The list, or the form of one account in its place. ``assistant_wanted``: an account is to be added."""

    assistant_wanted = Signal()

    def __init__(self, words: Phrasebook, backstage: Backstage) -> None:
        super().__init__(words)
        self._backstage = backstage
        self._open = ""
        self._forms: dict[str, AccountForm] = {}
        self._settings: Settings | None = None
        self._listing = AccountList(words)
        self._listing.opened.connect(self._on_opened)
        self._listing.assistant_wanted.connect(self.assistant_wanted)
        self.column.addWidget(self._listing)
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
        for gone in [each for each, form in self._forms.items() if not form.is_of(account_of(settings, each))]:
            form = self._forms.pop(gone)
            self.column.removeWidget(form)
            self.dismiss(form)
        account = account_of(settings, self._open)
        self._open = "" if account is None else self._open
        if account is not None and account.id not in self._forms:
            made = self._forms[account.id] = AccountForm(self.words, account, self._backstage)
            made.left.connect(self._on_left)
            self.column.addWidget(made)
            self.adopt(made)
        wanted = self._forms.get(self._open, self._listing)
        for each in (self._listing, *self._forms.values()):
            each.setVisible(each is wanted)  # what is hidden takes no room: the list is much shorter than a form

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
