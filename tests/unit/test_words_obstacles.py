"""What keeps a poll from its answer is said in a sentence that names the remedy, in every language: from real polls."""

import asyncio
import socket
import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from support.authority import Authority
from support.hostile_server import HostileServer, always, answer, certificate
from support.http_client import MemorySecrets
from support.phrases import at, book, message
from support.tinyproxy import ELSEWHERE, Tinyproxy
from tocsin import providers
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.http_connect import Resolver
from tocsin.adapters.http_transport import Transport
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Network
from tocsin.domain.instant import Instant
from tocsin.domain.snapshot import Failure
from tocsin.domain.terms import Obstacle
from tocsin.engine.exchange import ask
from tocsin.engine.view import account_faults
from tocsin.engine.watched import Watched
from tocsin.ports import PollContext

NOW = at("18:40")
LANGUAGES = ("en", "nl", "de", "fr")
HTML = answer(200, b"<html>Welcome</html>", ("Content-Type", "text/html"))
BARE = answer(
    200,
    b'{"page": {"id": "p", "name": "Planet Mail", "url": "https://status.example.net", "time_zone": "Etc/UTC",'
    b' "updated_at": "2026-11-21T17:00:00Z"}, "status": {"indicator": "none", "description": "All good"},'
    b' "components": [], "incidents": [], "scheduled_maintenances": []}',
    ("Content-Type", "application/json"),
)


def told(url, http, *, auth=AuthKind.NONE, match=()):
    """One real poll, and what the window says of it, in each language."""
    account = Account(
        "home",
        "statuspage",
        "Planet Mail",
        url,
        auth=Auth(auth),
        connections=(Connection("mail", "Mail", match=match),),
        allow_insecure=True,
    )
    watched = Watched(account, providers.load("statuspage")(), polled_before=True)
    now = datetime.now(UTC)

    async def poll():
        try:
            return await ask(watched.provider, PollContext(account, now), http)
        finally:
            await http.close()

    async def taken_in():
        result = await poll()
        if isinstance(result, Failure):
            watched.failed(result)
            watched.failed(result)  # the first of those that may pass is not told
        else:
            watched.succeeded(result, Instant(now, 0.0))

    return taken_in, lambda: _said(watched)


def _said(watched):
    faults = account_faults(SimpleNamespace(watched={"home": watched}))
    assert len(faults) == 1
    return tuple(book(language).fault(faults[0].message, NOW) for language in LANGUAGES)


def client(network=None, secrets=None, **transport):
    made = HttpClient(
        secrets or MemorySecrets(),
        SystemClock(),
        transport=Transport(**{"proxies": dict, **transport}),
        deadline=30.0,
    )
    made.configure(network or Network())
    return made


def against(handler, *, tls=None, host="127.0.0.1", http=None, **more):
    """The sentences about a server that answers like that."""

    async def scenario():
        async with HostileServer(handler, tls=tls) as server:
            poll, said = told(server.url.replace("127.0.0.1", host), http or client(), **more)
            await poll()
            return said

    return asyncio.run(scenario())()


def check(said, *parts):
    assert len(parts) == len(LANGUAGES)
    plain = [whole.replace("\xa0", " ") for whole in said]
    assert [part in whole for part, whole in zip(parts, plain, strict=True)] == [True] * len(LANGUAGES), said


def test_wrong_token():
    """The token is what to check."""
    check(
        against(always(answer(401)), auth=AuthKind.BEARER),
        "It refuses the login. Check the token or the password of this account.",
        "Controleer het token of het wachtwoord van dit account.",
        "Prüfen Sie das Token oder das Passwort dieses Kontos.",
        "Vérifiez le jeton ou le mot de passe de ce compte.",
    )


@pytest.mark.parametrize("reply", [answer(404), HTML])
def test_wrong_address(reply):
    """A page that is not there, and one that is something else: the address is what to check."""
    check(
        against(always(reply)),
        "check the address in the settings",
        "controleer",
        "die Adresse in den Einstellungen",
        "adresse dans les paramètres",
    )


