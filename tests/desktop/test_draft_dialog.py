"""What the user writes down to report: prefilled with facts, kept, never sent by us, offered once the line is back."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from support import offline_scenes as scenes
from support.desktop_scenes import bracketed
from support.offline_window import button, buttons, clock, heard, opened, settle, show, texts, warm_painter, window
from support.phrases import book
from tocsin.desktop import opener, picture
from tocsin.desktop.draft_dialog import LONGEST, DraftDialog, facts
from tocsin.domain.account import Help
from tocsin.domain.state import KeepDraft
from tocsin.domain.terms import IncidentKind

__all__ = ["clock", "opened", "warm_painter", "window"]  # fixtures


def open_dialog(window, state) -> DraftDialog:
    button(show(window, state), "Write down what to report").click()
    settle()
    return next(each for each in window.findChildren(DraftDialog) if each.isVisible())


def editor(dialog) -> QPlainTextEdit:
    return dialog.findChild(QPlainTextEdit)


# --- writing ---


def test_the_facts_are_there_already(window):
    """Connection, customer number, since when with its date, what was measured, what the provider says."""
    assert open_dialog(window, scenes.cut_and_declared()).text.splitlines() == [
        "Connection: Home fibre",
        "Customer number: NL-204-118",
        "Since: 21 Nov 17:58",
        "Measured on this computer: down. Nothing beyond your own network answers.",
        "Your status page: “Cable cut in Utrecht”. Expected fixed at 20:30 - moved twice, was 19:00.",
    ]


def test_a_provider_that_knows_nothing_is_told_so(window):
    """That is why it is reported."""
    assert "Your status page: nothing about it so far." in open_dialog(window, scenes.cut_alone()).text


@pytest.mark.parametrize("end", [None, scenes.EVENING, scenes.EVENING + timedelta(hours=2)])
def test_planned_work_is_told_in_whole_sentences(end, clock):
    """Each ends with one full stop, with a plan and without one; what has no title says so."""
    state = scenes.cut_and_declared()
    (known,) = state.connections[0].incidents
    work = replace(known, kind=IncidentKind.MAINTENANCE, etas=(), scheduled_end=end, title="")
    planned = replace(state, connections=(replace(state.connections[0], incidents=(work,)),))
    (seen, *_) = picture.seen(planned, clock.now())
    (told,) = [line for line in facts(book(), seen, clock.now()).splitlines() if line.startswith("Your status page")]
    assert told.startswith("Your status page: (no title). ")
    assert told.endswith(".")
    assert ".." not in told


def test_where_there_is_no_provider_none_is_quoted(window):
    """An account that watches the line alone has no status page."""
    state = scenes.cut_alone()
    alone = replace(state, connections=(replace(state.connections[0], has_provider=False, sides=()),))
    assert "status page" not in open_dialog(window, alone).text


def test_keeping_is_a_command_and_nothing_is_sent(window, opened):
    """With the user's own words; no program is opened."""
    commands = heard(window)
    dialog = open_dialog(window, scenes.cut_alone())
    editor(dialog).appendPlainText("The modem's light is red.")
    button(dialog, "Keep").click()
    (command,) = commands
    assert command.uid == "line"
    assert command.text.endswith("The modem's light is red.")
    assert opened == []
    assert not dialog.isVisible()


def test_it_says_that_it_waits(window):
    """And says so as soon as the line is cut, or back, while it is open."""
    dialog = open_dialog(window, scenes.cut_alone())
    assert "It waits here until the line is back. Tocsin sends nothing: you do." in texts(dialog)
    show(window, scenes.on_backup())
    assert "It is kept on this computer. Tocsin sends nothing: you do." in texts(dialog)


def test_cancelling_keeps_nothing(window):
    """Escape is cancel."""
    commands = heard(window)
    dialog = open_dialog(window, scenes.cut_alone())
    editor(dialog).appendPlainText("x")
    dialog.reject()
    assert commands == []


def test_what_is_too_long_is_not_cut_silently(window):
    """It says by how much, and waits."""
    dialog = open_dialog(window, scenes.cut_alone())
    editor(dialog).setPlainText("x" * (LONGEST + 7))
    assert "This is 7 characters too long." in texts(dialog)
    assert not button(dialog, "Keep").isEnabled()


@pytest.mark.parametrize("how", ["closed", "another language"])
def test_what_is_being_typed_is_not_lost(window, how):
    """The window behind it may go to the tray, or be made anew in another language."""
    commands = heard(window)
    editor(open_dialog(window, scenes.cut_alone())).setPlainText("My own words")
    if how == "closed":
        window.close()
    else:
        window.set_words(bracketed())
    settle()
    assert commands == [KeepDraft("line", "My own words")]


def test_facts_alone_are_not_kept_by_closing(window):
    """Nobody asked for them."""
    commands = heard(window)
    open_dialog(window, scenes.cut_alone())
    window.close()
    assert commands == []


