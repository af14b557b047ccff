"""The assistant sets up an account for a document that no product knows: the user says where everything stands."""

import pytest
from PySide6.QtWidgets import QLabel, QToolButton

from support.assistant_stand_in import StandIn, failed, found
from support.assistant_window import PAGE, engine, field, opened, opened_over, paste, press, saved
from support.cut_text import cut_texts, letters
from support.offline_window import settle
from support.painting import warm_painter
from support.phrases import book
from support.settings_scenes import type_over
from tocsin import resources
from tocsin.desktop.assistant_steps import Place
from tocsin.domain.account import AuthKind
from tocsin.domain.snapshot import Report
from tocsin.domain.state import KeepSecret, SetUp, TryAddress
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity

__all__ = ["engine", "letters", "opened", "warm_painter"]

CUT = Report("F-1", "Cable cut", IncidentKind.INCIDENT, Severity.MINOR, Phase.INVESTIGATING)


def strange(trial):
    """A document that only a profile can read; with a token, if it asks for one."""
    if trial.provider != "json":
        return failed(trial, FailureKind.NOT_STATUS_API, "no known status page")
    if trial.options.get("list") != "data.faults[*]":
        return failed(trial, FailureKind.NOT_STATUS_API, "api.example.net has no list there")
    return found(trial, components=(), lists=False, reports=(CUT,), report_count=1)


def guarded(trial):
    return strange(trial) if trial.secret == "right" else failed(trial, FailureKind.UNAUTHORIZED, "401")


def to_profile(assistant) -> None:
    paste(assistant, PAGE)
    press(assistant, "Next")
    press(assistant, "Say where everything stands")
    assert assistant.place is Place.PROFILE


def next_button(assistant):
    return assistant._next


def said(assistant) -> list[str]:
    return [each.text().replace("\u200b", "") for each in assistant.findChildren(QLabel) if each.isVisible()]


def test_a_document_that_nothing_knows_is_watched_once_it_is_said_where_to_look(engine, opened):
    """From an address that is no status page to an account with paths; what they found is shown before."""
    engine.answer = strange
    to_profile(opened)
    assert next_button(opened).text() == "Try it"
    assert not next_button(opened).isEnabled()
    type_over(field(opened, "List of incidents"), "data.faults[")
    assert any("This is no path from “[” on" in each for each in said(opened))
    assert not next_button(opened).isEnabled()
    type_over(field(opened, "List of incidents"), "data.faults[*]")
    press(opened, "Try it")
    assert opened.place is Place.ADDRESS
    assert any("Title: Cable cut" in each for each in said(opened))
    press(opened, "Next")
    type_over(field(opened, "Ids from your contract or your provider, separated by commas"), "7001")
    press(opened, "Next")
    press(opened, "Finish")
    (account,) = saved(engine).accounts
    assert (account.provider, account.url, dict(account.options)) == ("json", PAGE, {"list": "data.faults[*]"})
    assert account.connections[0].match == ("7001",)


def test_a_path_that_leads_nowhere_is_mended_where_it_was_typed(engine, opened):
    """Back and forth keeps what was typed, and so does another language; another address forgets it."""
    engine.answer = strange
    to_profile(opened)
    type_over(field(opened, "List of incidents"), "faults")
    press(opened, "Try it")
    press(opened, "Say where everything stands")
    assert field(opened, "List of incidents").text() == "faults"
    next(each for each in opened.findChildren(QToolButton) if each.text() == "Times of an incident").click()
    opened.make_anew(book("nl"))
    settle()
    assert field(opened, "Lijst met storingen").text() == "faults"
    assert field(opened, "Wanneer het einde wordt verwacht").isVisible()
    type_over(field(opened, "Lijst met storingen"), "data.faults[*]")
    next_button(opened).click()
    settle()
    assert any("Titel: Cable cut" in each for each in said(opened))
    opened.on_back()
    assert opened.place is Place.PROFILE
    opened.on_back()
    assert opened.place is Place.WELCOME
    opened.on_next()
    settle()
    assert opened.place is Place.ADDRESS
    assert engine.of(TryAddress)[-1].trial.provider == ""


def test_a_document_behind_a_login_keeps_both(engine, opened):
    """The product is chosen where one signs in; the token goes to the keyring, the paths into the file."""
    engine.answer = guarded
    paste(opened, PAGE)
    press(opened, "Next")
    assert opened.place is Place.SIGN_IN
    products = opened._steps.sign_in._products
    products.setCurrentIndex(products.findData("json"))
    type_over(field(opened, "Token, key or password"), "right")
    next_button(opened).click()
    settle()
    assert opened.place is Place.PROFILE
    type_over(field(opened, "List of incidents"), "data.faults[*]")
    press(opened, "Try it")
    trial = engine.of(TryAddress)[-1].trial
    assert (trial.provider, trial.auth.kind, trial.secret) == ("json", AuthKind.BEARER, "right")
    assert trial.options == {"list": "data.faults[*]"}
    press(opened, "Next")
    press(opened, "Next")
    press(opened, "Finish")
    (account,) = saved(engine).accounts
    assert (account.provider, account.auth.kind) == ("json", AuthKind.BEARER)
    assert [each.secret for each in engine.of(SetUp)] == [KeepSecret(account.id, "right")]


def test_a_login_that_is_wanted_after_the_paths_keeps_them(engine, opened):
    """A document may be open to look at, and shut once it is asked for in earnest."""
    engine.answer = strange
    to_profile(opened)
    engine.answer = guarded
    type_over(field(opened, "List of incidents"), "data.faults[*]")
    press(opened, "Try it")
    assert opened.place is Place.SIGN_IN
    assert not opened._steps.sign_in._products.isVisible()
    type_over(field(opened, "Token, key or password"), "right")
    next_button(opened).click()
    settle()
    assert opened.place is Place.ADDRESS
    assert dict(engine.of(TryAddress)[-1].trial.options) == {"list": "data.faults[*]"}
    assert any("Title: Cable cut" in each for each in said(opened))


@pytest.mark.parametrize("language", resources.languages())
def test_every_group_shows_whole_sentences(letters, qtbot, language):
    """In every language, with usual and with large letters, all of it folded out, and what was found too."""
    words, stand_in = book(language), StandIn(answer=strange)
    assistant = opened_over(stand_in, qtbot)
    assistant.make_anew(words)
    paste(assistant, PAGE)
    next_button(assistant).click()
    settle()
    assert cut_texts(assistant) == []
    press(assistant, words.gettext("Say where everything stands"))
    for each in assistant.findChildren(QToolButton):
        each.setChecked(each.isCheckable())
    settle()
    assert cut_texts(assistant) == []
    type_over(field(assistant, words.gettext("List of incidents")), "data.faults[*]")
    press(assistant, words.gettext("Try it"))
    settle()
    assert cut_texts(assistant) == []
