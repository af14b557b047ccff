"""How the computer suits Tocsin, and how Tocsin stands on it: what ``tocsin doctor`` and the About page tell."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tocsin.domain.message import Message


class Topic(StrEnum):
    """What was looked at, in the order in which it is told."""

    PROGRAM = "program"
    PYTHON = "python"
    QT = "qt"
    SYSTEM = "system"
    INSTANCE = "instance"
    TRAY = "tray"
    NOTIFICATIONS = "notifications"
    KEYRING = "keyring"
    NETWORK = "network"
    NAMES = "names"
    PROXY = "proxy"
    TRUST = "trust"
    SETTINGS = "settings"
    RECORD = "record"
    LOG = "log"
    AUTOSTART = "autostart"
    ACCOUNT = "account"


class Mark(StrEnum):
    """What a finding means: fine, to be looked at, or nothing to be said either way."""

    FINE = "ok"
    ATTENTION = "attention"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. ``message`` is a key and values for ``words``; ``subject`` is an account's id."""

    topic: Topic
    mark: Mark
    message: Message
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that was found, with nothing secret in it."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def needs_attention(self) -> bool:
        """Whether there is anything that the user ought to look at."""
        return any(each.mark is Mark.ATTENTION for each in self.findings)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """The findings by topic, and those of one topic as they came."""
    places = {topic: place for place, topic in enumerate(Topic)}
    return tuple(sorted(findings, key=lambda each: places[each.topic]))
