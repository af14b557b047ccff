"""The way to the user: channels, words, and what the engine tells the outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from tocsin.domain.alarm_state import Tell
from tocsin.domain.incident import Incident
from tocsin.domain.state import AppState, Command
from tocsin.ports.keeping import ThreadRef


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready for a person: rendered text and how to show it. ``replaces`` is what stands for its thread now.

    ``title`` and ``body`` are plain text, clean of controls; a channel escapes what its server would take as markup.
    ``actions`` are pairs of key and label; the keys are ``acknowledge`` and ``open`` (and ``default`` for a click).
    """

    thread: str
    title: str
    body: str
    urgency: str
    uid: str
    replaces: ThreadRef | None = None
    actions: tuple[tuple[str, str], ...] = ()
    final: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a delivery went. ``ref`` is what now stands for the thread, on channels that can replace."""

    ok: bool
    ref: ThreadRef | None = None
    reason: str = ""


class Channel(Protocol):
    """A way to tell the user. ``deliver`` returns what came of it and raises nothing."""

    @property
    def name(self) -> str:
        """A short stable name; a part of the outbox's key."""
        ...

    @property
    def is_read_out(self) -> bool:
        """Whether a screen reader surely reads out what it shows, with nobody else having to say it."""
        ...

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        """Get ready. ``on_action(thread, action key)`` is called in the engine's loop when the user acts."""
        ...

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Show it, replacing what stands for its thread."""
        ...

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        """Take a notification away; gone already is a success."""
        ...

    async def close(self) -> None:
        """Let go of the connection. What is on the screen stays."""
        ...


class Words(Protocol):
    """Turns a message into a title and a body in the user's language."""

    def render(self, effect: Tell, now: datetime) -> tuple[str, str]:
        """Title and body, plain text."""
        ...

    def actions(self, effect: Tell) -> tuple[tuple[str, str], ...]:
        """The actions to offer, as key and label."""
        ...


Publish = Callable[[AppState], None]
Dispatch = Callable[[Command], None]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of ``tocsin watch``: an event for one pair of incident and connection, or for an account."""

    at: datetime
    event: str
    account: str | None
    connection: str | None
    level: str
    incident: Incident | None = None
    relevance: str | None = None
    detail: Mapping[str, str | int | float | bool | None] = field(default_factory=lambda: MappingProxyType({}))


OnEvent = Callable[[Event], None]
