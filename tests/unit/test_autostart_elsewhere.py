"""Starting with the computer on Windows and macOS, against a registry in memory and real property lists."""

import asyncio
import plistlib
import subprocess
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.adapters.autostart_macos import FILE, MacAutostart
from tocsin.adapters.autostart_windows import APPROVED, NAME, RUN, WindowsAutostart, split
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault


@pytest.fixture
def program(tmp_path):
    place = tmp_path / "my apps" / "tocsin-tray.exe"
    place.parent.mkdir()
    place.write_text("")
    return place


def switch(way, *, on: bool) -> bool | None:
    asyncio.run(way.switch(on=on))
    return way.is_on()


def refused(way, *, on: bool) -> AutostartFault:
    with pytest.raises(AutostartFault) as caught:
        asyncio.run(way.switch(on=on))
    return caught.value


def broken(way) -> AutostartFault:
    with pytest.raises(AutostartFault) as caught:
        way.is_on()
    return caught.value


# --- Windows ---------------------------------------------------------------------------------------------------------


@dataclass
class MemoryRegistry:
    """Holds values as the registry does; ``locked`` plays one that may not be written."""

    values: dict[tuple[str, str], str | bytes] = field(default_factory=dict)
    locked: bool = False

    def read(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        self._may()
        self.values[key, name] = text

    def remove(self, key: str, name: str) -> None:
        self._may()
        del self.values[key, name]

    def _may(self) -> None:
        if self.locked:
            raise PermissionError(13, "Access is denied")


@pytest.fixture
def registry():
    return MemoryRegistry()


def windows(program, registry, folder: str = "") -> WindowsAutostart:
    named = ("--profile", folder) if folder else ()
    return WindowsAutostart((str(program), "--background", *named), folder, registry)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=300)), min_size=1))
@example(["C:\\Program Files\\Tocsin\\tocsin.exe", "--profile", 'C:\\a "b"\\', "", "\\\\server\\x y\\\\"])
def test_a_command_line_comes_back_as_it_was(arguments) -> None:
    """Blanks, quotes and backslashes survive Windows' own rules."""
    assert split(subprocess.list2cmdline(arguments)) == tuple(arguments)


def test_on_and_off_under_the_run_key(program, registry) -> None:
    """One value, quoted; off takes it away."""
    way = windows(program, registry)
    assert way.is_on() is False
    assert switch(way, on=True) is True
    assert registry.values == {(RUN, NAME): f'"{program}" --background'}
    assert switch(way, on=False) is False
    assert registry.values == {}
    assert switch(way, on=False) is False


def test_a_value_of_the_users_own_that_works_stays(program, registry) -> None:
    """With options of their own; one whose program is gone is written anew."""
    own = f'"{program}" --background --quiet'
    registry.values[RUN, NAME] = own
    way = windows(program, registry)
    assert switch(way, on=True) is True
    assert registry.values[RUN, NAME] == own
    registry.values[RUN, NAME] = r"C:\nowhere\tocsin.exe run"
    fault = broken(way)
    assert (fault.obstacle, fault.place) == (StartObstacle.PROGRAM_GONE, r"C:\nowhere\tocsin.exe")
    assert switch(way, on=True) is True


def test_what_was_switched_off_in_the_task_manager_stays_off(program, registry) -> None:
    """Windows keeps that beside the value; only the person there may take it back."""
    way = windows(program, registry)
    switch(way, on=True)
    registry.values[APPROVED, NAME] = bytes([3, *[0] * 11])
    assert way.is_on() is False
    assert refused(way, on=True).obstacle is StartObstacle.BY_HAND
    registry.values[APPROVED, NAME] = bytes([2, *[0] * 11])
    assert way.is_on() is True


def test_the_other_profiles_value_stays(program, registry) -> None:
    """There is one value."""
    switch(windows(program, registry, r"C:\other"), on=True)
    way = windows(program, registry)
    assert way.is_on() is False
    assert switch(way, on=False) is False
    fault = refused(way, on=True)
    assert (fault.obstacle, fault.place) == (StartObstacle.OTHER_PROFILE, r"C:\other")


