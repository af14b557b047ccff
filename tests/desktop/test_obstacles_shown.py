"""What keeps an address from being watched is said in the assistant and in the settings, in every language.

Each case is tried by the engine's own trial over the program's own HTTP, against a real server, proxy or keyring.
"""

import asyncio
import socket
import threading
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from support.assistant_stand_in import StandIn
from support.assistant_window import field, paste
from support.authority import Authority
from support.hostile_server import HostileServer, always, answer, certificate
from support.http_client import MemorySecrets
from support.offline_window import settle, texts
from support.painting import warm_painter
from support.phrases import book
from support.settings_scenes import Rig, backstage
from support.tinyproxy import ELSEWHERE, Tinyproxy
from tocsin import providers, resources
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.http_connect import Resolver
from tocsin.adapters.http_transport import Transport
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.desktop.assistant import Assistant
from tocsin.desktop.assistant_steps import Place
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.trial_box import TrialBox
from tocsin.desktop.settings_window import SettingsWindow
from tocsin.domain.account import Auth, AuthKind, Network
from tocsin.domain.trial import Trial, TrialStep, TrialView
from tocsin.engine.trials import Means, Trials
from tocsin.offers import CatalogueOffers
from tocsin.providers.detect import detect

__all__ = ["warm_painter"]  # a fixture

URL = "https://status.example.net"
BEARER = Auth(AuthKind.BEARER)
HTML = answer(200, b"<html>Welcome</html>", ("Content-Type", "text/html"))
BARE = answer(
    200,
    b'{"page": {"id": "p", "name": "Planet Mail", "url": "https://status.example.net", "time_zone": "Etc/UTC",'
    b' "updated_at": "2026-11-21T17:00:00Z"}, "status": {"indicator": "none", "description": "All good"},'
    b' "components": [], "incidents": [], "scheduled_maintenances": []}',
    ("Content-Type", "application/json"),
)


@dataclass(frozen=True)
class Told:
    """What was shown: in the assistant and in the settings, by language."""

    assistant: dict[str, str]
    settings: dict[str, str]

    def names(self, remedy: str, *, page: str = "") -> None:
        """Both name the remedy in every language, and a page of the settings by the name that it has there."""
        for shown in (self.assistant, self.settings):
            assert remedy in shown["en"], shown["en"]
            assert len(set(shown.values())) == len(resources.languages()), shown
            for language, sentence in shown.items():
                assert book(language).gettext(page) in sentence if page else sentence, sentence
                assert "{" not in sentence


async def trial_of(trial: Trial, http: HttpClient, secrets) -> TrialView:
    """What comes of a trial in the end."""
    over = asyncio.Event()

    def look() -> None:
        if trials.view is not None and trials.view.step in (TrialStep.FOUND, TrialStep.FAILED):
            over.set()

    means = Means(
        http,
        SystemClock(),
        lambda account: providers.load(account.provider)(),
        lambda context: detect(context, lambda key: providers.load(key)(), providers.known()),
        secrets,
        tuple,
    )
    trials = Trials(means, look, lambda _: None)
    trials.begin(trial)
    try:
        await over.wait()
        return trials.view
    finally:
        await trials.close()


def client(network=None, secrets=None, **transport) -> HttpClient:
    made = HttpClient(
        secrets or MemorySecrets({}),
        SystemClock(),
        transport=Transport(**{"proxies": dict, **transport}),
        deadline=5.0,
    )
    made.configure(network or Network())
    return made


def against(handler, *, tls=None, host="127.0.0.1", http=None, auth=None, secrets=None, url="") -> tuple:
    """Two trials of a server that answers like that: as the assistant makes them, and as the settings do."""

    async def scenario():
        kept = secrets or MemorySecrets({"host": "wrong"})
        used = http or client(secrets=kept)
        try:
            async with HostileServer(handler, tls=tls) as server:
                there = url or server.url.replace("127.0.0.1", host)
                first = Trial(1, there, allow_insecure=True, auth=auth or Auth(), secret="wrong" if auth else "")
                known = Trial(2, there, provider="statuspage", allow_insecure=True, auth=auth or Auth(), account="host")
                return tuple([await trial_of(each, used, kept) for each in (first, known)])
        finally:
            await used.close()

    return asyncio.run(scenario())


@pytest.fixture
def shown(qtbot, tmp_path):
    """Shows what came of two trials in both windows, in every language."""

    def show(views, *, auth=None) -> Told:
        first, known = views
        return Told(
            {each: in_assistant(qtbot, each, first, signed=auth is not None) for each in resources.languages()},
            {each: in_settings(qtbot, tmp_path / each, each, known, auth) for each in resources.languages()},
        )

    return show


