"""What is sent to a notification server, for every kind of server and every text."""

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin import resources
from tocsin.notifiers.notice import notice
from tocsin.ports import Outgoing

START = Outgoing(thread="inc:1", title="Outage", body="Cable cut", urgency="critical", uid="1")
SERVERS = st.frozensets(st.sampled_from(["actions", "body", "body-markup", "persistence"]))
TEXTS = st.text(max_size=3000) | st.text(st.sampled_from("a<>&;\n\u202e\u200d\U0001f514\ud800"), max_size=3000)


@given(title=TEXTS, body=TEXTS, label=TEXTS, can=SERVERS)
def test_whatever_the_text_the_bus_can_carry_it(title, body, label, can):
    """D-Bus hangs up on a client that sends what is not UTF-8: nothing from outside may do that. All is bounded."""
    said = notice(replace(START, title=title, body=body, actions=(("open", label),)), can)
    for text in (said.summary, said.body, *said.actions):
        assert text.encode().decode() == text
        assert not set(text) & set("\x00\u202e\u2066")
    assert len(said.summary) <= 1500
    assert len(unescape(said.body)) <= 1500
    assert len(said.actions) == (2 if "actions" in can else 0)


@given(body=st.text(st.sampled_from("<b>&amp; i\"'"), max_size=200))
def test_markup_is_escaped_where_it_is_read_and_only_there(body):
    """What a server that reads markup draws is what one that does not draws: the provider's own characters."""
    plain = notice(replace(START, body=body), frozenset({"body"})).body
    escaped = notice(replace(START, body=body), frozenset({"body", "body-markup"})).body
    assert unescape(escaped) == plain
    assert "<" not in escaped


@pytest.mark.parametrize(("urgency", "byte"), [("low", 0), ("normal", 1), ("critical", 2)])
def test_urgency_is_a_byte(urgency, byte):
    """Mako refuses any other type in silence."""
    assert notice(replace(START, urgency=urgency), frozenset()).hints["urgency"] == ("y", byte)


def test_an_urgency_that_is_none_is_refused():
    """A mistake of ours does not become a quiet alarm."""
    with pytest.raises(ValueError, match="loud"):
        notice(replace(START, urgency="loud"), frozenset())


def test_what_lasts_stays_and_what_is_over_goes():
    """A start is not to be missed for a break at the coffee machine; an end need not be clicked away."""
    assert notice(START, frozenset()).timeout == 0
    assert notice(replace(START, final=True), frozenset()).timeout == -1


def test_lines_stay_lines_and_empty_ones_go():
    """The sentences of a body stand under each other."""
    said = notice(replace(START, body="one\n\n\n two \t words\r\nthree"), frozenset({"body"}))
    assert said.body == "one\ntwo words\nthree"


def test_an_installation_without_icons_still_rings(monkeypatch):
    """A picture is no reason to lose an alarm."""

    def missing() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(resources, "root", missing)
    assert notice(START, frozenset()).icon == "app.tocsin.Tocsin"


def test_the_icon_is_one_that_is_there():
    """The red bell for an outage, the program's own for the rest; a path, for it need not be installed."""
    loud, calm = notice(START, frozenset()).icon, notice(replace(START, urgency="normal"), frozenset()).icon
    assert loud.endswith("/icons/outage.svg")
    assert calm.endswith("/icons/app.tocsin.Tocsin.svg")
