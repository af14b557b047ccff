"""How an account signs in: the kind, what that kind needs, and the secret. It is changed as a whole, once complete.

Where a person has to sign in, that is done here too.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLineEdit

from tocsin.desktop.address_finder import FIELDS, AddressFinder, AddressForm, explanation
from tocsin.desktop.settings.changes import account_of, put_account
from tocsin.desktop.settings.checks import Check, Checks
from tocsin.desktop.settings.controls import ChoiceField
from tocsin.desktop.settings.field import Field, TextField
from tocsin.desktop.settings.ledger import Change
from tocsin.desktop.settings.page import Edit, Page
from tocsin.desktop.settings.secret_box import SecretBox
from tocsin.desktop.sign_in_box import SignInBox
from tocsin.desktop.widgets import Tone, button, relabel
from tocsin.domain.account import Auth, AuthKind, OAuthFlow, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

_OF_KIND: Mapping[AuthKind, tuple[str, ...]] = {
    AuthKind.NONE: (),
    AuthKind.BEARER: (),
    AuthKind.API_KEY: ("header",),
    AuthKind.BASIC: ("user",),
    AuthKind.LOGIN: ("user",),
    AuthKind.OAUTH2: ("client_id", "token_url", "scope"),
}
_FIRST_FOUND = "authorize_url"
_OF_FLOW: Mapping[OAuthFlow, tuple[str, ...]] = {
    OAuthFlow.CLIENT_CREDENTIALS: (),
    OAuthFlow.CODE: ("authorize_url",),
    OAuthFlow.DEVICE: ("device_url",),
}


class _ServerField(TextField):
    """What is to be asked for its addresses. It is no setting: what stands there is kept as what is half typed."""

    @property
    def line(self) -> QLineEdit:
        """Where it is typed."""
        return self._line

    def _settle(self, value: object) -> None:
        self.hold(held=bool(value))


class LoginForm(Page):
    """The fields of one account's ``auth``, and its secret."""

    def __init__(self, words: Phrasebook, account: str) -> None:
        super().__init__(words)
        self._account = account
        self._shown: Auth | None = None
        self._was_signed_in = False
        self.kind = ChoiceField(f"account.{account}.auth", words.gettext("How to sign in"), _kinds(words))
        self.flow = ChoiceField(f"account.{account}.auth.flow", words.gettext("Who signs in"), _flows(words))
        self._texts = {name: self._text(name, caption, check) for name, (caption, check) in _captions(words).items()}
        self._server = self._server_field()
        self._finder = AddressFinder(words, AddressForm(self._asked, self._addresses, self._fill))
        for field in (self.kind, self.flow, *self._texts.values()):
            field.settled.connect(partial(self._on_chosen, field))
            field.resumed.connect(self._on_resumed)
            if field is self._texts[_FIRST_FOUND]:
                self.column.addWidget(self._server)
                self.column.addWidget(self._finder)
            self.column.addWidget(field)
        self._finder.watch(self._server.line)
        self._finder.commanded.connect(self.commanded)
        self._finder.told.connect(self.told)
        self._missing = self.say("", Tone.STRONG)
        self._signing = SignInBox(words)
        self._signing.commanded.connect(self.commanded)
        self._signing.changed.connect(self._on_signing)
        self.sign_in = button(words.gettext("Sign in"), self._on_sign_in)
        self.sign_in.setObjectName(f"account.{account}.sign_in")
        self.row(self.sign_in)
        self.column.addWidget(self._signing)
        self._elsewhere = self.say("", Tone.QUIET)
        self._client = self.say("", Tone.NORMAL)
        self._secret = SecretBox(words, account, words.gettext("Token, key or password"))
        self.column.addWidget(self._secret)
        self.adopt(self._secret)

    def _text(self, name: str, caption: str, check: Check) -> TextField:
        meanwhile = self.words.gettext("In config.toml it was changed to: {value}")
        return TextField(f"account.{self._account}.auth.{name}", caption, check, "", meanwhile)

    def _server_field(self) -> _ServerField:
        words = self.words
        caption, hint = words.gettext("Address of the sign-in server (optional)"), explanation(words)
        return _ServerField(f"account.{self._account}.auth.server", caption, Checks(words).anything, hint)

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Show the login as it is, unless another is being put together."""
        del now
        account = account_of(settings, self._account)
        if account is not None and account.auth != self._shown:
            self._shown = account.auth
            self.kind.show_value(account.auth.kind)
            self.flow.show_value(account.auth.flow)
            for name, field in self._texts.items():
                field.show_value(getattr(account.auth, name))
            self._missing.say("")
        view = state.signing_in
        if view is not None and view.account == self._account and not view.step.is_over and self._signing.view is None:
            self._signing.follow(view)  # begun before the window was closed, or in another language
        self._signing.render_state(state)
        self._finder.render_state(state)
        known = next((each for each in state.accounts if each.id == self._account), None)
        self._was_signed_in = self._signing.is_done or (known is not None and known.last_success is not None)
        self._turn()

    def lock(self, *, locked: bool) -> None:
        """A login that cannot be changed can still be given its secret."""
        super().lock(locked=locked)
        for field in (self.kind, self.flow, self._server, *self._texts.values()):
            field.lock(locked=locked)
        self._finder.setEnabled(not locked)

    def let_go(self) -> None:
        """An answer that nobody waits for is not asked for any longer."""
        self._finder.break_off()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """What is found is filled in where it can be seen, or not at all."""
        super().hideEvent(event)
        self._finder.break_off()

    @property
    def _names(self) -> tuple[str, ...]:
        """What the kind that stands there needs."""
        kind, flow = self.kind.chosen, self.flow.chosen
        names = _OF_KIND[kind] if isinstance(kind, AuthKind) else ()
        extra = _OF_FLOW[flow] if kind is AuthKind.OAUTH2 and isinstance(flow, OAuthFlow) else ()
        return (*names, *extra)

    def _turn(self) -> None:
        kind, names = self.kind.chosen, self._names
        self.flow.setVisible(kind is AuthKind.OAUTH2)
        for name, field in self._texts.items():
            field.setVisible(name in names)
        self._server.setVisible(kind is AuthKind.OAUTH2)
        self._finder.setVisible(kind is AuthKind.OAUTH2)
        self._finder.follow()
        by_person = kind is AuthKind.OAUTH2 and self.flow.chosen is not OAuthFlow.CLIENT_CREDENTIALS
        self._secret.setVisible(kind is not AuthKind.NONE)
        words = self.words
        self._client.say(words.gettext("A secret is needed only if this client was given one:") if by_person else "")
        again = words.gettext("Sign in again") if self._was_signed_in else words.gettext("Sign in")
        relabel(self.sign_in, again)
        had_focus = self.sign_in.hasFocus()
        self.sign_in.setVisible(by_person and not self._signing.is_running)
        self.sign_in.setEnabled(by_person and self._is_saved)
        self._signing.setVisible(by_person and self._signing.view is not None)
        if had_focus and self._signing.is_running:
            self._signing.stop.setFocus()
        said = words.gettext("The same can be done in a terminal: {command}")
        self._elsewhere.say(said.format(command=words.command(f"login {self._account}")) if by_person else "")

    @property
    def _is_saved(self) -> bool:
        """Whether what stands there is what runs; the file may say more than is needed."""
        made, saved = self._made(), self._shown
        if made is None or saved is None:
            return False
        asked = ("kind", "flow", *self._names)
        return all(getattr(made, name) == getattr(saved, name) for name in asked)

    def _asked(self) -> str:
        """The server that is to be asked for its addresses; nothing where they are not needed."""
        return self._server.text if self.kind.chosen is AuthKind.OAUTH2 else ""

    def _addresses(self) -> dict[str, str]:
        return {name: self._texts[name].text for name in FIELDS if name in self._names}

    def _fill(self, texts: Mapping[str, str]) -> None:
        """As if they had been typed: what is whole by that is saved, and can be taken back like any other change."""
        for name, text in texts.items():
            self._texts[name].fill(text)
        for name in texts:
            self._texts[name].finish()

    def _on_sign_in(self) -> None:
        if self._shown is not None:
            self._signing.begin(self._shown.token_url, account=self._account)

    def _on_signing(self) -> None:
        self._turn()
        if self._signing.had_focus and not self._signing.is_running:
            self.sign_in.setFocus()

    def _on_chosen(self, field: Field, _: object) -> None:
        self._turn()
        made = self._made()
        needed = [self.kind, self.flow, *(self._texts[name] for name in self._names)]
        for each in (self.kind, self.flow, *self._texts.values()):
            each.hold(held=made is None and each in needed)
        if made is None:
            self._missing.say(self.words.gettext("Not saved yet: what is empty above has to be filled in first."))
            return
        self._missing.say("")
        self.edited.emit(Edit(put_auth(self._account, made), field))

    def _on_resumed(self) -> None:
        self._turn()
        if self.kind.draft is not None and self._made() is None:
            self._missing.say(self.words.gettext("Not saved yet: what is empty above has to be filled in first."))

    def _made(self) -> Auth | None:
        """The login as it stands there; None while something is missing or wrong."""
        kind, flow, names = self.kind.chosen, self.flow.chosen, self._names
        if not isinstance(kind, AuthKind) or any(not self._texts[name].is_right for name in names):
            return None
        if kind is AuthKind.NONE:
            return Auth()
        given = {name: self._texts[name].text for name in names}
        made = replace(Auth(kind), **given)  # type: ignore[arg-type]  # every name is one of Auth's own texts
        return replace(made, flow=flow) if kind is AuthKind.OAUTH2 and isinstance(flow, OAuthFlow) else made


def put_auth(account: str, auth: Auth) -> Change:
    """A change to this login."""
    return lambda settings: put_account(settings, account, lambda there: replace(there, auth=auth))


def _captions(words: Phrasebook) -> dict[str, tuple[str, Check]]:
    check = Checks(words)
    return {
        "header": (words.gettext("Name of the header"), check.header),
        "user": (words.gettext("User name"), check.needed),
        "client_id": (words.gettext("Client id"), check.needed),
        "authorize_url": (words.gettext("Address to sign in at"), check.whole_address),
        "device_url": (words.gettext("Address that gives out codes"), check.whole_address),
        "token_url": (words.gettext("Address that gives out tokens"), check.whole_address),
        "scope": (words.gettext("Scope (optional)"), check.anything),
    }


def _kinds(words: Phrasebook) -> tuple[tuple[AuthKind, str], ...]:
    return (
        (AuthKind.NONE, words.gettext("Without signing in")),
        (AuthKind.BEARER, words.gettext("Token")),
        (AuthKind.API_KEY, words.gettext("Key in a header")),
        (AuthKind.BASIC, words.gettext("User name and password")),
        (AuthKind.LOGIN, words.gettext("The provider's own login")),
        (AuthKind.OAUTH2, "OAuth 2"),
    )


def _flows(words: Phrasebook) -> tuple[tuple[OAuthFlow, str], ...]:
    return (
        (OAuthFlow.CLIENT_CREDENTIALS, words.gettext("This program, by itself")),
        (OAuthFlow.CODE, words.gettext("You, in the browser")),
        (OAuthFlow.DEVICE, words.gettext("You, with a code on another device")),
    )
