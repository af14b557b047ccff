"""The command that starts Tocsin again is the one that runs now."""

import sys
from pathlib import Path

import pytest

from tocsin.adapters.autostart import system_autostart
from tocsin.adapters.autostart_command import named_profile, start_command
from tocsin.adapters.autostart_portal import PortalAutostart
from tocsin.adapters.autostart_xdg import XdgAutostart
from tocsin.adapters.profile import Profile
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Pretends that the process was started by a script of this name, in a folder with a blank in its name."""

    def start(name: str, *, exists: bool = True) -> Path:
        script = tmp_path / "my apps" / name
        script.parent.mkdir(exist_ok=True)
        if exists:
            script.write_text("")
        monkeypatch.setattr(sys, "argv", [str(script), "run"])
        return script

    return start


def test_an_entry_point_starts_itself(started) -> None:
    """By its whole path, whatever the path of the next log-in."""
    script = started("tocsin")
    assert start_command(Profile.default(), {}) == (str(script), "run", "--background")


def test_the_entry_point_without_a_console_needs_no_command(started) -> None:
    """It runs the tray by itself."""
    script = started("tocsin-tray")
    assert start_command(Profile.default(), {}) == (str(script), "--background")


@pytest.mark.parametrize(("name", "exists"), [("__main__.py", True), ("pytest", True), ("tocsin", False)])
def test_anything_else_is_the_interpreter_and_the_module(started, name, exists) -> None:
    """``python -m tocsin``, with the interpreter as it was named: a virtual environment's is a link."""
    started(name, exists=exists)
    assert start_command(Profile.default(), {}) == (sys.executable, "-m", "tocsin", "run", "--background")


def test_an_interpreter_that_does_not_know_itself_cannot_be_named(started, monkeypatch) -> None:
    """Embedded ones do not."""
    started("embedded")
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(AutostartFault) as caught:
        start_command(Profile.default(), {})
    assert caught.value.obstacle is StartObstacle.UNSUPPORTED


def test_a_program_in_one_file_starts_that_file(started, monkeypatch) -> None:
    """The folder that it unpacks itself into is gone after its end."""
    started("tocsin")
    image = {"APPIMAGE": "/home/anna/Tocsin.AppImage", "APPDIR": "/tmp/.mount_x"}
    assert start_command(Profile.default(), image)[0] != image["APPIMAGE"]  # inherited from another such program
    monkeypatch.setattr(sys, "executable", "/tmp/.mount_x/usr/bin/python3")
    assert start_command(Profile.default(), image) == (image["APPIMAGE"], "run", "--background")
    monkeypatch.setattr(sys, "executable", "/srv/tocsin/tocsin")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert start_command(Profile.default(), {}) == ("/srv/tocsin/tocsin", "run", "--background")


def test_another_profile_is_carried_along(started, tmp_path) -> None:
    """And found again in the command, in both ways of writing it."""
    started("tocsin")
    folder = str(tmp_path / "a profile")
    command = start_command(Profile.at(Path(folder)), {})
    assert command[-2:] == ("--profile", folder)
    assert named_profile(command) == folder
    assert named_profile(("tocsin", f"--profile={folder}/")) == folder
    assert named_profile(("tocsin", "run", "--profile")) == ""
    assert named_profile(start_command(Profile.default(), {})) == ""


def test_the_way_is_the_systems(tmp_path) -> None:
    """Inside Flatpak's sandbox it is the portal's; a file that the host cannot see would start nothing."""
    environ = {"HOME": str(tmp_path), "PATH": "", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    assert isinstance(system_autostart(Profile.default(), environ), XdgAutostart)
    sandbox = tmp_path / ".flatpak-info"
    sandbox.write_text("[Application]\n")
    way = system_autostart(Profile.default(), environ, sandbox=sandbox)
    assert isinstance(way, PortalAutostart)
    assert way.is_on() is None
    place = tmp_path / ".config" / "autostart" / "app.tocsin.Tocsin.desktop"
    place.parent.mkdir(parents=True)
    assert system_autostart(Profile.default(), environ, sandbox=sandbox).is_on() is False
    place.write_text("[Desktop Entry]\nType=Application\nExec=flatpak run --command=tocsin app.tocsin.Tocsin run\n")
    assert system_autostart(Profile.default(), environ, sandbox=sandbox).is_on() is True
