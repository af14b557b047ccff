"""The way out: the proxy, further authorities, and a certificate of one's own."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from tocsin.desktop.settings.checks import split
from tocsin.desktop.settings.controls import ChoiceField
from tocsin.desktop.settings.field import TextField
from tocsin.desktop.settings.page import Edit, Page
from tocsin.desktop.settings.secret_box import SecretBox
from tocsin.desktop.widgets import Tone
from tocsin.domain.account import NO_PROXY, PROXY_SECRET, SYSTEM_PROXY, UNUSABLE_PROXY, Network, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

_MANUAL = "manual"
_USER = re.compile(r"[^\x00-\x1f\x7f:]{1,256}")
_LONGEST_PATH = 1000


class NetworkPage(Page):
    """Which proxy, and which certificates."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words)
        check, meanwhile = _Checks(words), words.gettext("In config.toml it was changed to: {value}")
        self._shown: str | None = None
        self._has_certificate = self._has_key = False
        self._proxy = ChoiceField("network.proxy", words.gettext("Proxy"), _proxies(words))
        self._proxy.settled.connect(self._on_proxy)
        self._proxy.resumed.connect(self._on_resumed)
        self.column.addWidget(self._proxy)
        hint = words.gettext("Such as http://proxy.example.net:3128.")
        self._address = TextField(
            "network.proxy.address", words.gettext("Address of the proxy"), check.proxy, hint, meanwhile
        )
        self._address.settled.connect(self._on_address)
        self.column.addWidget(self._address)
        self._user = TextField(
            "network.proxy_user", words.gettext("User name at the proxy (optional)"), check.user, "", meanwhile
        )
        self.add(self._user, _get("proxy_user"), _put("proxy_user"))
        self._secret = SecretBox(words, PROXY_SECRET, words.gettext("Password at the proxy"))
        self.column.addWidget(self._secret)
        self.adopt(self._secret)
        self.heading(words.gettext("Certificates"))
        self.say(
            words.gettext(
                "The certificate authorities that this computer trusts always count. Certificates are always checked."
            ),
            Tone.QUIET,
        )
        hint = words.gettext("The whole path of a file, such as /etc/ssl/company.pem.")
        for name, caption, rule in (
            ("ca_file", words.gettext("Your company's certificate authority (optional)"), check.path),
            ("client_cert", words.gettext("This computer's own certificate (optional)"), self._certificate(check)),
            ("client_key", words.gettext("The key of that certificate, where it is another file"), self._key(check)),
        ):
            self.add(TextField(f"network.{name}", caption, rule, hint, meanwhile), _get(name), _put(name))

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Show the proxy, unless another is being put in."""
        del state, now
        there = settings.network
        self._has_certificate, self._has_key = bool(there.client_cert), bool(there.client_key)
        if there.proxy != self._shown:
            self._shown = there.proxy
            word = there.proxy in (SYSTEM_PROXY, NO_PROXY)
            self._proxy.show_value(there.proxy if word else _MANUAL)
            self._address.show_value("" if word or there.proxy == UNUSABLE_PROXY else there.proxy)
        self._turn()

    def lock(self, *, locked: bool) -> None:
        """The proxy can still be read."""
        super().lock(locked=locked)
        self._proxy.lock(locked=locked)
        self._address.lock(locked=locked)

    def _turn(self) -> None:
        self._address.setVisible(self._proxy.chosen == _MANUAL)
        self._user.setVisible(self._proxy.chosen != NO_PROXY)
        self._secret.setVisible(self._proxy.chosen != NO_PROXY)

    def _on_proxy(self, chosen: object) -> None:
        self._turn()
        if chosen != _MANUAL:
            self._address.hold(held=False)
            self.edited.emit(Edit(lambda settings: _put("proxy")(settings, chosen), self._proxy))
        elif self._address.text and self._address.is_right:
            self._on_address(self._address.text)
        else:
            self._proxy.hold()
            self._address.explain(self.words.gettext("Saved as soon as there is an address here."))

    def _on_resumed(self) -> None:
        """Another proxy was being put in, in the page that stood here before."""
        self._turn()
        self._address.explain(self.words.gettext("Saved as soon as there is an address here."))

    def _on_address(self, address: object) -> None:
        self._proxy.hold(held=False)
        whole = str(address) if "://" in str(address) else f"http://{address}"
        self._address.explain("")
        self.edited.emit(Edit(lambda settings: _put("proxy")(settings, whole), self._address))

    def _certificate(self, check: "_Checks") -> Callable[[str], str]:
        def rule(text: str) -> str:
            if not text and self._has_key:
                return self.words.gettext("Take the key below away first: it belongs to this certificate.")
            return check.path(text)

        return rule

    def _key(self, check: "_Checks") -> Callable[[str], str]:
        def rule(text: str) -> str:
            if text and not self._has_certificate:
                return self.words.gettext("A key needs the certificate above.")
            return check.path(text)

        return rule


@dataclass(frozen=True, slots=True)
class _Checks:
    """What may stand in these fields."""

    words: Phrasebook

    def proxy(self, text: str) -> str:
        whole = text if "://" in text else f"http://{text}"
        parts = split(whole) if text else None
        if parts is None or parts.scheme not in ("http", "https"):
            return self.words.gettext("This is not the address of a proxy, such as http://proxy.example.net:3128.")
        there = urlsplit(whole)
        if there.path.strip("/") or there.query or there.fragment:
            return self.words.gettext("A proxy has a host and a port, and nothing more.")
        return ""

    def user(self, text: str) -> str:
        right = not text or _USER.fullmatch(text)
        return "" if right else self.words.gettext("A user name has no colon in it, and at most 256 characters.")

    def path(self, text: str) -> str:
        right = not text or (len(text) <= _LONGEST_PATH and (text.startswith("~") or Path(text).is_absolute()))
        return "" if right else self.words.gettext("This is not a whole path. It begins with / or ~.")


def _proxies(words: Phrasebook) -> tuple[tuple[str, str], ...]:
    return (
        (SYSTEM_PROXY, words.gettext("The proxy of this computer")),
        (NO_PROXY, words.gettext("No proxy")),
        (_MANUAL, words.gettext("This proxy:")),
    )


def _get(name: str) -> Callable[[Settings], object]:
    return lambda settings: getattr(settings.network, name)


def _put(name: str) -> Callable[[Settings, object], Settings]:
    def put(settings: Settings, value: object) -> Settings:
        return replace(settings, network=_with(settings.network, name, value))

    return put


def _with(there: Network, name: str, value: object) -> Network:
    return replace(there, **{name: value})  # type: ignore[arg-type]  # the field's kind
