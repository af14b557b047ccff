"""config.toml as a whole: secrets in it, files that are none, and anything else that may stand there."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.adapters.settings import LIMIT, TomlSettings
from tocsin.domain.account import UNUSABLE_PROXY, Account, Connection, Network, Settings

KEYS = ("statuspage", "tmf656")
CANARY = "c4n4ry-s3cret"
GOOD = """\
[[accounts]]
id = "home"
provider = "tmf656"
name = "Planet Fibre"
url = "https://status.example.net"
"""
HOME = Account(
    "home", "tmf656", "Planet Fibre", "https://status.example.net", connections=(Connection("home", "Planet Fibre"),)
)


@pytest.fixture
def source(tmp_path):
    return TomlSettings(tmp_path / "config.toml", KEYS)


def read(text) -> tuple[Settings, list[tuple]]:
    found = TomlSettings(None, KEYS).parse(text)
    return found.settings, [(problem.line, problem.key, problem.problem) for problem in found.problems]


# --- secrets


@pytest.mark.parametrize(
    "text",
    [
        f'{GOOD}token = "{CANARY}"\n',
        f'{GOOD}auth = {{ kind = "bearer", token = "{CANARY}" }}\n',
        f'{GOOD}auth = {{ kind = "basic", user = "me", password = "{CANARY}" }}\n',
        f'{GOOD}auth = {{ kind = "oauth2", token_url = "https://a.b/", client_id = "x", secret = "{CANARY}" }}\n',
        f'{GOOD}options = {{ api_key = "{CANARY}" }}\n',
    ],
)
def test_a_secret_in_the_file_is_told_and_never_repeated(text):
    """The user learns where it belongs; the value goes nowhere."""
    found = TomlSettings(None, KEYS).parse(text)
    (problem,) = found.problems
    assert (problem.line, "keyring" in problem.problem) == (6, True)
    assert "TOCSIN_SECRET_HOME" in problem.problem
    assert CANARY not in str(problem) + repr(found)
    assert len(found.settings.accounts) == 1


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("https://status", f"https://me:{CANARY}@status"),
        GOOD.replace('"tmf656"', f'"{CANARY}"'),
        GOOD.replace('"home"', f'"{CANARY} "'),
        f'{GOOD}auth = {{ kind = "{CANARY}" }}\n',
        f'{GOOD}interval = "{CANARY}"\n',
        f'language = "{CANARY}!"\n',
        f'[line]\ntargets = ["{CANARY}"]\n',
        f'x = "{CANARY}\n',
        f"x = {CANARY}\n",
    ],
)
def test_no_problem_repeats_a_value(text):
    """A secret pasted into the wrong field is not carried into a log or onto the screen."""
    found = TomlSettings(None, KEYS).parse(text)
    assert found.problems
    assert CANARY not in " ".join(str(problem) for problem in found.problems)


# --- the file as a whole


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[accounts]\n", 1),
        ('# fine\nid = "x\n', 2),
        ("a = 1\n\na = 2\n", 3),
        ("a = 1\nb = \n", 2),
        ("a = [1,\n2\n", 3),
        ("a = 'x", 1),
        ("[a]\nb = 1\n[a]\n", 3),
        ("a = " + "9" * 5000, None),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(source, text, line):
    """A syntax error costs all settings, is told where it is, and the file stays as it is.

    A proxy may stand in what cannot be read, so nothing is asked past one.
    """
    source.path.write_text(text)
    found = source.load()
    (problem,) = found.problems
    nothing = Settings(network=Network(proxy=UNUSABLE_PROXY))
    assert (found.settings, problem.key, problem.line) == (nothing, "config.toml", line)
    assert source.path.read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "[" * 40 + "]" * 40,
        "a = " + "{a=" * 100_000,
        "a" + ".a" * 200_000 + " = 1",
        "[" + "a." * 200_000 + "a]",
        "\n\n\na = " + "[{a=" * 1000,
    ],
)
def test_deep_nesting_is_told_and_harms_nothing(source, text):
    """No file makes the program recurse, or think for minutes."""
    source.path.write_text(text)
    (problem,) = source.load().problems
    assert problem.problem == "is nested too deeply"
    assert problem.line == text.count("\n") + 1


def test_no_file_is_no_accounts(source):
    """The first start shows how to add an account, not a fault."""
    assert source.load().settings == Settings()
    assert source.load().problems == ()


def test_a_byte_order_mark_and_windows_lines_are_no_problem(source):
    """A file from Notepad is as good as any, and its lines count the same."""
    source.path.write_bytes(b"\xef\xbb\xbf" + (GOOD + "interval = 1\n").replace("\n", "\r\n").encode())
    found = source.load()
    assert found.settings == Settings((HOME,))
    assert [problem.line for problem in found.problems] == [6]


def bad_bytes(path) -> None:
    path.write_bytes(b'a = 1\nb = "\xff"\n')


def folder(path) -> None:
    path.mkdir()


def pipe(path) -> None:
    os.mkfifo(path)


def huge(path) -> None:
    path.write_bytes(b"#" * (LIMIT + 1))


def a_loop_of_links(path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (bad_bytes, "line 2: config.toml: is not UTF-8 text"),
        (folder, "config.toml: is not a file"),
        (pipe, "config.toml: is not a file"),
        (huge, "config.toml: is larger than 1 MiB"),
        (a_loop_of_links, "config.toml: cannot be read (Too many levels of symbolic links)"),
    ],
)
def test_what_is_no_readable_file_is_told(source, make, problem):
    """Each is a clear fault; none hangs, none is a traceback."""
    make(source.path)
    found = source.load()
    assert found.settings == Settings()
    assert [str(one) for one in found.problems] == [problem]


def test_very_many_problems_are_counted_not_listed():
    """A broken file does not fill the window with ten thousand lines."""
    found = TomlSettings(None, KEYS).parse("".join(f"x{n} = 1\n" for n in range(10_000)))
    assert len(found.problems) == 51
    assert found.problems[-1].problem == "has 9950 more problems"


words = st.sampled_from(
    ["accounts", "connections", "id", "match", "auth", "kind", "line", "targets", "interval", "token"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["home", "bearer"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=5), inner, max_size=6),
    max_leaves=30,
)


def toml(value) -> str:
    """A value as TOML says it inline."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{toml(key)} = {toml(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return '"' + "".join(f"\\U{ord(char):08x}" for char in value if not 0xD800 <= ord(char) < 0xE000) + '"'
        case None:
            return "1979-05-27 07:32:00"
        case _:
            return str(value)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(words, values, max_size=5))
def test_no_document_is_too_odd_to_be_told_about(document):
    """Any TOML ends in settings and problems; every problem of a place has its line."""
    text = "".join(f"{key} = {toml(value)}\n" for key, value in document.items())
    found = TomlSettings(None, KEYS).parse(text)
    assert all(problem.line for problem in found.problems)
    assert found.settings.accounts == ()


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("[]{}=.,#\"'\\\n ab1é\x00"), max_size=60))
def test_no_text_is_a_traceback(text):
    """Whatever the file says, loading it returns."""
    TomlSettings(None, KEYS).parse(text)
