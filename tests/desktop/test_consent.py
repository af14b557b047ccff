"""The card that asks whether the line may be measured: to whom, how often, what is sent, and when it is shown."""

from dataclasses import replace

import pytest

from support import offline_scenes as scenes
from support.offline_window import button, buttons, clock, heard, opened, show, texts, warm_painter, window
from tocsin.desktop.consent import _RUN_BY
from tocsin.domain.account import Settings
from tocsin.domain.state import AgreeToMeasure
from tocsin.domain.targets import offered

__all__ = ["clock", "opened", "warm_painter", "window"]  # fixtures

TITLE = "May Tocsin measure your line?"


def test_it_names_every_host_how_often_and_what_is_sent(window):
    """Nobody has to guess what is agreed to."""
    read = texts(show(window, scenes.unasked()))
    said = "\n".join(read[read.index(TITLE) :])
    for host in scenes.OFFERED:
        assert host in said
    assert "Every minute it would contact these hosts:" in said
    assert "Quad9: 9.9.9.9, 2620:fe::fe, dns.quad9.net" in said
    assert "Nothing about you is sent" in said


def test_every_host_that_we_would_contact_has_a_name_to_it():
    """An address alone tells nobody who it is."""
    assert set(offered(Settings()).hosts) <= set(_RUN_BY)


def test_a_host_that_nobody_knows_is_named_as_it_is(window):
    """Names that the user put into the settings are asked for too."""
    state = scenes.unasked()
    more = replace(state.line, offered=("example.net", "9.9.9.9"))
    read = "\n".join(texts(show(window, replace(state, line=more))))
    assert "\nexample.net" in read


@pytest.mark.parametrize(
    ("label", "agreed"), [("Measure my line", True), ("Only my providers' hosts", False)], ids=["yes", "no"]
)
def test_each_answer_is_a_command(window, label, agreed):
    """Both are one click, and neither is the default of a key pressed by habit."""
    overview, commands = show(window, scenes.unasked()), heard(window)
    pressed = button(overview, label)
    assert not pressed.isDefault()
    assert not pressed.hasFocus()
    pressed.click()
    assert commands == [AgreeToMeasure(agreed)]


def test_it_is_gone_once_it_was_answered(window):
    """It is asked once."""
    overview = show(window, scenes.unasked())
    state = scenes.unasked()
    show(window, replace(state, line=replace(state.line, offered=())))
    assert TITLE not in texts(overview)
    assert "Measure my line" not in buttons(overview)


def test_it_waits_while_something_is_wrong(window):
    """Who looks for the reason of an outage is not asked for anything."""
    down = scenes.cut_and_declared()
    overview = show(window, replace(down, line=replace(down.line, offered=scenes.OFFERED)))
    assert TITLE not in texts(overview)
    show(window, scenes.unasked())
    assert TITLE in texts(overview)
