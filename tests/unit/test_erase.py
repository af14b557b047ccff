"""Erasing everything: nothing of Tocsin's stays, nothing of anybody else's goes, and what remains is told."""

import asyncio
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin import erase
from tocsin.adapters import eraser
from tocsin.adapters.autostart import system_autostart
from tocsin.adapters.autostart_xdg import Places
from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.instance_protocol import VERSION, Address, write_address
from tocsin.adapters.profile import Profile
from tocsin.adapters.store import open_store
from tocsin.errors import AlreadyRunning

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
TESTS = Path(__file__).resolve().parents[1]
NOBODY = 65534
CONFIG = '[[accounts]]\nid = "home"\nprovider = "tmf656"\nurl = "https://api.example.net"\nauth = { kind = "bearer" }\n'
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch):
    """There is no keyring in these tests, unless one says so."""
    import keyring
    from keyring.backends import fail

    before = keyring.get_keyring()
    monkeypatch.setattr("keyring.backend.KeyringBackend.get_viable_backends", list)
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


def used(profile: Profile) -> Profile:
    """A profile as a full life of Tocsin leaves it: every file that it ever makes."""
    with InstanceLock(profile):
        open_store(profile.data, migrate=True, now=NOW).store.close()
        profile.settings.write_text(CONFIG)
        for place in (
            profile.log,
            *(profile.log.with_name(f"tocsin.log.{age}") for age in (1, 2)),
            *(profile.data.with_name(f"tocsin.db{end}") for end in ("-wal", "-shm")),
            profile.data.with_name("tocsin.db.backup-20261101T120000Z"),
            profile.data.with_name("tocsin.db.damaged-20261101T120000Z-2-wal"),
            profile.settings.with_name(".config.toml.0123abcd"),
            profile.run / "instance.json.0123abcd",
        ):
            place.write_text("ours")
        write_address(profile.address, Address(VERSION, socket=str(profile.socket)))
    return profile


def wiped(profile: Profile) -> erase.Report:
    return erase.carry_out(profile, erase.plan(profile, {}), os.environ)


def tree(folder: Path) -> set[str]:
    """Every file, folder and link below a folder."""
    return {str(place.relative_to(folder)) for place in folder.rglob("*")}


def test_a_profile_of_its_own_is_gone(tmp_path):
    """All under one folder: the folder goes too."""
    profile = used(Profile.at(tmp_path / "profile"))
    report = wiped(profile)
    assert tree(tmp_path) == set()
    assert report.left == ()
    assert str(profile.settings) in report.removed


def test_the_users_own_profile_is_gone(tmp_path, monkeypatch):
    """Where the system keeps each kind: nothing is left of ours, and the system's own folders stay."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
        (tmp_path / name.lower()).mkdir()
    profile = used(Profile.default())
    (profile.cache / "pictures").mkdir()
    (profile.cache / "pictures" / "one.png").write_text("a picture")
    before = {"config", "data", "state", "cache"}
    assert tree(tmp_path) > before
    assert wiped(profile).left == ()
    assert tree(tmp_path) == before


def test_what_others_keep_in_the_same_folder_stays(tmp_path):
    """A profile may be somebody's home: its own ``run``, ``cache`` and look-alikes are none of our business."""
    theirs = (
        *("letter.txt", "config.toml.mine", "tocsin.log.bak", "tocsin.dbx", "tocsin.db.backup-mine", "run/their.lock"),
        *("cache/browser/page", ".config/tocsin/config.toml", "instance.json", "tocsin.lock", "my-tocsin.db"),
    )
    for name in theirs:
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("theirs")
    before = tree(tmp_path)
    report = wiped(used(Profile.at(tmp_path)))
    assert tree(tmp_path) == before
    assert {(tmp_path / name).read_text() for name in theirs} == {"theirs"}
    assert report.removed


def test_an_empty_home_stays(tmp_path, monkeypatch):
    """Not even an empty home is removed."""
    monkeypatch.setenv("HOME", str(tmp_path))
    wiped(used(Profile.at(tmp_path)))
    assert tmp_path.is_dir()
    assert tree(tmp_path) == set()


@pytest.mark.parametrize("name", ["config.toml", "tocsin.db", "tocsin.log", "tocsin.log.1"])
def test_a_link_to_a_file_outside_is_cut_and_told(tmp_path, name):
    """What a link leads to is not ours to remove: it stays, with its content, and who has to decide is told."""
    profile = used(Profile.at(tmp_path / "profile"))
    outside = tmp_path / "outside"
    outside.write_text(CONFIG)
    link = tmp_path / "profile" / name
    link.unlink()
    link.symlink_to(outside)
    report = wiped(profile)
    assert outside.read_text() == CONFIG
    assert not (tmp_path / "profile").exists()
    assert [(each.what, each.key) for each in report.left] == [(str(outside), "link")]


