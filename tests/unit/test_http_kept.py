"""Conditional requests: a 304 costs next to nothing and is never seen by a provider."""

import asyncio

import pytest

from support.hostile_server import HostileServer, answer
from support.http_client import account, client
from tocsin.adapters.http_kept import KeptAnswers, Key
from tocsin.ports import HttpRequest, HttpResponse

TAG = ("ETag", '"v1"')


def validating(*fields, status=200, body=b"body"):
    """A server that says 304 to whom knows its tag or date."""

    async def handler(request, writer):
        known = request.headers.get("if-none-match") or request.headers.get("if-modified-since")
        full = answer(status, body, ("X-Total-Count", "3"), ("X-Count", "1"), *fields)
        writer.write(answer(304, b"", ("X-Count", "2")) if known in [value for _, value in fields] else full)

    return handler


def ask_often(handler, count, *, request=None, polls=False, between=None, kept_bytes=1024 * 1024):
    """Send the same request so many times; the responses and what the server received."""

    async def scenario():
        async with HostileServer(handler) as server, client(kept_bytes=kept_bytes) as http:
            home = account(server.url)
            responses = []
            for number in range(count):
                if polls:
                    http.begin_poll(home)
                if between and number:
                    await between(http, server)
                responses.append(await http.send(request or HttpRequest(f"{server.url}/list"), home))
            return responses, server.received

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("field", "condition"),
    [(TAG, "if-none-match"), (("Last-Modified", "Sat, 21 Nov 2026 17:58:00 GMT"), "if-modified-since")],
    ids=["etag", "date"],
)
def test_304_is_replayed(field, condition):
    """Trap: the provider sees the body and the headers that the 304 stands for, the fresher headers first."""
    (first, second), received = ask_often(validating(field), 2)
    assert condition not in received[0].headers
    assert received[1].headers[condition] == field[1]
    assert not first.replayed
    assert second.replayed
    assert (second.status, second.body) == (200, b"body")
    assert second.headers["x-total-count"] == "3"
    assert second.headers["x-count"] == "2"


def test_empty_body_is_replayed():
    """Nothing is a body too."""
    (_, second), _ = ask_often(validating(TAG, body=b""), 2)
    assert second.replayed
    assert second.body == b""


def test_every_twentieth_poll_is_unconditional():
    """A server whose tags are broken is found out after twenty polls at most."""
    responses, received = ask_often(validating(TAG), 41, polls=True)
    bare = [number for number, request in enumerate(received, start=1) if "if-none-match" not in request.headers]
    assert bare == [1, 20, 40]
    assert all(response.body == b"body" for response in responses)


def test_each_address_has_its_own_validator():
    """Every open item and ticket is asked with its own tag; another `Accept` is another answer."""

    async def scenario():
        async with HostileServer(validating(TAG)) as server, client() as http:
            home = account(server.url)
            for path in ("/a", "/b", "/a?x=1"):
                await http.send(HttpRequest(server.url + path), home)
            await http.send(HttpRequest(f"{server.url}/a", headers={"Accept": "text/html"}), home)
            await http.send(HttpRequest(f"{server.url}/a"), home)
            return [request.headers.get("if-none-match") for request in server.received]

    assert asyncio.run(scenario()) == [None, None, None, None, '"v1"']


def test_accounts_share_nothing():
    """What one account's login was shown is never replayed to another account on the same address."""

    async def scenario():
        async with HostileServer(validating(TAG)) as server, client() as http:
            from dataclasses import replace

            from tocsin.domain.account import Auth

            home = account(server.url)
            await http.send(HttpRequest(f"{server.url}/"), home)
            response = await http.send(HttpRequest(f"{server.url}/"), replace(home, id="office", auth=Auth()))
            return response.replayed

    assert asyncio.run(scenario()) is False


def test_forgotten_account_is_asked_in_full():
    """After a change of settings nothing old is replayed."""

    async def between(http, _):
        http.forget("home")

    (_, second), received = ask_often(validating(TAG), 2, between=between)
    assert not second.replayed
    assert "if-none-match" not in received[1].headers


@pytest.mark.parametrize(
    "handler",
    [
        validating(),
        validating(TAG, ("Cache-Control", "private, no-store")),
        validating(TAG, status=404),
        validating(("ETag", '"' + "x" * 2000 + '"')),
        validating(("ETag", "")),
        validating(TAG, body=bytes(range(256)) * 40),
    ],
    ids=["no validator", "no-store", "404", "endless tag", "empty tag", "larger than all room"],
)
def test_what_cannot_be_kept_is_asked_in_full(handler):
    """No validator, no permission, no success, no room: the next request is unconditional."""
    _, received = ask_often(handler, 2, kept_bytes=200)
    assert "if-none-match" not in received[1].headers


def test_post_and_unconditional_requests_send_no_validator():
    """Only a GET that allows it is conditional."""

    async def scenario():
        async with HostileServer(validating(TAG)) as server, client() as http:
            home = account(server.url)
            await http.send(HttpRequest(f"{server.url}/"), home)
            await http.send(HttpRequest(f"{server.url}/", method="POST"), home)
            await http.send(HttpRequest(f"{server.url}/", conditional=False), home)
            return server.received

    assert not [request for request in asyncio.run(scenario()) if "if-none-match" in request.headers]


def test_a_failure_in_between_costs_no_validator():
    """A server that stumbles once is asked conditionally again afterwards."""
    stumbles = []

    async def handler(request, writer):
        if len(stumbles) == 1:
            stumbles.append("now")
            writer.write(answer(503))
            return
        stumbles.append("")
        await validating(TAG)(request, writer)

    responses, _ = ask_often(handler, 3)
    assert [response.status for response in responses] == [200, 503, 200]
    assert responses[2].replayed


def test_validator_belongs_to_the_page_behind_a_redirect():
    """The tag of a redirect's target is sent to the target, not to the page that redirects there."""

    async def handler(request, writer):
        if request.target == "/list":
            writer.write(answer(302, b"", ("Location", "/real")))
        else:
            await validating(TAG)(request, writer)

    (_, second), received = ask_often(handler, 2)
    assert second.replayed
    assert [request.headers.get("if-none-match") for request in received] == [None, None, None, '"v1"']


def kept(number: int, size: int = 0) -> tuple[Key, HttpResponse]:
    key = Key("home", f"https://status.example.net/{number}", ())
    noise = bytes((number * 7 + place * place) % 251 for place in range(size))
    return key, HttpResponse(200, {"etag": f'"{number}"'}, noise, key.url)


def test_memory_is_bounded_and_the_oldest_goes_first():
    """A thousand tickets fill no memory: what was used longest ago is dropped."""
    answers = KeptAnswers(4000)
    for number in range(1000):
        answers.keep(*kept(number, 100))
        answers.get(kept(0)[0])
    held = [number for number in range(1000) if answers.get(kept(number)[0])]
    assert held[0] == 0
    assert held[1:] == list(range(1000 - len(held) + 1, 1000))
    assert sum(answers.get(kept(number)[0]).size for number in held) <= 4000


def test_bookkeeping_survives_replacing_and_forgetting():
    """Room that is given back can be used again."""
    answers = KeptAnswers(2000)
    for _ in range(100):
        answers.keep(*kept(1, 200))
    answers.forget("home")
    for number in range(3):
        answers.keep(*kept(number, 200))
    assert all(answers.get(kept(number)[0]).body() == kept(number, 200)[1].body for number in range(3))
