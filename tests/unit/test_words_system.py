"""What the system, SQLite and the desktop give for a reason is said in the user's words, or not at all."""

import ast
import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import tocsin
from support.phrases import book
from tocsin.words import system

LANGUAGES = ("de", "en", "fr", "nl")
SOURCE = Path(tocsin.__file__).parent


def full(_):
    with Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"x")


REFUSED = {
    "het is er niet": lambda folder: (folder / "none").read_bytes(),
    "het is een map, geen bestand": lambda folder: folder.read_bytes(),
    "een deel van het pad is geen map": lambda folder: Path(__file__, "below").read_bytes(),
    "er is al iets met die naam": lambda folder: folder.mkdir(),
    "de naam is te lang": lambda folder: (folder / ("x" * 300)).read_bytes(),
    "de schijf is vol": full,
}


@pytest.mark.parametrize("dutch", REFUSED)
def test_what_the_system_refuses(tmp_path, dutch):
    """By the system's own words, as an error brings them."""
    with pytest.raises(OSError, match=r".") as refused:
        REFUSED[dutch](tmp_path)
    word = refused.value.strerror
    assert system.because(book("nl"), word) == dutch
    assert len({system.because(book(language), word) for language in LANGUAGES}) == 4


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS, errno.EDQUOT, errno.EIO, errno.EMFILE])
def test_what_is_hard_to_have_refused(number):
    """Permissions, a disk that can only be read, a share of it that is used up, one that is broken, too much open."""
    said = {system.because(book(language), os.strerror(number)) for language in LANGUAGES}
    assert len(said - {""}) == 4


def read_only(folder):
    sqlite3.connect(folder / "a.db").close()
    with closing(sqlite3.connect(f"file:{folder}/a.db?mode=ro", uri=True)) as database:
        database.execute("CREATE TABLE a (b)")


def no_database(folder):
    (folder / "a.db").write_bytes(b"no database" * 100)
    with closing(sqlite3.connect(folder / "a.db")) as database:
        database.execute("SELECT * FROM a")


def nowhere(folder):
    sqlite3.connect(folder / "none" / "a.db")


def no_room(folder):
    with closing(sqlite3.connect(folder / "a.db")) as database:
        database.execute("CREATE TABLE a (b)")
        database.execute("PRAGMA max_page_count = 2")
        database.execute("INSERT INTO a VALUES (zeroblob(100000))")


@pytest.mark.parametrize(
    ("refused", "dutch"),
    [
        (read_only, "het bestand kan alleen worden gelezen"),
        (no_database, "het bestand is beschadigd"),
        (nowhere, "het bestand kan niet worden geopend"),
        (no_room, "de schijf is vol"),
    ],
)
def test_what_sqlite_says(tmp_path, refused, dutch):
    """Within the sentence that the log has of it."""
    with pytest.raises(sqlite3.Error) as error:
        refused(tmp_path)
    assert system.because(book("nl"), f"the database cannot be used while opening it ({error.value})") == dutch


def test_what_the_notification_service_says():
    """Every reason that is given for a channel that fails has words."""
    said = set()
    for file in ("freedesktop", "session_bus"):
        for call in ast.walk(ast.parse((SOURCE / "notifiers" / f"{file}.py").read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "BusFault":
                text = ast.unparse(call.args[1]).lstrip("f").strip("'\"")
                said.add(text.replace("{method}", "Notify"))
    assert len(said) >= 7
    unknown = {each for each in said if not system.because(book("nl"), f"freedesktop: {each}")}
    assert unknown <= {"the channel is closed"}, "that one is said to nobody"


@pytest.mark.parametrize("problem", ["", "What nobody knows", "RuntimeError", "(", ")", "a (b"])
def test_what_is_not_known_is_left_away(problem):
    """No foreign word stands in a sentence."""
    for sentence in ("It failed", "It failed."):
        assert system.behind(book("nl"), sentence, problem) == sentence


def test_a_reason_is_a_sentence_behind_a_sentence():
    """And in brackets within one."""
    word = "No space left on device"
    assert system.behind(book("de"), "Das ging nicht.", word) == "Das ging nicht. Der Datenträger ist voll."
    assert system.behind(book("de"), "das ging nicht", word) == "das ging nicht (der Datenträger ist voll)"
