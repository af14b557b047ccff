"""The assistant's step for who has to sign in: the form that the product asks for, and where the secret is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from tocsin.desktop import plain_text
from tocsin.desktop.assistant_fields import OptionsForm, ways_in
from tocsin.desktop.assistant_page import Step, boxed, explained, line_edit, titled
from tocsin.desktop.widgets import Tone, fold, label
from tocsin.domain.account import Auth, AuthKind, OAuthFlow
from tocsin.ports.offering import Offers
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_NOT_OFFERED = ("json",)  # its profile of some thirty paths is written in the file, not in a form
_BROWSER = "browser"


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
        """Whether a person has to sign in elsewhere: nothing can be tried before that."""
        return self.auth.kind is AuthKind.OAUTH2 and self.auth.flow is not OAuthFlow.CLIENT_CREDENTIALS


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
        self._later = label(
            Tone.QUIET,
            words.gettext("Signing in happens in the browser. The last step says how; Tocsin asks again after that."),
        )
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
            ("authorize_url", words.gettext("Address to sign in at")),
            ("token_url", words.gettext("Address that gives out tokens")),
            ("scope", words.gettext("Scope (optional)")),
            ("secret", words.gettext("Token, key or password")),
        ):
            self._inputs[name] = self._input(text)
            self.column.addWidget(self._inputs[name][0])
        self._inputs["secret"][1].setEchoMode(QLineEdit.EchoMode.Password)
        kept = words.gettext("Otherwise it is kept in this computer's keyring. It is never written into a file.")
        self._keeping = boxed(explained(self._run_only, kept))
        self.column.addWidget(self._keeping)
        self.column.addWidget(self._later)
        self.column.addWidget(self._more)
        self.column.addWidget(self._options)
        self.column.addStretch(1)
        self._products.currentIndexChanged.connect(self._on_product)
        self._ways.currentIndexChanged.connect(self._on_way)

    def _input(self, text: str) -> tuple[QWidget, QLineEdit]:
        edit = line_edit(longest=16384)
        edit.textChanged.connect(self.changed)
        return boxed(titled(text, edit)), edit

    def _list_products(self) -> None:
        self._products.blockSignals(True)
        self._products.addItem(self._words.gettext("Find out by itself"), "")
        for key, name in self._offers.providers():
            if key not in _NOT_OFFERED:
                self._products.addItem(self._words.clean(name, plain.NAME), key)
        self._products.blockSignals(False)

    # --- what is asked ---

    def ask(self, provider: str, why: str, known: Mapping[str, str] | None = None) -> None:
        """Ask for what this product needs, and say why; ``known`` is what the catalogue says already."""
        self._known = known or {}
        self._why.say(why)
        row = self._products.findData(provider)
        self._product_part.setVisible(not provider or row < 0)
        self._products.setCurrentIndex(max(row, 0))
        self._on_product()

    @property
    def login(self) -> Login:
        """What was filled in so far."""
        way = str(self._ways.currentData() or "")
        kind = AuthKind.OAUTH2 if way == _BROWSER else AuthKind(way or AuthKind.NONE.value)
        shown = {name: edit.text().strip() for name, (around, edit) in self._inputs.items() if not around.isHidden()}
        auth = Auth(kind, flow=OAuthFlow.CODE if way == _BROWSER else OAuthFlow.CLIENT_CREDENTIALS)
        given = {name: value for name, value in shown.items() if value and name != "secret"}
        return Login(
            provider=str(self._products.currentData() or ""),
            auth=replace(auth, **given),  # type: ignore[arg-type]  # every name is one of Auth's own texts
            secret=shown.get("secret", ""),
            options=self._options.values,
            run_only=self._run_only.isChecked(),
        )

    @property
    def login_for_later(self) -> Login:
        """The same without a secret; how to sign in only where all of that is known."""
        login = self.login
        auth = login.auth if self._is_filled(but=("scope", "secret")) else Auth()
        return replace(login, secret="", auth=auth)

    @property
    def next_text(self) -> str:
        """It is tried at once where nobody has to go elsewhere for it."""
        return super().next_text if self.login.is_by_person else self._words.gettext("Sign in")

    @property
    def skip_text(self) -> str:
        """The account is watched as soon as its login is there."""
        return self._words.gettext("Sign in later")

    @property
    def can_go_on(self) -> bool:
        """Whether nothing is missing."""
        login = self.login
        known = bool(login.provider) or not login.is_by_person
        return known and self._is_filled(but=("scope",)) and self._options.is_complete

    def _is_filled(self, *, but: tuple[str, ...]) -> bool:
        asked = (each for name, each in self._inputs.items() if name not in but and not each[0].isHidden())
        return all(edit.text().strip() for _, edit in asked)

    def enter(self) -> None:
        """Into the first field that is empty."""
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
            AuthKind.OAUTH2.value: ("token_url", "client_id", "scope", "secret"),
            _BROWSER: ("authorize_url", "token_url", "client_id", "scope"),
        }.get(way, ())
        for name, (around, _) in self._inputs.items():
            around.setVisible(name in shown)
        header = self._inputs["header"][1]
        if not header.text():
            header.setText(Auth().header)
        self._keeping.setVisible("secret" in shown)
        self._later.setVisible(way == _BROWSER)
        self.changed.emit()

    @Slot(bool)
    def _on_more(self, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
        self._options.setVisible(is_open and self._has_more)