def in_assistant(qtbot, language, view, *, signed) -> str:
    """What it says once the address was tried, or once a token was given where one was wanted."""
    engine = StandIn(answer=lambda trial: replace(view, number=trial.number))
    made = Assistant(book(language), CatalogueOffers({}))
    qtbot.addWidget(made)
    engine.serve(made)
    made.open()
    settle()
    field(made, book(language).gettext("Name or address")).setText(URL)
    made.on_next()
    if signed:
        assert made.place is Place.SIGN_IN
        paste(made, "wrong")
        made.on_next()
    elif view.step is TrialStep.FOUND:
        made.on_next()
    settle()
    said = "\n".join(texts(made))
    made.reject()
    return said


def in_settings(qtbot, folder, language, view, auth) -> str:
    """What "Test now" says in an account's form."""
    folder.mkdir()
    rig = Rig(folder / "config.toml")
    rig.window.deleteLater()
    rig.window = SettingsWindow(book(language), rig.clock, backstage(settings_file=str(rig.path)))
    qtbot.addWidget(rig.window)
    rig.window.commanded.connect(rig.on_command)
    rig.publish()
    rig.show(PageName.ACCOUNTS, "home" if auth else "host")
    box = rig.window.page.findChild(TrialBox)
    box.test.click()
    rig.publish(trial=replace(view, number=rig.sent[-1].trial.number))
    settle()
    return box._result.whole


def test_wrong_token(shown):
    """The token is what to check."""
    views = against(always(answer(401)), auth=BEARER)
    shown(views, auth=BEARER).names("Check the token or the password")


@pytest.mark.parametrize("reply", [answer(404), HTML], ids=["nothing there", "another page"])
def test_wrong_address(shown, reply):
    """Who pasted it is told which one to paste; who has had it for long, to check it."""
    told = shown(against(always(reply)))
    told.names("ddress")
    assert "Paste the address of the status page itself." in told.assistant["en"]
    assert "Check the address" in told.settings["en"] or "Paste the address" in told.settings["en"]


def test_wrong_name(shown):
    """Nobody knows that host."""

    def nobody(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    http = client(resolver=Resolver(nobody))
    shown(against(always(BARE), http=http, url="https://status.planetmail.example")).names(
        "Check the address for a typing error"
    )


def test_page_without_components(shown):
    """It is watched as a whole, and says so."""
    told = shown(against(always(BARE)))
    assert "This page lists nothing to choose from: it is watched as a whole." in told.assistant["en"]
    assert "Planet Mail" in told.settings["en"]
    for language, said in told.assistant.items():
        assert book(language).gettext("This page lists nothing to choose from: it is watched as a whole.") in said


def test_self_signed_certificate(shown, tmp_path):
    """A file with it can be named."""
    views = against(always(BARE), tls=certificate(tmp_path)[1])
    shown(views).names("name the file that holds it in the settings", page="Network")


def test_expired_certificate(shown, tmp_path):
    """This computer's date comes first."""
    works = Authority(tmp_path / "works")
    http = client(Network(ca_file=str(works.file)))
    shown(against(always(BARE), tls=works.issue(days=-1).shown(), http=http)).names("check this computer's date")


def test_certificate_of_an_unknown_authority(shown, tmp_path):
    """Its own certificate can be named."""
    works = Authority(tmp_path / "works")
    views = against(always(BARE), tls=works.issue().shown())
    shown(views).names("the company's own certificate in the settings", page="Network")


def test_proxy_that_refuses(shown):
    """Those who run it are whom to ask; where it wants a login, that is what to give."""
    with Tinyproxy(refused=ELSEWHERE) as proxy:
        views = against(always(BARE), host=ELSEWHERE, http=client(Network(proxy=proxy.url)))
    shown(views).names("ask those who run it to allow this address", page="Network")


def test_proxy_that_wants_a_login(shown):
    """User name and password are what it takes."""
    with Tinyproxy("BasicAuth jo pr0xy") as proxy:
        views = against(always(BARE), host=ELSEWHERE, http=client(Network(proxy=proxy.url)))
    shown(views).names("give user name and password in the settings", page="Network")


def test_keyring_that_hangs(shown):
    """It is the keyring that does not answer, not the provider that refuses."""
    over = threading.Event()
    keyring = SimpleNamespace(get_password=lambda *_: over.wait(10) and None)
    secrets = KeyringSecrets({}, backend=lambda: keyring, deadline=0.1)
    try:
        _, known = against(always(answer(401)), auth=BEARER, secrets=secrets)
    finally:
        over.set()
    told = shown((known, known), auth=BEARER)
    told.names("The keyring does not answer: unlock or restart it.")
    assert "TOCSIN_SECRET_HOST" in told.settings["en"]


def test_secret_that_was_never_given(shown):
    """The account is named as the settings name it, and not as it was tried."""
    _, known = against(always(answer(401)), auth=BEARER, secrets=MemorySecrets({}))
    shown((known, known), auth=BEARER).names(
        "There is no secret for the account “host”", page="Accounts and connections"
    )
