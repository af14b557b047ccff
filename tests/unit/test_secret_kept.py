"""What becomes of a secret that the window was given, for each keyring there may be, and what is said of it."""

import asyncio
import threading

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from support.phrases import book
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.state import KeepSecret, Kept
from tocsin.domain.terms import Obstacle
from tocsin.engine.trials import Means, Trials
from tocsin.ports import SecretRef
from tocsin.words import keeping

CANARY = "canary-77e0c1"


class Works:
    def __init__(self):
        self.kept = {}

    def get_password(self, _, username):
        return self.kept.get(username)

    def set_password(self, _, username, password):
        self.kept[username] = password

    def delete_password(self, _, username):
        del self.kept[username]


def locked():
    raise KeyringLocked(f"is locked, and was handed {CANARY}")


def absent():
    raise NoKeyringError


@pytest.fixture
def until_over():
    """What a keyring that hangs waits for: the end of the test."""
    over = threading.Event()
    yield over
    over.set()


def hangs(over):
    """A keyring that does not answer before it is let go."""

    def wait():
        over.wait(30)
        raise NoKeyringError

    return wait


def trials(backend) -> tuple[Trials, KeyringSecrets]:
    """The part of the engine that is handed secrets, with a keyring of this kind."""
    secrets = KeyringSecrets({}, backend=backend, deadline=0.05)
    means = Means(None, None, None, None, secrets, tuple)
    return Trials(means, lambda: None, lambda _: None), secrets


@pytest.mark.parametrize(
    ("backend", "obstacle"),
    [(locked, Obstacle.KEYRING_LOCKED), (hangs, Obstacle.KEYRING_SILENT), (absent, Obstacle.KEYRING_ABSENT)],
)
def test_without_a_keyring_it_is_kept_until_the_end_and_the_remedy_is_said(backend, obstacle, caplog, until_over):
    """It can be used at once; each language has a sentence of its own, and the secret is in none of them."""
    desk, secrets = trials(hangs(until_over) if backend is hangs else backend)
    asyncio.run(desk._keep(KeepSecret("home", CANARY)))
    assert (desk.kept.where, desk.kept.obstacle) == (Kept.RUN_ONLY, obstacle)
    assert asyncio.run(secrets.get(SecretRef("home"))) == CANARY
    said = [keeping.became(book(language), desk.kept) for language in ("en", "nl", "de", "fr")]
    assert len(set(said)) == 4
    assert CANARY not in f"{said} {desk.kept} {caplog.text}"
    assert "Tocsin ends" in said[0]
    assert "type it in once more" in said[0]


@pytest.mark.parametrize(
    ("backend", "obstacle", "said"),
    [
        (locked, Obstacle.KEYRING_LOCKED, "The keyring is locked: the secret may still be in it."),
        (hangs, Obstacle.KEYRING_SILENT, "The keyring does not answer: the secret may still be in it."),
        (absent, None, "The secret is forgotten."),
    ],
)
def test_what_cannot_be_forgotten_is_not_said_to_be_kept(backend, obstacle, said, until_over):
    """It is gone from memory; whether the keyring still has it is said as far as it is known."""
    desk, secrets = trials(hangs(until_over) if backend is hangs else backend)
    asyncio.run(desk._keep(KeepSecret("home", CANARY)))
    asyncio.run(desk._keep(KeepSecret("home", "")))
    assert (desk.kept.where, desk.kept.obstacle) == (Kept.NOWHERE, obstacle)
    assert keeping.became(book("en"), desk.kept).startswith(said)
    secrets.lend(SecretRef("other"), "x")
    assert SecretRef("home").account not in secrets._memory


def test_a_keyring_that_works_has_it_and_lets_go_of_it():
    """In the keyring, for this session, and nowhere: each is said as it is."""
    backend = Works()
    desk, _ = trials(lambda: backend)
    asyncio.run(desk._keep(KeepSecret("home", CANARY)))
    assert backend.kept == {"home": CANARY}
    assert keeping.became(book("en"), desk.kept) == "The secret is in the keyring."
    asyncio.run(desk._keep(KeepSecret("home", "")))
    assert backend.kept == {}
    assert keeping.became(book("en"), desk.kept) == "The secret is forgotten."
    asyncio.run(desk._keep(KeepSecret("home", CANARY, run_only=True)))
    assert backend.kept == {}
    assert keeping.became(book("en"), desk.kept) == "The secret is kept until Tocsin ends."
