"""Answers in JSON: with a validator, with an error in TMF630's shape, or from a provider that fails."""

import hashlib
from http import HTTPStatus

import msgspec

from tocsin.simulator.http1 import Manner, Reply, Request, phrase
from tocsin.simulator.scene import Failure

_JSON = "application/json;charset=utf-8"
_HTML = b"<!doctype html><html><head><title>Welcome</title></head><body><p>Please log in.</p></body></html>"


def conditional(request: Request, status: HTTPStatus, body: bytes, headers: tuple[tuple[str, str], ...]) -> Reply:
    """A JSON answer with a strong ETag, or a 304 for a client that has it already."""
    # Counts are part of the answer: a page can stay as it is while the list grows.
    digest = hashlib.sha256(repr(headers).encode() + body).hexdigest()[:32]
    headers = (("ETag", f'"{digest}"'), ("Cache-Control", "private, no-cache"), *headers)
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {"*", f'"{digest}"'}:
        return Reply(HTTPStatus.NOT_MODIFIED, headers=headers)
    return Reply(status, body, (("Content-Type", _JSON), *headers))


def failing(failure: Failure) -> Reply:
    """The answer of a provider that fails."""
    if failure.html:
        headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
        return Reply(failure.status, _HTML, headers, failure.manner, failure.pause)
    retry = () if failure.retry_after is None else (("Retry-After", str(failure.retry_after)),)
    if failure.manner is Manner.WHOLE:
        return refusal(failure.status, "unavailable", "The scenario makes this fail.", retry)
    # A body that is good as far as it comes, so that only its manner can be what is wrong with it.
    return Reply(
        HTTPStatus.OK, b'[{"id":"never-complete"}]', (("Content-Type", _JSON), *retry), failure.manner, failure.pause
    )


def refusal(status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An error in the shape of TMF630: code, reason, message, and the status as a string."""
    body = {"code": code, "reason": phrase(status), "message": message, "status": str(int(status)), "@type": "Error"}
    return Reply(status, msgspec.json.encode(body), (("Content-Type", _JSON), *headers))
