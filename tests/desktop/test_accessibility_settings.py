"""The settings as a screen reader and a keyboard have them: through the real accessibility bus."""

import pytest

from support.atspi import PATIENCE
from support.atspi_seen import seen

__all__ = ["seen"]
pytestmark = pytest.mark.desktop

NAMES = ("ACCOUNTS", "NOTIFICATIONS", "LINE", "HELP", "APPEARANCE", "NETWORK", "PRIVACY", "ABOUT")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_page_is_named_and_read_in_order(seen, language):
    """Each field says what it is for and what it means; the list of pages first, then the page from the top."""
    seen.stage.settings(language)
    for number in range(len(NAMES)):
        seen.stage.page(number)
        seen.is_sound(language)
    seen.stage.account("home")
    seen.is_sound(language)


@pytest.mark.parametrize("page", range(len(NAMES)), ids=lambda page: NAMES[page].lower())
def test_tab_comes_by_everything_on_a_page(seen, page):
    """From the list of pages through every field and back to the list, always to be seen."""
    seen.stage.settings()
    seen.stage.page(page)
    stops = [stop.node.name for stop in seen.can_be_walked()]
    assert "Pages" in stops


def test_tab_comes_by_everything_of_an_account(seen):
    """The longest form: its fields, its connections, what can be tested and removed."""
    seen.stage.look(height=1900)
    seen.stage.settings()
    seen.stage.account("home")
    stops = [stop.node.name for stop in seen.can_be_walked()]
    seen.stage.look(height=1200)
    assert "Back to the accounts" in stops


def test_a_field_says_what_is_wrong_with_it(seen):
    """What is wrong stands beside the field, in words, and is told with the field."""
    seen.stage.settings()
    seen.stage.page(NAMES.index("HELP"))
    seen.focus("text", "Mail address for reports")
    seen.desktop.run("xdotool", "type", "nobody")
    seen.press("Tab")

    def is_told() -> bool:
        return "nobody" not in seen.window().find("text", "Mail address for reports").description != ""

    seen.desktop.wait_until(is_told, PATIENCE, "what is wrong with it")
    wrong = seen.window().find("text", "Mail address for reports").description
    assert wrong.split(". ")[0].rstrip(".") in " ".join(seen.window().texts)


def test_what_became_of_a_change_is_said(seen):
    """A change acts at once and is announced, and so is taking it back: both by keyboard."""
    seen.stage.settings()
    seen.stage.page(NAMES.index("NOTIFICATIONS"))
    seen.focus("check box", "Outages ring all the same")
    seen.press("space")
    assert seen.reader.announced().endswith("Saved.")
    seen.press("ctrl+z")
    assert seen.reader.announced() == "The last change was taken back."


def test_with_letters_twice_as_large_the_keyboard_goes_the_same_way(seen):
    """200 %: the list of pages gives way to a line on top, and is still the first thing to be reached."""
    seen.stage.settings()
    seen.stage.page(NAMES.index("APPEARANCE"))
    usual = [stop.node.name for stop in seen.can_be_walked()]
    seen.stage.look(scale=2.0, height=1200)
    try:
        seen.is_sound()
        found = [stop.node.name for stop in seen.can_be_walked()]
    finally:
        seen.stage.look(height=1200)
    assert set(usual) - {"Pages"} == set(found) - {"Pages", "Language and appearance"}
