"""Adding an account to config.toml: comments survive, wrong files are left alone, nothing is half written."""

import os
import stat
from datetime import timedelta

import pytest

from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_save import add_account
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Help, OAuthFlow
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.errors import EnvironmentFault, SettingsError

KEYS = ("statuspage", "tmf656", "line")
OFFICE = Account(
    id="office",
    provider="statuspage",
    name='The "office" \\ bell \U0001f514',
    url="https://status.example.com",
    interval=timedelta(seconds=90),
    auth=Auth(AuthKind.BASIC, user="me"),
    connections=(
        Connection("mail", "Mail", ConnectionKind.MAIL, Role.BACKUP, ("a", "b")),
        Connection("tv", "TV", ConnectionKind.TV),
    ),
    options={"version": "v4"},
)
LOGINS = (
    Auth(),
    Auth(AuthKind.BEARER),
    Auth(AuthKind.API_KEY, header="X-Own"),
    Auth(AuthKind.OAUTH2, token_url="https://id.example.net/t", client_id="me", scope="a b"),
    Auth(
        AuthKind.OAUTH2,
        token_url="https://id.example.net/t",
        client_id="me",
        flow=OAuthFlow.CODE,
        authorize_url="https://id.example.net/a",
        device_url="https://id.example.net/d",
    ),
    Auth(AuthKind.OAUTH2, token_url="https://i/t", client_id="me", flow=OAuthFlow.DEVICE, device_url="https://i/d"),
    Auth(AuthKind.LOGIN, user="me"),
)
COMMENTED = """\
# my own notes
language = "nl"   # ours

[[accounts]]      # the first
id = "home"
provider = "tmf656"
url = 'https://status.example.net'
# fibre
[[accounts.connections]]
id = "fibre"      # under the stairs

[line]
names = ["example.net"]  # resolver
"""
INLINE = """\
accounts = [
  { id = "home", provider = "tmf656", url = "https://status.example.net" },  # one
]
"""


@pytest.fixture
def source(tmp_path):
    return TomlSettings(tmp_path / "config.toml", KEYS)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", 'language = "nl"\n[line]\nnames = ["a"]\n', COMMENTED, INLINE])
def test_an_account_is_added_and_the_rest_stays_as_it_was(source, text):
    """Whatever the file looks like, every line of it survives, and the account reads back as it was given."""
    source.path.write_text(text)
    before = source.load().settings
    add_account(source, OFFICE)
    after = source.load()
    assert after.problems == ()
    assert after.settings.accounts == (*before.accounts, OFFICE)
    assert (after.settings.line, after.settings.language) == (before.line, before.language)
    assert [line for line in text.splitlines() if line not in source.path.read_text().splitlines()] == []


@pytest.mark.parametrize("auth", LOGINS)
def test_every_login_is_written_as_it_is_read(source, auth):
    """No kind of login loses a field."""
    account = Account("a", "tmf656", "A", "http://localhost:1", timedelta(seconds=1.5), auth, (Connection("c", "C"),))
    add_account(source, account)
    assert source.load().settings.accounts == (account,)


def test_a_line_without_an_address_and_its_help_are_written_as_they_are_read(source):
    """No part of help is lost, and an address that there is not is not made up."""
    told = Help("+31 20", "0800", "help@example.net", "https://a.example", "8-20", "4711", ("Unplug it.", "Wait."))
    for number, one in enumerate((Help(), Help(phone="112"), told)):
        account = Account(f"a{number}", "line", "A", "", connections=(Connection("c", "C"),), help=one)
        add_account(source, account)
        assert source.load().settings.accounts[-1] == account
    assert "url = " not in source.path.read_text().replace("status_url", "")


def test_a_file_with_problems_is_left_alone(source):
    """What could not be read is never overwritten."""
    for text in (COMMENTED.replace("[line]", "[lime]"), "not toml", COMMENTED + "x = "):
        source.path.write_text(text)
        with pytest.raises(SettingsError):
            add_account(source, OFFICE)
        assert source.path.read_text() == text
    source.path.unlink()
    source.path.mkdir()
    with pytest.raises(SettingsError, match="not a file"):
        add_account(source, OFFICE)


def test_what_would_not_read_back_is_not_written(source):
    """A taken id and a wrong account are refused before the file is touched."""
    source.path.write_text(COMMENTED)
    for wrong in ({"id": "home"}, {"id": "No Id"}, {"url": "http://status.example.com"}, {"provider": "slack"}):
        values = {"id": "office", "provider": "tmf656", "name": "x", "url": "https://a.example", **wrong}
        with pytest.raises(SettingsError):
            add_account(source, Account(**values, connections=(Connection("c", "C"),)))
    assert source.path.read_text() == COMMENTED


def test_the_file_is_its_owners_own_and_nothing_else_is_left(source):
    """Settings name accounts and services: 0600, whatever they were before, and no temporary file stays."""
    source.path.write_text(COMMENTED)
    source.path.chmod(0o644)
    add_account(source, OFFICE)
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
    beside = [file for file in source.path.parent.iterdir() if file != source.path]
    assert [file.name.partition("-")[0] for file in beside] == ["config.toml.backup"]  # of a file of the first schema
    assert stat.S_IMODE(beside[0].stat().st_mode) == 0o600


def test_a_link_is_kept_and_the_folder_is_made(tmp_path):
    """Settings kept elsewhere and linked stay linked; a first save makes what is missing."""
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "config.toml").symlink_to(tmp_path / "dotfiles" / "tocsin.toml")
    add_account(TomlSettings(tmp_path / "config.toml", KEYS), OFFICE)
    assert (tmp_path / "config.toml").is_symlink()
    assert (tmp_path / "dotfiles" / "tocsin.toml").exists()
    fresh = TomlSettings(tmp_path / "new" / "profile" / "config.toml", KEYS)
    add_account(fresh, OFFICE)
    assert fresh.load().settings.accounts == (OFFICE,)


def test_a_write_that_fails_leaves_the_old_file(source, monkeypatch):
    """A full disk in mid-save costs nothing."""

    def full(_):
        raise OSError(28, "No space left on device")

    source.path.write_text(COMMENTED)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault, match="No space left"):
        add_account(source, OFFICE)
    assert source.path.read_text() == COMMENTED
    assert [file.name for file in source.path.parent.iterdir()] == ["config.toml"]


def test_what_is_written_is_pleasant_to_edit_by_hand(source):
    """The file looks like the one in the documentation."""
    add_account(source, OFFICE)
    text = source.path.read_text()
    assert text.startswith('[[accounts]]\nid = "office"\nprovider = "statuspage"\n')
    assert 'auth = { kind = "basic", user = "me" }\n' in text
    assert "\n[[accounts.connections]]\n" in text
    assert "\n\n" not in text
