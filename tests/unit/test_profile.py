"""Where things lie: under one folder when asked for, where the system keeps its kind otherwise, and private."""

import os
import stat
from pathlib import Path

import pytest

from tocsin.adapters.profile import Profile
from tocsin.errors import EnvironmentFault


def test_a_named_profile_has_everything_under_it(tmp_path):
    """``--profile DIR`` leaves nothing anywhere else."""
    profile = Profile.at(tmp_path / "p")
    places = [profile.settings, profile.data, profile.cache, profile.log, profile.lock, profile.socket, profile.address]
    assert all(place.is_relative_to(tmp_path / "p") for place in places)
    assert (profile.settings.name, profile.data.name, profile.log.name) == ("config.toml", "tocsin.db", "tocsin.log")
    assert len(set(places)) == len(places)


def test_the_users_own_profile_lies_where_the_system_says(home):
    """Without a name each thing lies in its XDG folder; lock and socket beside the record, for every session alike."""
    profile = Profile.find(None, {})
    assert profile == Profile.find(None, {"TOCSIN_PROFILE": ""}) == Profile.default()
    assert profile.settings == Path(os.environ["XDG_CONFIG_HOME"]) / "tocsin" / "config.toml"
    assert profile.data == Path(os.environ["XDG_DATA_HOME"]) / "tocsin" / "tocsin.db"
    assert profile.cache == Path(os.environ["XDG_CACHE_HOME"]) / "tocsin"
    assert profile.log.is_relative_to(os.environ["XDG_STATE_HOME"])
    assert profile.lock.is_relative_to(profile.data.parent)


def test_the_command_line_outranks_the_environment(tmp_path, home, monkeypatch):
    """``--profile`` wins over ``TOCSIN_PROFILE``; a relative one and ``~`` become whole paths."""
    monkeypatch.chdir(tmp_path)
    environ = {"TOCSIN_PROFILE": "~/from-environment"}
    assert Profile.find(Path("from/../line"), environ) == Profile.at(tmp_path / "line")
    assert Profile.find(None, environ).settings == home / "from-environment" / "config.toml"


def test_folders_are_made_private_and_those_that_were_there_left_alone(tmp_path):
    """Nobody else looks into a new profile; a user's own folder keeps the mode that its user gave it."""
    (tmp_path / "theirs").mkdir(mode=0o755)
    profile = Profile.at(tmp_path / "theirs" / "deep" / "p")
    profile.make()
    profile.make()
    mode = {place: stat.S_IMODE(place.stat().st_mode) for place in (tmp_path / "theirs", profile.run, profile.cache)}
    assert list(mode.values()) == [0o755, 0o700, 0o700]
    assert stat.S_IMODE((tmp_path / "theirs" / "deep").stat().st_mode) == 0o700


def test_a_file_in_the_way_is_a_clear_fault(tmp_path):
    """A profile that cannot be is reported with its path."""
    (tmp_path / "p").write_text("")
    with pytest.raises(EnvironmentFault, match="cannot be made"):
        Profile.at(tmp_path / "p").make()
    with pytest.raises(EnvironmentFault, match="cannot be made"):
        Profile.at(tmp_path / "p" / "q").make()


def test_a_run_folder_of_somebody_else_is_refused(tmp_path):
    """Lock and socket are never put where a link points to."""
    profile = Profile.at(tmp_path / "p")
    profile.run.parent.mkdir()
    (tmp_path / "elsewhere").mkdir()
    profile.run.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFault, match="not a folder of this user"):
        profile.make()
