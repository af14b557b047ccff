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
HTML = answer(200, b"<html>Welcome</html>", ("Content-Type", "text/html"))
BARE = answer(
    200,
    b'{"page": {"id": "p", "name": "Planet Mail", "url": "https://status.example.net", "time_zone": "Etc/UTC",'
    b' "updated_at": "2026-11-21T17:00:00Z"}, "status": {"indicator": "none", "description": "All good"},'
    b' "components": [], "incidents": [], "scheduled_maintenances": []}',
    ("Content-Type", "application/json"),
)


def told(url, http, *, auth=AuthKind.NONE, match=()):
    """One real poll, and what the window says of it, in English and in Dutch."""
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
    return tuple(book(language).fault(faults[0].message, NOW) for language in ("en", "nl"))


def client(network=None, secrets=None, **transport):
    made = HttpClient(
        secrets or MemorySecrets(),
        SystemClock(),
        transport=Transport(**{"proxies": dict, **transport}),
        deadline=5.0,
    )
    made.configure(network or Network())
    return made


def against(handler, *, tls=None, host="127.0.0.1", http=None, **more):
    """The two sentences about a server that answers like that."""

    async def scenario():
        async with HostileServer(handler, tls=tls) as server:
            poll, said = told(server.url.replace("127.0.0.1", host), http or client(), **more)
            await poll()
            return said

    return asyncio.run(scenario())()


def check(said, english, dutch):
    assert (english in said[0], dutch in said[1]) == (True, True), said


def test_wrong_token():
    """The token is what to check."""
    check(
        against(always(answer(401)), auth=AuthKind.BEARER),
        "It refuses the login. Check the token or the password of this account.",
        "Controleer het token of het wachtwoord van dit account.",
    )


@pytest.mark.parametrize("reply", [answer(404), HTML])
def test_wrong_address(reply):
    """A page that is not there, and one that is something else: the address is what to check."""
    check(against(always(reply)), "check the address in config.toml", "het adres in config.toml")


def test_wrong_name_of_a_host():
    """Nobody knows that name."""

    def nobody(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def scenario():
        poll, said = told("https://status.planetmail.example", client(resolver=Resolver(nobody)))
        await poll()
        return said

    check(asyncio.run(scenario())(), "then the address in config.toml", "het adres in config.toml")


def test_page_without_components():
    """What was matched cannot be found on a page that lists nothing; without a match the page is watched whole."""
    check(
        against(always(BARE), match=("smtp",)),
        "Planet Mail lists no components, so Mail cannot be told apart. Leave “match” out in config.toml",
        "Planet Mail noemt geen onderdelen, dus Mail is daar niet in te onderscheiden. Laat “match” weg in config.toml",
    )


def test_self_signed_certificate(tmp_path):
    """It can be put into the file of authorities."""
    check(
        against(always(BARE), tls=certificate(tmp_path)[1]),
        "is self-signed, so nobody vouches for it: if it is yours or your company's, set “ca_file”",
        "is door de server zelf ondertekend, dus niemand staat ervoor in",
    )


def test_expired_certificate(tmp_path):
    """This computer's date comes first."""
    works = Authority(tmp_path / "works")
    check(
        against(always(BARE), tls=works.issue(days=-1).shown(), http=client(Network(ca_file=str(works.file)))),
        "has expired: check this computer's date",
        "is verlopen: controleer de datum van deze computer",
    )


def test_proxy_that_refuses():
    """Those who run it are named as whom to ask, and its login where that is what it wants."""
    with Tinyproxy(refused=ELSEWHERE) as proxy:
        check(
            against(always(BARE), host=ELSEWHERE, http=client(Network(proxy=proxy.url))),
            f"The proxy {proxy.name} does not let us through: ask those who run it",
            f"De proxy {proxy.name} laat ons niet door: vraag de beheerder ervan",
        )
    with Tinyproxy("BasicAuth jo pr0xy") as proxy:
        check(
            against(always(BARE), host=ELSEWHERE, http=client(Network(proxy=proxy.url))),
            f"The proxy {proxy.name} wants a login",
            f"De proxy {proxy.name} vraagt om een aanmelding",
        )


def test_keyring_that_hangs():
    """It is the keyring that does not answer, not the provider that refuses."""
    over = threading.Event()
    keyring = SimpleNamespace(get_password=lambda *_: over.wait(10) and None)
    secrets = KeyringSecrets({}, backend=lambda: keyring, deadline=0.1)
    try:
        said = against(always(BARE), auth=AuthKind.BEARER, http=client(secrets=secrets))
    finally:
        over.set()
    check(said, "The keyring does not answer: unlock or restart it", "De sleutelbos antwoordt niet")
    check(said, "TOCSIN_SECRET_HOME", "TOCSIN_SECRET_HOME")
    assert "refuses" not in said[0]


@pytest.mark.parametrize(
    ("error", "english", "dutch"),
    [
        (KeyringLocked, "The keyring is locked: unlock it", "De sleutelbos is vergrendeld: ontgrendel die"),
        (NoKeyringError, "There is no keyring that can be used: install one", "Er is geen sleutelbos die gebruikt"),
        (RuntimeError, "There is no keyring that can be used: install one", "Er is geen sleutelbos die gebruikt"),
    ],
)
def test_keyring_that_gives_nothing(error, english, dutch):
    """Locked and absent have other remedies, and neither is the provider's refusal."""

    def refuse(*_):
        raise error

    secrets = KeyringSecrets({}, backend=lambda: SimpleNamespace(get_password=refuse))
    check(against(always(BARE), auth=AuthKind.BEARER, http=client(secrets=secrets)), english, dutch)


def test_secret_that_was_never_given():
    """A command that can be typed keeps it."""
    check(
        against(always(BARE), auth=AuthKind.BEARER, http=client(secrets=MemorySecrets({}))),
        "“tocsin secret set home”",
        "“tocsin secret set home”",
    )


@pytest.mark.parametrize("language", ["de", "en", "fr", "nl"])
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
    """What is not known is told as before, with the technical reason."""
    said = book().fault(message("unreachable", provider="x", kind="tls", obstacle="moon", text="no moon"), NOW)
    assert said.endswith("(no moon)")
