"""Whether a network puts its own page in place of one that is known: plain http, by hand over a socket."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from tocsin.adapters.probe_sockets import Way, family_of, hang_up, opened, sockaddr
from tocsin.adapters.probe_tcp import Target, parsed
from tocsin.domain.reading import Answer

MOST_BYTES = 1 << 14
_OK, _NO_CONTENT, _TO_SIGN_IN = 200, 204, 511  # 511 is Network Authentication Required, RFC 6585
_WHITE = b" \t"


async def ask_page(url: str, says: str, addresses: tuple[str, ...], way: Way, until: float) -> Answer:
    """Fetch a page until a time of the loop's clock: whether another than ``says`` came. Raises nothing."""
    target = parsed(url)
    if target is None or not url.isascii():
        return Answer.UNTRIED

    def is_enough(received: bytes) -> bool:
        return judged(received, says, target.host, is_ended=False) is not Answer.UNTRIED

    loop = asyncio.get_running_loop()
    waiting = sorted(addresses, key=lambda each: ":" in each)  # networks that ask for a sign-in do so in IPv4
    while waiting:
        now = loop.time()
        share = (until - now) / 2 if len(waiting) > 1 else until - now
        address = waiting.pop(0)
        received, is_ended = await _fetched(request(url, target), address, target.port, way, now + share, is_enough)
        answer = judged(received, says, target.host, is_ended=is_ended)
        if answer is not Answer.UNTRIED:
            return answer
    return Answer.UNTRIED


def request(url: str, target: Target) -> bytes:
    """What is sent for a page (RFC 9112, 3)."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    host = f"[{target.host}]" if ":" in target.host else target.host
    port = "" if target.port == 80 else f":{target.port}"  # noqa: PLR2004 -- the port of http
    lines = (f"GET {parts.path or '/'}{query} HTTP/1.1", f"Host: {host}{port}", "User-Agent: Tocsin", "Accept: */*")
    return "\r\n".join((*lines, "Connection: close", "", "")).encode("ascii")


def judged(answer: bytes, says: str, host: str, *, is_ended: bool = True) -> Answer:
    """What an answer shows, as far as it came; ``is_ended`` when the other side hung up.

    NO: the page itself. YES: something in its place.
    An error of the page's own server, a page that moved to https at the same host, and one cut off before it differs
    show neither.
    """
    head, ended, body = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    status = _status(lines[0])
    if not ended or status is None:
        return Answer.UNTRIED
    fields = {
        name.strip().lower(): value.strip(_WHITE) for name, _, value in (line.partition(b":") for line in lines[1:])
    }
    if status == _TO_SIGN_IN:
        return Answer.YES
    if 300 <= status < 400:  # noqa: PLR2004 -- redirections, RFC 9110, 15.4
        return Answer.UNTRIED if _is_same_host(fields.get(b"location", b""), host) else Answer.YES
    if not 200 <= status < 300:  # noqa: PLR2004 -- successes, RFC 9110, 15.3
        return Answer.UNTRIED
    is_chunked = fields.get(b"transfer-encoding", b"").lower().endswith(b"chunked")
    whole, is_whole = _unchunked(body) if is_chunked else _measured(body, fields.get(b"content-length"))
    if is_whole is None:
        is_whole = is_ended or status == _NO_CONTENT
    return _compared(whole, is_whole, says.strip().encode(), status)


def _compared(body: bytes, is_whole: bool, says: bytes, status: int) -> Answer:  # noqa: FBT001 -- of two results
    said = body.strip()
    if not is_whole and says.startswith(said):
        return Answer.UNTRIED
    return Answer.NO if said == says and status == (_OK if says else _NO_CONTENT) else Answer.YES


def _status(line: bytes) -> int | None:
    version, _, rest = line.partition(b" ")
    word = rest[:3]
    return int(word) if version[:7] == b"HTTP/1." and len(word) == 3 and word.isdigit() else None  # noqa: PLR2004 -- digits


def _is_same_host(location: bytes, host: str) -> bool:
    try:
        parts = urlsplit(location.decode("ascii"))
        return parts.scheme == "https" and (parts.hostname or "").rstrip(".") == host
    except ValueError:
        return False


def _measured(body: bytes, length: bytes | None) -> tuple[bytes, bool | None]:
    """A body of a length that was given, and whether all of it came: None where its end is that of the connection."""
    if length is not None and length.isdigit() and len(length) < 10:  # noqa: PLR2004 -- what int() takes with ease
        return body[: int(length)], len(body) >= int(length)
    return body, None


def _unchunked(body: bytes) -> tuple[bytes, bool]:
    """A chunked body put together (RFC 9112, 7.1), and whether its end came."""
    whole = b""
    while True:
        size, ended, rest = body.partition(b"\r\n")
        digits = size.partition(b";")[0].strip(_WHITE)
        if not ended or not digits.isalnum() or len(digits) > 6:  # noqa: PLR2004 -- beyond what is read at all
            return whole, False
        try:
            count = int(digits, 16)
        except ValueError:
            return whole, False
        if count == 0:
            return whole, True
        whole += rest[:count]
        if len(rest) < count + 2:
            return whole, False
        body = rest[count + 2 :]


async def _fetched(
    asked: bytes, address: str, port: int, way: Way, until: float, is_enough: Callable[[bytes], bool]
) -> tuple[bytes, bool]:
    """What came back, until it was enough, the other side hung up, or the limit or the time was reached.

    And whether it was the other side that ended it.
    """
    loop = asyncio.get_running_loop()
    received = b""
    try:
        made = opened(family_of(address), way.to(address))
    except OSError:
        return received, False
    try:
        async with asyncio.timeout_at(until):
            await loop.sock_connect(made, sockaddr(address, port))
            await loop.sock_sendall(made, asked)
            while len(received) < MOST_BYTES and not is_enough(received):
                more = await loop.sock_recv(made, MOST_BYTES)
                if not more:
                    return received, True
                received += more
    except OSError:  # a deadline that passed is one too: what came until then may do
        return received, False
    finally:
        hang_up(made)
    return received, False
