"""What the tests of the HTTP adapter share: an account, secrets in memory, a client with short deadlines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.http_transport import Transport
from tocsin.domain.account import Account, Auth, AuthKind
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef

CANARY = "canary-5f1c9e77"
BEARER = Auth(AuthKind.BEARER)
API_KEY = Auth(AuthKind.API_KEY, header="X-Planet-Key")


@dataclass
class MemorySecrets:
    """Secrets in a dict; counts how often one was asked for."""

    values: dict[str, str] = field(default_factory=lambda: {"home": CANARY})
    hidden: set[str] = field(default_factory=set)
    asked: int = 0

    async def get(self, ref: SecretRef) -> str:
        self.asked += 1
        if entry(ref) not in self.values:
            raise SecretUnavailable("There is none", "make one")
        return self.values[entry(ref)]

    async def set(self, ref: SecretRef, value: str) -> None:
        self.values[entry(ref)] = value

    async def keep(self, ref: SecretRef, value: str) -> None:
        self.values[entry(ref)] = value

    def lend(self, ref: SecretRef, value: str) -> None:
        if value:  # else what the keyring holds counts again, which is the same here
            self.values |= {entry(ref): value}

    async def drop(self, ref: SecretRef) -> None:
        self.values.pop(entry(ref), None)

    def is_kept(self, ref: SecretRef) -> bool:
        return False

    def look_again(self) -> None:
        """Nothing was asked of a keyring."""

    def known(self) -> tuple[str, ...]:
        return (*self.values.values(), *self.hidden)

    def hide(self, *values: str) -> None:
        self.hidden.update(values)


def entry(ref: SecretRef) -> str:
    """A secret's place in ``MemorySecrets.values``: the account's id, and the name behind a slash."""
    return f"{ref.account}/{ref.name}" if ref.name else ref.account


def account(url: str, auth: Auth = BEARER, **more: Any) -> Account:
    """An account at Planet Fibre."""
    return Account(id="home", provider="tmf656", name="Planet Fibre", url=url, auth=auth, **more)


def direct(**more: Any) -> Transport:
    """A transport that no proxy of this machine disturbs."""
    return Transport(**{"proxies": dict, **more})


@asynccontextmanager
async def client(
    secrets: MemorySecrets | None = None, transport: Transport | None = None, **more: Any
) -> AsyncIterator[HttpClient]:
    """A client, closed afterwards."""
    made = HttpClient(secrets or MemorySecrets(), SystemClock(), transport=transport or direct(), **more)
    try:
        yield made
    finally:
        await made.close()
