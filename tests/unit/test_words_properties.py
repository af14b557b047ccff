"""Whatever stands in a message: every key is said in every language, in plain text, without a hole."""

from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.phrases import AMSTERDAM, at, book, message
from tocsin import resources
from tocsin.domain.terms import Cause, ConnectionKind, EndHow, FailureKind, Level, LineState
from tocsin.domain.verdict import Advice, NextStep, Says
from tocsin.words import faults, notifications

LANGUAGES = resources.languages()
BOOKS = [book(language) for language in LANGUAGES]
# fmt: off
NAMES = [
    "advice", "backup", "cause", "channel", "connection", "connections",
    "count", "declared_since", "end", "ended", "eta", "how",
    "ids", "kind", "kinds", "known", "level", "phone",
    "planned", "problem", "provider", "providers", "reopened", "reported_since",
    "said", "says", "seconds", "since", "start", "state",
    "step", "still", "target", "text", "title", "titles",
    "unheard_since", "was",
]
# fmt: on
ENUMS = (ConnectionKind, EndHow, FailureKind, LineState, Cause, Says, Advice, NextStep)
WORDS = [each.value for enum in ENUMS for each in enum] + [each.word for each in Level]

# Braces and exclamation marks of a provider's own stay as they came: they are left out to see ours.
# On a busy machine the time that an example takes says nothing.
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

text = st.text(alphabet=st.characters(exclude_characters="{}!", exclude_categories=()), max_size=400)
moments = st.datetimes(timezones=st.just(UTC)) | st.datetimes(timezones=st.just(AMSTERDAM)) | st.datetimes()
values = st.dictionaries(
    st.sampled_from(NAMES),
    st.none()
    | st.integers()
    | text
    | st.sampled_from(WORDS)
    | moments
    | st.lists(text | st.sampled_from(WORDS), max_size=6).map(tuple),
)


def is_plain(said):
    """No template left unfilled, no shouting, nothing but text and line breaks."""
    controls = [char for char in said if ord(char) < 32 and char != "\n"]
    return "{" not in said and "}" not in said and "!" not in said and not controls and "\u202e" not in said


@pytest.mark.parametrize("key", [*notifications.SENTENCES, "from_the_future"])
@quick
@given(given_values=values, now=moments.filter(lambda moment: moment.tzinfo is not None))
def test_every_message_is_said(key, given_values, now):
    """A title that is never empty and a body, whatever the outbox holds, in each language."""
    for words in BOOKS:
        title, body = words.notification(message(key, **given_values), now)
        assert title.strip()
        assert "\n" not in title
        assert is_plain(title)
        assert is_plain(body)
        assert not [line for line in body.split("\n")[:-1] if not line.strip()]


@pytest.mark.parametrize("key", [*faults.SENTENCES, "from_the_future"])
@quick
@given(given_values=values, now=moments.filter(lambda moment: moment.tzinfo is not None))
def test_every_fault_is_said(key, given_values, now):
    """One line that names what is wrong, in each language."""
    for words in BOOKS:
        said = words.fault(message(key, **given_values), now)
        assert said.strip()
        assert "\n" not in said
        assert is_plain(said)


@quick
@given(moments, moments)
def test_any_moment_can_be_said(moment, now):
    """No time that a provider invents breaks a clock, a span or a date."""
    for language in LANGUAGES:
        words = book(language)
        assert words.clock(moment, now)
        assert words.span(moment, now, now)
        assert words.date(moment, now)


@quick
@given(st.timedeltas())
def test_a_duration_is_at_most_two_units(length):
    """Two numbers at the most, and none of them zero unless it is the only one."""
    parts = book("en").duration(length).split()
    assert len(parts) in {2, 4}
    assert len(parts) == 2 or "0" not in parts[::2]


def test_every_language_differs_from_the_others():
    """The catalogues are loaded: the same message is said in four languages."""
    said = {book(language).notification(message("started", since=at("17:58")), at("18:00")) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES) >= 4