def test_copies_beside_linked_settings_are_told(tmp_path):
    """What Tocsin put beside a file that a link leads to stays with it, and who has to decide is told."""
    profile = used(Profile.at(tmp_path / "profile"))
    copy, other = (tmp_path / f"mine.toml{end}" for end in (".backup-20261101T120000Z", ".backup-mine"))
    for each in (copy, other, tmp_path / "mine.toml"):
        each.write_text(CONFIG)
    profile.settings.unlink()
    profile.settings.symlink_to(tmp_path / "mine.toml")
    told = [(each.what, each.key) for each in wiped(profile).left]
    assert told == [(str(tmp_path / "mine.toml"), "link"), (str(copy), "link")]
    assert copy.exists()


@pytest.mark.parametrize("name", ["run", "cache"])
def test_a_link_to_a_folder_outside_is_not_followed(tmp_path, name):
    """A folder of the profile that leads elsewhere: nothing in there is touched, not even what is named like ours."""
    profile = used(Profile.at(tmp_path / "profile"))
    outside = tmp_path / "outside"
    (tmp_path / "profile" / name).rename(outside)
    for precious in ("tocsin.lock", "instance.json", "precious"):
        (outside / precious).write_text("{}")
    before = tree(outside)
    (tmp_path / "profile" / name).symlink_to(outside)
    report = wiped(profile)
    assert tree(outside) == before
    told = [each.key for each in report.left]
    assert told == (["link"] if name == "run" else [])
    assert tree(tmp_path / "profile") == (set() if name == "run" else {"cache"})


