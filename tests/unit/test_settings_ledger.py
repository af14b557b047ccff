"""Changes of the settings on their way to the engine: each builds upon the one before, whatever comes between."""

from dataclasses import replace
from datetime import UTC, datetime

from tocsin.desktop.settings.ledger import Ledger, Outcome
from tocsin.domain.account import Settings, Usage
from tocsin.domain.instant import Instant
from tocsin.domain.message import Fault, Message
from tocsin.domain.state import AppState

NOW = Instant(datetime(2026, 11, 21, 18, tzinfo=UTC), 0.0)
DUTCH = Settings(language="nl")


def state(settings, *faults) -> AppState:
    return AppState(at=NOW, settings=settings, faults=faults)


def refusal() -> Fault:
    return Fault(Message("settings", {"problem": "the disk is full"}))


def speak(language):
    return lambda settings: replace(settings, language=language)


def begun() -> Ledger:
    ledger = Ledger()
    assert ledger.follow(state(Settings())) is Outcome.NOTHING
    return ledger


def test_nothing_is_sent_before_there_are_settings():
    """There would be nothing to change."""
    assert Ledger().change(speak("nl")) is None


def test_a_change_that_changes_nothing_is_not_sent():
    """The file is not written for it."""
    assert begun().change(speak(None)) is None


def test_a_change_is_saved_when_the_engine_goes_by_it():
    """Not when anything else is published meanwhile."""
    ledger = begun()
    assert ledger.change(speak("nl")) == DUTCH
    assert ledger.follow(state(Settings())) is Outcome.NOTHING
    assert ledger.current == DUTCH
    assert ledger.follow(state(DUTCH)) is Outcome.SAVED


def test_changes_build_upon_one_another():
    """The engine may answer the first, both, or the second alone: states in between are never published for sure."""
    ledger = begun()
    ledger.change(speak("nl"))
    both = ledger.change(lambda settings: replace(settings, usage=Usage.BUSINESS))
    assert both == replace(DUTCH, usage=Usage.BUSINESS)
    assert ledger.follow(state(DUTCH)) is Outcome.NOTHING
    assert ledger.current == both
    assert ledger.follow(state(both)) is Outcome.SAVED


def test_the_same_refusal_twice_is_two_refusals():
    """In the same words; and one that stands there still is not another."""
    ledger = begun()
    first, second = refusal(), refusal()
    ledger.change(speak("nl"))
    assert ledger.follow(state(Settings(), first)) is Outcome.REFUSED
    assert ledger.current == Settings()
    ledger.change(speak("nl"))
    assert ledger.follow(state(Settings(), first)) is Outcome.NOTHING
    assert ledger.current == DUTCH
    assert ledger.follow(state(Settings(), second)) is Outcome.REFUSED


def test_what_somebody_else_changed_is_taken_over():
    """By hand in the file, or by an undo."""
    ledger = begun()
    assert ledger.follow(state(DUTCH)) is Outcome.ELSEWHERE
    assert ledger.current == DUTCH


def test_a_change_from_elsewhere_takes_the_place_of_one_on_its_way():
    """What the engine goes by counts; the change arrives after it or is refused, and both will be seen."""
    ledger = begun()
    ledger.change(speak("nl"))
    other = Settings(usage=Usage.BUSINESS)
    assert ledger.follow(state(other)) is Outcome.ELSEWHERE
    assert ledger.current == other
