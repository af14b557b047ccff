"""Aussie Broadband over real HTTP: the password goes into the login alone, and the cookie into what comes after."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from support.drive import context
from support.http_client import CANARY, client
from tocsin.domain.account import Auth, AuthKind
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.terms import FailureKind
from tocsin.engine.exchange import ask
from tocsin.providers.aussiebb import Aussiebb

CALM = {"networkEvents": [], "aussieOutages": [], "currentNbnOutages": []}
EVENT = {"reference": 7, "title": "Fibre cut", "start_time": "2026-11-21T18:00:00Z", "end_time": None}


class Customer(BaseHTTPRequestHandler):
    """The API as far as it is asked: a login, a page of services, the outages of one."""

    seen: list[tuple[str, str, str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append((self.path, body, self.headers.get("Cookie", "")))
        is_right = json.loads(body) == {"username": "sam", "password": CANARY}
        self._answer(200 if is_right else 422, {"expiresIn": 3600}, "myaussie_cookie=c1; Path=/; HttpOnly")

    def do_GET(self) -> None:
        cookie = self.headers.get("Cookie", "")
        self.seen.append((self.path, "", cookie))
        if self.headers.get("Authorization") or cookie != "myaussie_cookie=c1":
            self._answer(401, {})
        elif self.path == "/services?page=1":
            self._answer(200, {"data": [{"service_id": 1, "type": "NBN"}], "meta": {"last_page": 1, "total": 1}})
        else:
            self._answer(200, {**CALM, "networkEvents": [EVENT]})

    def _answer(self, status: int, document: object, cookie: str = "") -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: what matters is in ``seen``."""


@contextmanager
def served() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The API on loopback: its address and what it was asked."""
    seen: list[tuple[str, str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Seen", (Customer,), {"seen": seen}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def polls(url: str, user: str, times: int) -> list[Snapshot | Failure]:
    """Polls of one account in one run."""

    async def run() -> list[Snapshot | Failure]:
        told = context(url, "1", provider="aussiebb")
        told = replace(told, account=replace(told.account, auth=Auth(AuthKind.LOGIN, user=user)))
        provider = Aussiebb()
        async with client() as http:
            return [await ask(provider, told, http) for _ in range(times)]

    return asyncio.run(run())


def test_a_customer_logs_in_once_and_is_known_by_the_cookie():
    """Trap: the whole way through the HTTP adapter: two polls, one login."""
    with served() as (url, seen):
        first, second = polls(url, "sam", 2)
    for found in (first, second):
        assert isinstance(found, Snapshot), found
        assert [each.title for each in found.reports] == ["Fibre cut"]
    assert [path for path, _, _ in seen] == ["/login", "/services?page=1", "/nbn/1/outages", "/nbn/1/outages"]
    assert [CANARY in body for _, body, _ in seen] == [True, False, False, False]
    assert [cookie for _, _, cookie in seen] == ["", *["myaussie_cookie=c1"] * 3]


def test_a_wrong_login_is_unauthorized():
    """422 is this API's way of refusing a password."""
    with served() as (url, _):
        (failed,) = polls(url, "mallory", 1)
    assert isinstance(failed, Failure)
    assert failed.kind is FailureKind.UNAUTHORIZED
    assert CANARY not in failed.message
