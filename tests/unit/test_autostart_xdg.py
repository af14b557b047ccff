"""The autostart entry: written, removed, and left alone where somebody else had a hand in it."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from tocsin import resources
from tocsin.adapters import desktop_entry
from tocsin.adapters.autostart_xdg import FILE, XdgAutostart
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault

TEMPLATE = resources.path("app.tocsin.Tocsin.desktop")


class Home:
    """A user's folders, with a program in it whose path needs quotes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.system = root / "etc" / "autostart" / FILE
        self.own = root / "config" / "autostart" / FILE
        self.program = self.make_program("my $apps/tocsin")
        self.environ = {
            "XDG_CONFIG_HOME": str(root / "config"),
            "XDG_CONFIG_DIRS": f"relative:{root}/none:{root}/etc",
            "XDG_CURRENT_DESKTOP": "Example:LXQt",
            "PATH": str(root / "my $apps"),
        }

    def make_program(self, name: str) -> Path:
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("#!/bin/sh\n")
        place.chmod(0o755)
        return place

    def autostart(self, folder: str = "", program: Path | None = None, **environ: str) -> XdgAutostart:
        named = ("--profile", folder) if folder else ()
        command = (str(program or self.program), "run", "--background", *named)
        return XdgAutostart(command, folder, TEMPLATE, self.environ | environ)

    def switch(self, *, on: bool, **other) -> bool | None:
        way = self.autostart(**other)
        asyncio.run(way.switch(on=on))
        return way.is_on()

    def refused(self, *, on: bool, **other) -> AutostartFault:
        with pytest.raises(AutostartFault) as caught:
            asyncio.run(self.autostart(**other).switch(on=on))
        return caught.value

    def write(self, *lines: str, place: Path | None = None) -> str:
        place = place or self.own
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("\n".join(["[Desktop Entry]", "Type=Application", "Name=Tocsin", *lines, ""]))
        return place.read_text()


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_on_and_off_leave_nothing(home) -> None:
    """On is a file, off is none; either twice is the same as once."""
    assert home.autostart().is_on() is False
    assert home.switch(on=False) is False
    for _ in range(2):
        assert home.switch(on=True) is True
        assert home.autostart().is_on() is True
    assert [each.name for each in home.own.parent.iterdir()] == [FILE]
    for _ in range(2):
        assert home.switch(on=False) is False
    assert list(home.own.parent.iterdir()) == []


def test_the_entry_is_valid_and_says_what_it_is(home) -> None:
    """By the validator of the specification; name and words come from the program's own entry."""
    folder = home.root / "a profile"
    folder.mkdir()
    home.switch(on=True, folder=str(folder))
    subprocess.run(["desktop-file-validate", str(home.own)], check=True)
    values = desktop_entry.parse(home.own.read_text())
    assert desktop_entry.split_exec(values["Exec"]) == (
        *(str(home.program), "run", "--background"),
        *("--profile", str(folder)),
    )
    assert values["TryExec"] == str(home.program)
    assert (values["Hidden"], values["X-GNOME-Autostart-enabled"], values["Name"]) == ("false", "true", "Tocsin")
    assert values["Comment[nl]"] == desktop_entry.parse(TEMPLATE.read_text())["Comment[nl]"]


def test_the_file_lies_where_the_specification_says(home, tmp_path) -> None:
    """A folder that is not absolute does not count; without any it is the one in the home."""
    home.switch(on=True, XDG_CONFIG_HOME="config", HOME=str(tmp_path / "me"))
    assert (tmp_path / "me" / ".config" / "autostart" / FILE).is_file()


@pytest.mark.parametrize("switch", ["Hidden=true", "X-GNOME-Autostart-enabled=false", "Hidden=1"])
def test_what_was_switched_off_elsewhere_is_off(home, switch) -> None:
    """Desktops have two ways to write that; a wish to have it on changes that one line and no more."""
    before = home.write("# mine", f"Exec={home.program.name} run --background", switch, "Icon=mine")
    assert home.autostart().is_on() is False
    assert home.switch(on=False) is False
    assert home.own.read_text() == before
    assert home.switch(on=True) is True
    key = switch.partition("=")[0]
    now = {"Hidden": "Hidden=false"}.get(key, f"{key}=true")
    assert home.own.read_text() == before.replace(switch, now)


def test_what_a_desktop_switched_off_in_our_file_is_off(home) -> None:
    """Its settings change our entry: from then on it is the user's, and goes on and off by that switch."""
    home.switch(on=True)
    mine = home.own.read_text()
    home.own.write_text(mine.replace("X-GNOME-Autostart-enabled=true", "X-GNOME-Autostart-enabled=false"))
    assert home.autostart().is_on() is False
    assert home.switch(on=True) is True
    assert home.own.read_text() == mine


def test_a_command_of_the_users_own_stays(home) -> None:
    """Switched on it is left as it is, switched off it is hidden and not lost."""
    home.switch(on=True)
    mine = home.own.read_text().replace("Terminal=false", "Terminal=false\nX-Delay=5")
    home.own.write_text(mine)
    assert home.switch(on=True) is True
    assert home.own.read_text() == mine
    assert home.switch(on=False) is False
    assert home.own.read_text() == mine.replace("Hidden=false", "Hidden=true")
    assert home.switch(on=True) is True
    assert home.own.read_text() == mine


