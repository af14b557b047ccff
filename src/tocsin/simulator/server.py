"""The simulated provider: TMF656 v4 and TMF621 v4 over HTTP, for the demo, the tests and integrators.

Read-only. A bearer token is asked for; lists are paged with ``offset`` and ``limit`` and answer 206 while anything is
left out (TMF630 part 1); answers carry a strong ETag, and If-None-Match gets a 304.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import msgspec

from tocsin.ports import Clock
from tocsin.simulator import tmf
from tocsin.simulator.http1 import Reply, Request
from tocsin.simulator.listener import HOST, Listener, Logged
from tocsin.simulator.replies import conditional, failing, refusal
from tocsin.simulator.scene import Scene, Stage, Where

DEMO_TOKEN = "planet-fibre-demo"  # noqa: S105 - a public constant; the server listens on loopback only
_ALWAYS = ("id", "href")
_DIGITS = 9
_PLACES: Mapping[tuple[str, ...], Where] = {tmf.PROBLEMS: Where.PROBLEMS, tmf.TICKETS: Where.TICKETS}


@dataclass(frozen=True, slots=True)
class Item:
    """One resource of a list, made into a payload only when it is asked for."""

    id: str
    status: str
    payload: Callable[[], tmf.Payload]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    offset: int
    limit: int


class Simulator:
    """Serves what ``stage`` says at the clock's moment, on 127.0.0.1. Use it as a context manager, or start and stop.

    ``page_size`` is the most that a page holds, and what it holds unasked. ``list_fields``, if any, are all that lists
    give of a resource, as some providers do: the rest is to be had by id only. ``token`` is what a client must bear.
    """

    def __init__(
        self,
        stage: Stage,
        clock: Clock,
        *,
        port: int = 0,
        token: str = DEMO_TOKEN,
        page_size: int = 100,
        list_fields: tuple[str, ...] = (),
    ) -> None:
        self._stage = stage
        self._clock = clock
        self._token = token
        self._page_size = page_size
        self._list_fields = list_fields
        self._listener = Listener(self._answer, lambda: clock.now().wall, port=port)

    @property
    def port(self) -> int:
        """The port; 0 before the first start where any would do."""
        return self._listener.port

    @property
    def url(self) -> str:
        """The address that an account is given."""
        return f"http://{HOST}:{self.port}"

    @property
    def requests(self) -> tuple[Logged, ...]:
        """The last thousand requests, oldest first."""
        return self._listener.log.snapshot()

    def wait_for(self, wanted: Callable[[tuple[Logged, ...]], bool], timeout: float = 5.0) -> bool:
        """Wait at most ``timeout`` seconds until the requests so far are ``wanted``; False if they never were."""
        return self._listener.log.wait_for(wanted, timeout)

    def start(self) -> int:
        """Listen, and return the port. Raises ``EnvironmentFault`` where it is taken."""
        return self._listener.start()

    def stop(self) -> None:
        """Cut every connection; no thread is left. It may be started again, on the same port."""
        self._listener.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def _answer(self, request: Request) -> Reply:
        scene = self._stage.at(self._clock.now().wall)
        place = _PLACES.get(request.segments[:3])
        failure = scene.failure
        if failure is not None and failure.where in (Where.ALL, place):
            return failing(failure)
        turned_away = self._unauthorized(request)
        if turned_away is not None:
            return turned_away
        if request.method not in ("GET", "HEAD"):
            headers = (("Allow", "GET, HEAD"),)
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "methodNotAllowed", f"{request.method}: read only.", headers)
        collection = _COLLECTIONS.get(request.segments[:4])
        match request.segments[4:]:
            case () if collection is not None:
                return self._list(request, collection(scene, self.url))
            case (wanted,) if collection is not None:
                return _single(request, collection(scene, self.url), wanted)
            case _:
                return refusal(HTTPStatus.NOT_FOUND, "notFound", "There is no such resource here.")

    def _unauthorized(self, request: Request) -> Reply | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token.encode()):
            return None
        challenge = 'Bearer realm="Tocsin simulator"' + (', error="invalid_token"' if given else "")
        code, text = ("invalidToken", "The token is not known.") if given else ("missingToken", "A token is needed.")
        return refusal(HTTPStatus.UNAUTHORIZED, code, text, (("WWW-Authenticate", challenge),))

    def _list(self, request: Request, items: Sequence[Item]) -> Reply:
        try:
            offset, limit = _number(request, "offset", 0, 0), _number(request, "limit", self._page_size, 1)
        except ValueError as error:
            return refusal(HTTPStatus.BAD_REQUEST, "invalidPaging", str(error))
        page = Page(offset, min(limit, self._page_size))
        wanted = _listed(request, "status")
        found = [item for item in items if not wanted or item.status in wanted]
        part = found[page.offset : page.offset + page.limit]
        fields = _listed(request, "fields") or frozenset(self._list_fields)
        body = msgspec.json.encode([_select(item.payload(), fields) for item in part])
        headers = (
            ("X-Total-Count", str(len(found))),
            ("X-Result-Count", str(len(part))),
            ("Link", _links(request, page, len(found))),
        )
        whole = len(part) == len(found)
        return conditional(request, HTTPStatus.OK if whole else HTTPStatus.PARTIAL_CONTENT, body, headers)


def _problems(scene: Scene, root: str) -> list[Item]:
    return [Item(each.id, each.status, partial(tmf.problem, each, root)) for each in scene.problems]


def _tickets(scene: Scene, root: str) -> list[Item]:
    return [
        Item(each.id, problem.status, partial(tmf.ticket, problem, each, root))
        for problem in scene.problems
        for each in problem.tickets
    ]


def _events(scene: Scene, root: str) -> list[Item]:
    return [Item(each.id, each.status, partial(tmf.event_record, each, root)) for each in scene.events]


_COLLECTIONS: Mapping[tuple[str, ...], Callable[[Scene, str], Sequence[Item]]] = {
    (*tmf.PROBLEMS, "serviceProblem"): _problems,
    (*tmf.PROBLEMS, "serviceProblemEventRecord"): _events,
    (*tmf.TICKETS, "troubleTicket"): _tickets,
}


def _single(request: Request, items: Sequence[Item], wanted: str) -> Reply:
    item = next((item for item in items if item.id == wanted), None)
    if item is None:
        return refusal(HTTPStatus.NOT_FOUND, "notFound", f"There is no {request.segments[3]} of that id.")
    body = msgspec.json.encode(_select(item.payload(), _listed(request, "fields")))
    return conditional(request, HTTPStatus.OK, body, ())


def _select(payload: tmf.Payload, fields: frozenset[str]) -> object:
    """The attributes asked for; id and href always (TMF630 part 1, attribute selection). None asked for: all."""
    whole: Mapping[str, object] = msgspec.to_builtins(payload)
    return {key: value for key, value in whole.items() if not fields or key in fields or key in _ALWAYS}


def _number(request: Request, name: str, default: int, least: int) -> int:
    values = request.values(name)
    if not values:
        return default
    text = values[0]
    if len(values) > 1 or not (text.isascii() and text.isdigit()) or len(text) > _DIGITS or int(text) < least:
        raise ValueError(f"{name} must be one whole number of {least} or more.")
    return int(text)


def _listed(request: Request, name: str) -> frozenset[str]:
    return frozenset(part for value in request.values(name) for part in value.split(",") if part)


def _links(request: Request, page: Page, total: int) -> str:
    path = request.target.partition("?")[0]
    others = [(key, value) for key, value in request.query if key not in ("offset", "limit")]
    offsets = {"self": page.offset, "first": 0}
    if page.offset:
        offsets["prev"] = max(0, page.offset - page.limit)
    if page.offset + page.limit < total:
        offsets["next"] = page.offset + page.limit
        offsets["last"] = (total - 1) // page.limit * page.limit
    return ", ".join(
        f'<{path}?{urlencode([*others, ("offset", offset), ("limit", page.limit)])}>; rel="{name}"'
        for name, offset in offsets.items()
    )
