"""The assistant's step for who has to sign in: the form that the product asks for, and where the secret is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from tocsin.desktop import plain_text
from tocsin.desktop.address_finder import FIELDS, AddressFinder, AddressForm, explanation
from tocsin.desktop.assistant_fields import OptionsForm, ways_in
from tocsin.desktop.assistant_page import GAP, Step, boxed, explained, line_edit, titled
from tocsin.desktop.sign_in_box import SignInBox
from tocsin.desktop.widgets import Tone, fold, label
from tocsin.domain.account import Auth, AuthKind, OAuthFlow
from tocsin.domain.state import AppState
from tocsin.domain.trial import Trial
from tocsin.ports.offering import Offers
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_BROWSER, _DEVICE = "browser", "device"
_FLOWS = {_BROWSER: OAuthFlow.CODE, _DEVICE: OAuthFlow.DEVICE}
_SERVER = "server"
_MAY_BE_EMPTY = ("scope", "client_secret", _SERVER)


@dataclass(frozen=True, slots=True)
class Login:
    """What was filled in: the product (empty: to be found out), how to sign in, and the rest that it asks for."""

    provider: str = ""
    auth: Auth = field(default_factory=Auth)
    secret: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    run_only: bool = False

    @property
    def is_by_person(self) -> bool:
        """Whether a person has to sign in, in the browser or with a code: nothing can be tried before that."""
        return self.auth.is_by_person


class SignInStep(Step):
    """Asks for a login, and says why."""

    def __init__(self, words: Phrasebook, offers: Offers) -> None:
        super().__init__(words, words.gettext("Sign in"))
        self._offers = offers
        self._why = label(Tone.NORMAL)
        self._products = self._combo(words.gettext("Product"))
        self._ways = self._combo(words.gettext("How to sign in"))
        self._inputs: dict[str, tuple[QWidget, QLineEdit]] = {}
        self._options = OptionsForm(words)
        self._options.changed.connect(self.changed)
        self._more = fold(words.gettext("More about this account"), self._on_more)
        self._run_only = QCheckBox(plain_text.for_button(words.gettext("For this session only")))
        self._has_more = False
        self._known: Mapping[str, str] = {}
        self._elsewhere = label(
            Tone.QUIET, words.gettext("You sign in with the provider itself. Tocsin never sees your password.")
        )
        self._signing = SignInBox(words)
        self._signing.commanded.connect(self.commanded)
        self._signing.changed.connect(self._on_signing)
        self._signed: Login | None = None
        self._finder = AddressFinder(words, AddressForm(self._server, self._addresses, self._fill))
        self._finder.commanded.connect(self.commanded)
        self._finder.told.connect(self._on_finding)
        self.changed.connect(self._finder.follow)
        self._finding_part = boxed(self._finding())
        self._lay_out()
        self._list_products()
        self.ask("", "")

    def _combo(self, name: str) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(name)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return made

    def _lay_out(self) -> None:
        words = self._words
        self.column.addWidget(self._why)
        self._product_part = boxed(titled(words.gettext("Product"), self._products))
        self.column.addWidget(self._product_part)
        self.column.addLayout(titled(words.gettext("How to sign in"), self._ways))
        for name, text in (
            ("header", words.gettext("Name of the header")),
            ("user", words.gettext("User name")),
            ("client_id", words.gettext("Client id")),
            (_SERVER, words.gettext("Address of the sign-in server (optional)")),
            ("authorize_url", words.gettext("Address to sign in at")),
            ("device_url", words.gettext("Address that gives out codes")),
            ("token_url", words.gettext("Address that gives out tokens")),
            ("scope", words.gettext("Scope (optional)")),
            ("client_secret", words.gettext("The client's own secret (optional)")),
            ("secret", words.gettext("Token, key or password")),
        ):
            self._inputs[name] = self._input(text)
            self.column.addWidget(self._inputs[name][0])
            if name == _SERVER:
                self.column.addWidget(self._finding_part)
        self._finder.watch(self._inputs[_SERVER][1])
        for name in ("client_secret", "secret"):
            self._inputs[name][1].setEchoMode(QLineEdit.EchoMode.Password)
        kept = words.gettext("Otherwise it is kept in this computer's keyring. It is never written into a file.")
        self._keeping = boxed(explained(self._run_only, kept))
        self.column.addWidget(self._keeping)
        self.column.addWidget(self._elsewhere)
        self.column.addWidget(self._signing)
        self.column.addWidget(self._more)
        self.column.addWidget(self._options)
        self.column.addStretch(1)
        self._products.currentIndexChanged.connect(self._on_product)
        self._ways.currentIndexChanged.connect(self._on_way)

    def _finding(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GAP)
        column.addWidget(label(Tone.QUIET, explanation(self._words)))
        column.addWidget(self._finder)
        return column

    def _input(self, text: str) -> tuple[QWidget, QLineEdit]:
        edit = line_edit(longest=16384)
        edit.textChanged.connect(self.changed)
        return boxed(titled(text, edit)), edit

    def _list_products(self) -> None:
        self._products.blockSignals(True)
        self._products.addItem(self._words.gettext("Find out by itself"), "")
        for key, name in self._offers.providers():
            self._products.addItem(self._words.clean(name, plain.NAME), key)
        self._products.blockSignals(False)

    # --- what is asked ---

    def ask(self, provider: str, why: str, known: Mapping[str, str] | None = None) -> None:
        """Ask for what this product needs, and say why; ``known`` is what the catalogue says already."""
        self.leave()
        self._known = known or {}
        self._why.say(why)
        row = self._products.findData(provider)
        self._product_part.setVisible(not provider or row < 0)
        self._products.setCurrentIndex(max(row, 0))
        self._on_product()

    def take_over(self, before: Self) -> None:
        """What was filled in; it has been asked for the same things."""
        self._known = {**before._known, **before._options.values}
        self._products.setCurrentIndex(before._products.currentIndex())
        self._on_product()
        self._ways.setCurrentIndex(before._ways.currentIndex())
        for name, (_, edit) in before._inputs.items():
            self._inputs[name][1].setText(edit.text())
        self._run_only.setChecked(before._run_only.isChecked())
        self._more.setChecked(before._more.isChecked())
        self._finder.take_over(before._finder)
        self._signed = before._signed
        if before._signing.view is not None:
            self._signing.blockSignals(True)  # nothing is new of it
            self._signing.follow(before._signing.view)
            self._signing.blockSignals(False)
            self._hold()

    @property
    def login(self) -> Login:
        """What was filled in so far."""
        way = str(self._ways.currentData() or "")
        kind = AuthKind.OAUTH2 if way in _FLOWS else AuthKind(way or AuthKind.NONE.value)
        shown = {name: edit.text().strip() for name, (around, edit) in self._inputs.items() if not around.isHidden()}
        auth = Auth(kind, flow=_FLOWS.get(way, OAuthFlow.CLIENT_CREDENTIALS))
        shown.pop(_SERVER, "")
        secret = shown.pop("secret", "") or shown.pop("client_secret", "")
        given = {name: value for name, value in shown.items() if value}
        return Login(
            provider=str(self._products.currentData() or ""),
            auth=replace(auth, **given),  # type: ignore[arg-type]  # every name is one of Auth's own texts
            secret=secret,
            options=self._options.values,
            run_only=self._run_only.isChecked(),
        )

    @property
    def login_for_later(self) -> Login:
        """The same without a secret; how to sign in only where all of that is known."""
        login = self.login
        auth = login.auth if self._is_filled(but=(*_MAY_BE_EMPTY, "secret")) else Auth()
        return replace(login, secret="", auth=auth)

    @property
    def next_text(self) -> str:
        """It is tried at once, after the person has signed in where that is needed."""
        words = self._words
        if self.is_signed:
            return super().next_text
        if not self.login.is_by_person:
            return words.gettext("Sign in")
        is_by_code = self.login.auth.flow is OAuthFlow.DEVICE
        return words.gettext("Sign in with a code") if is_by_code else words.gettext("Sign in in the browser")

    @property
    def skip_text(self) -> str:
        """The account is watched as soon as its login is there."""
        return self._words.gettext("Sign in later")

    @property
    def can_go_on(self) -> bool:
        """Whether nothing is missing."""
        return not self._signing.is_running and self._is_filled(but=_MAY_BE_EMPTY) and self._options.is_complete

    @property
    def is_running(self) -> bool:
        """Whether the person is waited for."""
        return self._signing.is_running

    @property
    def is_signed(self) -> bool:
        """Whether the person has signed in with what stands there."""
        return self._signing.is_done and self._signed == self.login

    def begin(self, trial: Trial) -> None:
        """Have the person sign in to what would be tried; ``wanted`` follows once that is done."""
        self._finder.break_off()
        self._signed = self.login
        self._signing.begin(trial.auth.token_url, trial=trial)
        if self.is_running:
            self._signing.stop.setFocus()

    def render_state(self, state: AppState) -> None:
        """Show how signing in goes."""
        self._signing.render_state(state)
        self._finder.render_state(state)

    def take_back(self) -> bool:
        """Break signing in off, or the search for the server's addresses."""
        return self._signing.break_off() or self._finder.break_off()

    def end_search(self) -> None:
        """What stands there is taken as it is: no address comes any more."""
        self._finder.break_off()

    def leave(self) -> None:
        """Break signing in off, and forget what it came to."""
        self._signed = None
        self._signing.forget()
        self._finder.forget()

    def _server(self) -> str:
        """What is to be asked for its addresses; nothing where they are not needed."""
        around, edit = self._inputs[_SERVER]
        return "" if around.isHidden() else edit.text().strip()

    def _addresses(self) -> dict[str, str]:
        return {name: self._inputs[name][1].text() for name in FIELDS if not self._inputs[name][0].isHidden()}

    def _fill(self, texts: Mapping[str, str]) -> None:
        """As if they had been typed: what stood there can be had back by the keys for that, too."""
        for name, text in texts.items():
            edit = self._inputs[name][1]
            edit.selectAll()
            edit.insert(text)
            edit.setCursorPosition(0)

    @Slot(str)
    def _on_finding(self, said: str) -> None:
        if said:
            self.told.emit(self._finder)

    @Slot()
    def _on_signing(self) -> None:
        self._hold()
        self.changed.emit()
        if self._signing.had_focus and not self.is_running:
            self.enter()
        if self.is_signed:
            self.wanted.emit()
        elif self._signing.view is not None:
            self.told.emit(self._signing)

    def _hold(self) -> None:
        """What is being signed in to cannot be changed meanwhile."""
        for each in (self._product_part, self._ways, self._finding_part, self._keeping, self._more, self._options):
            each.setEnabled(not self.is_running)
        for around, _ in self._inputs.values():
            around.setEnabled(not self.is_running)
        self._signing.setVisible(str(self._ways.currentData() or "") in _FLOWS and self._signing.view is not None)

    def _is_filled(self, *, but: tuple[str, ...]) -> bool:
        asked = (each for name, each in self._inputs.items() if name not in but and not each[0].isHidden())
        return all(edit.text().strip() for _, edit in asked)

    def enter(self) -> None:
        """Into the first field that is empty; to what breaks off what runs."""
        if self.is_running:
            self._signing.stop.setFocus()
            return
        for around, edit in self._inputs.values():
            if not around.isHidden() and not edit.text():
                edit.setFocus()
                return
        self._inputs["secret"][1].setFocus()
        self._inputs["secret"][1].selectAll()

    @Slot()
    def _on_product(self) -> None:
        fields = self._offers.fields(str(self._products.currentData() or ""))
        before = self._ways.currentData()
        self._ways.blockSignals(True)
        self._ways.clear()
        for kind in ways_in(fields):
            self._ways.addItem(self._way(kind), kind.value)
            if kind is AuthKind.OAUTH2:
                self._ways.addItem(self._words.gettext("In the browser (OAuth2)"), _BROWSER)
                self._ways.addItem(self._words.gettext("With a code on another device (OAuth2)"), _DEVICE)
        self._ways.setCurrentIndex(max(self._ways.findData(before), 0))
        self._ways.blockSignals(False)
        is_login = self._ways.findData(AuthKind.LOGIN.value) >= 0
        asked = tuple(each for each in fields if not (is_login and each.name == "user"))
        self._options.ask(asked, self._known)
        self._has_more = self._options.has_fields
        self._more.setVisible(self._has_more and self._options.is_complete)
        self._more.setChecked(not self._options.is_complete)
        self._on_more(self._more.isChecked())
        self._on_way()

    def _way(self, kind: AuthKind) -> str:
        words = self._words
        return {
            AuthKind.BEARER: words.gettext("Token"),
            AuthKind.API_KEY: words.gettext("API key"),
            AuthKind.BASIC: words.gettext("User name and password"),
            AuthKind.LOGIN: words.gettext("User name and password"),
            AuthKind.OAUTH2: words.gettext("Client id and secret (OAuth2)"),
        }.get(kind, kind.value)

    @Slot()
    def _on_way(self) -> None:
        way = str(self._ways.currentData() or "")
        shown = {
            AuthKind.BEARER.value: ("secret",),
            AuthKind.API_KEY.value: ("header", "secret"),
            AuthKind.BASIC.value: ("user", "secret"),
            AuthKind.LOGIN.value: ("user", "secret"),
            AuthKind.OAUTH2.value: (_SERVER, "token_url", "client_id", "scope", "secret"),
            _BROWSER: (_SERVER, "authorize_url", "token_url", "client_id", "scope", "client_secret"),
            _DEVICE: (_SERVER, "device_url", "token_url", "client_id", "scope", "client_secret"),
        }.get(way, ())
        for name, (around, _) in self._inputs.items():
            around.setVisible(name in shown)
        header = self._inputs["header"][1]
        if not header.text():
            header.setText(Auth().header)
        self._keeping.setVisible(bool(shown))
        self._finding_part.setVisible(_SERVER in shown)
        self._elsewhere.setVisible(way in _FLOWS)
        self._hold()
        self.changed.emit()

    @Slot(bool)
    def _on_more(self, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
        self._options.setVisible(is_open and self._has_more)