def test_an_entry_of_the_users_that_cannot_work_is_named(home) -> None:
    """It is not for Tocsin to guess what was meant."""
    for lines in (
        ["Exec=/nowhere/tocsin run", "Hidden=true"],
        ["Exec=tocsin run", "TryExec=nowhere", "Hidden=true"],
        ["Hidden=true"],
        ["Exec=tocsin run", "OnlyShowIn=GNOME;KDE;"],
        ["Exec=tocsin run", "NotShowIn=LXQt;"],
        ['Exec="tocsin run'],
    ):
        before = home.write(*lines)
        fault = home.refused(on=True)
        assert (fault.obstacle, fault.place) == (StartObstacle.OWNERS, str(home.own))
        assert home.own.read_text() == before


def test_an_entry_is_for_the_desktops_that_it_names(home) -> None:
    """``OnlyShowIn`` and ``NotShowIn`` go by the session's own names."""
    home.write("Exec=tocsin run", "OnlyShowIn=LXQt;KDE;")
    assert home.autostart().is_on() is True
    assert home.autostart(XDG_CURRENT_DESKTOP="GNOME").is_on() is False


def test_a_program_that_is_gone_is_told_and_mended_by_the_wish(home) -> None:
    """After a move our own entry starts nothing: on writes where the program is now."""
    home.switch(on=True)
    old = str(home.program)
    home.program.unlink()
    moved = home.make_program("elsewhere/tocsin")
    with pytest.raises(AutostartFault) as caught:
        home.autostart(program=moved).is_on()
    assert (caught.value.obstacle, caught.value.place) == (StartObstacle.PROGRAM_GONE, old)
    assert home.switch(on=True, program=moved) is True
    moved.unlink()
    assert home.switch(on=False) is False
    assert not home.own.exists()


def test_another_profiles_start_is_not_taken_from_it(home) -> None:
    """There is one entry; who wants another profile started switches the first off."""
    folder = home.root / "other"
    folder.mkdir()
    assert home.switch(on=True, folder=str(folder)) is True
    assert home.autostart().is_on() is False
    before = home.own.read_text()
    assert home.switch(on=False) is False
    assert home.own.read_text() == before
    fault = home.refused(on=True)
    assert (fault.obstacle, fault.place) == (StartObstacle.OTHER_PROFILE, str(folder))
    folder.rmdir()  # a profile that is gone holds nothing
    assert home.switch(on=True) is True
    assert home.refused(on=True, folder=str(folder)).place == ""


def test_the_systems_own_entry_is_hidden_not_removed(home) -> None:
    """A package may start Tocsin for everybody; only the user's own file can say no."""
    system = home.write("Exec=tocsin run --background", place=home.system)
    assert home.autostart().is_on() is True
    assert home.switch(on=True) is True
    assert not home.own.exists()
    assert home.switch(on=False) is False
    assert desktop_entry.parse(home.own.read_text())["Hidden"] == "true"
    subprocess.run(["desktop-file-validate", str(home.own)], check=True)
    assert home.switch(on=True) is True
    assert home.switch(on=False) is False
    assert home.system.read_text() == system


def test_a_link_is_left_where_it_leads(home) -> None:
    """It may lead to the program's own entry, or into somebody's collection of settings."""
    target = home.root / "dotfiles.desktop"
    before = home.write("Exec=tocsin run", place=target)
    home.own.parent.mkdir(parents=True)
    home.own.symlink_to(target)
    assert home.switch(on=True) is True
    fault = home.refused(on=False)
    assert (fault.obstacle, fault.place) == (StartObstacle.LINK, str(home.own))
    assert (target.read_text(), home.own.is_symlink()) == (before, True)
    target.unlink()
    assert home.autostart().is_on() is False
    assert home.refused(on=True).obstacle is StartObstacle.LINK


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"Name=x\n"])
def test_what_cannot_be_read_is_told_and_kept(home, content) -> None:
    """Neither on nor off is guessed from it."""
    home.own.parent.mkdir(parents=True)
    home.own.write_bytes(content)
    with pytest.raises(AutostartFault) as caught:
        home.autostart().is_on()
    assert caught.value.obstacle is StartObstacle.UNREADABLE
    assert home.refused(on=True).obstacle is StartObstacle.UNREADABLE
    assert home.own.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(home) -> None:
    """With the system's own word; nothing is left half-written."""
    (home.root / "config").write_text("a file where the folder should be")
    fault = home.refused(on=True)
    assert (fault.obstacle, fault.place, fault.problem) == (StartObstacle.DENIED, str(home.own), "Not a directory")


def test_a_path_that_is_no_text_cannot_be_written(home) -> None:
    """A desktop entry is UTF-8; the path's bytes are not."""
    odd = Path(str(home.root / "\udcff"))
    assert home.refused(on=True, program=odd).obstacle is StartObstacle.UNWRITABLE
    assert not home.own.exists()
