"""What the settings window tells and cannot find out itself; it is handed in by who puts the program together."""

from collections.abc import Callable
from dataclasses import dataclass

from tocsin.domain.account import Settings
from tocsin.domain.privacy import Privacy
from tocsin.words.phrasebook import Phrasebook


@dataclass(frozen=True, slots=True)
class Backstage:
    """``settings_file`` is its path. The calls may take seconds and are made in a thread of their own.

    ``privacy`` tells what settings mean for it; ``report`` looks at everything and tells it, redacted. None of them has
    to be there.
    """

    settings_file: str
    privacy: Callable[[Settings], Privacy] | None = None
    report: Callable[[Phrasebook], str] | None = None
