"""Agreeing to be measured with more hosts: one line of config.toml changes, and nobody's comment is lost."""

import stat
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.adapters.profile import Profile
from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_edit import edited
from tocsin.domain.account import Line, Settings
from tocsin.errors import EnvironmentFault, SettingsError
from tocsin.ports import LoadedSettings, SettingsSource
from tocsin.running import FixedSettings, SettingsFile
from tocsin.watching import _SpokenSettings

KEYS = ("statuspage", "line")
ACCOUNT = '[[accounts]]   # mine\nid = "home"\nprovider = "line"\n'
FILES = {
    "empty": "",
    "comment": "# nothing yet",
    "account": ACCOUNT,
    "no newline": ACCOUNT.rstrip(),
    "connections": f'{ACCOUNT}[[accounts.connections]]\nid = "fibre"  # under the stairs\n',
    "blank": f"{ACCOUNT}\n\n",
    "header": "[line]",
    "table first": f'[line]  # how\nnames = ["a"]  # resolver\n\n# the accounts\n{ACCOUNT}',
    "table last": f'{ACCOUNT}\n  [ "line" ]\nnames = ["a"]\n# the end\n',
    "answered": f"[line]\npublic = false   # in May\ncalls = true\n\n{ACCOUNT}",
    "dotted": f'line.names = ["a"]  # resolver\n{ACCOUNT}',
    "dotted answer": f"line.public = false  # in May\n{ACCOUNT}",
    "inline": f'line = {{ names = ["a"] }}  # all of it\n{ACCOUNT}',
    "inline and empty": f"line = {{}}\n{ACCOUNT}",
    "long": f'[line]\nnames = [\n  "a",  # one\n]\n{ACCOUNT}',
    "windows": f'[line]\nnames = ["a"]\n{ACCOUNT}'.replace("\n", "\r\n"),
    "windows, none": ACCOUNT.replace("\n", "\r\n"),
}


@pytest.fixture
def source(tmp_path):
    return TomlSettings(tmp_path / "config.toml", KEYS)


def lines(text: str) -> set[str]:
    """The lines that hold something, without the answer and what an inline table has to change."""
    return {line.strip() for line in text.split("\n") if line.strip() and "public" not in line and "{" not in line}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("public", [True, False])
def test_the_answer_is_written_and_the_rest_stays_as_it_was(source, name, public):
    """Whatever the file looks like, the answer reads back, and every other line of it is still there, in order."""
    text = FILES[name]
    source.path.write_bytes(text.encode())
    before = source.load().settings
    source.agree(public=public)
    after, said = source.load(), source.path.read_bytes().decode()
    assert after.problems == ()
    assert after.settings == replace(before, line=replace(before.line, public=public))
    assert lines(text) - lines(said) == set()
    assert said.count("#") == text.count("#")
    assert said.count("[line]") <= 1
    if "windows" in name:
        assert said.count("\n") == said.count("\r\n")
    source.agree(public=not public)
    source.agree(public=public)
    assert source.load() == after


def test_what_is_written_is_pleasant_to_read(source):
    """It stands where a person would have put it."""
    for name, meant in {
        "empty": "[line]\npublic = true\n",
        "account": f"{ACCOUNT}\n[line]\npublic = true\n",
        "no newline": f"{ACCOUNT}\n[line]\npublic = true\n",
        "table first": FILES["table first"].replace("# resolver\n", "# resolver\npublic = true\n"),
        "answered": FILES["answered"].replace("public = false   #", "public = true   #"),
    }.items():
        source.path.write_text(FILES[name])
        source.agree(public=True)
        assert source.path.read_text() == meant


def test_the_same_answer_again_writes_nothing(source):
    """A second click does not touch the file."""
    source.agree(public=True)
    before = source.path.stat().st_mtime_ns
    source.agree(public=True)
    assert source.path.stat().st_mtime_ns == before
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["x = ", "[lime]\n", "[line]\ntargets = 7\n", "[line]\npublic = 'yes'\n", "line = 7\n"]
)
def test_a_file_with_problems_is_left_alone(source, text):
    """What could not be read is never overwritten; who answered is told why."""
    source.path.write_text(text)
    with pytest.raises(SettingsError):
        source.agree(public=True)
    assert source.path.read_text() == text
    assert [each.name for each in source.path.parent.iterdir()] == ["config.toml"]


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    """The answer is not taken for written where there is no room for it."""
    (tmp_path / "file").write_text("")
    with pytest.raises((EnvironmentFault, SettingsError)):
        TomlSettings(tmp_path / "file" / "config.toml", KEYS).agree(public=True)


names = st.lists(st.sampled_from(["a", "b.c", "x"]), max_size=2)
comments = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(lambda text: f"# {text}")


@settings(max_examples=100, deadline=None)
@given(st.lists(comments, max_size=3), names, comments, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_no_comment_is_too_odd(above, found, beside, public, end):
    """Brackets, quotes and headers in comments, whatever they say, move nothing."""
    text = end.join([*above, "[[accounts]]", 'id = "home"', 'provider = "line"', *above, "[line]  " + beside])
    text += f"{end}names = {found!r}{end}".replace("'", '"')
    before = TomlSettings(None, KEYS).parse(text)
    assert before.problems == ()
    meant = replace(before.settings, line=replace(before.settings.line, public=public))
    after = TomlSettings(None, KEYS).parse(edited(text, before.settings, meant))
    assert after == LoadedSettings(meant)


def test_every_source_of_settings_keeps_the_answer(tmp_path, capsys):
    """The tray, ``watch`` and the demo agree alike; the question is not asked again."""
    profile = Profile.find(tmp_path, {})
    fixed = FixedSettings(LoadedSettings(Settings()))
    sources: tuple[SettingsSource, ...] = (SettingsFile(profile), _SpokenSettings(SettingsFile(profile)), fixed)
    for source in sources:
        for public in (True, False):
            source.agree(public=public)
            assert source.load() == LoadedSettings(Settings(line=Line(public=public)))
    assert profile.settings.read_text() == "[line]\npublic = false\n"
    profile.settings.write_text("[lime]\n")
    with pytest.raises(SettingsError):
        sources[1].agree(public=True)
    assert capsys.readouterr().err == ""
