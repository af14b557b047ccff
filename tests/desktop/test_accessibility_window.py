"""The main window as a screen reader and a keyboard have it: through the real accessibility bus."""

import pytest

from support.atspi import PATIENCE
from support.atspi_rules import ENOUGH, faults, walk_by_tab
from support.atspi_seen import seen
from support.palettes import NAMES

__all__ = ["seen"]
pytestmark = pytest.mark.desktop

SCENES = ("quiet", "outage", "cut", "signing in", "on backup", "back again", "unasked", "nothing")
PAGES = ("line", "line cut")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_everything_has_a_role_a_name_and_its_place(seen, language):
    """Whatever shows, and whatever it followed: named, plain, told in the order that eyes read it, in one language."""
    for scene in SCENES:
        seen.stage.main(scene, language)
        seen.is_sound(language)
    for scene in PAGES:
        seen.stage.main(scene, language)
        seen.stage.page(1)
        seen.is_sound(language)


def test_what_stands_on_the_screen_is_told_in_words(seen):
    """The outage, since when, until when, what to do, how the others stand: nothing by colour or picture alone."""
    seen.stage.main("outage")
    seen.stage.page(0)
    window = seen.window()
    assert window.role == "frame"
    assert "active" in window.states
    assert window.name == "Outage on Home fibre since 17:58 - Tocsin"
    card = window.find("panel", "Outage on Home fibre")
    assert [each.name for each in card.walk() if each.role == "label"] == [
        "Outage on Home fibre",
        "since 17:58 (1 h 12 min)",
        "Expected fixed at 20:30 - moved twice, was 19:00",
        "“Cable cut in Utrecht” - Planet Fibre, 18:40",
        "“The crew has arrived. Splicing takes until half past eight.”",
        "Meanwhile: Keep your sent mail: messages from 17:58 on may not have arrived.",
    ]
    assert window.find("panel", "Mail host: Unknown, last heard from 18:20")
    assert window.find("panel", "Office SIM (backup): OK, checked 19:09")
    listed = [each.name for each in window.find("list", "History").children]
    assert listed[0].startswith("Cable cut in Utrecht, Home fibre, 17:58, ongoing, 1 h 12 min, estimate 18:30")
    assert listed[2].endswith("Planned work, until 05:00, kept")
    assert window.texts.index("Outage on Home fibre") < window.texts.index("Mail host") < window.texts.index("History")


@pytest.mark.parametrize("scene", ["cut", "back again", "unasked", "nothing"])
def test_tab_comes_by_everything_and_is_always_to_be_seen(seen, scene):
    """No trap, nothing passed over, and a contrast of 3 to 1 between what has the keyboard and what has not."""
    seen.stage.main(scene)
    stops = seen.can_be_walked()
    assert stops[0].node.role != "frame"


@pytest.mark.parametrize("palette", NAMES[1:])
def test_the_keyboard_is_seen_in_every_palette(seen, palette):
    """Dark and high contrast too: a frame round what has the keyboard, in a colour that differs enough."""
    seen.stage.look(palette=palette, height=1200)
    try:
        seen.stage.main("outage")
        seen.can_be_walked()
    finally:
        seen.stage.look(height=1200)


def test_the_line_page_can_be_walked_too(seen):
    """Its chart is a stop, and says what is under its cursor."""
    seen.stage.main("line")
    seen.stage.page(1)
    seen.can_be_walked()
    seen.focus("panel", "The last 24 hours")
    seen.press("shift+Left")
    assert seen.reader.announced().startswith("18:10: round trip ")
    assert seen.window().find("panel", "The last 24 hours").description.startswith("18:10: round trip ")


def test_everything_can_be_done_by_keyboard(seen):
    """Tab, Space, Enter, arrows: the alarm is acknowledged, earlier messages are read, the other page comes."""
    seen.stage.main("cut")
    seen.stage.page(0)
    seen.focus("push button", "Acknowledge")
    seen.press("space")
    seen.commanded("Acknowledge")
    seen.press("shift+Tab", "space")
    seen.until("label", "18:20, ")
    seen.press("F6")
    seen.until("panel", "The last 24 hours")


def test_the_dialog_for_what_is_to_be_reported_is_named_and_can_be_walked(seen):
    """It opens with the keyboard in the text, and Escape goes back to where it came from."""
    seen.stage.main("cut")
    seen.stage.page(0)
    seen.reader.act(seen.window().find("push button", "Write down what to report"))
    dialog = seen.desktop.wait_until(
        lambda: next((each for each in seen.reader.windows() if each.role == "dialog"), None), PATIENCE, "the dialog"
    )
    seen.desktop.wait_until(lambda: has_keyboard(seen, dialog.name), PATIENCE, "the dialog to have the keyboard")
    dialog = seen.reader.read(dialog)
    assert faults(dialog) == []
    stops = walk_by_tab(seen.desktop, seen.reader, seen.stage, dialog)
    assert {stop.node.role for stop in stops} == {"text", "push button"}
    assert [stop.node.name for stop in stops if stop.contrast < ENOUGH] == []
    seen.press("Escape")
    seen.desktop.wait_until(lambda: len(seen.reader.windows()) == 1, PATIENCE, "the dialog to close")


def has_keyboard(seen, title: str) -> bool:
    """Whether this window has it; a busy window manager is asked again, as a person would click."""
    wanted = [str(each) for each in seen.desktop.windows(title)]
    if seen.desktop.run("xdotool", "getactivewindow", check=False).strip() in wanted:
        return True
    for each in wanted:
        seen.desktop.run("xdotool", "windowactivate", each, check=False)
    return False


def test_what_has_no_room_is_scrolled_to_by_keyboard(seen):
    """A page further, though the keyboard is elsewhere: a long account of an outage may have no button at its end."""
    seen.stage.look(height=420)
    try:
        seen.stage.main("outage")
        before = seen.until("panel", "Outage on Home fibre").box.y
        seen.focus("push button", "Check now")
        seen.press("Page_Down")
        seen.desktop.wait_until(lambda: seen.window().find("panel", "Outage").box.y < before, PATIENCE, "it to scroll")
    finally:
        seen.stage.look(height=1200)


def test_everything_can_be_done_through_the_bus(seen):
    """Who steers with a switch or by voice presses what is told: buttons, folds and tabs."""
    seen.stage.main("outage")
    seen.stage.page(0)
    window = seen.window()
    for name in ("Acknowledge", "Mute until resolved", "Check now"):
        seen.reader.act(window.find("push button", name))
    seen.commanded("Acknowledge", "MuteUntilResolved", "CheckNow")
    seen.stage.main("line")
    seen.reader.act(seen.window().find("page tab", "Your line"))
    seen.until("panel", "The last 24 hours")


def test_with_letters_twice_as_large_it_is_read_in_the_same_order(seen):
    """200 %: lines break and rows give way; what is told, and where Tab goes, does not change."""
    for scene in ("outage", "back again"):
        seen.stage.main(scene)
        usual, stops = seen.is_sound().texts, [stop.node.name for stop in seen.can_be_walked()]
        seen.stage.look(scale=2.0, height=1200)
        try:
            assert seen.is_sound().texts == usual
            found = [stop.node.name for stop in seen.can_be_walked()]
            start = found.index(stops[0])
            assert found[start:] + found[:start] == stops
        finally:
            seen.stage.look(height=1200)