def test_wrong_name_of_a_host():
    """Nobody knows that name."""

    def nobody(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def scenario():
        poll, said = told("https://status.planetmail.example", client(resolver=Resolver(nobody)))
        await poll()
        return said

    check(
        asyncio.run(scenario())(),
        "then the address in the settings",
        "het adres in de instellingen",
        "dann die Adresse in den Einstellungen",
        "Vérifiez votre réseau, puis",
    )


def test_page_without_components():
    """What was matched cannot be found on a page that lists nothing; without a match the page is watched whole."""
    check(
        against(always(BARE), match=("smtp",)),
        "Mail cannot be told apart. Empty “The provider's ids for it” of this connection in the settings under",
        "Maak “Nummers of codes die de aanbieder ervoor gebruikt” van deze aansluiting leeg bij de instellingen onder",
        "Leeren Sie „Kennungen beim Anbieter“ dieses Anschlusses in den Einstellungen unter „Konten und Anschlüsse“",
        "Videz « Identifiants chez le fournisseur » pour cette connexion dans les paramètres, à la page « Comptes et",
    )


def test_self_signed_certificate(tmp_path):
    """It can be put into the file of authorities."""
    check(
        against(always(BARE), tls=certificate(tmp_path)[1]),
        "is self-signed, so nobody vouches for it: if it is yours or your company's, "
        "name the file that holds it in the settings under “Network”.",
        "bij de instellingen onder “Netwerk”",
        "nennen Sie in den Einstellungen unter „Netzwerk“ die Datei",
        "indiquez le fichier qui le contient dans les paramètres, à la page « Réseau »",
    )


def test_expired_certificate(tmp_path):
    """This computer's date comes first."""
    works = Authority(tmp_path / "works")
    check(
        against(always(BARE), tls=works.issue(days=-1).shown(), http=client(Network(ca_file=str(works.file)))),
        "has expired: check this computer's date",
        "is verlopen: controleer de datum van deze computer",
        "ist abgelaufen: Prüfen Sie das Datum dieses Computers",
        "a expiré : vérifiez la date de cet ordinateur",
    )


def test_proxy_that_refuses():
    """Those who run it are named as whom to ask, and its login where that is what it wants."""
    with Tinyproxy(refused=ELSEWHERE) as proxy:
        check(
            against(always(BARE), host=ELSEWHERE, http=client(Network(proxy=proxy.url))),
            f"The proxy {proxy.name} does not let us through: ask those who run it",
            f"De proxy {proxy.name} laat ons niet door: vraag de beheerder om",
            f"Der Proxy {proxy.name} lässt uns nicht durch: Bitten Sie seinen Betreiber",
            f"Le proxy {proxy.name} ne nous laisse pas passer : demandez à ceux qui le gèrent",
        )
    with Tinyproxy("BasicAuth jo pr0xy") as proxy:
        check(
            against(always(BARE), host=ELSEWHERE, http=client(Network(proxy=proxy.url))),
            "give user name and password in the settings under “Network”.",
            f"De proxy {proxy.name} vraagt om inloggegevens",
            "Geben Sie Benutzername und Passwort in den Einstellungen unter „Netzwerk“ ein.",
            "utilisateur et le mot de passe dans les paramètres, à la page « Réseau ».",
        )


def test_keyring_that_hangs():
    """It is the keyring that does not answer, not the provider that refuses."""
    over = threading.Event()
    keyring = SimpleNamespace(get_password=lambda *_: over.wait(60) and None)
    secrets = KeyringSecrets({}, backend=lambda: keyring, deadline=0.1)
    try:
        said = against(always(BARE), auth=AuthKind.BEARER, http=client(secrets=secrets))
    finally:
        over.set()
    check(
        said,
        "The keyring does not answer: unlock or restart it",
        "De sleutelbos antwoordt niet: ontgrendel of herstart die",
        "Der Schlüsselbund antwortet nicht: Entsperren Sie ihn",
        "Le trousseau de clés ne répond pas : déverrouillez-le",
    )
    check(said, *["TOCSIN_SECRET_HOME"] * len(LANGUAGES))
    assert "refuses" not in said[0]


LOCKED = (
    "The keyring is locked: unlock it",
    "De sleutelbos is vergrendeld: ontgrendel die",
    "Der Schlüsselbund ist gesperrt: Entsperren Sie ihn",
    "Le trousseau de clés est verrouillé : déverrouillez-le",
)
ABSENT = (
    "There is no keyring that can be used: install one",
    "Er is geen sleutelbos die gebruikt kan worden: installeer er een",
    "Es gibt keinen benutzbaren Schlüsselbund: Installieren Sie einen",
    "est utilisable : installez-en un",
)


@pytest.mark.parametrize(
    ("error", "parts"), [(KeyringLocked, LOCKED), (NoKeyringError, ABSENT), (RuntimeError, ABSENT)]
)
def test_keyring_that_gives_nothing(error, parts):
    """Locked and absent have other remedies, and neither is the provider's refusal."""

    def refuse(*_):
        raise error

    secrets = KeyringSecrets({}, backend=lambda: SimpleNamespace(get_password=refuse))
    check(against(always(BARE), auth=AuthKind.BEARER, http=client(secrets=secrets)), *parts)


def test_secret_that_was_never_given():
    """A command that can be typed keeps it."""
    check(
        against(always(BARE), auth=AuthKind.BEARER, http=client(secrets=MemorySecrets({}))),
        *["tocsin secret set home"] * len(LANGUAGES),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_obstacle_has_a_sentence_of_its_own(language):
    """Each names its place where it has one, and ends as a sentence does."""
    said = {
        book(language).fault(message("unreachable", provider="Planet Mail", obstacle=each.value, place="here:1"), NOW)
        for each in Obstacle
    }
    assert len(said) == len(Obstacle)
    assert all(each.endswith(".") and "{" not in each for each in said)
    assert sum("here:1" in each for each in said) == len(Obstacle) - 3  # the settings, the locked keyring, no http


def test_obstacle_of_a_later_version_is_said_by_its_kind():
    """What is not known is told as before, with the technical reason, unless that is the system's own words."""
    values = {"provider": "x", "obstacle": "moon", "text": "no moon"}
    assert book().fault(message("unreachable", kind="malformed", **values), NOW).endswith("(no moon)")
    assert "moon" not in book().fault(message("unreachable", kind="tls", **values), NOW)
    refused = book().fault(message("unreachable", kind="http_status", provider="x", text="x answered 503"), NOW)
    assert refused.endswith("(HTTP 503)")
