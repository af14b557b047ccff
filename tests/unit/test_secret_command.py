"""``tocsin secret`` as a person or a script uses it, with a real keyring, and a terminal that would show too much."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.keyring_daemon import KeyringBus, keyring_bus
from support.terminal import CTRL_C, PATIENCE, typing
from tocsin import secret
from tocsin.adapters.profile import Profile
from tocsin.errors import EnvironmentFault

CANARY = "canary-41e9b7"
HELD = "import keyring; print([keyring.get_password('tocsin', each) for each in ('home', 'home/tokens', 'proxy')])"
KEEP = "import keyring; keyring.set_password('tocsin', {entry!r}, {value!r})"
HANGING = {"PYTHON_KEYRING_BACKEND": "support.hanging_keyring.Keyring"}


@pytest.fixture
def bus() -> Iterator[KeyringBus]:
    """A session bus of the test's own, without a keyring yet."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as place, keyring_bus(Path(place)) as started:
        yield started


@pytest.fixture
def profile(tmp_path) -> Path:
    """A profile with one account."""
    (tmp_path / "config.toml").write_text(
        '[[accounts]]\nid = "home"\nprovider = "tmf656"\nurl = "https://a.example"\nauth = { kind = "bearer" }\n'
    )
    return tmp_path


def argv(profile: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "tocsin", "secret", *words, "--profile", str(profile)]


def run(bus: KeyringBus, profile: Path, *words: str, given: bytes = b"", **more: str) -> tuple[int, str, str]:
    """The exit code, and what it printed on both outputs."""
    done = subprocess.run(
        argv(profile, *words),
        input=given,
        env={**bus.environment, **more},
        capture_output=True,
        timeout=60,
        check=False,
    )
    said = done.stdout.decode(), done.stderr.decode()
    assert CANARY not in "".join(said)
    return done.returncode, *said


def test_a_secret_from_a_pipe_is_kept_and_removed(bus, profile):
    """Set and removed again by a script; what a sign-in left goes too, and in the clear it stands nowhere."""
    bus.start(unlocked=True)
    assert run(bus, profile, "set", "home", given=f"{CANARY}\n".encode()) == (
        *(0, "The secret of home is kept in the keyring.\n", ""),
    )
    assert bus.run(HELD) == f"['{CANARY}', None, None]"
    bus.run(KEEP.format(entry="home/tokens", value="tokens"))
    written = [path.read_bytes() for place in (bus.place, profile) for path in place.rglob("*") if path.is_file()]
    assert written
    assert not any(CANARY.encode() in data for data in written)
    assert run(bus, profile, "remove", "home") == (0, "The secret of home is not in the keyring any more.\n", "")
    assert bus.run(HELD) == "[None, None, None]"
    assert run(bus, profile, "remove", "home") == (0, "The keyring holds no secret of home.\n", "")


def test_a_secret_that_is_typed_is_not_shown(bus, profile):
    """The terminal echoes nothing of it, and no list of processes has it."""
    bus.start(unlocked=True)
    with typing(argv(profile, "set", "home"), bus.environment) as (process, ours, read_until):
        read_until(b"secret of home: ")
        os.write(ours, f"{CANARY}\n".encode())
        line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        shown = read_until(b"is kept in the keyring")
        assert process.wait(PATIENCE) == 0
    assert CANARY.encode() not in shown + line
    assert bus.run(HELD) == f"['{CANARY}', None, None]"


def test_what_is_no_secret_is_refused_and_the_old_one_stays(bus, profile):
    """An empty pipe does not wipe a secret out, nor does half a file become one."""
    bus.start(unlocked=True)
    bus.run(KEEP.format(entry="home", value="old"))
    refused = {b"": "No secret", b"\n": "No secret", b"a\nb\n": "one line", b"\xff": "UTF-8", b"x" * 70_000: "64 KiB"}
    for given, why in refused.items():
        code, out, error = run(bus, profile, "set", "home", given=given)
        assert (code, out) == (3, "")
        assert why in error
    assert bus.run(HELD) == "['old', None, None]"


def test_a_keyring_that_is_locked_or_not_there_is_said_before_anybody_types(bus, profile):
    """Exit 3, one sentence, what can be done; and standard input was not read."""
    absent = run(bus, profile, "set", "home", given=CANARY.encode())
    assert (absent[0], absent[1]) == (3, "")
    assert absent[2].startswith("tocsin: There is no keyring that can be used, and a secret is kept nowhere else: ")
    assert "TOCSIN_SECRET_HOME" in absent[2]
    assert run(bus, profile, "remove", "home")[0] == 3
    bus.start(unlocked=True)
    bus.run(KEEP.format(entry="home", value="old"))
    bus.stop()
    bus.start(unlocked=False)
    for words in (("set", "home"), ("remove", "home")):
        code, out, error = run(bus, profile, *words, given=CANARY.encode())
        assert (code, out) == (3, "")
        assert error.startswith("tocsin: The keyring is locked")
        assert len(error.splitlines()) == 1


def test_a_keyring_that_hangs_is_given_up(bus, profile):
    """The command ends, though the keyring never answers; nothing is left running."""
    start = time.monotonic()
    code, _, error = run(bus, profile, "set", "home", given=CANARY.encode(), **HANGING)
    assert code == 3
    assert error.startswith("tocsin: The keyring does not answer")
    assert time.monotonic() - start < 45  # it hangs for an hour


