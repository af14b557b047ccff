"""A small DNS server for the test networks, over UDP and TCP: honest, lying, failing or silent (RFC 1035)."""

import asyncio
import contextlib
import ipaddress
import struct
from collections.abc import Mapping
from enum import StrEnum
from typing import cast

_A, _AAAA, _IN = 1, 28, 1
_NO_ERROR, _SERVER_FAILURE, _NO_SUCH_NAME = 0, 2, 3
_RESPONSE_RECURSIVE = 0x8180
_POINTER_TO_NAME = 0xC00C
"""A compressed name: the one at byte 12, the question's (RFC 1035, 4.1.4)."""


class Manner(StrEnum):
    """How questions are answered. ``LIE``: every name has the addresses of ``Resolver.lie``."""

    HONEST = "honest"
    LIE = "lie"
    ABSENT = "absent"
    FAIL = "fail"
    SILENT = "silent"


class Resolver:
    """Answers A and AAAA from ``zone``, on ``addresses``. ``manner`` may be changed at any time.

    ``asked`` are the names that were looked up, in order.
    """

    def __init__(self, zone: Mapping[str, tuple[str, ...]], addresses: tuple[str, ...]) -> None:
        self.zone = dict(zone)
        self.addresses = addresses
        self.manner = Manner.HONEST
        self.lie: tuple[str, ...] = ()
        self.asked: list[str] = []

    def answer(self, query: bytes) -> bytes | None:
        """The reply to a query; None where there is to be none, and for what is no query."""
        try:
            (number,) = struct.unpack_from("!H", query)
            name, end = _question(query)
            kind, _ = struct.unpack_from("!HH", query, end)
        except (struct.error, IndexError, UnicodeDecodeError):
            return None
        self.asked.append(name)
        if self.manner is Manner.SILENT:
            return None
        code, addresses = self._look_up(name)
        records = [_record(kind, address) for address in addresses if _kind(address) == kind]
        head = struct.pack("!HHHHHH", number, _RESPONSE_RECURSIVE | code, 1, len(records), 0, 0)
        return head + query[12 : end + 4] + b"".join(records)

    def _look_up(self, name: str) -> tuple[int, tuple[str, ...]]:
        if self.manner is Manner.FAIL:
            return _SERVER_FAILURE, ()
        if self.manner is Manner.LIE:
            return _NO_ERROR, self.lie
        if self.manner is Manner.ABSENT or name not in self.zone:
            return _NO_SUCH_NAME, ()
        return _NO_ERROR, self.zone[name]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection over TCP: each message after its length (RFC 1035, 4.2.2)."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                reply = self.answer(await reader.readexactly(length))
                if reply is not None:
                    writer.write(struct.pack("!H", len(reply)) + reply)
                    await writer.drain()


class ResolverDatagrams(asyncio.DatagramProtocol):
    """The same over UDP."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._resolver.answer(data)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)


def _question(query: bytes) -> tuple[str, int]:
    """The name that is asked for, in lower case, and where it ends."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii"))
        at += 1 + length
    return ".".join(labels).lower(), at + 1


def _kind(address: str) -> int:
    return _AAAA if ":" in address else _A


def _record(kind: int, address: str) -> bytes:
    """One record, that nobody may keep: its time to live is 0."""
    packed = ipaddress.ip_address(address).packed
    return struct.pack("!HHHIH", _POINTER_TO_NAME, kind, _IN, 0, len(packed)) + packed
