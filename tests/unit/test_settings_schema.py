"""Older settings files: each opens as it was meant, keeps its comments, and is copied before it is changed."""

import contextlib
import os
import stat
import tempfile
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from tocsin.adapters import settings_auth, settings_check, settings_line, settings_look, settings_network
from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_save import save
from tocsin.adapters.settings_schema import SCHEMAS, schema_of
from tocsin.domain.account import (
    Account,
    Appearance,
    Auth,
    AuthKind,
    Connection,
    Help,
    Line,
    Network,
    Notifications,
    OAuthFlow,
    Settings,
    Usage,
)
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.errors import EnvironmentFault, SettingsError

KEYS = ("tmf656", "statuspage", "aussiebb", "line")

BELL = """\
# The file of the first Tocsin.
language = "nl"

[[accounts]]
id = "home"                        # never changes
provider = "tmf656"
name = "Planet Fibre"
url = "https://status.example.net"
interval = 90
auth = { kind = "oauth2", token_url = "https://id.example.net/token", client_id = "c", scope = "read" }
options = { version = "v4" }
[[accounts.connections]]
id = "fibre"
name = "Home fibre"
match = ["SVC-1001"]  # from the contract
[[accounts.connections]]
id = "sim"
kind = "mobile"
role = "backup"

[[accounts]]
id = "page"
provider = "statuspage"
url = "http://status.example.org"
allow_insecure = true

[line]
targets = []
names = ["example.net"]
# the end
"""
OAUTH = Auth(AuthKind.OAUTH2, token_url="https://id.example.net/token", client_id="c", scope="read")
PAGE = Account("page", "statuspage", "page", "http://status.example.org", connections=(Connection("page", "page"),))
OF_BELL = Settings(
    accounts=(
        Account(
            id="home",
            provider="tmf656",
            name="Planet Fibre",
            url="https://status.example.net",
            interval=timedelta(seconds=90),
            auth=OAUTH,
            connections=(
                Connection("fibre", "Home fibre", match=("SVC-1001",)),
                Connection("sim", "sim", ConnectionKind.MOBILE, Role.BACKUP),
            ),
            options={"version": "v4"},
        ),
        replace(PAGE, allow_insecure=True),
    ),
    line=Line(names=("example.net",)),
    language="nl",
)

SIGNING_IN = """\
[[accounts]]
id = "isp"
provider = "aussiebb"
url = "https://api.example.net"
auth = { kind = "login", user = "anna" }  # the provider's own

[[accounts]]
id = "device"
provider = "tmf656"
url = "https://api.example.org"
[accounts.auth]
kind = "oauth2"
flow = "device"
client_id = "c"
token_url = "https://id.example.net/token"
device_url = "https://id.example.net/device"
"""
OF_SIGNING_IN = Settings(
    accounts=(
        Account(
            *("isp", "aussiebb", "isp", "https://api.example.net"),
            auth=Auth(AuthKind.LOGIN, user="anna"),
            connections=(Connection("isp", "isp"),),
        ),
        Account(
            *("device", "tmf656", "device", "https://api.example.org"),
            auth=replace(OAUTH, scope="", flow=OAuthFlow.DEVICE, device_url="https://id.example.net/device"),
            connections=(Connection("device", "device"),),
        ),
    )
)

THE_LINE = """\
usage = "business"

[[accounts]]
id = "own"
provider = "line"  # has no API
[accounts.help]
phone = "0800 1234"
steps = [
  "Restart the router",  # first
]

[line]
public = false
calls = true
interface = "eth0"
"""
OF_THE_LINE = Settings(
    accounts=(
        Account(
            *("own", "line", "own", ""),
            connections=(Connection("own", "own"),),
            help=Help(phone="0800 1234", steps=("Restart the router",)),
        ),
    ),
    line=Line(public=False, calls=True, interface="eth0"),
    usage=Usage.BUSINESS,
)

OLDER = [(0, BELL, OF_BELL), (1, SIGNING_IN, OF_SIGNING_IN), (2, THE_LINE, OF_THE_LINE)]
NEWEST = """\
[[accounts]]
id = "own"
provider = "line"
paused = true

[notifications]
quiet = "22:00-07:00"
"""
CHANGES = {
    "within its schema": lambda there: replace(there, language="de"),
    "to the newest": lambda there: replace(there, notifications=Notifications(time(22), time(7))),
}


