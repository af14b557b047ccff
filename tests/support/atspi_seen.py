"""A desktop with a screen reader on it and windows to be read, shared by the tests of a module."""

from dataclasses import dataclass

import pytest

from support.atspi import PATIENCE, Node, Reader
from support.atspi_rules import ENOUGH, Stop, faults, press_tab, untranslated, walk_by_tab
from support.atspi_stage import Stage
from support.virtual_desktop import VirtualDesktop

_SIZE = (1280, 2000)
_MOST = 40
_CAN_BE_USED = {"focusable", "sensitive"}
_HIGH = 1200  # nothing has to be scrolled to
_NO_STOPS = ("list item", "tree item", "table cell", "page tab", "label", "frame", "dialog", "scroll bar")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a test looks with, and at."""

    desktop: VirtualDesktop
    reader: Reader
    stage: Stage

    def window(self) -> Node:
        """The window that shows, as it is now."""
        return self.reader.window("Tocsin")

    def press(self, *keys: str) -> None:
        """Press keys."""
        self.desktop.run("xdotool", "key", *keys)

    def commanded(self, *wanted: str) -> None:
        """Wait until the window gave these commands."""
        given: list[str] = []

        def all_given() -> bool:
            given.extend(self.stage.commands())
            return len(given) >= len(wanted)

        self.desktop.wait_until(all_given, PATIENCE, f"{wanted}")
        assert tuple(given) == wanted, given

    def focus(self, role: str, name: str) -> None:
        """Press Tab until this has the keyboard."""
        window, place = self.window(), ""
        wanted = window.find(role, name).place
        times = {each.place for each in window.walk() if each.role == "spin box"}
        for _ in range(_MOST):
            place = press_tab(self.desktop, self.reader, self.stage, in_parts=place in times)
            if place == wanted:
                return
        raise AssertionError(f"Tab does not come to {name!r}")

    def until(self, role: str, name: str) -> Node:
        """The node of this role whose name begins so, once there is one."""

        def found() -> Node | None:
            there = self.window().walk()
            return next((each for each in there if each.role == role and each.name.startswith(name)), None)

        node = self.desktop.wait_until(found, PATIENCE, f"{role} {name!r}")
        assert node is not None
        return node

    def is_sound(self, language: str = "en", given: str = "") -> Node:
        """Hold the window that shows to everything that ``atspi_rules`` asks of it; ``given`` is a provider's word."""
        window = self.window()
        wrong = [*faults(window), *(each for each in untranslated(window, language) if each != given)]
        assert not wrong, wrong
        return window

    def can_be_walked(self) -> list[Stop]:
        """Go through the window that shows with Tab: past everything, never stuck, and always to be seen."""
        window = self.window()
        stops = walk_by_tab(self.desktop, self.reader, self.stage, window)
        usable = {each.place for each in window.walk() if _is_stop(each)}
        missed = usable - {stop.node.place for stop in stops}
        passed_over = [(each.role, each.name) for each in window.walk() if each.place in missed]
        hardly_seen = [(stop.node.name, stop.contrast) for stop in stops if stop.contrast < ENOUGH]
        assert not passed_over, passed_over
        assert not hardly_seen, hardly_seen
        return stops


def _is_stop(node: Node) -> bool:
    """Whether Tab has to come by it: of a group of radio buttons it is the chosen one, the arrows go to the others."""
    is_passed_over = node.role in _NO_STOPS or (node.role == "radio button" and "checked" not in node.states)
    return node.states >= _CAN_BE_USED and not is_passed_over


@pytest.fixture(scope="module")
def seen():
    """Everything, started once for all tests of a module."""
    with (
        VirtualDesktop(panel=None, dunst=False, size=_SIZE) as desktop,
        Reader(desktop) as reader,
        Stage(desktop) as stage,
    ):
        stage.look(height=_HIGH)
        yield Seen(desktop, reader, stage)
