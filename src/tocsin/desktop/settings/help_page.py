"""Whom to turn to, for each account: readable while there is no connection, and all of it the user's own text."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QStackedLayout

from tocsin.desktop.settings.changes import account_of, put_account
from tocsin.desktop.settings.checks import Checks
from tocsin.desktop.settings.controls import ChoiceField
from tocsin.desktop.settings.field import TextField
from tocsin.desktop.settings.lines import LinesField
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import Tone
from tocsin.domain.account import Help, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook


class HelpPage(Page):
    """A choice of accounts, and the form of the one that is chosen."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words)
        self._forms: dict[str, HelpForm] = {}
        self._shown = ""
        self.say(words.gettext("Kept on this computer, to be read when nothing else can be reached."), Tone.QUIET)
        self._none = self.say("")
        self._accounts = ChoiceField("help.account", words.gettext("Account"), ())
        self._accounts.settled.connect(self._on_chosen)
        self.column.addWidget(self._accounts)
        self._stack = QStackedLayout()
        self.column.addLayout(self._stack)

    @property
    def place(self) -> str:
        """The account whose numbers are shown."""
        return self._shown

    def go_to(self, place: str) -> None:
        """Show this account's."""
        self._shown = place

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Offer the accounts, and forget those that are gone."""
        del state, now
        ids = [account.id for account in settings.accounts]
        for gone in [each for each in self._forms if each not in ids]:
            form = self._forms.pop(gone)
            self._stack.removeWidget(form)
            self.dismiss(form)
        if self._shown not in ids:
            self._shown = ids[0] if ids else ""
        self._accounts.offer(
            (account.id, self.words.clean(account.name, plain.NAME) or account.id) for account in settings.accounts
        )
        self._accounts.show_value(self._shown)
        self._accounts.setVisible(len(ids) > 1)
        self._none.say("" if ids else self.words.gettext("There is no account yet whose numbers could be kept."))
        self._turn()

    def _on_chosen(self, account: str) -> None:
        self._shown = account
        self._turn()
        self.turned.emit()

    def _turn(self) -> None:
        if not self._shown:
            return
        if self._shown not in self._forms:
            made = self._forms[self._shown] = HelpForm(self.words, self._shown)
            self._stack.addWidget(made)
            self.adopt(made)
        self._stack.setCurrentWidget(self._forms[self._shown])


class HelpForm(Page):
    """The numbers of one account."""

    def __init__(self, words: Phrasebook, account: str) -> None:
        super().__init__(words)
        self._account = account
        check, self._meanwhile = Checks(words), words.gettext("In config.toml it was changed to: {value}")
        self._line("phone", words.gettext("Help desk, by telephone"), check.phone)
        self._line("outage_line", words.gettext("Number that tells of outages"), check.phone)
        self._line("mail", words.gettext("Mail address for reports"), check.mail)
        self._line("status_url", words.gettext("Status page, to open on a phone"), check.page)
        self._line("hours", words.gettext("Hours of the help desk"), check.anything)
        self._line("customer_number", words.gettext("Your customer number"), check.anything)
        steps = LinesField(
            f"help.{account}.steps",
            words.gettext("What to try before calling"),
            check.anything,
            words.gettext("One step a line."),
            self._meanwhile,
        )
        self.add(steps, self._get("steps"), self._put("steps"))

    def _line(self, name: str, caption: str, check: Callable[[str], str]) -> None:
        field = TextField(f"help.{self._account}.{name}", caption, check, "", self._meanwhile)
        self.add(field, self._get(name), self._put(name))

    def _get(self, name: str) -> Callable[[Settings], object]:
        def get(settings: Settings) -> object:
            account = account_of(settings, self._account)
            return None if account is None else getattr(account.help, name)

        return get

    def _put(self, name: str) -> Callable[[Settings, object], Settings]:
        def put(settings: Settings, value: object) -> Settings:
            whole = f"https://{value}" if name == "status_url" and value and "://" not in str(value) else value
            return put_account(settings, self._account, lambda each: replace(each, help=_with(each.help, name, whole)))

        return put


def _with(there: Help, name: str, value: object) -> Help:
    return replace(there, **{name: value})  # type: ignore[arg-type]  # the field's kind
