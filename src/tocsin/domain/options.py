"""What is wrong with an option of an account, so that it can be said beside the field in which it is typed."""

from dataclasses import dataclass
from enum import StrEnum


class OptionFault(StrEnum):
    """What is wrong. For each there is a remedy, which ``words.profile`` says."""

    UNKNOWN = "unknown"
    NOWHERE = "nowhere"
    PATH = "path"
    PATH_EMPTY = "path_empty"
    PATH_LONG = "path_long"
    MEANING = "meaning"
    WORD = "word"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class OptionMistake:
    """One mistake in the option called ``name``.

    ``part`` is the piece of the text that is wrong, where that is known. ``allowed`` are the words that may stand
    there; of ``NOWHERE`` the options of which one has to be given.
    """

    name: str
    fault: OptionFault
    part: str = ""
    allowed: tuple[str, ...] = ()
