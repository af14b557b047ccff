"""``tocsin login`` as a person types it, with a real keyring, a real authorization server and the system's browser."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.auth_server import CLIENT, AuthServer
from support.keyring_daemon import KeyringBus, keyring_bus
from support.terminal import CTRL_C, PATIENCE, typing
from tocsin import signin, single
from tocsin.adapters.profile import Profile
from tocsin.domain.account import Auth, AuthKind
from tocsin.domain.terms import FailureKind
from tocsin.errors import EnvironmentFault

CANARY = "canary-77aa01"
BROWSER = """
import os, sys, urllib.request
with open({out!r}, "a") as file:
    print(sys.argv, dict(os.environ), file=file)
urllib.request.urlopen(sys.argv[1], timeout=10).read()
"""
LOGIN = "import sys; from tocsin.cli import main; sys.exit(main(['login', 'home', '--profile', {profile!r}]))"
POLL = """
import asyncio
from pathlib import Path
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.adapters.settings import TomlSettings
from tocsin.ports import HttpRequest
async def main():
    (home,) = TomlSettings(Profile.at(Path({profile!r})).settings, ("tmf656",)).load().settings.accounts
    http = HttpClient(KeyringSecrets({{}}), SystemClock())
    try:
        print((await http.send(HttpRequest(home.url + "/status"), home)).status)
    except Exception as error:
        print(error)
    await http.close()
asyncio.run(main())
"""


WRITING = {"PYTHON_KEYRING_BACKEND": "support.hanging_keyring.Writing", "LANGUAGE": "en"}


@pytest.fixture
def bus() -> Iterator[KeyringBus]:
    """A session bus of the test's own, without a keyring yet."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as place, keyring_bus(Path(place)) as started:
        yield started


def write(folder: Path, url: str, auth: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f'[[accounts]]\nid = "home"\nprovider = "tmf656"\nurl = "{url}"\nauth = {{ {auth} }}\n'
    )
    return folder


def argv(profile: Path) -> list[str]:
    return [sys.executable, "-m", "tocsin", "login", "home", "--profile", str(profile)]


def oauth(url: str, flow: str) -> str:
    urls = f'token_url = "{url}/token", authorize_url = "{url}/authorize", device_url = "{url}/device"'
    return f'kind = "oauth2", flow = "{flow}", {urls}, client_id = "{CLIENT}"'


