"""Where the browser comes back to after a sign-in: one answer, on 127.0.0.1, at a port that the system chose.

After RFC 8252, 7.3 and 8.3. Anything on this computer, and any page in the browser, can knock here: only a request
that brings the right ``state`` to the right path counts, and after it the port is closed.
"""

import asyncio
import contextlib
import gettext
import hmac
import html
import re
from datetime import UTC
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tocsin.adapters import signin_faults as faults
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.words.signing_in import Pages, pages
from tocsin.words.voice import Voice

PATH = "/callback"
"""What is registered with a provider is ``http://127.0.0.1/callback``; the port differs each time."""

_HEAD_LIMIT = 16 * 1024  # bytes; a code may be long
_HEAD_DEADLINE = 10.0  # seconds
_MOST_KNOCKS = 64
_MOST_FIELDS = 20
_CODE = re.compile(r"[\x20-\x7e]{1,8192}")
_WORD = re.compile(r"[a-z_]{1,40}")

_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>Tocsin</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""
_HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\n"
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Connection: close\r\n"
)
_OK, _NOT_OURS, _NOTHING = "200 OK", "400 Bad Request", "404 Not Found"


class Redirect:
    """Listens while entered. ``uri`` is what the provider is told, ``code`` what the browser brings.

    ``shown`` is what the browser shows at the end, in English where nothing is given.
    """

    def __init__(self, state: str, shown: Pages | None = None) -> None:
        self._state = state
        self._shown = shown or pages(Voice("en", gettext.NullTranslations(), UTC))
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcome: asyncio.Future[str | PollFailed] = asyncio.get_running_loop().create_future()
        self._knocks = 0
        self._port = 0

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_LIMIT)
        except OSError as error:
            raise faults.no_way_back(error.strerror) from error
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        # The page for the browser may still be on its way: a moment for that, and none for who dawdles.
        if self._tasks:
            _done, late = await asyncio.wait(set(self._tasks), timeout=1.0 if self._outcome.done() else 0)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def uri(self) -> str:
        """The address to come back to."""
        return f"http://127.0.0.1:{self._port}{PATH}"

    async def code(self, within: float) -> str:
        """The authorization code. ``within`` is in seconds.

        Raises ``PollFailed``: timeout where nobody came, unauthorized where the provider or the person said no.
        """
        try:
            async with asyncio.timeout(within):
                outcome = await asyncio.shield(self._outcome)
        except TimeoutError:
            raise faults.nobody_came(within) from None
        if isinstance(outcome, PollFailed):
            raise outcome
        return outcome

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of one connection. Browsers also connect without asking anything; those are let go."""
        gone = (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
        try:
            with contextlib.suppress(*gone):
                async with asyncio.timeout(_HEAD_DEADLINE):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(self._page(*self._answer(head.decode("latin-1"))))
                    await writer.drain()
        finally:
            writer.close()
            with contextlib.suppress(*gone):
                await writer.wait_closed()

    def _answer(self, head: str) -> tuple[str, tuple[str, str]]:
        """What to say to a request; the right one decides the outcome and closes the port."""
        first, *lines = head.split("\r\n")
        parts = first.split(" ")
        hosts = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:")]
        target = parts[1] if len(parts) == 3 and parts[0] == "GET" else ""  # noqa: PLR2004 - method, target, version
        # Another name for this address would be a page that has its own name resolved to it (DNS rebinding).
        if self._outcome.done() or hosts != [f"127.0.0.1:{self._port}"] or target.partition("?")[0] != PATH:
            return _NOTHING, self._shown.nothing
        self._knocks += 1
        outcome = self._outcome_of(target)
        if outcome is None and self._knocks < _MOST_KNOCKS:
            return _NOT_OURS, self._shown.not_ours
        if outcome is None:
            outcome = faults.disturbed()
        self._outcome.set_result(outcome)
        if self._server is not None:
            self._server.close()
        return _OK, self._shown.done if isinstance(outcome, str) else self._shown.not_done

    def _outcome_of(self, target: str) -> str | PollFailed | None:
        """The code, or why there is none; None for what does not belong to this sign-in."""
        try:
            fields = parse_qs(urlsplit(target).query, max_num_fields=_MOST_FIELDS, errors="strict")
        except ValueError:
            return None
        state, code, error = (fields.get(name, []) for name in ("state", "code", "error"))
        if len(state) != 1 or not hmac.compare_digest(state[0].encode(), self._state.encode()):
            return None
        if error:
            word = error[0] if _WORD.fullmatch(error[0]) else "unnamed"
            return faults.refused(word, f"The sign-in was refused by the provider ({word})")
        if len(code) != 1 or not _CODE.fullmatch(code[0]):
            return PollFailed(FailureKind.MALFORMED, "The provider sent the browser back without a usable code")
        return code[0]

    def _page(self, status: str, said: tuple[str, str]) -> bytes:
        title, text = (html.escape(each) for each in said)
        body = _PAGE.format(language=self._shown.language, title=title, text=text).encode()
        return f"HTTP/1.1 {status}\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n".encode() + body
