"""A person in a browser, and an engine that has one sign in: what the tests of signing in share."""

import contextlib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Queue

import pytest

from support.auth_server import CLIENT, AuthServer
from support.phrases import book
from support.scenarios import ScriptedProvider
from tocsin.adapters.signin_person import PersonSignsIn
from tocsin.domain.account import Auth, AuthKind, OAuthFlow
from tocsin.words.signing_in import pages

TOKEN = "canary-access-81c2"
"""What the authorization server gives out, and the API takes."""


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    """An API that takes the tokens which the authorization server gives out."""
    with ScriptedProvider(token=TOKEN) as made:
        yield made


@pytest.fixture
def server() -> Iterator[AuthServer]:
    """An authorization server that gives them out."""
    with AuthServer() as made:
        made.access = TOKEN
        yield made


@dataclass
class Person:
    """Opens what the program opens, as a browser would that follows redirects; keeps what was shown at the end.

    ``can_open`` false: no browser can be had. ``idle``: the page is open, and nobody does anything in it.
    """

    can_open: bool = True
    idle: bool = False
    language: str = "en"
    opened: list[str] = field(default_factory=list)
    pages: "Queue[str]" = field(default_factory=Queue)
    came: threading.Event = field(default_factory=threading.Event)

    def __call__(self, address: str) -> bool:
        """What the program calls."""
        self.opened.append(address)
        self.came.set()
        if self.can_open and not self.idle:
            self.visit(address)
        return self.can_open

    def visit(self, address: str) -> None:
        """Follow an address to its end."""
        try:
            opening = urllib.request.urlopen(address, timeout=60)  # noqa: S310 -- what is opened is what is tested
        except urllib.error.HTTPError as error:
            opening = error
        with contextlib.closing(opening) as answer:
            self.pages.put(answer.read().decode())

    def page(self) -> str:
        """The page that a visit ended on, once it is there: the sign-in does not wait for it to be read."""
        return self.pages.get(timeout=60)

    def signs_in(self, http, secrets, clock, *, deadline: float = 30.0) -> PersonSignsIn:
        """What an engine is handed."""
        return PersonSignsIn(http.oauth, secrets, clock, self, lambda _: pages(book(self.language)), deadline=deadline)


def auth_at(url: str, flow: OAuthFlow = OAuthFlow.CODE) -> Auth:
    """The login of an account whose tokens come from there."""
    return Auth(
        AuthKind.OAUTH2,
        token_url=f"{url}/token",
        authorize_url=f"{url}/authorize",
        device_url=f"{url}/device",
        client_id=CLIENT,
        scope="status:read",
        flow=flow,
    )