def test_one_dialog_at_a_time(window):
    """A second click brings no second one."""
    open_dialog(window, scenes.cut_alone())
    button(window.overview, "Write down what to report").click()
    assert len(window.findChildren(DraftDialog)) == 1


# --- what waits ---


def waiting(**changes):
    return scenes.cut_alone(drafts=(scenes.draft(**changes),))


def test_while_the_line_is_cut_it_waits(window):
    """There is no mail to be written yet; it can be copied, changed and discarded."""
    overview = show(window, waiting())
    assert "To be reported about Home fibre" in texts(overview)
    assert "Written at 18:05. It waits until the line is back." in texts(overview)
    seen = buttons(overview)
    assert "Write mail" not in seen
    assert "Write down what to report" not in seen
    assert {"Copy", "Change", "Discard"} <= set(seen)


def test_once_the_line_is_back_it_is_offered(window, opened):
    """The incident is over: one calm card, and the user's own mail program."""
    overview = show(window, scenes.back_again())
    assert "Written at 18:05, and not sent." in texts(overview)
    button(overview, "Write mail").click()
    (link,) = opened
    assert urlsplit(link).path == "help@example.net"
    fields = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert fields == {
        "subject": ["Fault report: Home fibre (customer number NL-204-118)"],
        "body": ["Connection: Home fibre\r\nNothing works since six."],
    }


def test_without_a_program_for_mail_it_says_so(window, opened):
    """Rather than doing nothing."""
    opened.works = False
    overview = show(window, scenes.back_again())
    button(overview, "Write mail").click()
    assert "There is no program for mail here: copy it to where you report." in texts(overview)


def test_without_an_address_it_is_copied(window):
    """To the provider's own form, or wherever."""
    state = scenes.back_again()
    state = replace(state, connections=(replace(state.connections[0], help=Help(phone="112")),))
    overview = show(window, state)
    assert "Write mail" not in buttons(overview)
    button(overview, "Copy what to report").click()
    assert QGuiApplication.clipboard().text() == scenes.draft().text


def test_discarding_is_an_empty_draft(window):
    """And the card goes once the engine has dropped it."""
    overview, commands = show(window, scenes.back_again()), heard(window)
    button(overview, "Discard: Home fibre").click()
    assert commands == [KeepDraft("line", "")]
    show(window, scenes.back_again(drafts=()))
    assert "Discard" not in buttons(overview)


def test_it_can_be_changed(window):
    """The dialog has what was kept, not the facts anew."""
    button(show(window, scenes.back_again()), "Change: Home fibre").click()
    (dialog,) = window.findChildren(DraftDialog)
    assert dialog.text == scenes.draft().text
    assert dialog.uid == "line"


def test_a_draft_of_something_forgotten_is_still_there(window):
    """Its incident is no longer in the history: nothing that the user wrote is hidden."""
    overview = show(window, scenes.back_again(history=(), drafts=(scenes.draft(uid="gone"),)))
    assert "To be reported" in texts(overview)
    assert "Copy" in buttons(overview)


# --- the link ---


@pytest.mark.parametrize(
    "address",
    ["", "help", "@", "a@", "@b", "help desk@example.net", "help@example.net\nBcc: x@example.net"],
)
def test_what_is_no_address_makes_no_link(address):
    """It is copied instead."""
    assert opener.mail_link(address, "s", "b") == ""


def test_nothing_in_a_mail_becomes_a_header():
    """Text from a provider stands in the body, whatever it tries."""
    body = "a&bcc=x@evil.example\r\nBcc: y@evil.example\n%0Ato=z\u202e\x00&attach=/etc/passwd"
    link = opener.mail_link("help+x@example.net?cc=evil@evil.example", "s&cc=x\n\u202e", body)
    assert opener.is_allowed(link, from_settings=True)
    assert not opener.is_allowed(link)
    parts = urlsplit(link)
    assert unquote(parts.path) == "help+x@example.net?cc=evil@evil.example"
    assert sorted(parse_qs(parts.query)) == ["body", "subject"]
    assert "%0A" not in parts.query.split("&body=")[0]
    assert "\u202e" not in unquote(link)


@pytest.mark.parametrize("text", ["x" * 5000, "\u65e5\u672c\n" * 2000, "\U0001f525" * 900])
def test_a_long_mail_is_cut_where_a_sign_ends(text):
    """Every system takes a link of this length; what is cut is said to be."""
    link = opener.mail_link("help@example.net", "s", text)
    assert len(link) <= 2000
    assert opener.is_cut(link)
    assert opener.is_allowed(link, from_settings=True)
    body = unquote(link.partition("&body=")[2], errors="strict")
    assert body.endswith("\u2026")
    assert not opener.is_cut(opener.mail_link("help@example.net", "s", "short\u2026"))


def test_a_cut_mail_says_where_the_rest_is(window):
    """On the card."""
    overview = show(window, scenes.back_again(drafts=(scenes.draft("x" * 3900),)))
    assert "Only its beginning fits into the mail: copy it for the rest." in texts(overview)
