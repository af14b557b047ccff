"""A message's values, whatever really stands in them: what is missing or of another kind reads as nothing.

Messages come back from a database that another version may have written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.domain.message import Value
from tocsin.words import plain

_MOST_SECONDS = 100 * 365 * 86_400


@dataclass(frozen=True, slots=True)
class Values:
    """Typed reading of a message's values."""

    raw: Mapping[str, Value]

    def text(self, name: str, limit: int = plain.TITLE) -> str:
        """A text, cleaned; empty when there is none."""
        value = self.raw.get(name)
        return plain.clean(value, limit) if isinstance(value, str) else ""

    def names(self, name: str) -> tuple[str, ...]:
        """Several texts, cleaned; a single one counts as a list of one."""
        value = self.raw.get(name)
        found = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        return tuple(each for each in (plain.clean(item) for item in found) if each)

    def time(self, name: str) -> datetime | None:
        """A time; None when there is none. One without a zone is UTC."""
        value = self.raw.get(name)
        if not isinstance(value, datetime):
            return None
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)

    def count(self, name: str) -> int:
        """A number; 0 when there is none."""
        value = self.raw.get(name)
        return value if isinstance(value, int) else 0

    def length(self, name: str) -> timedelta:
        """A number of seconds as a length of time; absurd ones are a century."""
        return timedelta(seconds=max(-_MOST_SECONDS, min(_MOST_SECONDS, self.count(name))))

    def is_set(self, name: str) -> bool:
        """Whether a mark such as ``still`` is 1."""
        return self.count(name) > 0
