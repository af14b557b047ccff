"""Reads an answer's body no further than its limit, inflated here: a 199 KiB body may stand for 200 MiB.

httpx's own decoders inflate each chunk whole, which is too late to stop. Codings after RFC 9110, 8.4.1.
"""

import zlib
from collections.abc import AsyncIterable

from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed

ACCEPTED = "gzip, deflate"

_STEP = 256 * 1024
_GZIP = 31
_ZLIB = 15
_RAW_DEFLATE = -15
_MAX_MEMBERS = 64


async def read_body(chunks: AsyncIterable[bytes], encoding: str, declared: int | None, limit: int) -> bytes:
    """The inflated body, of at most ``limit`` bytes. ``declared`` is the Content-Length, None where there is none.

    Raises ``PollFailed``: too_large, or malformed for a coding that was not asked for, is damaged or breaks off.
    """
    if declared is not None and declared > _wire_limit(limit):
        raise _too_large(limit)
    reader = _reader(encoding, limit)
    async for chunk in chunks:
        reader.feed(chunk)
    return reader.finish()


def _reader(encoding: str, limit: int) -> "_Plain":
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain(limit)
        case "gzip" | "x-gzip":
            return _Gzip(limit)
        case "deflate":
            return _Deflate(limit)
        case _:
            raise PollFailed(FailureKind.MALFORMED, "The answer has an encoding that was not asked for")


class _Plain:
    """A body as it is."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        self._keep(data)

    def finish(self) -> bytes:
        return b"".join(self._parts)

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise _too_large(self._limit)
        if data:
            self._parts.append(data)


class _Gzip(_Plain):
    """One gzip member or several in a row (RFC 1952, 2.2)."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._received = 0
        self._members = 0
        self._inflater = self._next_member()

    def feed(self, data: bytes) -> None:
        # Members may inflate to nothing: what comes in is bounded as well as what goes out.
        self._received += len(data)
        if self._received > _wire_limit(self._limit):
            raise _too_large(self._limit)
        more = bool(data)
        while more:
            if self._inflater.eof:
                self._inflater = self._next_member()
            step = min(_STEP, self._limit - self._size + 1)
            inflated = self._inflate(data, step)
            self._keep(inflated)
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            # A full step may have left output behind in the inflater though all input is used up.
            more = bool(data) or (len(inflated) == step and not self._inflater.eof)

    def finish(self) -> bytes:
        if self._received and not self._inflater.eof:
            raise _damaged("breaks off")
        return super().finish()

    def _inflate(self, data: bytes, step: int) -> bytes:
        try:
            return self._inflater.decompress(data, step)
        except zlib.error:
            raise _damaged("is damaged") from None

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise _damaged("is damaged")
        return zlib.decompressobj(_GZIP)


class _Deflate(_Gzip):
    """zlib's format as the standard has it, or the bare stream that some servers send under the same name."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._head = b""

    def feed(self, data: bytes) -> None:
        if self._received:
            super().feed(data)
            return
        self._head += data
        if len(self._head) > 1:
            is_zlib = self._head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(self._head[:2], "big") % 31 == 0
            self._inflater = zlib.decompressobj(_ZLIB if is_zlib else _RAW_DEFLATE)
            super().feed(self._head)

    def finish(self) -> bytes:
        if self._head and not self._received:
            raise _damaged("breaks off")
        return super().finish()

    def _next_member(self) -> "zlib._Decompress":
        if self._members:
            raise _damaged("is damaged")
        return super()._next_member()


def _wire_limit(limit: int) -> int:
    """How many bytes may come in for ``limit`` bytes of body: what does not compress grows a little."""
    return limit + limit // 64 + 1024


def _too_large(limit: int) -> PollFailed:
    return PollFailed(FailureKind.TOO_LARGE, f"The answer is larger than {limit / 1024 / 1024:.3g} MiB")


def _damaged(how: str) -> PollFailed:
    return PollFailed(FailureKind.MALFORMED, f"The compressed answer {how}")
