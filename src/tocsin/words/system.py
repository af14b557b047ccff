"""What the system, the keyring or the desktop gave for a reason, in our own words.

Theirs are English, or of another language than the sentence around them, and say little to who is no programmer: they
go to the log and to ``tocsin doctor``. What is not known here is left away.
"""

import errno
import os
import sys
from collections.abc import Callable, Mapping

from tocsin.words.voice import Voice

_Gettext = Callable[[str], str]


def because(voice: Voice, problem: str) -> str:
    """The reason as a part of a sentence, in small letters; empty where it is not known."""
    words = problem.strip().rstrip(".")
    inner = words.rpartition("(")[2].rstrip(")") if words.endswith(")") else words
    return _of_the_system(voice.gettext, inner) or _of_others(voice.gettext, words)


def behind(voice: Voice, sentence: str, problem: str) -> str:
    """What is said, and the reason behind it where that is known: as a sentence of its own, or in brackets."""
    reason = because(voice, problem)
    if not reason:
        return sentence
    return f"{sentence} {reason[0].upper()}{reason[1:]}." if sentence.endswith(".") else f"{sentence} ({reason})"


def _of_the_system(gettext: _Gettext, words: str) -> str:
    numbers = _numbers(gettext)
    found = next((said for number, said in numbers.items() if words in _texts_of(number)), "")
    return found or _sqlite(gettext).get(words, "")


def _numbers(gettext: _Gettext) -> Mapping[int, str]:
    """By the system's own numbers."""
    denied, silent = gettext("you have no permission for that"), gettext("the drive does not answer as it should")
    many, busy = gettext("too many files are open"), gettext("another program is using it")
    known = {
        "ENOSPC": gettext("the disk is full"),
        "EDQUOT": gettext("your share of the disk is used up"),
        "EACCES": denied,
        "EPERM": denied,
        "EROFS": gettext("the disk can only be read"),
        "ENOENT": gettext("it is not there"),
        "ENOTDIR": gettext("a part of its path is not a folder"),
        "EISDIR": gettext("it is a folder, not a file"),
        "EEXIST": gettext("something of that name is there already"),
        "ENAMETOOLONG": gettext("its name is too long"),
        "ELOOP": gettext("its links lead in a circle"),
        "ENOTEMPTY": gettext("the folder is not empty"),
        "EFBIG": gettext("it would be too large"),
        "EIO": silent,
        "ESTALE": silent,
        "ENXIO": silent,
        "ENODEV": silent,
        "EBUSY": busy,
        "ETXTBSY": busy,
        "EMFILE": many,
        "ENFILE": many,
        "EADDRINUSE": gettext("another program is using that port"),
    }
    return {number: said for name, said in known.items() if (number := getattr(errno, name, None)) is not None}


def _texts_of(number: int) -> tuple[str, ...]:
    """What the system calls an error now; on Windows also the one by which it says so."""
    if sys.platform != "win32":
        return (os.strerror(number),)
    import ctypes  # noqa: PLC0415 -- only there

    own = {errno.EACCES: (5, 32, 33), errno.ENOSPC: (112, 39), errno.EROFS: (19,), errno.ENOENT: (2, 3)}
    return (os.strerror(number), *(ctypes.FormatError(each).rstrip(". \r\n") for each in own.get(number, ())))


def _sqlite(gettext: _Gettext) -> Mapping[str, str]:
    """By SQLite's own words, which are the same in every language."""
    damaged = gettext("the file is damaged")
    return {
        "database or disk is full": gettext("the disk is full"),
        "attempt to write a readonly database": gettext("the file can only be read"),
        "unable to open database file": gettext("the file cannot be opened"),
        "disk I/O error": gettext("the drive does not answer as it should"),
        "database is locked": gettext("another program is using it"),
        "database disk image is malformed": damaged,
        "file is not a database": damaged,
    }


def _of_others(gettext: _Gettext, words: str) -> str:
    """By how it begins, what the parts of Tocsin itself give for a reason, in English, to the log."""
    lost, service = (
        gettext("the desktop session cannot be reached"),
        gettext("the notification service does not answer"),
    )
    known = {
        "the disk is full while": gettext("the disk is full"),
        "the database is damaged": gettext("the file is damaged"),
        "the database holds what cannot be read": gettext("the file is damaged"),
        "The keyring is locked": gettext("the keyring is locked"),
        "The keyring does not answer": gettext("the keyring does not answer"),
        "No keyring can be used": gettext("there is no keyring that can be used"),
        "no notification service is running": gettext("no notification service is running"),
        "the notification service does not answer": service,
        "no answer": service,
        "Notify was refused": gettext("the notification service refused it"),
        "there is no desktop session": gettext("there is no desktop session"),
        "the session bus": lost,
        "reading takes too long": gettext("reading it takes too long"),
        "is not a file": gettext("it is not a file"),
    }
    words = words.removeprefix("freedesktop: ")
    return next((said for beginning, said in known.items() if words.startswith(beginning)), "")
