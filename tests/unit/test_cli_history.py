"""``tocsin history``: what it lists and since when, and what it says where there is no record."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.command_line import PATIENCE, tocsin
from support.records import incident
from tocsin.adapters.profile import Profile
from tocsin.adapters.store import open_store
from tocsin.cli import main
from tocsin.ports import Batch


@pytest.fixture
def past(tmp_path) -> Path:
    """A profile with an outage of today, one of last week that is over, and the lock free."""
    now = datetime.now(UTC)
    profile = Profile.at(tmp_path / "profile")
    profile.make()
    with closing(open_store(profile.data, migrate=True, now=now).store) as store:
        old = incident("old", started=now - timedelta(days=9), ended=now - timedelta(days=9, hours=-2))
        store.write(Batch(incidents=(old, incident("new", started=now - timedelta(minutes=5)))))
    return tmp_path / "profile"


def test_history_without_a_record_is_empty(tmp_path, capsys) -> None:
    """A list without entries, a sentence for a person, and no file made by looking."""
    assert main(["history", "--json", "--profile", str(tmp_path / "none")]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["history", "--profile", str(tmp_path / "none")]) == 0
    assert "No outage and no planned work has been recorded yet" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_history_lists_newest_first_in_columns(past, capsys) -> None:
    """Start, how it ended, where and what, each under the other."""
    assert main(["history", "--profile", str(past)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "ongoing" in lines[0]
    assert "resolved" in lines[1]
    assert "2 h" in lines[1]
    assert lines[0].index("fibre") == lines[1].index("fibre")
    assert lines[0].index("Cable cut") == lines[1].index("Cable cut")


@pytest.mark.parametrize(("since", "uids"), [("1d", ["SP-new"]), ("2w", ["SP-new", "SP-old"]), ("3h", ["SP-new"])])
def test_history_since_so_long_ago(past, capsys, since, uids) -> None:
    """So many hours, days or weeks back."""
    assert main(["history", "--json", "--since", since, "--profile", str(past)]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == uids


def test_history_since_a_day_or_a_time(past, capsys) -> None:
    """A date, or a time with an offset; an ongoing one is always there."""
    for since in ("2020-01-01", "2020-01-01T00:00:00+01:00", "99999w"):
        assert main(["history", "--json", "--since", since, "--profile", str(past)]) == 0
        assert len(json.loads(capsys.readouterr().out)) == 2
    assert main(["history", "--json", "--since", "2999-01-01", "--profile", str(past)]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == ["SP-new"]


@pytest.mark.parametrize("since", ["yesterday", "30x", "", "2026-13-01", "0001-01-01T00:00+14:00"])
def test_history_since_nonsense_says_what_may_stand_there(past, capsys, since) -> None:
    """3, with examples; nothing is listed as if it were all."""
    code = main(["history", "--json", "--since", since, "--profile", str(past)])
    said = capsys.readouterr()
    assert (code, said.out) == (3, "")
    assert "30d" in said.err


def test_history_of_a_file_that_is_no_record(tmp_path, capsys) -> None:
    """3 and a sentence; the file is left alone, for only the running instance may set it aside."""
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "tocsin.db").write_bytes(b"not a database" * 100)
    assert main(["history", "--profile", str(profile)]) == 3
    assert "damaged" in capsys.readouterr().err
    assert [path.name for path in profile.iterdir()] == ["tocsin.db"]


def test_history_into_a_closed_pipe_says_nothing(past) -> None:
    """``history | head`` is no error to tell of."""
    with tocsin("history", "--json", "--profile", str(past)) as program:
        program.stdout.close()
        assert program.wait(PATIENCE) in (0, 3)
        assert program.stderr.read() == ""


def test_the_profile_may_be_named_in_the_environment(capsys, past, monkeypatch) -> None:
    """TOCSIN_PROFILE does what ``--profile`` does."""
    monkeypatch.setenv("TOCSIN_PROFILE", str(past))
    assert main(["history", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
