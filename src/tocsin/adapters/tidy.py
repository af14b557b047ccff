"""Takes out of a text what others need not know: secrets, logins and queries in addresses, and who the user is."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.adapters.doctor_system import user_names
from tocsin.adapters.log import one_line, redact

_HOME = "~"
_NOBODY = "[user]"
_SHORTEST_HOME = 2


@dataclass(frozen=True, slots=True)
class Tidy:
    """Makes texts fit to be pasted anywhere. ``homes`` and ``users`` are the longest first."""

    homes: tuple[str, ...]
    users: tuple[str, ...]
    known: tuple[str, ...] = ()

    def __call__(self, text: str) -> str:
        """The text on one line, with ``~`` for the home and nothing secret in it."""
        clean = one_line(redact(text, self.known))
        for home in self.homes:
            clean = re.sub(rf"{re.escape(home)}(?=$|[/\\\s'\",;:)])", _HOME, clean)
        for user in self.users:
            # As a part of a path only: the name may be a word of the language.
            clean = re.sub(rf"(?<=[/\\]){re.escape(user)}(?=$|[/\\\s'\",;:)])", _NOBODY, clean)
        return clean


def tidy_for(environ: Mapping[str, str], known: Iterable[str] = ()) -> Tidy:
    """What tidies texts for the user of this environment. ``known`` are secrets of this run."""
    named = {environ.get("HOME", ""), environ.get("USERPROFILE", ""), os.path.expanduser("~")}  # noqa: PTH111 -- a text, and Path.home raises where there is none
    homes = {home.rstrip("/\\") for home in named} | {str(Path(home).resolve()) for home in named if home}
    usable = (home for home in homes if len(home) >= _SHORTEST_HOME)
    return Tidy(tuple(sorted(usable, key=len, reverse=True)), user_names(environ), tuple(known))
