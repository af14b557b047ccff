"""Secrets in real keyrings: there, not there, locked, hanging, or a plain file."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.keyring_daemon import KeyringBus, keyring_bus

CANARY = "canary-2b7d01"

ASK = """
import asyncio, time
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef
async def main():
    secrets = KeyringSecrets({}, deadline=%s)
    try:
        print("got", await secrets.get(SecretRef("home")), end="")
    except SecretUnavailable as refused:
        print(refused.title, end="")
    print("", time.time(), sep="|", flush=True)
asyncio.run(main())
"""
SET = """
import asyncio
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.ports import SecretRef
asyncio.run(KeyringSecrets({}, deadline=60).set(SecretRef("home"), "%s"))
"""


@pytest.fixture
def bus() -> Iterator[KeyringBus]:
    """A session bus of the test's own, without a keyring yet."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as place, keyring_bus(Path(place)) as started:
        yield started


def gives_up_at_once(bus: KeyringBus, program: str) -> bool:
    """Whether a process is over within a second of its refusal; of five times, once, as the machine may be busy."""
    for _ in range(5):
        said, at = bus.run(program, PYTHON_KEYRING_BACKEND="support.hanging_keyring.Keyring").split("|")
        assert said == "The keyring does not answer"
        if time.time() - float(at) < 1:
            return True
    return False


def test_real_keyring_keeps_a_secret_for_the_next_run(bus):
    """Set in one process, found by the next, and nowhere on disk in the clear; locked, it says so at once."""
    bus.start(unlocked=True)
    bus.run(SET % CANARY)
    assert bus.run(ASK % 60).startswith(f"got {CANARY}|")
    written = [path.read_bytes() for path in bus.place.rglob("*") if path.is_file()]
    assert written
    assert not any(CANARY.encode() in data for data in written)
    bus.stop()
    bus.start(unlocked=False)
    assert bus.run(ASK % 60).startswith("The keyring is locked|")


DROP = """
import asyncio, time
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef
async def main():
    secrets = KeyringSecrets({}, deadline=%s)
    secrets.lend(SecretRef("home"), "for this run")
    try:
        await secrets.drop(SecretRef("home"))
        print("dropped", end="")
    except SecretUnavailable as refused:
        print(refused.title, end="")
    print("", time.time(), sep="|", flush=True)
asyncio.run(main())
"""


def test_real_keyring_lets_go_of_a_secret(bus):
    """Present, it is gone for the next run; absent, that is no error; locked or hanging, it is said in time."""
    assert bus.run(DROP % 60).startswith("dropped|"), "where there is no keyring"
    bus.start(unlocked=True)
    assert bus.run(DROP % 60).startswith("dropped|"), "where there is no secret"
    bus.run(SET % CANARY)
    assert bus.run(DROP % 60).startswith("dropped|")
    assert bus.run(ASK % 60).startswith("There is no secret for the account home|")
    bus.run(SET % CANARY)
    bus.stop()
    bus.start(unlocked=False)
    assert bus.run(DROP % 60).startswith("The keyring is locked|")
    assert gives_up_at_once(bus, DROP % 0.2)
    bus.stop()
    bus.start(unlocked=True)
    assert bus.run(ASK % 60).startswith(f"got {CANARY}|"), "what was not let go of is still there"


def test_for_this_session_only_is_not_in_the_real_keyring(bus):
    """The next run does not find it, and no file has it."""
    bus.start(unlocked=True)
    program = "import asyncio\nfrom tocsin.adapters.secrets import KeyringSecrets\nfrom tocsin.ports import SecretRef\n"
    program += f"secrets = KeyringSecrets({{}})\nsecrets.lend(SecretRef('home'), {CANARY!r})\n"
    assert bus.run(f"{program}print(asyncio.run(secrets.get(SecretRef('home'))))") == CANARY
    assert bus.run(ASK % 60).startswith("There is no secret for the account home|")
    assert not any(CANARY.encode() in path.read_bytes() for path in bus.place.rglob("*") if path.is_file())


def test_no_keyring_at_all_is_said(bus):
    """A bus without a keyring, as on a bare window manager."""
    assert bus.run(ASK % 60).startswith("No keyring can be used (NoKeyringError)|")


def test_keyring_that_starts_after_us_is_found(bus):
    """At log-in the keyring may come up later than Tocsin; it is looked for again."""
    program = """
import asyncio, sys
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef
async def ask(secrets):
    try:
        return await secrets.get(SecretRef("home"))
    except SecretUnavailable as refused:
        return refused.title
async def main():
    secrets = KeyringSecrets({}, deadline=60)
    print(await ask(secrets), flush=True)
    sys.stdin.readline()
    print(await ask(secrets), flush=True)
asyncio.run(main())
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program], env=bus.environment, **pipes) as child:
        first = child.stdout.readline()
        bus.start(unlocked=True)
        bus.run(SET % CANARY)
        second, _ = child.communicate("go on\n", timeout=60)
    assert "No keyring can be used" in first
    assert second.strip() == CANARY


def test_process_exits_while_the_keyring_hangs(bus):
    """A stuck keyring holds neither the answer nor the exit: less than a second after the refusal all is over."""
    assert gives_up_at_once(bus, ASK % 0.2)


def test_keyring_that_is_a_plain_file_is_not_used(bus):
    """Some backends keep secrets in a readable file: none of ours goes there."""
    program = """
import keyring
from keyring.backend import KeyringBackend
class Plain(KeyringBackend):
    priority = 5
    def get_password(self, service, username): return "from the file"
    def delete_password(self, service, username): raise AssertionError("taken out of the file")
    def set_password(self, service, username, password): raise AssertionError("written in the clear")
Plain.__module__ = "keyrings.alt.file"
keyring.set_keyring(Plain())
"""
    assert bus.run(program + ASK % 60).startswith("No keyring can be used")
