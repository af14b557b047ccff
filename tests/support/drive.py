"""Plays the world for a provider: answers its requests from a table or a function, and returns what it makes of them.

    snapshot = Drive(load("statuspage")(), {"https://status.example.net/api/v2/summary.json": body}).poll(context)

An answer is a response, a ``PollFailed`` that is thrown in as a transport failure would be, or a body alone: bytes as
they are, anything else as JSON. What the table lacks is answered with 404.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tocsin.domain.account import Account, Connection
from tocsin.domain.snapshot import Snapshot
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse, PollContext, Provider

Body = bytes | str | int | float | bool | list | dict | None
Answer = HttpResponse | PollFailed | Body
World = Mapping[str, Answer] | Callable[[HttpRequest], Answer]

NOW = datetime(2026, 11, 21, 18, 40, tzinfo=UTC)
MANY_REQUESTS = 1000


def answer(
    body: Body = b"",
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    url: str = "",
    skew: timedelta | None = None,
) -> HttpResponse:
    """A response. JSON bodies carry JSON's content type unless ``headers`` say another."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, {"content-type": "application/json", **(headers or {})}, content, url, skew=skew)


def page(text: str = "<!DOCTYPE html><html><title>Welcome</title></html>", *, status: int = 200) -> HttpResponse:
    """A web page where JSON was meant to be: a login, a captive portal, an unclaimed name."""
    return answer(text.encode(), status=status, headers={"content-type": "text/html; charset=utf-8"})


def context(
    url: str,
    *match: str,
    provider: str = "statuspage",
    now: datetime = NOW,
    open_ids: tuple[str, ...] = (),
    first: bool = False,
    options: Mapping[str, str] | None = None,
) -> PollContext:
    """The context of a poll of an account with one connection; without ``match`` it watches everything."""
    connections = (Connection("line", "Home line", match=match),)
    account = Account("home", provider, "Planet Fibre", url, connections=connections, options=options or {})
    return PollContext(account, now, open_ids, first)


@dataclass
class Drive:
    """One provider in a world. ``requests`` are those that it made, oldest first, over all its polls."""

    provider: Provider
    world: World
    requests: list[HttpRequest] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """The addresses that were asked for."""
        return [request.url for request in self.requests]

    def poll(self, poll_context: PollContext) -> Snapshot:
        """One poll to its end. Raises what the provider raises, and fails on a provider that asks without end."""
        asking = self.provider.poll(poll_context)
        asked = 0
        try:
            request = next(asking)
            while True:
                asked += 1
                assert asked <= MANY_REQUESTS, f"still asking after {asked} requests: {request.url}"
                self.requests.append(request)
                given = self._answer(request)
                request = asking.throw(given) if isinstance(given, PollFailed) else asking.send(given)
        except StopIteration as done:
            snapshot = done.value
            assert isinstance(snapshot, Snapshot)
            return snapshot

    def _answer(self, request: HttpRequest) -> HttpResponse | PollFailed:
        if callable(self.world):
            given = self.world(request)
        else:
            given = self.world.get(request.url, answer({"reason": "no such thing"}, status=404))
        if isinstance(given, PollFailed):
            return given
        response = given if isinstance(given, HttpResponse) else answer(given)
        return response if response.url else replace(response, url=request.url)


def drive(provider: Provider, world: World, poll_context: PollContext) -> Snapshot:
    """One poll of a provider in a world: its snapshot, or ``PollFailed``."""
    return Drive(provider, world).poll(poll_context)
