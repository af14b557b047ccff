"""Why a settings file is no TOML is one of a few reasons of our own, with line and character, in any language."""

import inspect
import logging
import re
from pathlib import Path
from tomllib import _parser

import pytest

from support.phrases import at, book
from tocsin.adapters import toml_reasons
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.message import Message
from tocsin.words import faults

PLACES = [
    ('language = "nl\n', toml_reasons.QUOTE, 1, 15),
    ("language = 'nl\n", toml_reasons.QUOTE, 1, 15),
    ("language = 'nl\nusage = 'home'\n", toml_reasons.QUOTE, 1, 15),
    ('language = "nl', toml_reasons.QUOTE, 1, 15),
    ("language = 'nl", toml_reasons.QUOTE, 1, 15),
    ('a = """b\nc\n', toml_reasons.QUOTE, 3, 1),
    ("a = '''b\nc\n", toml_reasons.QUOTE, 3, 1),
    ("a = 1\na = 2\n", toml_reasons.KEY_TWICE, 2, 6),
    ("a = { b = 1, b = 2 }\n", toml_reasons.KEY_TWICE, 1, 19),
    ("a = { b = 1 }\na.c = 2\n", toml_reasons.KEY_TWICE, 2, 8),
    ("[line]\n[line]\n", toml_reasons.TABLE_TWICE, 2, 6),
    ("language =\nusage = 'home'\n", toml_reasons.NO_VALUE, 1, 11),
    ("language = # Dutch\n", toml_reasons.NO_VALUE, 1, 12),
    ("language =", toml_reasons.NO_VALUE, 1, 11),
    ("\r\nlanguage = nl\r\n", toml_reasons.NOT_A_VALUE, 2, 12),
    ("language\n", toml_reasons.NO_SIGN, 1, 9),
    ("no toml", toml_reasons.NO_SIGN, 1, 4),
    ("[line\n", toml_reasons.HEAD, 1, 6),
    ("[[accounts]\n", toml_reasons.HEAD, 1, 11),
    ('a = "b" c\n', toml_reasons.MORE, 1, 9),
    ('a = ["b"\n', toml_reasons.LIST, 2, 1),
    ('a = ["b",\n', toml_reasons.LIST, 2, 1),
    ("a = { b = 1\n", toml_reasons.BRACE, 1, 12),
    ('a = "b\x01"\n', toml_reasons.CHARACTER, 1, 7),
    ("# \x01\n", toml_reasons.CHARACTER, 1, 3),
    ('a = "C:\\path"\n', toml_reasons.BACKSLASH, 1, 10),
    ('a = "\\u12"\n', toml_reasons.BACKSLASH, 1, 8),
    ("a = 2026-02-30\n", toml_reasons.DATE, 1, 5),
    (f"a = {'1' * 5000}\n", toml_reasons.NUMBER, None, None),
    ("? = 1\n", toml_reasons.NAME, 1, 1),
    ("[?]\n", toml_reasons.NAME, 1, 2),
]


@pytest.mark.parametrize(("text", "what", "line", "column"), PLACES, ids=lambda each: repr(each)[:24])
def test_a_mistake_has_a_reason_and_a_place(text, what, line, column, caplog):
    """The parser's own words go to the log, and nowhere else."""
    with caplog.at_level(logging.INFO, "tocsin"):
        loaded = TomlSettings(Path("config.toml"), ()).parse(text)
    (problem,) = loaded.problems
    assert (problem.problem, problem.line, problem.column) == (what, line, column)
    assert "config.toml is not TOML: " in caplog.text


def test_every_reason_of_this_python_is_known():
    """A version of the parser that says something else is noticed here, and not by somebody with a slip of the pen."""
    source = inspect.getsource(_parser)
    texts = re.findall(r"""(?:suffixed_err\(|TOMLDecodeError\()\s*(?:src, \w+, )?f?("[^"\n]+"|'[^'\n]+')""", source)
    said = {text[1:-1].replace("\\\\", "\\").replace("{expect!r}", '"\'"') for text in texts if "{msg}" not in text}
    assert len(said) >= 15
    assert {each for each in said if toml_reasons._category(each, "", "x") == toml_reasons.UNKNOWN} == set()


def test_what_is_not_known_is_said_without_foreign_words():
    """A parser of the future: the place stays."""
    reason = toml_reasons.reason("a\nb\n", ValueError("Strange thing found (at line 2, column 1)"))
    assert reason == toml_reasons.Reason(toml_reasons.UNKNOWN, 2, 1)


def test_every_reason_is_said_in_every_language():
    """With the line and the character, and with none of the English in it."""
    every = [value for name, value in vars(toml_reasons).items() if name.isupper() and isinstance(value, str)]
    assert len(every) == 16
    for what in every:
        values = {"place": "config.toml", "what": what, "line": 3, "column": 7, "problem": f"line 3: {what}"}
        told = {
            each: faults.render(book(each), Message("settings", values), at("18:40")) for each in ("de", "fr", "nl")
        }
        assert len(set(told.values())) == 3
        assert all("3" in each and "7" in each and what not in each for each in told.values())