def test_whose_secret_it_is_is_looked_up(bus, profile):
    """A slip of the pen is not kept; the proxy's password has a name of its own; a removed account's can be removed."""
    bus.start(unlocked=True)
    code, _, error = run(bus, profile, "set", "hme", given=CANARY.encode())
    assert (code, "Those that there are: home" in error) == (3, True)
    assert "no account “proxy”" in run(bus, profile, "set", "proxy", given=CANARY.encode())[2]
    with (profile / "config.toml").open("a") as file:
        file.write('[network]\nproxy = "http://proxy.example.net:3128"\nproxy_user = "jo"\n')
    assert run(bus, profile, "set", "proxy", given=CANARY.encode())[0] == 0
    assert bus.run(HELD) == f"[None, None, '{CANARY}']"
    (profile / "config.toml").write_text("no toml")
    code, _, error = run(bus, profile, "set", "home", given=CANARY.encode())
    assert (code, "line 1" in error) == (3, True)
    assert run(bus, profile, "remove", "proxy")[:2] == (0, "The secret of proxy is not in the keyring any more.\n")


def test_a_variable_that_comes_first_is_said(bus, profile):
    """Who wonders why the old secret is still used is told; and an account that asks for none is told too."""
    bus.start(unlocked=True)
    _, said, _ = run(bus, profile, "set", "home", given=b"new", TOCSIN_SECRET_HOME="old")
    assert said.splitlines()[1:] == ["TOCSIN_SECRET_HOME is set, and comes before the keyring."]
    (profile / "config.toml").write_text('[[accounts]]\nid = "home"\nprovider = "line"\n')
    _, said, _ = run(bus, profile, "set", "home", given=b"new")
    assert said.splitlines()[1:] == ["Nothing asks for it yet: choose how to sign in to home in the settings."]
    _, said, _ = run(bus, profile, "remove", "home", TOCSIN_SECRET_HOME="old")
    assert said.splitlines()[1:] == ["TOCSIN_SECRET_HOME is set, and is still used."]


def test_a_secret_is_no_argument(bus, profile):
    """Nobody can be led to type it where the history of the shell and every user of the computer would have it."""
    for words in (("set", "home", "letmein"), ("set",), ("home",), ()):
        code, out, error = run(bus, profile, *words)
        assert (code, out) == (2, "")
        assert error.startswith("usage: tocsin")


def test_ctrl_c_at_the_question_ends_it_at_once(profile):
    """The first one, as anywhere else; it does not wait for a line."""
    environ = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "LANGUAGE": "en"}
    with typing(argv(profile, "set", "home"), environ) as (process, ours, read_until):
        read_until(b"secret of home: ")
        os.write(ours, CTRL_C)
        read_until(b"Broken off")
        assert process.wait(PATIENCE) == 3


def test_ctrl_c_while_the_keyring_is_written_to_claims_nothing(bus, profile):
    """It may have the new secret by then, or get it later: neither is said, but what makes it certain."""
    environ = {**bus.environment, "PYTHON_KEYRING_BACKEND": "support.hanging_keyring.Writing", "LANGUAGE": "en"}
    with typing(argv(profile, "set", "home"), environ) as (process, ours, read_until):
        read_until(b"secret of home: ")
        os.write(ours, f"{CANARY}\n".encode())
        read_until(b"the keyring is being written to")
        os.write(ours, CTRL_C)
        said = read_until(b"not certain whether the keyring has the new secret. Give it once more to be sure")
        assert process.wait(PATIENCE) == 3
    assert b"stays" not in said


def test_ctrl_c_is_no_success(profile, monkeypatch):
    """Broken off is said, and is not exit 0."""

    def interrupted(main):
        main.close()
        raise KeyboardInterrupt

    monkeypatch.setattr("asyncio.run", interrupted)
    for command in (secret.set_secret, secret.remove_secret):
        with pytest.raises(EnvironmentFault, match="Broken off"):
            command(Profile.at(profile), "home", print, environ={})


POLLING = """
import asyncio, sys, threading
from pathlib import Path
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.ports import SecretRef
from tocsin.running import EngineThread, SettingsFile, Wiring
profile = Profile.at(Path({profile!r}))
profile.make()
class Saying(KeyringSecrets):
    async def get(self, ref):
        secret = await super().get(ref)
        if not ref.name:
            print("asked with", secret[-3:], flush=True)
        return secret
engine = EngineThread(Wiring(
    clock=SystemClock(), profile=profile, settings=SettingsFile(profile), secrets=Saying({{}}), channels=(),
    environ={{}}, publish=lambda state: None, on_event=lambda event: None, on_command=lambda command: None,
    line_policy=None,
))
engine.start()
sys.stdin.readline()
engine.stop()
"""


def test_a_running_tocsin_uses_a_new_secret_at_once(bus, profile):
    """Nobody has to start it again, nor to wait, though it has the old one in memory."""
    bus.start(unlocked=True)
    bus.run(KEEP.format(entry="home", value="the-old"))
    text = (profile / "config.toml").read_text().replace("https://a.example", "http://127.0.0.1:9")
    (profile / "config.toml").write_text(text)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    program = POLLING.format(profile=str(profile))
    with subprocess.Popen([sys.executable, "-c", program], env=bus.environment, **pipes) as child:
        assert child.stdout.readline() == "asked with old\n"
        assert run(bus, profile, "set", "home", given=b"the-new")[0] == 0
        said = ""
        while said != "asked with new\n":
            said = child.stdout.readline()
            assert said, "it ended"
        child.communicate("end\n", timeout=30)
    assert child.returncode == 0
