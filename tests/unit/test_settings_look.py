"""Reading what is new in config.toml: paused accounts, quiet hours, and how it looks; a slip costs only itself."""

from dataclasses import replace
from datetime import time

import pytest

from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import Appearance, Notifications, Settings

KEYS = ("tmf656", "line")
ACCOUNT = '[[accounts]]\nid = "home"\nprovider = "line"\n'


def settings(text: str) -> Settings:
    """What a text without a mistake says."""
    found = TomlSettings(None, KEYS).parse(text)
    assert found.problems == ()
    return found.settings


def problem(text: str) -> tuple[Settings, str]:
    """What a text with one mistake still says, and the mistake."""
    found = TomlSettings(None, KEYS).parse(text)
    (one,) = found.problems
    return found.settings, str(one)


def test_all_of_it_is_read():
    """The keys do what they say, and none of them has to be there."""
    assert settings("") == Settings(notifications=Notifications(None, None, True), appearance=Appearance(True))
    read = settings(
        f'{ACCOUNT}paused = true\n[notifications]\nquiet = "22:00-07:30"\noutages_in_quiet = false\n'
        "[appearance]\nswing = false\n"
    )
    assert read.accounts[0].paused
    assert read.notifications == Notifications(time(22), time(7, 30), outages_in_quiet=False)
    assert read.appearance == Appearance(swing=False)
    assert not settings(ACCOUNT).accounts[0].paused


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("22:00-07:00", time(22), time(7)),
        (" 7:05 - 9:00 ", time(7, 5), time(9)),
        ("00:00\u201323:59", time(0), time(23, 59)),
    ],
)
def test_quiet_hours_are_read_as_people_write_them(text, begin, end):
    """With blanks, without a leading zero, with a dash of typography."""
    assert settings(f'[notifications]\nquiet = "{text}"\n').notifications == Notifications(begin, end)


@pytest.mark.parametrize(
    "value",
    [
        '"22-7"',
        '"24:00-07:00"',
        '"22:60-07:00"',
        '"22:00"',
        '""',
        '"22:00-07:00-08:00"',
        "22",
        "[]",
        "22:00:00",
        '"22:00-22:00"',
        '"\u0662\u0662:00-07:00"',
        "true",
    ],
)
def test_quiet_hours_that_are_none_leave_every_alarm(value):
    """An alarm too many is the smaller harm; the line, the key and what may stand there are told."""
    read, told = problem(f"{ACCOUNT}[notifications]\noutages_in_quiet = false\nquiet = {value}\n")
    assert read.notifications == Notifications(outages_in_quiet=False)
    assert read.accounts
    assert told.startswith("line 6: notifications.quiet: ")
    assert told.endswith('(allowed: "22:00-07:00")')


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f'{ACCOUNT}paused = "yes"\n', "accounts[0].paused"),
        (f"{ACCOUNT}[notifications]\noutages_in_quiet = 1\n", "notifications.outages_in_quiet"),
        (f"{ACCOUNT}[appearance]\nswing = 0\n", "appearance.swing"),
        (f"{ACCOUNT}[appearance]\nswimg = true\n", "appearance.swimg"),
        (f"{ACCOUNT}[notifications]\nloud = true\n", "notifications.loud"),
        (f"notifications = 1\n{ACCOUNT}", "notifications"),
        (f"appearance = []\n{ACCOUNT}", "appearance"),
    ],
)
def test_a_slip_costs_only_itself(text, key):
    """Everything else is read, and what was meant is the default: nothing is paused, silenced or stilled by mistake."""
    read, told = problem(text)
    assert read == settings(ACCOUNT)
    assert f"{key}: " in told
    assert told.startswith("line ")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('[notifications]\nquiet = "22:00-07:00"\n', ""),
        ('notifications = { quiet = "22:00-07:00" }\n', ""),
        ('notifications.quiet = "22:00-07:00"\n', ""),
        (
            '[line]\npublic = true\n\n[notifications]\n\nquiet = "22:00-07:00"\n\n[appearance]\nswing = false\n',
            "[line]\npublic = true\n\n[appearance]\nswing = false\n",
        ),
        ('# mine\n[notifications]\nquiet = "22:00-07:00"\n', "# mine\n[notifications]\n"),
        ('[notifications]\n# at night\nquiet = "22:00-07:00"\n', "[notifications]\n# at night\n"),
        (
            '[notifications]\nquiet = "22:00-07:00"\noutages_in_quiet = false\n',
            "[notifications]\noutages_in_quiet = false\n",
        ),
    ],
)
def test_quiet_hours_that_end_leave_nothing_behind(tmp_path, text, after):
    """No table without anything in it, unless somebody's own words stand there; and undo brings all of it back."""
    source = TomlSettings(tmp_path / "config.toml", ("line",))
    source.path.write_text(text)
    there = source.load().settings
    source.save(replace(there, notifications=replace(there.notifications, quiet_from=None, quiet_until=None)))
    assert source.path.read_text() == after
    source.undo()
    assert source.path.read_text() == text