def outside(bus: KeyringBus, program: str, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {**bus.environment, **more}
    argv = [sys.executable, "-c", program]
    return subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_login_through_the_browser_and_a_poll_in_the_next_process(bus, tmp_path):
    """Signed in once, it lasts: renewed, rotated and kept in the keyring; in the clear it stands nowhere."""
    seen, script = tmp_path / "seen", tmp_path / "browser.py"
    script.write_text(BROWSER.format(out=str(seen)))
    bus.start(unlocked=True)
    with AuthServer(CANARY) as server:
        profile = str(write(tmp_path / "profile", server.url, oauth(server.url, "code")))
        browser = {"BROWSER": f"{sys.executable} {script} %s", "TOCSIN_SECRET_HOME": CANARY}
        said = bus.run(LOGIN.format(profile=profile), **browser)
        assert said.splitlines()[-1] == "You are signed in to home."
        server.secret = None  # from here on the client has no secret that it could lack
        assert bus.run(POLL.format(profile=profile)) == "200"
        assert len(server.to("/token")) == 1, "the access token of the sign-in is still good"
        server.end_access()
        assert bus.run(POLL.format(profile=profile)) == "200"
        assert bus.run(POLL.format(profile=profile)) == "200"
        assert len(server.to("/token")) == 2
        server.revoke_all()
        assert bus.run(POLL.format(profile=profile)).endswith("sign in again: tocsin login home")
        tokens = [*server.given, CANARY]
    shown = said + seen.read_text()
    written = [path.read_bytes() for place in (bus.place, tmp_path) for path in place.rglob("*") if path.is_file()]
    for token in tokens:
        assert token not in shown, "on the screen, in argv or in the environment of the browser"
        assert not any(token.encode() in data for data in written), "in a file"


def test_login_with_a_code(bus, tmp_path):
    """The code and where to type it are on the screen; no browser is needed on this computer."""
    bus.start(unlocked=True)
    with AuthServer() as server:
        server.interval = 1
        profile = str(write(tmp_path / "profile", server.url, oauth(server.url, "device")))
        said = bus.run(LOGIN.format(profile=profile))
        assert "WDJB-MJHT" in said
        assert f"{server.url}/activate\n" in said
        assert f"which has the code in it:\n{server.url}/activate?code=WDJB-MJHT" in said
        assert bus.run(POLL.format(profile=profile)) == "200"


def test_without_a_keyring_nobody_is_sent_to_sign_in(bus, tmp_path):
    """What could not be kept is not asked for: exit 3, one sentence, and no browser."""
    with AuthServer() as server:
        profile = str(write(tmp_path / "profile", server.url, oauth(server.url, "code")))
        done = outside(bus, LOGIN.format(profile=profile), BROWSER="false")
    assert done.returncode == 3
    assert done.stderr.startswith("tocsin: There is no keyring that can be used, and a login is kept nowhere else: ")
    assert len(done.stderr.splitlines()) == 1
    assert server.asked == []


def test_a_password_is_typed_in_and_kept(bus, tmp_path):
    """For the other kinds of login the same command keeps the secret, which no argument and no file holds."""
    bus.start(unlocked=True)
    profile = str(write(tmp_path / "profile", "http://127.0.0.1:9", 'kind = "login", user = "jo"'))
    program = """
import os
from pathlib import Path
from tocsin import signin
from tocsin.adapters.profile import Profile
signin.login(Profile.at(Path({profile!r})), "home", print, ask_secret=lambda prompt: {secret!r})
import keyring
print(keyring.get_password("tocsin", "home") == {secret!r})
"""
    said = bus.run(program.format(profile=profile, secret=CANARY))
    assert said == "The secret of home is kept in the keyring.\nTrue"
    assert outside(bus, LOGIN.format(profile=profile)).returncode == 3, "no terminal to type at"
    assert outside(bus, program.format(profile=profile, secret="")).returncode == 1, "nothing was typed"


def test_client_credentials_are_tried_out(tmp_path):
    """Nobody has to sign in, and the command says whether the client's secret works."""
    said = []
    with AuthServer(CANARY) as server:
        profile = Profile.at(write(tmp_path, server.url, oauth(server.url, "client_credentials")))
        signin.login(profile, "home", said.append, environ={"TOCSIN_SECRET_HOME": CANARY})
        assert said == ["The account home signs in by itself, and that works."]
        with pytest.raises(EnvironmentFault, match="invalid_client"):
            signin.login(profile, "home", said.append, environ={"TOCSIN_SECRET_HOME": "wrong"})


def test_accounts_without_a_login_and_without_a_name(tmp_path):
    """What there is to be said, said in one sentence."""
    said = []
    profile = Profile.at(write(tmp_path, "https://status.example.net", 'kind = "none"'))
    signin.login(profile, "home", said.append, environ={})
    assert said == ["The account home needs no login."]
    with pytest.raises(EnvironmentFault, match="Those that there are: home"):
        signin.login(profile, "office", said.append, environ={})
    (tmp_path / "config.toml").write_text("")
    with pytest.raises(EnvironmentFault, match="there is none at all yet"):
        signin.login(profile, "home", said.append, environ={})
    write(tmp_path, "ftp://status.example.net", 'kind = "none"')
    with pytest.raises(EnvironmentFault, match="url"):
        signin.login(profile, "home", said.append, environ={})


def test_it_speaks_the_users_language(tmp_path):
    """Here Dutch; an account's id and the technical reason stay as they are."""
    said, dutch = [], {"LANGUAGE": "nl", "LANG": "nl_NL.UTF-8", "TOCSIN_SECRET_HOME": "wrong"}
    with AuthServer(CANARY) as server:
        profile = Profile.at(write(tmp_path, server.url, oauth(server.url, "client_credentials")))
        with pytest.raises(EnvironmentFault, match=r"weigert het inloggen\..*invalid_client"):
            signin.login(profile, "home", said.append, environ=dutch)
        write(tmp_path, server.url, 'kind = "none"')
        signin.login(profile, "home", said.append, environ=dutch)
    assert said == ["Voor het account home hoeft u niet in te loggen."]


def test_ctrl_c_at_the_question_ends_it_at_once(tmp_path):
    """The first one, with the words and the exit code of every other end of it; it does not wait for a line."""
    profile = write(tmp_path / "profile", "https://status.example.net", 'kind = "bearer"')
    environ = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "LANGUAGE": "en"}
    with typing(argv(profile), environ) as (process, ours, read_until):
        read_until(b"secret of home (bearer): ")
        os.write(ours, CTRL_C)
        read_until(b"tocsin: Broken off: nobody was signed in")
        assert process.wait(PATIENCE) == 3


