"""A message to the user before it is a sentence: a key and values, so that it can be said in any language, later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

Value = str | int | datetime | None | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """``key`` names the sentence in ``words``; ``values`` fill it. Times are aware UTC; durations are seconds."""

    key: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps Tocsin from doing its work and that the user can do something about.

    ``account`` and ``connection`` say what it concerns, if anything.
    """

    message: Message
    account: str | None = None
    connection: str | None = None
