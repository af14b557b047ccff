"""``tocsin check`` over real HTTP, for every product that can be read: the contract's object, whole and as recorded."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from support import recorded
from support.drive import answer
from support.plugged import asked
from tocsin import contract, providers, single
from tocsin.domain.account import Auth
from tocsin.domain.snapshot import Snapshot
from tocsin.domain.terms import FailureKind, Level, Phase
from tocsin.ports import HttpResponse

# Its login goes to an https origin of its own, which no test server on loopback can be: see test_aussiebb_http.
ELSEWHERE = frozenset({"aussiebb"})
KEYS = [key for key in asked() if key in providers.known() and key not in ELSEWHERE]
INCIDENT_KEYS = [
    "id", "title", "kind", "severity", "phase", "started_at", "eta", "resolved_at", "scheduled_start", "scheduled_end",
    "affected", "relevance", "relevant", "url", "updates",
]  # fmt: skip


def _path(url: str) -> str:
    return urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl()


@contextmanager
def served(replies: dict[str, HttpResponse]) -> Iterator[str]:
    """The recorded answers on loopback, by path and query; anything else is a 404. Gives the origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = replies.get(self.path, answer(b"", status=404))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def replies_of(case: recorded.Case) -> dict[str, HttpResponse]:
    """A case's answers by path; those of several hosts stand side by side."""
    return {
        _path(url): reply if isinstance(reply, HttpResponse) else answer(reply) for url, reply in case.answers.items()
    }


def checked(case: recorded.Case, origin: str, key: str | None) -> single.CheckAnswer:
    """What ``tocsin check`` comes to for a case, on the server at ``origin``."""
    return single.check(
        single.CheckRequest(
            url=origin + _path(case.told["url"]),
            provider=key,
            match=(),
            auth=Auth(),
            secrets={},
            options=case.told.get("options") or {},
            environ={"TOCSIN_NO_PLUGINS": "1"},
        )
    )


@pytest.mark.parametrize("key", KEYS)
def test_the_recorded_outage_is_checked_over_http(key):
    """The object has every key of the contract, says what is wrong, and every incident is linked."""
    case = recorded.contract(key).case
    with served(replies_of(case)) as origin:
        told = checked(case, origin, key)
    assert isinstance(told.result, Snapshot), told.result
    printed = json.loads(json.dumps(contract.check(told.result, told.account, told.provider, told.level)))
    assert [*printed] == ["provider", "page", "fetched_at", "level", "error", "components", "incidents"]
    assert (printed["provider"], printed["error"]) == (key, None)
    assert told.level > Level.OK
    assert all([*incident] == INCIDENT_KEYS for incident in printed["incidents"])
    assert all(incident["relevance"] == "linked" for incident in printed["incidents"])
    over = [incident["phase"] in (Phase.RESOLVED, Phase.CANCELLED) for incident in printed["incidents"]]
    assert over == sorted(over), "open incidents come first"
    assert len({incident["id"] for incident in printed["incidents"]}) == len(printed["incidents"])


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("reply", "kinds"),
    [
        (answer(b"<!doctype html><title>Hello</title>", headers={"content-type": "text/html"}), {"not_status_api"}),
        (answer(b"", status=503), {"http_status"}),
        (answer(b"", status=401), {"unauthorized"}),
        (answer(b"", status=429, headers={"retry-after": "120"}), {"rate_limited"}),
    ],
    ids=["html", "503", "401", "429"],
)
def test_a_failure_is_unknown_over_http(key, reply, kinds):
    """No product turns a failure into anything but unknown, with its kind."""
    case = recorded.contract(key).case
    replies = dict.fromkeys(replies_of(case), reply)
    with served(replies) as origin:
        told = checked(case, origin, key)
    assert told.level is Level.UNKNOWN
    printed = contract.check_failed(told.result, told.provider, origin)
    assert printed["level"] == "unknown"
    assert printed["error"]["kind"] in kinds


def test_an_address_that_nobody_answers_is_no_status_page():
    """Without a provider named, a host that has no status API says so, once."""
    with served({}) as origin:
        told = single.check(single.CheckRequest(origin, None, (), Auth(), {}))
    assert told.result.kind is FailureKind.NOT_STATUS_API
    assert told.level is Level.UNKNOWN


@pytest.mark.parametrize("key", ["statuspage", "incidentio", "instatus", "betterstack", "sorry", "cstate", "tmf656"])
def test_an_address_alone_is_enough(key):
    """Over real HTTP too, the product is found without being named."""
    case = recorded.contract(key).case
    with served(replies_of(case)) as origin:
        told = checked(case, origin, None)
    assert told.provider == key
    assert told.level > Level.OK
