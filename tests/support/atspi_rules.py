"""What has to hold of every window that a screen reader reads, and a walk through one by keyboard."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from support.atspi import PATIENCE, Event, Node, Reader
from support.atspi_stage import Stage
from support.framebuffer import Box, Colour, Picture
from support.virtual_desktop import DesktopError, VirtualDesktop
from tocsin import resources

_SHAPELESS = ("filler", "unknown", "invalid", "")
_BY_VALUE = ("combo box", "spin box")  # Qt tells their value for a name: only a label says what they are
_MAY_BE_ALIKE = (*_BY_VALUE, "list item", "tree item", "table cell")
_PRESSED = ("push button", "check box", "radio button", "toggle button", "page tab", "menu item")
_MARKUP = re.compile(r"&\S|</?\w|[\u200b\ufffc]")
_SLACK = 3
_SOON = 10.0  # seconds: what is painted by then is painted
_ITEMS = ("list item", "tree item", "page tab", "table cell")
ENOUGH = 3.0
"""The least contrast of what is no text (WCAG 2.2, 1.4.11 and 2.4.13)."""
_MOST_STOPS = 60


def faults(window: Node) -> list[str]:
    """All that is wrong with what is told of a window."""
    return [*_unnamed(window), *_twins(window), *_marked_up(window), *_out_of_order(window)]


def _unnamed(window: Node) -> Iterator[str]:
    """What can be used has a role and a name; of what tells its value for a name a label says what it is."""
    for each in window.walk():
        if each is window or not ("focusable" in each.states or each.role in _PRESSED):
            continue
        if each.role in _SHAPELESS:
            yield f"a {each.role} can have the keyboard: {each.name!r}"
        elif not each.name and not each.is_labelled:
            yield f"a {each.role} without a name at {each.box}"
        elif each.role in _BY_VALUE and not each.is_labelled:
            yield f"nothing says what the {each.role} {each.name!r} is"


def _twins(window: Node) -> Iterator[str]:
    """No two things beside each other that can be used are told of in the same words."""
    for parent in window.walk():
        usable = [each for each in parent.children if "focusable" in each.states and each.role not in _MAY_BE_ALIKE]
        told = Counter((each.role, each.name, each.description) for each in usable)
        yield from (f"{count} times {role} {name!r}" for (role, name, _), count in told.items() if count > 1)


def _marked_up(window: Node) -> Iterator[str]:
    for each in window.walk():
        for text in (each.name, each.description):
            if _MARKUP.search(text):
                yield f"no plain text: {text!r}"


def _out_of_order(window: Node) -> Iterator[str]:
    """Of two things that stand beside each other in the tree the second is below the first, or to its right."""
    for each in window.walk():
        for one, other in pairwise([child for child in each.children if child.texts]):
            above = other.box.y + other.box.height <= one.box.y + _SLACK
            to_the_right = other.box.x >= one.box.x + one.box.width - _SLACK
            to_the_left = other.box.x + other.box.width <= one.box.x + _SLACK
            below = other.box.y >= one.box.y + one.box.height - _SLACK
            if (above and not to_the_right) or (to_the_left and not below):
                yield f"{_called(other)} is told after {_called(one)}, and stands before it"


def _called(node: Node) -> str:
    return f"{node.role} {next(iter(node.texts), '')!r}"


def untranslated(window: Node, language: str) -> list[str]:
    """What is told in English, though the catalogue of this language has other words for it."""
    catalogue = resources.translations(language)
    told = [part for each in window.walk() for text in (each.name, each.description) for part in _parts(text)]
    return [part for part in told if catalogue.gettext(part) != part]


def _parts(text: str) -> list[str]:
    return [text, *text.split("\n"), *text.split(": "), *text.split(", ")] if text else []


@dataclass(frozen=True, slots=True)
class Stop:
    """Where Tab came to, and by how much its pixels then differ from before: a ratio of contrast, from 1 to 21."""

    node: Node
    contrast: float


def walk_by_tab(desktop: VirtualDesktop, reader: Reader, stage: Stage, window: Node) -> list[Stop]:
    """Press Tab until it comes by where it came first; every stop in its order.

    Nothing may have to be scrolled to: then it could not be said what differs.
    """
    owners: dict[str, Node] = {}
    for node in window.walk():
        for each in (node, *_items(node)):
            owners.setdefault(each.place, node)
    stops: list[Stop] = []
    for _ in range(_MOST_STOPS):
        before = desktop.picture(window.box)
        place = press_tab(desktop, reader, stage, in_parts=bool(stops) and stops[-1].node.role == "spin box")
        if place not in owners:
            raise DesktopError(f"Tab came to what is not in the window after {[each.node.name for each in stops]}")
        node = owners[place]
        if stops and node is stops[0].node:
            return stops
        stops.append(Stop(node, _difference(desktop, before, window.box, node.box)))
    raise DesktopError(f"Tab comes to no end: {[each.node.name for each in stops]}")


def press_tab(desktop: VirtualDesktop, reader: Reader, stage: Stage, *, in_parts: bool = False) -> str:
    """Press Tab and return what then has the keyboard. To leave a time it takes two: it is ``in_parts``."""
    reader.heard("StateChanged")
    for _ in range(2 if in_parts else 1):
        desktop.run("xdotool", "key", "Tab")
        stage.take_keys()
        came = [told.place for told in reader.heard("StateChanged") if _is_focus(told)]
        if came:
            return came[0]
    return reader.next("StateChanged", _is_focus, PATIENCE).place


def _is_focus(told: Event) -> bool:
    return told.detail == "focused" and told.number == 1


def _items(node: Node) -> list[Node]:
    """What is not gone to by itself: the keyboard goes to the list that it is in."""
    return [each for each in node.children if each.role in _ITEMS]


def _difference(desktop: VirtualDesktop, before: Picture, whole: Box, box: Box) -> float:
    """The greatest contrast between a pixel's colours before and now in a box, as soon as it is enough."""
    left, right = max(0, box.x - whole.x), min(whole.width, box.x - whole.x + box.width)
    rows = range(max(0, box.y - whole.y), min(whole.height, box.y - whole.y + box.height))
    best = 1.0

    def greatest() -> bool:
        nonlocal best
        after = desktop.picture(whole)
        for y in rows:
            part = slice(3 * (y * whole.width + left), 3 * (y * whole.width + right))
            if before.data[part] != after.data[part]:
                pairs = {(before.pixel(x, y), after.pixel(x, y)) for x in range(left, right)}
                best = max(best, *(contrast(*pair) for pair in pairs))
        return best >= ENOUGH

    with contextlib.suppress(DesktopError):
        desktop.wait_until(greatest, _SOON, "the keyboard to be seen")
    return best


def contrast(one: Colour, other: Colour) -> float:
    """The ratio of two colours' luminances (WCAG 2.2, "contrast ratio"): 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [each / 255 for each in colour]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
