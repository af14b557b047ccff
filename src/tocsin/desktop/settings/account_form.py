"""One account, to be changed: how it is called and asked, how it signs in, and what is depended on within it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from tocsin.desktop.settings.backstage import Backstage
from tocsin.desktop.settings.changes import account_of, put_account, with_connection
from tocsin.desktop.settings.checks import Checks, is_loopback_address
from tocsin.desktop.settings.connection_form import ConnectionForm
from tocsin.desktop.settings.controls import CheckField, NumberField
from tocsin.desktop.settings.field import TextField
from tocsin.desktop.settings.login_form import LoginForm
from tocsin.desktop.settings.options_form import OptionsForm
from tocsin.desktop.settings.page import Edit, Page
from tocsin.desktop.settings.trial_box import TrialBox
from tocsin.desktop.widgets import Tone, button
from tocsin.domain.account import LINE_PROVIDER, Account, Connection, Settings
from tocsin.domain.account_ids import suggested_id
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_LEAST, _LEAST_LOOPBACK, _MOST = 30, 1, 24 * 60 * 60  # seconds between two polls


class AccountForm(Page):
    """Everything of one account. ``left`` when the user wants the list back."""

    left = Signal()

    def __init__(self, words: Phrasebook, account: Account, backstage: Backstage) -> None:
        super().__init__(words)
        self._id = account.id
        self._provider = account.provider
        self._called = account.provider if backstage.product is None else backstage.product(account.provider)
        self._is_line = account.provider == LINE_PROVIDER
        self._check = Checks(words)
        self._settings: Settings | None = None
        self._forms: dict[str, ConnectionForm] = {}
        self._wanted = ""
        self.back = button(words.gettext("Back to the accounts"), self.left.emit)
        self.row(self.back)
        self._title = self.say("", Tone.LARGE)
        self._product = self.say("", Tone.QUIET)
        self._name_and_address()
        if not self._is_line:
            asked = () if backstage.fields is None else backstage.fields(account.provider)
            wrong = None if backstage.mistakes is None else partial(backstage.mistakes, account.provider)
            options = OptionsForm(words, account, asked, wrong)
            self.column.addWidget(options)
            self.adopt(options)
        self._paused()
        if not self._is_line:
            self.heading(words.gettext("Sign-in"))
            login = LoginForm(words, self._id)
            self.column.addWidget(login)
            self.adopt(login)
            self.heading(words.gettext("Test this account"))
            trial = TrialBox(words, in_full=any(each.group for each in asked))
            trial.follow(self._id)
            self.row(trial.test, trial.stop)  # above what came of it, which may be long
            self.column.addWidget(trial)
            self.adopt(trial)
        self.heading(words.gettext("Connections"))
        self._connections = QVBoxLayout()
        self._connections.setSpacing(self.column.spacing() * 2)
        self.column.addLayout(self._connections)
        self.column.addSpacing(self.column.spacing())
        more = button(words.gettext("Add a connection"), self._on_more)
        self.row(more)
        self.locks(more)

    def _name_and_address(self) -> None:
        words, check = self.words, self._check
        meanwhile = words.gettext("In config.toml it was changed to: {value}")
        self.add(
            TextField(f"account.{self._id}.name", words.gettext("Name of the account"), check.needed, "", meanwhile),
            self._get(lambda account: account.name),
            self._put(lambda account, value: replace(account, name=str(value))),
        )
        if self._is_line:
            return
        self._address = TextField(f"account.{self._id}.url", words.gettext("Address"), check.address, "", meanwhile)
        self.add(
            self._address,
            self._get(lambda account: account.url),
            self._put(lambda account, value: replace(account, url=str(value))),
        )
        self._interval = NumberField(
            f"account.{self._id}.interval",
            words.gettext("Seconds between two checks"),
            (_LEAST, _MOST),
            words.gettext("60 is usual. A provider that asks for patience gets it."),
            meanwhile,
        )
        self.add(
            self._interval,
            self._get(lambda account: int(account.interval.total_seconds())),
            self._put(lambda account, value: replace(account, interval=timedelta(seconds=int(str(value))))),
        )

    def _paused(self) -> None:
        words = self.words
        hint = words.gettext("It is not asked, and nothing about it is shown or told, until you resume it.")
        self.add(
            CheckField(f"account.{self._id}.paused", words.gettext("Pause this account"), hint),
            self._get(lambda account: account.paused),
            self._put(lambda account, value: replace(account, paused=bool(value))),
        )

    def is_of(self, account: Account | None) -> bool:
        """Whether this is the form for an account: not once its file names another provider, which asks for more."""
        return account is not None and account.provider == self._provider

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Head it, and have a form for each connection."""
        del state, now
        self._settings = settings
        account = account_of(settings, self._id)
        if account is None:
            return
        words = self.words
        self._title.say(words.clean(account.name, plain.NAME) or account.id)
        if self._is_line:
            said = words.gettext("Only its line is watched: nobody is asked.")
        else:
            said = words.gettext("Kind of provider: {product}.").format(product=words.clean(self._called, plain.NAME))
            self._address.check_with(self._check.insecure_address if account.allow_insecure else self._check.address)
            self._interval.limit(_LEAST_LOOPBACK if is_loopback_address(account.url) else _LEAST, _MOST)
        self._product.say(said)
        self._have_forms(account)

    def _have_forms(self, account: Account) -> None:
        ids = [connection.id for connection in account.connections]
        for gone in [each for each in self._forms if each not in ids]:
            form = self._forms.pop(gone)
            self._connections.removeWidget(form)
            self.dismiss(form)
        for place, each in enumerate(ids):
            if each not in self._forms:
                made = self._forms[each] = ConnectionForm(self.words, self._id, each)
                self._connections.insertWidget(place, made)
                self.adopt(made)
                if each == self._wanted:
                    self._wanted = ""
                    made.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_more(self) -> None:
        account = None if self._settings is None else account_of(self._settings, self._id)
        if account is None:
            return
        name = self.words.gettext("New connection")
        made = Connection(suggested_id(name, {each.id for each in account.connections}), name)
        self._wanted = made.id
        said = self.words.gettext("A connection was added.")
        self.edited.emit(Edit(lambda settings: with_connection(settings, self._id, made), None, said))

    def _get(self, get: Callable[[Account], object]) -> Callable[[Settings], object]:
        def got(settings: Settings) -> object:
            account = account_of(settings, self._id)
            return None if account is None else get(account)

        return got

    def _put(self, put: Callable[[Account, object], Account]) -> Callable[[Settings, object], Settings]:
        return lambda settings, value: put_account(settings, self._id, lambda account: put(account, value))
