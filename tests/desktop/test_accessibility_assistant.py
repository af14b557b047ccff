"""The assistant as a screen reader and a keyboard have it, step by step: through the real accessibility bus."""

import pytest

from support.atspi import PATIENCE
from support.atspi_seen import Seen, seen

__all__ = ["seen"]
pytestmark = pytest.mark.desktop

PAGE = "https://status.example.net"
NEXT = {"en": "Next", "nl": "Verder"}


def paste(seen: Seen, text: str) -> None:
    """Type what somebody would paste into the field that has the keyboard."""
    seen.desktop.run("xdotool", "type", "--delay", "1", text)


def go_on(seen: Seen, language: str = "en") -> None:
    """Choose the button that goes on, through the bus."""
    seen.desktop.wait_until(lambda: "sensitive" in button(seen, language).states, PATIENCE, "the way on")
    before = step(seen)
    seen.reader.act(button(seen, language))
    seen.desktop.wait_until(lambda: step(seen) != before, PATIENCE, "another step")


def button(seen: Seen, language: str):
    return seen.window().find("push button", NEXT[language])


def step(seen: Seen) -> str:
    """The dialog says which step shows, so that it is read out when it comes up."""
    return seen.window().description


def test_each_step_is_named_and_can_be_walked(seen):
    """An address, what answers there, what is depended on, the last questions: by keyboard, in the order of eyes."""
    seen.stage.assistant()
    assert seen.window().role == "dialog"
    assert "focused" in seen.window().find("text", "Name or address").states
    seen.is_sound()
    seen.can_be_walked()
    seen.focus("text", "Name or address")
    paste(seen, PAGE)
    for _ in range(3):
        go_on(seen)
        seen.is_sound()
        seen.can_be_walked()
    things = seen.window()
    assert step(seen) in things.texts


def test_every_step_speaks_dutch(seen):
    """Whoever reads nothing but what is told gets all of it in the language of the desktop."""
    seen.stage.assistant("nl")
    seen.is_sound("nl")
    paste(seen, PAGE)
    for _ in range(3):
        go_on(seen, "nl")
        seen.is_sound("nl", given="Mail")


@pytest.mark.parametrize("answer", ["looking", "nobody", "unauthorized"])
def test_what_comes_of_an_address_is_named_too(seen, answer):
    """While it is tried, where nothing answers, and where somebody wants a sign-in."""
    for language in ("en", "nl"):
        seen.stage.assistant(language, answer)
        paste(seen, PAGE)
        go_on(seen, language)
        seen.is_sound(language)
    seen.can_be_walked()


def test_services_without_a_list_are_typed_into_a_field_with_a_name(seen):
    """A provider that cannot list: the field for ids, and a line for each of them."""
    seen.stage.assistant(answer="nothing listed")
    paste(seen, PAGE)
    go_on(seen)
    go_on(seen)
    seen.focus("text", "Ids from your contract")
    paste(seen, "SVC-1001, SVC-1002")
    seen.is_sound()
    seen.can_be_walked()
