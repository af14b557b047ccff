"""The verdict's document, its table in the code and its sentences are one."""

import re
from pathlib import Path

import pytest

from support.phrases import book, instant
from support.verdicts import CAUSES, NOW, accounts, alone, line, seen
from tocsin.domain.freshness import shown
from tocsin.domain.terms import Cause, Level, LineState
from tocsin.domain.verdict import BY_CAUSE, TABLE, Advice, NextStep, Says
from tocsin.words import verdicts

TEXT = (Path(__file__).resolve().parents[2] / ".github" / "VERDICT.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]}
NONE = "-"
MORE_CAUSES = (
    (LineState.DEGRADED, Cause.DNS),
    (LineState.DOWN, Cause.DNS),
    (LineState.LOCAL_FAULT, Cause.OWN_NETWORK),
    (LineState.LOCAL_FAULT, Cause.BEYOND_GATEWAY),
    (LineState.NOT_MEASURED, Cause.OWN_NETWORK),
)


def rows(section, columns):
    """The rows of a section's tables that have so many columns, without heads and rules."""
    cells = [
        tuple(cell.strip() for cell in each.strip("|").split("|"))
        for each in section.splitlines()
        if each.startswith("|")
    ]
    return [each for each in cells if len(each) == columns and set(each[0]) != {"-"}][1:]


def words(value):
    """A key as the document writes it."""
    return NONE if value in (Advice.NONE, NextStep.NONE) else value.value.replace("_", " ")


def standing(level, told_as):
    """A level as the document writes it."""
    return level.word if told_as is level else f"{level.word}, told as {told_as.word}"


WRITTEN = {
    (said, state): (level, sentence, advice, step)
    for state in LineState
    for said, level, sentence, advice, step in rows(SECTIONS[f"The line is `{state.value}`"], 5)
}


def test_the_document_has_every_case_once():
    """Six words of the provider by six states of the line, and none beside them."""
    assert set(WRITTEN) == {(said.word, state) for said, state in TABLE}
    assert len(WRITTEN) == len(TABLE) == 36
    assert sum(len(rows(section, 5)) for section in SECTIONS.values()) == 36
    assert {title for title in SECTIONS if title.startswith("The line is")} == {
        f"The line is `{state.value}`" for state in LineState
    }


@pytest.mark.parametrize(("said", "state"), TABLE, ids=lambda each: getattr(each, "word", None) or each.value)
def test_a_case_is_as_written(said, state):
    """Level, loudness, sentence, advice and next step of each case are those of the document."""
    view = seen(said, state)
    found = shown(view, NOW)
    assert found.verdict == TABLE[said, state]
    verdict = found.verdict
    sentence = book().verdict(view, found, NOW.wall, accounts(said))
    assert WRITTEN[said.word, state] == (
        standing(verdict.level, verdict.told_as),
        sentence or NONE,
        words(verdict.advice),
        words(verdict.step),
    )
    assert found.level is verdict.level


def test_every_key_of_a_sentence_is_in_the_table():
    """No sentence, advice or step is kept that no case leads to."""
    every = (*TABLE.values(), *BY_CAUSE.values())
    assert {each.says for each in every} == set(Says)
    assert {each.advice for each in every} == set(Advice)
    assert {each.step for each in every} == set(NextStep)


def test_the_cases_by_cause_are_as_written():
    """A VPN of the user's, and a computer that is not connected, make verdicts of their own."""
    written = {tuple(cells[:3]): cells[3:] for cells in rows(SECTIONS["Where the cause makes another case"], 6)}
    assert set(written) == {(state.value, cause.value, said.word) for said, state, cause in BY_CAUSE}
    for said, state, cause in BY_CAUSE:
        view = seen(said, state, line=line(state, cause=cause))
        found = shown(view, NOW)
        verdict = BY_CAUSE[said, state, cause]
        assert found.verdict == verdict
        assert found.level is verdict.level
        sentence = book().verdict(view, found, NOW.wall, accounts(said))
        assert written[state.value, cause.value, said.word] == (
            standing(verdict.level, verdict.told_as),
            sentence,
            words(verdict.advice),
        )
        assert verdict.step is NextStep.NONE


def test_a_computer_that_is_not_connected_is_grey_at_once_and_no_longer_than_that_is_known():
    """Also where nobody tells but the line; what is old says nothing, and trouble that a provider reported stays."""
    away = line(LineState.NOT_MEASURED, cause=Cause.OWN_NETWORK)
    found = shown(alone(LineState.NOT_MEASURED, line=away), NOW)
    assert (found.level, found.verdict.says) == (Level.UNKNOWN, Says.NOT_CONNECTED)
    old = line(LineState.NOT_MEASURED, cause=Cause.OWN_NETWORK, measured=instant("18:00"))
    assert shown(alone(LineState.NOT_MEASURED, line=old), NOW).verdict is None
    assert shown(seen(Level.OK, LineState.NOT_MEASURED, line=old), NOW).verdict.says is Says.PROVIDER_ALONE
    assert shown(seen(Level.OUTAGE, LineState.NOT_MEASURED, line=away), NOW).level is Level.OUTAGE


def test_the_line_alone_is_as_written():
    """A connection without an API says what its line shows, and names no provider."""
    written = {state: (level, sentence) for state, level, sentence in rows(SECTIONS["Nobody but the line"], 3)}
    assert set(written) == {state.value for state in LineState}
    for state in LineState:
        found = shown(alone(state), NOW)
        sentence = book().verdict(alone(state), found, NOW.wall) or NONE
        assert written[state.value] == (found.level.word, sentence)
        assert "the provider" not in sentence.removeprefix("Your own network is down, not the provider")


def test_the_causes_are_as_written():
    """Where it is broken shows in the sentence."""
    written = rows(SECTIONS["Where it is broken"], 3)
    pairs = [(LineState(state), Cause(cause)) for state, cause, _ in written]
    assert {cause for _, cause in pairs} == set(Cause)
    assert sorted(pairs) == sorted([*CAUSES.items(), *MORE_CAUSES])
    for state, cause, sentence in written:
        view = seen(Level.OK, LineState(state), line=line(LineState(state), cause=Cause(cause)))
        assert book().verdict(view, shown(view, NOW), NOW.wall, accounts()) == sentence


def test_advice_and_steps_are_as_written():
    """The short names in the tables stand for what is really said."""
    section = SECTIONS["What the words for advice and next steps stand for"]
    given, offered = re.split(r"^\| Next step .*$", section, flags=re.MULTILINE)
    written = dict(rows(given, 2)) | dict(rows("| head | head |\n" + offered, 2))
    said = {words(each): verdicts.advice(book(), each) for each in Advice if each is not Advice.NONE}
    said |= {words(each): verdicts.step(book(), each) for each in NextStep if each is not NextStep.NONE}
    assert written == said


def test_every_advice_and_step_differs_in_both_languages():
    """No two keys say the same, and none but NONE says nothing."""
    for language in ("de", "en", "fr", "nl"):
        for say, keys in ((verdicts.advice, Advice), (verdicts.step, NextStep)):
            said = [say(book(language), key) for key in keys]
            assert len(set(said)) == len(said)
            assert said.count("") == 1
