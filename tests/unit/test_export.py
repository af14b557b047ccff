"""What Tocsin knows of its user, in one file: whole, private, and without anything secret in it."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.phrases import incident
from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.profile import Profile
from tocsin.adapters.store import open_store
from tocsin.domain.minutes import Hour, Minute, with_minute
from tocsin.domain.state import Draft
from tocsin.domain.terms import Cause, LineState
from tocsin.errors import EnvironmentFault
from tocsin.export import export
from tocsin.ports import Batch, Covered, LineHour

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
CONFIG = '# mine\n[[accounts]]\nid = "home"\nprovider = "feed"\nurl = "https://status.example.net/feed.atom"\n'
SECRET = "CANARY-0123456789"


@pytest.fixture
def profile(tmp_path) -> Profile:
    """A profile with something of everything."""
    made = Profile.at(tmp_path / "profile")
    hour = Hour(NOW)
    for number, minute in enumerate(
        (Minute(LineState.UP, None, 4, 1, 0.0234, 0.001), Minute(LineState.DOWN, Cause.DNS))
    ):
        hour = with_minute(hour, NOW + number * timedelta(minutes=1), minute)
    with InstanceLock(made):
        store = open_store(made.data, migrate=True, now=NOW).store
        store.write(
            Batch(
                incidents=(incident(),),
                coverage=(Covered("home", NOW, NOW + timedelta(minutes=5), measured=True),),
                hours=(LineHour("primary", hour),),
                drafts=(Draft("u1", "It is down again", NOW),),
                at=NOW,
            )
        )
        store.close()
    made.settings.write_text(CONFIG)
    made.log.write_text(f"2026-11-21 asked https://a.example.net/x?key=1\n    | with {SECRET} in it\n")
    made.log.with_name("tocsin.log.1").write_text("older\n")
    return made


def rows(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(archive.read(name).decode())))


def test_everything_is_in_it(profile, tmp_path):
    """Settings as they stand, the record as JSON and CSV that other programs read, the log without secrets."""
    assert export(profile, tmp_path / "mine.zip", (SECRET,), NOW) == ()
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            *("config.toml", "history.json", "reports.json", "line-minutes.csv", "asked.csv"),
            *("tocsin.log", "tocsin.log.1"),
        }
        assert archive.read("config.toml").decode() == CONFIG
        (known,) = json.loads(archive.read("history.json"))
        assert known["title"] == incident().title
        assert json.loads(archive.read("reports.json"))[0]["text"] == "It is down again"
        assert rows(archive, "line-minutes.csv") == [
            ["link", "minute", "state", "cause", "sent", "lost", "round_trip_ms", "jitter_ms"],
            ["primary", "2026-11-21T18:00:00Z", "up", "", "4", "1", "23.4", "1.0"],
            ["primary", "2026-11-21T18:01:00Z", "down", "dns", "0", "0", "", ""],
        ]
        assert rows(archive, "asked.csv")[1] == ["home", "2026-11-21T18:00:00Z", "2026-11-21T18:05:00Z", "1"]
        log = archive.read("tocsin.log").decode()
        assert SECRET not in log
        assert "key=1" not in log
        assert len(log.splitlines()) == 2


def test_it_is_for_its_owner_only(profile, tmp_path):
    """Nobody else on this computer reads it, whatever the umask says."""
    before = os.umask(0)
    try:
        export(profile, tmp_path / "mine.zip", (), NOW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "mine.zip").stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["file", "link", "dangling"])
def test_it_never_overwrites(profile, tmp_path, there):
    """What is there stays, also behind a link."""
    target, other = tmp_path / "mine.zip", tmp_path / "other"
    if there == "file":
        target.write_text("theirs")
    else:
        target.symlink_to(other)
        if there == "link":
            other.write_text("theirs")
    with pytest.raises(EnvironmentFault, match="is there already"):
        export(profile, target, (), NOW)
    assert not other.exists() or other.read_text() == "theirs"


def test_what_cannot_be_read_is_told_and_the_rest_is_there(profile, tmp_path):
    """A damaged record costs the record, not the settings and the log."""
    profile.data.write_bytes(b"no database" * 200)
    profile.log.unlink()
    os.mkfifo(profile.log)
    problems = export(profile, tmp_path / "mine.zip", (), NOW)
    assert [each.partition(":")[0] for each in problems] == ["the record", "tocsin.log"]
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert set(archive.namelist()) == {"config.toml", "tocsin.log.1"}


def test_a_place_that_cannot_be_written_is_told(profile, tmp_path):
    """No half of a file is left, and the reason is said."""
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        export(profile, tmp_path / "nowhere" / "mine.zip", (), NOW)
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        export(profile, Path("/dev/full/mine.zip"), (), NOW)


def test_a_fresh_profile_has_an_empty_file(tmp_path):
    """Nothing known is an archive with nothing in it, and no folder is made."""
    assert export(Profile.at(tmp_path / "never"), tmp_path / "mine.zip", (), NOW) == ()
    assert zipfile.ZipFile(tmp_path / "mine.zip").namelist() == []
    assert not (tmp_path / "never").exists()


def test_the_command(profile, tmp_path):
    """While another instance runs, as a person types it; a second time it refuses."""
    argv = [
        sys.executable,
        "-m",
        "tocsin",
        "export",
        str(tmp_path / "mine.zip"),
        "--profile",
        str(tmp_path / "profile"),
    ]
    environ = {**os.environ, "TOCSIN_SECRET_HOME": SECRET}
    with InstanceLock(profile):
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert SECRET.encode() not in zipfile.ZipFile(tmp_path / "mine.zip").read("tocsin.log")
    again = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode == 3
    assert "is there already" in again.stderr
