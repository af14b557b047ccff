"""Taking one's data along and erasing it, in words."""

from collections.abc import Sequence

from tocsin.words import erase, plain, system
from tocsin.words.voice import Voice

RECORD = "the record"
"""What an export names the database by, in English."""

_WHERE = 400  # characters of a place: a path is not to be cut


def exported(voice: Voice, file: str, problems: Sequence[str]) -> str:
    """Where it is, and what is missing from it."""
    place = plain.clean(file, _WHERE)
    if not problems:
        return voice.gettext("Everything is in {file}.").format(file=place)
    said = voice.gettext("Everything is in {file}, except what could not be read: {problems}")
    return said.format(file=place, problems="; ".join(unread(voice, each) for each in problems))


def unread(voice: Voice, problem: str) -> str:
    """What could not be read, with the reason behind it in brackets."""
    thing, _, reason = plain.clean(problem, _WHERE).partition(": ")
    return system.behind(voice, voice.gettext("the record") if thing == RECORD else thing, reason)


def not_exported(voice: Voice, file: str, problem: str) -> str:
    """Why nothing was written, and what to do. ``problem`` is empty where there is such a file already."""
    place = plain.clean(file, _WHERE)
    if not problem:
        return voice.gettext("{file} is there already. Choose another name.").format(file=place)
    said = voice.gettext("{file} cannot be written. Choose another place.").format(file=place)
    return system.behind(voice, said, plain.clean(problem))


def erased(voice: Voice, left: Sequence[tuple[str, str, str]]) -> tuple[str, str]:
    """What was made of it in a line, and what remains, for whom: each of ``left`` as ``erase.left`` takes it."""
    if not left:
        told = voice.gettext("Your settings, the record, the log and the secrets are gone. The program itself is not.")
        return voice.gettext("Everything that Tocsin kept is erased"), told
    rows = [erase.left(voice, *each) for each in left]
    return voice.gettext("Erased, except what only you can remove"), "\n\n".join(rows)


def not_erased(voice: Voice) -> tuple[str, str]:
    """Nothing was removed, for another instance holds the profile."""
    why = voice.gettext("Tocsin was started again meanwhile. Quit it, then erase everything once more.")
    return voice.gettext("Nothing was removed"), why
