"""The way out in the settings holds for everything that asks: the engine, `check` and `login`."""

import asyncio
import json
import threading

import pytest

from support.hostile_server import HostileServer, always, answer
from support.rig import EngineRig
from support.tinyproxy import ELSEWHERE, Tinyproxy
from tocsin import signin
from tocsin.adapters.profile import Profile
from tocsin.cli import main
from tocsin.domain.account import NO_PROXY, UNUSABLE_PROXY, Account, Connection, Network, Settings
from tocsin.domain.state import CheckNow, ReloadSettings
from tocsin.errors import EnvironmentFault, SettingsError

PAGE = answer(
    200,
    b'{"page": {"id": "p", "name": "Planet Mail", "url": "https://status.example.net", "time_zone": "Etc/UTC",'
    b' "updated_at": "2026-11-21T17:00:00Z"}, "status": {"indicator": "none", "description": "All good"},'
    b' "components": [{"id": "smtp", "name": "SMTP", "status": "operational", "position": 1, "group": false,'
    b' "group_id": null, "showcase": true, "only_show_if_degraded": false, "created_at": "2026-11-21T17:00:00Z",'
    b' "updated_at": "2026-11-21T17:00:00Z", "description": null, "page_id": "p"}],'
    b' "incidents": [], "scheduled_maintenances": []}',
    ("Content-Type", "application/json"),
)


class ServerThread:
    """A server on loopback for what runs a loop of its own."""

    def __init__(self, reply):
        self._server = HostileServer(always(reply))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self):
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self._loop).result(60)
        self.url = self._server.url.replace("127.0.0.1", ELSEWHERE)
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    @property
    def asked(self):
        return len(self._server.received)


@pytest.fixture
def page():
    """A Statuspage that is fine."""
    with ServerThread(PAGE) as server:
        yield server


@pytest.fixture
def proxy():
    """One without a login."""
    with Tinyproxy() as running:
        yield running


def settings(page, network):
    connection = Connection("mail", "Mail")
    account = Account("mail", "statuspage", "Mail", page.url, connections=(connection,), allow_insecure=True)
    return Settings(accounts=(account,), network=network)


def passed(proxy):
    """How many requests went through."""
    return proxy.log().count("Request (file descriptor")


# --- the engine ------------------------------------------------------------------------------------------------------


def test_engine_asks_by_the_settings_and_goes_another_way_at_once(page, proxy):
    """The first poll goes through the proxy; taken out of the settings it is left at once, not at the next turn."""
    with EngineRig(settings(page, Network(proxy=proxy.url))) as rig:
        rig.wait_polls(1)
        before, through = page.asked, passed(proxy)
        assert (before > 0, through > 0) == (True, True)
        rig.settings = settings(page, Network(proxy=NO_PROXY))
        rig.do(ReloadSettings())
        rig.wait_for("another poll", lambda: page.asked > before)
        assert passed(proxy) == through


def test_engine_says_at_once_that_the_proxy_refuses(page, caplog):
    """It does not go away by waiting: the fault is there after the first poll, and the proxy is named."""
    with (
        Tinyproxy(refused=ELSEWHERE) as proxy,
        EngineRig(settings(page, Network(proxy=proxy.url))) as rig,
    ):
        rig.wait_for("the fault", lambda: bool(rig.states) and any(_is_refusal(each) for each in rig.state.faults))
        assert rig.state.accounts[0].failures == 1
        assert page.asked == 0
        assert proxy.name in caplog.text


def _is_refusal(fault):
    return fault.message.values.get("obstacle") == "proxy_refuses"


@pytest.mark.parametrize("network", [Network(proxy=NO_PROXY), Network(proxy=UNUSABLE_PROXY)])
def test_file_with_mistakes_does_not_change_the_way(page, proxy, network):
    """A slip of the pen neither goes past the proxy nor stops the polls that went through it."""
    with EngineRig(settings(page, Network(proxy=proxy.url))) as rig:
        rig.wait_polls(1)
        through = passed(proxy)
        rig.settings = settings(page, network)
        rig.problems = (SettingsError("network.proxy", "is wrong"),)
        rig.do(ReloadSettings())
        rig.wait_for("the problem", lambda: any(each.message.key == "settings" for each in rig.state.faults))
        rig.do(CheckNow())
        rig.wait_for("another poll", lambda: passed(proxy) > through)


# --- check and login -------------------------------------------------------------------------------------------------


def profile(tmp_path, text):
    (tmp_path / "config.toml").write_text(text)
    return ("--profile", str(tmp_path))


def test_check_goes_by_the_settings(tmp_path, capsys, proxy):
    """What would be asked by the tray is asked the same way by hand."""
    given = profile(tmp_path, f'[network]\nproxy = "{proxy.url}"\n')
    code = main(["check", "https://status.planetmail.invalid/", "--json", *given])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["error"]["kind"]) == (3, "connect")
    assert proxy.name in found["error"]["message"]
    assert "CONNECT status.planetmail.invalid:443" in proxy.log()


def test_search_for_what_answers_ends_at_what_is_no_proxy(tmp_path, capsys):
    """What is in the way is in the way of every guess: it is said after the first, within the poll's time."""
    with ServerThread(b"220 planet ESMTP\r\n\r\n") as other:
        given = profile(tmp_path, f'[network]\nproxy = "{other.url}"\n')
        main(["check", "https://status.planetmail.invalid/", "--json", *given])
        assert other.asked == 1
    assert "is no proxy" in json.loads(capsys.readouterr().out)["error"]["message"]


@pytest.mark.parametrize("text", ['[network]\nproxy = "socks5://proxy.example.net"\n', "[network\n"])
def test_check_goes_nowhere_by_settings_that_cannot_be_read(tmp_path, capsys, text):
    """A proxy may be meant there: it is said with its line, and nobody is asked."""
    code = main(["check", "https://status.planetmail.invalid/", "--json", *profile(tmp_path, text)])
    said = capsys.readouterr()
    assert (code, json.loads(said.out)["error"]["kind"]) == (3, "unsupported")
    assert "line " in said.err


def test_login_goes_by_the_settings(tmp_path, proxy):
    """The server that gives out tokens is asked through the proxy too."""
    text = (
        f'[network]\nproxy = "{proxy.url}"\n[[accounts]]\nid = "home"\nprovider = "tmf656"\nname = "Home"\n'
        'url = "https://api.planetfibre.invalid"\n'
        'auth = { kind = "oauth2", token_url = "https://id.planetfibre.invalid/token", client_id = "tocsin" }\n'
    )
    profile(tmp_path, text)
    with pytest.raises(EnvironmentFault, match=proxy.name):
        signin.login(Profile.at(tmp_path), "home", print, environ={"TOCSIN_SECRET_HOME": "s3cret"})
    assert "CONNECT id.planetfibre.invalid:443" in proxy.log()