def test_a_configuration_that_is_a_link_keeps_what_it_leads_to(tmp_path, monkeypatch):
    """Settings kept with one's dotfiles: the link goes, the dotfiles stay, and that is said."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "tocsin").symlink_to(dotfiles)
    report = wiped(used(Profile.default()))
    assert (dotfiles / "config.toml").read_text() == CONFIG
    assert not (tmp_path / "config" / "tocsin").is_symlink()
    assert [(each.what, each.key) for each in report.left] == [(str(dotfiles), "link")]


def test_files_and_folders_that_may_not_be_written_go_too(tmp_path):
    """Our own user's read-only files are our own user's: tried as somebody who is not root."""
    place = tmp_path / "profile"
    used(Profile.at(place))
    program = (
        "from pathlib import Path; import fcntl, os, sys\n"
        "from tocsin.adapters.profile import Profile; from tocsin.adapters import eraser\n"
        "os.chdir('/'); os.setgid(65534); os.setuid(65534)\n"
        "profile = Profile.at(Path(sys.argv[1]))\n"
        "with eraser.Alone(profile): print(eraser.erase(profile).left)\n"
    )
    for each in (tmp_path, place, *place.rglob("*")):
        os.chown(each, NOBODY, NOBODY)
    for each in (*place.rglob("*"), place):
        each.chmod(0o500 if each.is_dir() else 0o400)
    for above in tmp_path.parents:
        if above.name.startswith(("pytest-", "popen-")):
            above.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", program, str(place)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
    assert tree(tmp_path) == set()


def test_a_folder_in_the_place_of_a_file_is_somebody_elses(tmp_path):
    """What Tocsin never makes is not removed, and is told."""
    profile = used(Profile.at(tmp_path / "profile"))
    odd = tmp_path / "profile" / "tocsin.log.2"
    odd.unlink()
    odd.mkdir()
    (odd / "precious").write_text("theirs")
    report = wiped(profile)
    assert (odd / "precious").read_text() == "theirs"
    assert [(each.what, each.key) for each in report.left] == [(str(odd), "foreign")]


def test_a_socket_in_a_short_folder_goes_and_nothing_else_of_it(tmp_path):
    """The address file may name a folder of ours elsewhere; a made-up one leads nowhere."""
    profile = used(Profile.at(tmp_path / "profile"))
    theirs = tmp_path / "tocsin-theirs"
    theirs.mkdir()
    (theirs / "tocsin.sock").write_text("no socket")
    write_address(profile.address, Address(VERSION, socket=str(theirs / "tocsin.sock")))
    wiped(profile)
    assert (theirs / "tocsin.sock").read_text() == "no socket"


def test_it_refuses_while_another_instance_runs(tmp_path):
    """What runs would write it all again: nothing is touched."""
    profile = used(Profile.at(tmp_path))
    before = tree(tmp_path)
    with InstanceLock(profile), pytest.raises(AlreadyRunning):
        wiped(profile)
    assert tree(tmp_path) == before


def test_nothing_there_is_nothing_done(tmp_path):
    """A profile that never was is not made in order to be removed."""
    report = wiped(Profile.at(tmp_path / "never"))
    assert (report.removed, report.left) == ((), ())
    assert tree(tmp_path) == set()


def test_it_removes_what_a_broken_profile_has(tmp_path):
    """Unreadable settings and a record that is none are removed like any other."""
    profile = used(Profile.at(tmp_path / "profile"))
    profile.settings.write_bytes(b"\xff\xfe = [")
    profile.data.write_bytes(b"no database")
    assert wiped(profile).left == ()
    assert tree(tmp_path) == set()


# --- the command ---


def command(*arguments: str, folder: Path, **more) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(folder.parent), "LANGUAGE": "en", **NO_KEYRING}
    argv = [sys.executable, "-m", "tocsin", "erase", *arguments, "--profile", str(folder)]
    return subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False, **more)


def test_the_command_wants_a_terminal_or_a_yes(tmp_path):
    """A script that forgot to say yes removes nothing."""
    profile = used(Profile.at(tmp_path / "profile"))
    refused = command(folder=tmp_path / "profile", stdin=subprocess.DEVNULL)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "--yes" in refused.stderr
    assert profile.settings.exists()
    done = command("--yes", folder=tmp_path / "profile")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(profile.data) in done.stdout
    assert tree(tmp_path) == set()
    again = command("--yes", folder=tmp_path / "profile")
    assert (again.returncode, again.stdout) == (0, "Tocsin keeps nothing here.\n")


@pytest.mark.parametrize(("typed", "goes"), [("erase", True), (" ERASE ", True), ("", False), ("yes", False)])
def test_the_command_asks_for_a_word(tmp_path, typed, goes):
    """Everything is listed first; only the word removes it."""
    used(Profile.at(tmp_path / "profile"))
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{typed}\n".encode())
        done = command(folder=tmp_path / "profile", stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert "tocsin.db" in done.stdout.partition("Type ")[0]
    assert "the secrets of home" in done.stdout.partition("Type ")[0]
    assert (tree(tmp_path) == set()) is goes
    assert done.returncode == (0 if goes else 3)


def test_a_keyring_that_hangs_is_told_and_the_rest_goes(tmp_path):
    """What the keyring's owner must remove is named; the files go all the same."""
    used(Profile.at(tmp_path / "profile"))
    hanging = {"PYTHON_KEYRING_BACKEND": "support.hanging_keyring.Keyring", "PYTHONPATH": str(TESTS)}
    environ = {**os.environ, "LANGUAGE": "en", **hanging}
    argv = [sys.executable, "-m", "tocsin", "erase", "--yes", "--profile", str(tmp_path / "profile")]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "tocsin home, in your keyring: open the keyring and remove it there (the keyring does not" in done.stdout
    assert tree(tmp_path) == set()


def test_it_starts_with_the_computer_no_more(tmp_path, home):
    """The entry that Tocsin made for this profile goes; another profile's stays."""
    profile, other = used(Profile.at(tmp_path / "profile")), used(Profile.at(tmp_path / "other"))
    entry = Places.of(os.environ).own
    asyncio.run(system_autostart(profile, os.environ).switch(on=True))
    assert wiped(other).left == ()
    assert entry.exists()
    report = wiped(profile)
    assert (report.left, entry.exists()) == ((), False)
    assert str(entry) in report.removed


@pytest.mark.parametrize("change", ["Name=Mine\n", "X-GNOME-Autostart-enabled=false\n"])
def test_a_start_entry_that_its_owner_changed_is_told(tmp_path, home, change):
    """It is somebody's work by then: it starts nothing any more, and who has to remove it is told."""
    profile = used(Profile.at(tmp_path / "profile"))
    entry = Places.of(os.environ).own
    asyncio.run(system_autostart(profile, os.environ).switch(on=True))
    entry.write_text(entry.read_text() + change)
    report = wiped(profile)
    assert [(each.what, each.key) for each in report.left] == [(str(entry), "autostart")]
    assert system_autostart(profile, os.environ).is_on() is False


def test_the_plan_names_what_there_is(tmp_path):
    """What is listed before the question is what goes."""
    profile = used(Profile.at(tmp_path / "profile"))
    wanted = erase.plan(profile, {})
    assert {place.name for place in wanted.files} >= {"config.toml", "tocsin.db", "tocsin.log", "tocsin.lock"}
    assert set(map(str, wanted.files)) <= {*wiped(profile).removed}
    assert eraser.found(profile) == ()
