"""What exactly keeps a provider from being asked, and the remedy: one sentence for each, for the window and the log."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tocsin.domain.terms import Obstacle

_COMMANDS: Mapping[Obstacle, str] = MappingProxyType(
    {
        Obstacle.PROXY_PASSWORD: "secret set proxy",
        Obstacle.SECRET_MISSING: "secret set {place}",
        Obstacle.SIGN_IN: "login {place}",
    }
)

_CERTIFICATES = "“ca_file” under [network] in config.toml"
_OWN_CERTIFICATE = "“client_cert” and “client_key” under [network] in config.toml"
_IN_THE_FILE: Mapping[Obstacle, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                Obstacle.PROXY_UNSUPPORTED,
                Obstacle.PROXY_UNREACHABLE,
                Obstacle.PROXY_SILENT,
                Obstacle.PROXY_NONSENSE,
                Obstacle.PROXY_REFUSES,
            ),
            "“proxy” under [network] in config.toml",
        ),
        Obstacle.PROXY_LOGIN: "“proxy_user” under [network] in config.toml, and “tocsin secret set proxy”",
        Obstacle.PROXY_PASSWORD: "or start Tocsin with TOCSIN_SECRET_PROXY set",
        Obstacle.CERTIFICATE_SELF_SIGNED: _CERTIFICATES,
        Obstacle.CERTIFICATE_UNKNOWN: _CERTIFICATES,
        Obstacle.CA_FILE: _CERTIFICATES,
        Obstacle.CERTIFICATE_WANTED: _OWN_CERTIFICATE,
        Obstacle.CERTIFICATE_REFUSED: _OWN_CERTIFICATE,
        Obstacle.CLIENT_FILES: _OWN_CERTIFICATE,
    }
)


def sentence(
    obstacle: Obstacle,
    place: str,
    gettext: Callable[[str], str] = str,
    command: Callable[[str], str] = "tocsin ".__add__,
) -> str:
    """What is wrong at a place (a host, a file, an account's id) and what to do about it; in English by itself.

    ``command`` makes of a command what has to be typed for it.
    """
    known = _proxy(gettext) | _certificate(gettext) | _files(gettext) | _secret(gettext)
    whole = command(_COMMANDS.get(obstacle, "").format(place=place or "?"))
    return known[obstacle].format(place=place or "?", command=whole)


def is_mended_in_the_settings(obstacle: Obstacle | None) -> bool:
    """Whether the remedy lies on the page “Network” of the settings."""
    return obstacle in _IN_THE_FILE


def for_the_log(obstacle: Obstacle, place: str) -> str:
    """The same in English, with what stands for it in the settings file: for who has no window to look at."""
    said, where = sentence(obstacle, place), _IN_THE_FILE.get(obstacle, "")
    return f"{said} ({where})" if where else said


def _proxy(gettext: Callable[[str], str]) -> dict[Obstacle, str]:
    return {
        Obstacle.PROXY_UNSUPPORTED: gettext(
            "The system's proxy is neither http nor https, and no other kind can be used: choose an http proxy, or "
            "none, in the settings under “Network”."
        ),
        Obstacle.PROXY_UNREACHABLE: gettext(
            "The proxy {place} cannot be reached: check your network, then the proxy in the settings under “Network”."
        ),
        Obstacle.PROXY_SILENT: gettext(
            "The proxy {place} does not answer in time: if it stays so, check the proxy in the settings under "
            "“Network”, or ask those who run it."
        ),
        Obstacle.PROXY_NONSENSE: gettext(
            "What answers at {place} is no proxy: correct the proxy in the settings under “Network”, or that of the "
            "system."
        ),
        Obstacle.PROXY_LOGIN: gettext(
            "The proxy {place} wants a login or does not take the one it was given: give user name and password in the "
            "settings under “Network”."
        ),
        Obstacle.PROXY_PASSWORD: gettext(
            "The password for the proxy {place} cannot be had: unlock the keyring, or give the password in the "
            "settings under “Network” or with “{command}”."
        ),
        Obstacle.PROXY_REFUSES: gettext(
            "The proxy {place} does not let us through: ask those who run it to allow this address, or choose another "
            "proxy in the settings under “Network”."
        ),
        Obstacle.PROXY_CANNOT: gettext(
            "The proxy {place} cannot reach the server: if it stays so, check the address, or ask those who run the "
            "proxy."
        ),
    }


def _certificate(gettext: Callable[[str], str]) -> dict[Obstacle, str]:
    return {
        Obstacle.CERTIFICATE_EXPIRED: gettext(
            "The certificate of {place} has expired: check this computer's date; if that is right, tell those who run "
            "the server to renew it."
        ),
        Obstacle.CERTIFICATE_EARLY: gettext(
            "The certificate of {place} is not valid yet: check this computer's date; if that is right, tell those "
            "who run the server."
        ),
        Obstacle.CERTIFICATE_SELF_SIGNED: gettext(
            "The certificate of {place} is self-signed, so nobody vouches for it: if it is yours or your company's, "
            "name the file that holds it in the settings under “Network”."
        ),
        Obstacle.CERTIFICATE_UNKNOWN: gettext(
            "The certificate of {place} was issued by someone whom this computer does not know: if that is your "
            "company, name the file with the company's own certificate in the settings under “Network”."
        ),
        Obstacle.CERTIFICATE_NAME: gettext(
            "The certificate of {place} was made for another name: correct the address, or tell those who run the "
            "server."
        ),
        Obstacle.CERTIFICATE_WANTED: gettext(
            "{place} wants a certificate of yours: name its file in the settings under “Network”."
        ),
        Obstacle.CERTIFICATE_REFUSED: gettext(
            "{place} does not take your certificate: have it renewed, or name another in the settings under “Network”."
        ),
    }


def _files(gettext: Callable[[str], str]) -> dict[Obstacle, str]:
    return {
        Obstacle.NETWORK_SETTINGS: gettext(
            "What config.toml says under [network] cannot be used, and nothing is asked past a proxy: correct it."
        ),
        Obstacle.CA_FILE: gettext(
            "{place} cannot be read as certificates: name a file that can in the settings under “Network”."
        ),
        Obstacle.CLIENT_FILES: gettext(
            "{place} cannot be used as your certificate: name files in PEM form that go together, the key without a "
            "passphrase, in the settings under “Network”."
        ),
    }


def _secret(gettext: Callable[[str], str]) -> dict[Obstacle, str]:
    return {
        Obstacle.SECRET_MISSING: gettext(
            "There is no secret for the account “{place}”: give it in the settings under “Accounts and connections”, "
            "or with “{command}”."
        ),
        Obstacle.KEYRING_SILENT: gettext(
            "The keyring does not answer: unlock or restart it. Until then give the secret in the settings for this "
            "session only, or start Tocsin with {place} set."
        ),
        Obstacle.KEYRING_LOCKED: gettext("The keyring is locked: unlock it; we ask again within five minutes."),
        Obstacle.KEYRING_ABSENT: gettext(
            "There is no keyring that can be used: install one. Until then give the secret in the settings for this "
            "session only, or start Tocsin with {place} set."
        ),
        Obstacle.SIGN_IN: gettext(
            "Nobody is signed in to the account “{place}”: sign in under “Accounts and connections” in the settings, "
            "or with “{command}”."
        ),
        Obstacle.OPTION: gettext(
            "The option “{place}” of the account is missing or cannot be used: correct it in the settings under "
            "“Accounts and connections”."
        ),
        Obstacle.PATH: gettext(
            "Where the path “{place}” leads to in the document there is nothing that fits: correct this path, or the "
            "address."
        ),
    }