def test_what_windows_does_not_take_is_told(program, registry) -> None:
    """A command line has at most 260 characters there; a key may be closed to the user."""
    assert refused(windows(program, registry, "C:\\" + "x" * 260), on=True).obstacle is StartObstacle.UNWRITABLE
    registry.locked = True
    fault = refused(windows(program, registry), on=True)
    assert (fault.obstacle, fault.problem) == (StartObstacle.DENIED, "Access is denied")


# --- macOS -----------------------------------------------------------------------------------------------------------


def mac(program, tmp_path, folder: str = "") -> MacAutostart:
    named = ("--profile", folder) if folder else ()
    return MacAutostart((str(program), "run", "--background", *named), folder, tmp_path / "LaunchAgents")


def test_on_and_off_by_a_launch_agent(program, tmp_path) -> None:
    """A property list that launchd takes; off takes it away."""
    way = mac(program, tmp_path)
    assert way.is_on() is False
    assert switch(way, on=True) is True
    assert plistlib.loads((tmp_path / "LaunchAgents" / FILE).read_bytes()) == {
        "Label": "app.tocsin.Tocsin",
        "ProgramArguments": [str(program), "run", "--background"],
        "RunAtLoad": True,
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Interactive",
    }
    assert switch(way, on=False) is False
    assert list((tmp_path / "LaunchAgents").iterdir()) == []


def test_an_agent_that_the_user_changed_is_left_alone(program, tmp_path) -> None:
    """It is theirs to switch: in the file, or by removing it."""
    way, place = mac(program, tmp_path), tmp_path / "LaunchAgents" / FILE
    switch(way, on=True)
    for change, is_on in (({"Nice": 5}, True), ({"Disabled": True}, False), ({"RunAtLoad": False}, False)):
        changed = plistlib.dumps(plistlib.loads(place.read_bytes()) | change)
        place.write_bytes(changed)
        assert way.is_on() is is_on
        fault = refused(way, on=not is_on)
        assert (fault.obstacle, fault.place) == (StartObstacle.OWNERS, str(place))
        assert switch(way, on=is_on) is is_on
        assert place.read_bytes() == changed


def test_an_agent_whose_program_is_gone_is_mended_by_the_wish(program, tmp_path) -> None:
    """After a move."""
    switch(mac(program, tmp_path), on=True)
    moved = program.rename(tmp_path / "tocsin")
    way = mac(moved, tmp_path)
    assert broken(way).obstacle is StartObstacle.PROGRAM_GONE
    assert switch(way, on=True) is True


def test_another_profiles_agent_stays(program, tmp_path) -> None:
    """There is one agent."""
    switch(mac(program, tmp_path, "/other"), on=True)
    way = mac(program, tmp_path)
    assert way.is_on() is False
    assert switch(way, on=False) is False
    assert refused(way, on=True).place == "/other"


@pytest.mark.parametrize("content", [b"", b"<plist", b"<plist><array/></plist>", b"bplist00\xff"])
def test_an_agent_that_cannot_be_read_is_told_and_kept(program, tmp_path, content) -> None:
    """Nothing is guessed from it."""
    way, place = mac(program, tmp_path), tmp_path / "LaunchAgents" / FILE
    place.parent.mkdir()
    place.write_bytes(content)
    assert broken(way).obstacle is StartObstacle.UNREADABLE
    assert refused(way, on=True).obstacle is StartObstacle.UNREADABLE
    assert place.read_bytes() == content


def test_a_linked_agent_and_a_folder_that_is_none(program, tmp_path) -> None:
    """The link stays; the system's own word is told."""
    way, agents = mac(program, tmp_path), tmp_path / "LaunchAgents"
    agents.write_text("")
    assert refused(way, on=True).obstacle is StartObstacle.DENIED
    agents.unlink()
    switch(way, on=True)
    target = (agents / FILE).rename(tmp_path / "mine.plist")
    (agents / FILE).symlink_to(target)
    assert way.is_on() is True
    assert refused(way, on=False).obstacle is StartObstacle.LINK
    assert target.exists()
