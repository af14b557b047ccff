"""Answers kept for conditional requests: validators beside the body that a 304 stands for (RFC 9110, 13).

Memory only, and no more than a given number of bytes: the least recently used go first.
"""

import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.ports import HttpResponse

_MAX_VALIDATOR = 1024


@dataclass(frozen=True, slots=True)
class Key:
    """What an answer belongs to. ``varying`` are the request's own headers: another ``Accept``, another answer."""

    account: str
    url: str
    varying: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer, its body packed."""

    conditions: Mapping[str, str]
    headers: Mapping[str, str]
    packed: bytes

    @property
    def size(self) -> int:
        """Bytes held, near enough for a limit."""
        texts = (self.conditions, self.headers)
        return len(self.packed) + sum(len(name) + len(value) for text in texts for name, value in text.items())

    def body(self) -> bytes:
        """The body as it was."""
        return zlib.decompress(self.packed)


class KeptAnswers:
    """The answers kept, of all accounts together, in at most ``capacity`` bytes."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._answers: OrderedDict[Key, Kept] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        """The answer kept under a key; asking counts as use."""
        kept = self._answers.get(key)
        if kept is not None:
            self._answers.move_to_end(key)
        return kept

    def keep(self, key: Key, response: HttpResponse) -> None:
        """Keep a whole answer that has a validator, in place of an earlier one; drop that where it has none."""
        self._drop(key)
        conditions = _conditions(response.headers)
        if not conditions or _forbids_keeping(response.headers):
            return
        kept = Kept(conditions, response.headers, zlib.compress(response.body, 1))
        if kept.size > self._capacity:
            return
        self._answers[key] = kept
        self._size += kept.size
        while self._size > self._capacity:
            _, oldest = self._answers.popitem(last=False)
            self._size -= oldest.size

    def forget(self, account: str) -> None:
        """Drop all that is kept for an account."""
        for key in [key for key in self._answers if key.account == account]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        kept = self._answers.pop(key, None)
        if kept is not None:
            self._size -= kept.size


def _conditions(headers: Mapping[str, str]) -> dict[str, str]:
    pairs = (("if-none-match", headers.get("etag", "")), ("if-modified-since", headers.get("last-modified", "")))
    return {name: value for name, value in pairs if 0 < len(value) <= _MAX_VALIDATOR and value.isascii()}


def _forbids_keeping(headers: Mapping[str, str]) -> bool:
    return "no-store" in headers.get("cache-control", "").lower()