def test_ctrl_c_while_the_keyring_is_handed_a_secret_claims_nothing(bus, tmp_path):
    """Neither that nobody was signed in nor that somebody was: it may have been written by then."""
    profile = write(tmp_path / "profile", "https://status.example.net", 'kind = "bearer"')
    with typing(argv(profile), {**bus.environment, **WRITING}) as (process, ours, read_until):
        read_until(b"secret of home (bearer): ")
        os.write(ours, f"{CANARY}\n".encode())
        read_until(b"the keyring is being written to")
        os.write(ours, CTRL_C)
        said = read_until(b"not certain whether the keyring has the new secret. Give it once more to be sure")
        assert process.wait(PATIENCE) == 3
    assert b"nobody was signed in" not in said


def test_ctrl_c_while_the_keyring_is_handed_a_sign_in_claims_nothing(bus, tmp_path):
    """The same of what came of the browser."""
    script = tmp_path / "browser.py"
    script.write_text(BROWSER.format(out=str(tmp_path / "seen")))
    with AuthServer() as server:
        profile = write(tmp_path / "profile", server.url, oauth(server.url, "code"))
        environ = {**bus.environment, **WRITING, "BROWSER": f"{sys.executable} {script} %s"}
        with typing(argv(profile), environ) as (process, ours, read_until):
            read_until(b"the keyring is being written to")
            os.write(ours, CTRL_C)
            said = read_until(b"not certain whether the keyring has the new sign-in. Sign in once more to be sure")
            assert process.wait(PATIENCE) == 3
    assert b"nobody was signed in" not in said


def test_ctrl_c_is_no_success(tmp_path, monkeypatch):
    """Broken off is said, and is not exit 0."""

    def interrupted(main):
        main.close()
        raise KeyboardInterrupt

    profile = Profile.at(write(tmp_path, "https://status.example.net", oauth("https://status.example.net", "code")))
    monkeypatch.setattr(asyncio, "run", interrupted)
    with pytest.raises(EnvironmentFault, match="Broken off"):
        signin.login(profile, "home", print, environ={})


def test_check_asks_with_client_credentials(tmp_path):
    """``tocsin check --auth oauth2``: the token is had, and what the page then is, is another matter."""
    with AuthServer(CANARY) as server:
        auth = Auth(AuthKind.OAUTH2, token_url=f"{server.url}/token", client_id=CLIENT)
        request = single.CheckRequest(server.url, "statuspage", (), auth, {"check": CANARY})
        answer = single.check(request)
    assert answer.result.kind is FailureKind.NOT_STATUS_API
    assert len(server.to("/token")) == 1
    assert len(server.asked) >= 2
    argv = [sys.executable, "-m", "tocsin", "check", server.url, "--auth", "oauth2"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))
    assert (done.returncode, "--token-url" in done.stderr) == (3, True)