@pytest.fixture
def source(tmp_path):
    return TomlSettings(tmp_path / "config.toml", provider_keys=KEYS)


def again(source):
    """The same file in the next run of the program."""
    return TomlSettings(source.path, provider_keys=KEYS)


def copies(source):
    return sorted(each for each in source.path.parent.iterdir() if each != source.path)


def comments(text):
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize(("number", "text", "meant"), OLDER)
def test_an_older_file_opens_as_it_was_meant(source, number, text, meant):
    """Without a fault, and nothing is written by that."""
    source.path.write_text(text)
    loaded = source.load()
    assert (loaded.problems, loaded.settings) == ((), meant)
    assert schema_of(text) == number
    assert source.path.read_text() == text
    assert copies(source) == []


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("number", "text", "meant"), OLDER)
def test_a_copy_lies_beside_it_before_it_is_changed(source, number, text, meant, change):
    """To the byte, its owner's own; the changed file keeps every comment and reads back as what was wanted."""
    source.path.write_bytes(text.encode())
    source.path.chmod(0o644)
    source.load()
    wanted = CHANGES[change](meant)
    source.save(wanted)
    (copy,) = copies(source)
    assert copy.name.startswith("config.toml.backup-2")
    assert copy.read_bytes() == text.encode()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert comments(source.path.read_text()) == comments(text)
    assert again(source).load().settings == wanted
    assert schema_of(source.path.read_text()) == (3 if change == "to the newest" else number)
    assert TomlSettings(copy, provider_keys=KEYS).load().settings == meant


def test_one_copy_is_enough_for_a_schema(source):
    """Further changes of this run and of later ones make no more, until the file becomes a newer one by another run."""
    source.path.write_text(BELL)
    source.save(replace(OF_BELL, language="de"))
    source.save(replace(OF_BELL, language="fr"))
    again(source).save(replace(OF_BELL, language="en"))
    assert len(copies(source)) == 1
    before = source.path.read_bytes()
    again(source).save(replace(OF_BELL, appearance=Appearance(swing=False)))
    assert len(copies(source)) == 2
    assert before in [each.read_bytes() for each in copies(source)]


@pytest.mark.parametrize("text", [NEWEST, "", "\n", None])
def test_what_is_not_older_has_no_copy(source, text):
    """Neither the newest file, nor one that says nothing, nor none."""
    if text is not None:
        source.path.write_text(text)
    there = source.load().settings
    source.save(replace(there, language="nl"))
    source.save(replace(there, language="de"))
    assert copies(source) == []


def test_without_a_copy_nothing_is_changed(source, monkeypatch):
    """A disk that is full costs neither the file nor half a copy beside it."""

    def full(_):
        raise OSError(28, "No space left on device")

    source.path.write_text(BELL)
    source.load()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault, match="cannot be copied before it is changed"):
        source.save(replace(OF_BELL, language="de"))
    assert source.path.read_text() == BELL
    assert copies(source) == []


