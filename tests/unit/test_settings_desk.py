"""What a broken settings file means while the program runs: nothing of what runs is lost by a slip of the pen."""

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest

from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import Network, Notifications, Settings
from tocsin.domain.state import SaveSettings
from tocsin.engine.settings_desk import SettingsDesk

FILE = """\
language = "nl"
usage = "business"

[[accounts]]
id = "home"
provider = "tmf656"
name = "Home"
url = "https://home.example.net"

[[accounts]]
id = "away"
provider = "statuspage"
name = "Away"
url = "https://away.example.net"
paused = true

[line]
measure = false
public = false
targets = ["tcp://192.0.2.10:443"]

[notifications]
quiet = "22:00-07:00"

[network]
proxy = "http://proxy.example.net:3128"
"""


class Rig:
    def __init__(self, path, text=FILE):
        self.path = path
        self.path.write_text(text)
        self.desk = SettingsDesk(TomlSettings(path, ("tmf656", "statuspage")), self._on_loaded)
        self.desk.reload()
        self.before = self.desk.settings

    def _on_loaded(self, loaded):
        self.desk.note(loaded)

    def edit(self, old, new):
        """Change the file by hand, and have it noticed."""
        text = self.path.read_text()
        assert old in text
        self.path.write_text(text.replace(old, new))
        self.desk.look()
        return self.desk.settings

    @property
    def problems(self):
        return [str(fault.message.values["problem"]) for fault in self.desk.problems]


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path / "config.toml")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('language = "nl"', 'language = "', 1),
        ("[line]", "[line", 17),
        ("[[accounts]]", "[[accounts]] [[", 4),
        ("measure = false", "measure = 'off'", 18),
        ("[notifications]", "[notificatoins]", 22),
        ('quiet = "22:00-07:00"', 'quiet = "22"', 23),
        ('targets = ["tcp://192.0.2.10:443"]', 'targets = ["192.0.2.10"]', 20),
        ('usage = "business"', 'usage = "bussiness"', 2),
        ('proxy = "http://proxy.example.net:3128"', 'proxy = "socks://x"', 26),
        ('url = "https://home.example.net"', 'url = "http://home.example.net"', 8),
        ('id = "home"', 'id = "Home!"', 5),
    ],
)
def test_a_broken_edit_changes_nothing_that_runs(rig, old, new, line):
    """Whatever breaks: it is said with its line, all that runs goes on, and mending it takes the fault away."""
    rig.edit(old, new)
    assert sorted(rig.desk.settings.accounts, key=lambda each: each.id) == sorted(
        rig.before.accounts, key=lambda each: each.id
    )
    assert replace(rig.desk.settings, accounts=()) == replace(rig.before, accounts=())
    assert not rig.desk.can_save
    assert re.match(rf"line {line}\b", rig.problems[0])
    rig.edit(new, old)
    assert rig.desk.settings == rig.before
    assert (rig.desk.can_save, rig.problems) == (True, [])


def test_what_is_right_in_a_broken_file_is_taken_over(rig):
    """Other tables than the one with the mistake, and accounts that are new."""
    more = '[[accounts]]\nid = "new"\nprovider = "tmf656"\nurl = "https://new.example.net"\n\n[line]'
    rig.edit("[line]", more)
    rig.edit('quiet = "22:00-07:00"', 'quiet = "23:00-06:00"')
    made = rig.edit("measure = false", "measure = 0")
    assert made.notifications == Notifications(time(23), time(6))
    assert [each.id for each in made.accounts] == ["home", "away", "new"]
    assert made.line == rig.before.line
    made = rig.edit('url = "https://new.example.net"', 'url = "https://new.example.net"\ninterval = 5')
    assert made.accounts[2].interval == timedelta(seconds=60)
    assert rig.problems == [
        "line 21: accounts[2].interval: is not a number of seconds that may stand here (allowed: 30 to 86400)",
        "line 24: line.measure: is neither true nor false (allowed: true, false)",
    ]


def test_an_account_that_is_away_from_a_broken_file_is_kept(rig):
    """Whether it was taken out on purpose is known once the file is right again."""
    start, end = FILE.index('[[accounts]]\nid = "away"'), FILE.index("[line]")
    made = rig.edit(FILE[start:end] + "[line]", "[lime]")
    assert [each.id for each in made.accounts] == ["home", "away"]
    assert made.accounts[1].paused
    made = rig.edit("[lime]", "[line]")
    assert [each.id for each in made.accounts] == ["home"]


def test_at_the_start_what_is_right_runs(tmp_path):
    """Nothing runs yet that could be kept; and nobody is asked past a proxy that cannot be read."""
    path = tmp_path / "config.toml"
    path.write_text(FILE.replace("measure = false", "measure = 'x'"))
    loaded = []
    desk = SettingsDesk(TomlSettings(path, ("tmf656", "statuspage")), loaded.append)
    desk.reload()
    assert [each.id for each in loaded[0].settings.accounts] == ["home", "away"]
    assert not loaded[0].settings.line.measure
    assert loaded[0].problems
    path.write_text("x = ")
    desk = SettingsDesk(TomlSettings(path, ()), loaded.append)
    desk.reload()
    assert loaded[1].settings == Settings(network=Network(proxy="unusable"))


def test_a_change_that_meets_a_broken_file_loses_nothing(rig, caplog):
    """Somebody broke it between the look and the click: the change is refused, what runs goes on, the file stays."""
    text = FILE.replace("[line]", "[line")
    rig.path.write_text(text)
    rig.desk.command(SaveSettings(replace(rig.before, language="de")))
    assert rig.desk.settings == rig.before
    assert rig.path.read_text() == text
    assert "the settings cannot be changed: line 17" in caplog.text
    assert not rig.desk.can_save
    rig.edit("[line\n", "[line]\n")
    assert (rig.desk.can_save, rig.problems) == (True, [])


def test_a_proxy_that_could_not_be_read_is_no_setting_to_keep(tmp_path):
    """Once the file can be read again its own network counts, whatever else is still wrong in it."""
    rig = Rig(tmp_path / "config.toml", "x = ")
    assert rig.before.network == Network(proxy="unusable")
    made = rig.edit("x = ", '[network]\nproxy = "socks://x"\n')
    assert made.network == Network(proxy="unusable")
    made = rig.edit('[network]\nproxy = "socks://x"', 'x = "y"')
    assert rig.problems[0].startswith("line 1: x: ")
    assert made.network == Network()
