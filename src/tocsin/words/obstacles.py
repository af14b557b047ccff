"""What exactly keeps a provider from being asked, and the remedy: one sentence for each, for the window and the log."""

from collections.abc import Callable

from tocsin.domain.terms import Obstacle


def sentence(obstacle: Obstacle, place: str, gettext: Callable[[str], str] = str) -> str:
    """What is wrong at a place (a host, a file, an account's id) and what to do about it; in English by itself."""
    known = _proxy(gettext) | _certificate(gettext) | _files(gettext) | _secret(gettext)
    return known[obstacle].format(place=place or "?")


def _proxy(gettext: Callable[[str], str]) -> dict[Obstacle, str]:
    return {
        Obstacle.PROXY_UNSUPPORTED: gettext(
            "The system's proxy is neither http nor https, and no other kind can be used: set “proxy” under [network] "
            "in config.toml to an http proxy, or to “none”."
        ),
        Obstacle.PROXY_UNREACHABLE: gettext(
            "The proxy {place} cannot be reached: check your network, then “proxy” under [network] in config.toml or "
            "the system's proxy settings."
        ),
        Obstacle.PROXY_SILENT: gettext(
            "The proxy {place} does not answer in time: if it stays so, check “proxy” under [network] in config.toml "
            "or the system's proxy settings, or ask those who run it."
        ),
        Obstacle.PROXY_NONSENSE: gettext(
            "What answers at {place} is no proxy: correct “proxy” under [network] in config.toml or the system's "
            "proxy settings."
        ),
        Obstacle.PROXY_LOGIN: gettext(
            "The proxy {place} wants a login or does not take the one it was given: set “proxy_user” under [network] "
            "in config.toml, and keep the password with “tocsin secret set proxy”."
        ),
        Obstacle.PROXY_PASSWORD: gettext(
            "The password for the proxy {place} cannot be had: unlock the keyring, keep the password there with "
            "“tocsin secret set proxy”, or start Tocsin with TOCSIN_SECRET_PROXY set."
        ),
        Obstacle.PROXY_REFUSES: gettext(
            "The proxy {place} does not let us through: ask those who run it to allow this address, or set another "
            "“proxy” under [network] in config.toml."
        ),
        Obstacle.PROXY_CANNOT: gettext(
            "The proxy {place} cannot reach the server: if it stays so, check the address of this account, or ask "
            "those who run the proxy."
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
            "set “ca_file” under [network] in config.toml to a file that holds it."
        ),
        Obstacle.CERTIFICATE_UNKNOWN: gettext(
            "The certificate of {place} was issued by someone whom this computer does not know: if that is your "
            "company, set “ca_file” under [network] in config.toml to the company's own certificate."
        ),
        Obstacle.CERTIFICATE_NAME: gettext(
            "The certificate of {place} was made for another name: correct the address in config.toml."
        ),
        Obstacle.CERTIFICATE_WANTED: gettext(
            "{place} wants a certificate of yours: set “client_cert” and “client_key” under [network] in config.toml."
        ),
        Obstacle.CERTIFICATE_REFUSED: gettext(
            "{place} does not take your certificate: renew what “client_cert” and “client_key” under [network] in "
            "config.toml point to."
        ),
    }


def _files(gettext: Callable[[str], str]) -> dict[Obstacle, str]:
    return {
        Obstacle.NETWORK_SETTINGS: gettext(
            "What config.toml says under [network] cannot be used, and nothing is asked past a proxy: correct it."
        ),
        Obstacle.CA_FILE: gettext(
            "{place} cannot be read as certificates: set “ca_file” under [network] in config.toml to a file that can."
        ),
        Obstacle.CLIENT_FILES: gettext(
            "{place} cannot be used as your certificate: set “client_cert” and “client_key” under [network] in "
            "config.toml to files in PEM form that go together, the key without a passphrase."
        ),
    }


def _secret(gettext: Callable[[str], str]) -> dict[Obstacle, str]:
    return {
        Obstacle.SECRET_MISSING: gettext(
            "There is no secret for the account “{place}”: keep one with “tocsin secret set {place}”."
        ),
        Obstacle.KEYRING_SILENT: gettext(
            "The keyring does not answer: unlock or restart it, or start Tocsin with {place} set."
        ),
        Obstacle.KEYRING_LOCKED: gettext("The keyring is locked: unlock it; we ask again within five minutes."),
        Obstacle.KEYRING_ABSENT: gettext(
            "There is no keyring that can be used: install one, or start Tocsin with {place} set."
        ),
        Obstacle.SIGN_IN: gettext("Nobody is signed in any more: sign in with “tocsin login {place}”."),
    }