@pytest.fixture
def elsewhere():
    """A folder for everybody, where settings are kept that a link leads to; pytest's own are for its user alone."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as made:
        Path(made).chmod(0o755)
        folder = Path(made) / "dotfiles"
        folder.mkdir()
        yield folder


def linked(tmp_path, target):
    (tmp_path / "config.toml").symlink_to(target)
    return TomlSettings(tmp_path / "config.toml", provider_keys=KEYS)


def test_of_a_linked_file_the_copy_lies_beside_what_is_written(tmp_path, elsewhere):
    """Where its owner looks for it and keeps it safe: by the name of that file, and once."""
    target = elsewhere / "tocsin.toml"
    target.write_text(BELL)
    source = linked(tmp_path, target)
    source.load()
    source.save(replace(OF_BELL, language="de"))
    again(source).save(replace(OF_BELL, language="fr"))
    (copy,) = [each for each in elsewhere.iterdir() if each != target]
    assert copy.name.startswith("tocsin.toml.backup-2")
    assert (copy.read_text(), source.path.is_symlink()) == (BELL, True)
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]
    assert again(source).load().settings.language == "fr"


def test_a_link_that_leads_to_nothing_has_nothing_to_copy(tmp_path, elsewhere):
    """What it names is made, with its folder; taking that back removes the file, and the link stays."""
    target = elsewhere / "made" / "tocsin.toml"
    source = linked(tmp_path, target)
    assert source.load().problems == ()
    source.save(OF_BELL)
    assert [each.name for each in target.parent.iterdir()] == ["tocsin.toml"]
    source.undo()
    assert list(target.parent.iterdir()) == []
    assert source.path.is_symlink()


def test_a_linked_file_in_a_folder_that_may_not_be_written_stays_as_it_is(elsewhere):
    """No copy is put beside the link in its place: it is said, and the file stays as it is."""
    target = elsewhere / "tocsin.toml"
    target.write_text(BELL)
    source = linked(elsewhere.parent, target)
    source.load()
    elsewhere.chmod(0o555)
    with as_somebody(), pytest.raises(EnvironmentFault, match=r"copied before it is changed \(Permission denied\)"):
        save(source, replace(OF_BELL, language="de"))
    assert target.read_text() == BELL
    assert [each.name for each in elsewhere.iterdir()] == ["tocsin.toml"]
    assert {each.name for each in elsewhere.parent.iterdir()} == {"config.toml", "dotfiles"}


@contextlib.contextmanager
def as_somebody():
    """Be a user whom permissions bind, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("[sounds]\nvolume = 3\n", "sounds"),
        ("[notifications]\nsound = 'bell'\n", "notifications.sound"),
        ("[[accounts]]\nid = 'x'\nprovider = 'tmf657'\nurl = 'x.example.net'\n", "accounts[2].provider"),
    ],
)
def test_what_only_a_newer_one_knows_is_told_and_never_lost(source, more, key):
    """An older program on a newer file: what it knows runs, and it does not write to the file at all."""
    source.path.write_text(BELL + more)
    loaded = source.load()
    assert loaded.settings == OF_BELL
    (problem,) = loaded.problems
    assert problem.key == key
    assert "this version" in problem.problem
    with pytest.raises(SettingsError):
        source.save(replace(OF_BELL, language="de"))
    assert source.path.read_text() == BELL + more
    assert copies(source) == []


def test_every_key_is_of_one_schema():
    """A key that is added later has to say which version it came with, or its older files would have no copy."""
    known = {*settings_check.TOP_KEYS}
    known |= {f"accounts.{key}" for key in settings_check.ACCOUNT_KEYS}
    known |= {f"accounts.connections.{key}" for key in settings_check.CONNECTION_KEYS}
    known |= {f"accounts.auth.{key}" for key in ("kind", *settings_auth.ALL_AUTH_KEYS)}
    known |= {f"line.{key}" for key in settings_line.LINE_KEYS}
    named = [place for each in SCHEMAS for place in each.adds]
    assert len(named) == len(set(named))
    assert {each for each in named if "=" not in each} == known
    assert {"notifications", "appearance", "network", "accounts.help"} < known  # with all that is in them, until now:
    later = (settings_look.NOTIFICATION_KEYS, settings_look.APPEARANCE_KEYS, settings_network.NETWORK_KEYS)
    assert [len(keys) for keys in (*later, settings_line.HELP_KEYS)] == [2, 1, 5, 7]
    assert [each.name[:4] for each in SCHEMAS] == ["0001", "0002", "0003", "0004"]


def test_what_is_written_is_of_the_schema_that_it_says(source):
    """Each table and word that a schema names makes the file one of it."""
    for number, made in (
        (0, OF_BELL),
        (1, OF_SIGNING_IN),
        (2, OF_THE_LINE),
        (3, Settings(network=Network(proxy="none"))),
        (3, Settings(accounts=(replace(PAGE, url="x.example.net", paused=True),))),
    ):
        source.path.unlink(missing_ok=True)
        source.load()
        source.save(made)
        assert schema_of(source.path.read_text()) == number
