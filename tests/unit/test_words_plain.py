"""Text from outside is harmless before anybody shows it."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.words import plain


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Cable cut\r\n\tin   Utrecht ", "Cable cut in Utrecht"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("line\u2028para\u2029nel\u0085end", "line para nel end"),
        ("safe\u202egnp.exe\u2066x\u2069\u200f", "safegnp.exex"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zerowidth"),
        ("a\u200db", "ab"),
        ("\u00e9\u200db\u200d", "\u00e9b"),
        ("half \ud800 pair", "half pair"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("blank\u3164\u2800\u115f", "blank"),
        ("\uffff\ufdd0ok", "ok"),
        ("<img src=file:///etc/passwd> <b>x</b>", "<img src=file:///etc/passwd> <b>x</b>"),
        ("{name} %s {0}", "{name} %s {0}"),
        ("", ""),
        ("\u202e\u200b", ""),
    ],
)
def test_controls_are_gone_and_the_rest_stays_as_it_came(raw, shown):
    """Nothing that steers, hides or breaks a line reaches a label; markup is text and is left alone."""
    assert plain.clean(raw) == shown


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
        "\u2764\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f1f3\U0001f1f1 vlag",
        "na\u00efve caf\u00e9 e\u0301",
    ],
)
def test_what_scripts_and_emoji_need_stays(text):
    """Joiners and marks that a script needs are not taken for tricks."""
    assert plain.clean(text) == text


def test_a_tower_of_marks_is_cut_down():
    """Combining marks cannot paint over the lines above and below."""
    assert plain.clean("a" + "\u0301" * 500 + "b") == "a" + "\u0301" * 4 + "b"
    assert plain.clean("a" + "\u0301\u200b" * 500 + "b") == "a" + "\u0301" * 4 + "b"


def test_long_text_is_cut_between_words():
    """A cut says that there was more, and leaves words whole."""
    cleaned = plain.clean("The quick brown fox jumps over the lazy dog", 30)
    assert cleaned == "The quick brown fox jumps\u2026"


@pytest.mark.parametrize(
    ("sign", "limit"),
    [
        ("e\u0301", 10),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 12),
        ("\U0001f44d\U0001f3fd", 10),
        ("\U0001f1f3\U0001f1f1", 10),
    ],
)
def test_a_cut_never_halves_a_sign(sign, limit):
    """What is left before the ellipsis is a whole number of signs."""
    for size in range(limit, limit + len(sign) + 1):
        kept = plain.clean(sign * 40, size).removesuffix("\u2026")
        assert kept == sign * (len(kept) // len(sign))
        assert kept


def test_a_megabyte_costs_nothing():
    """A provider cannot keep the program busy with a title."""
    began = time.thread_time()
    assert len(plain.clean("x\u202e" * 5_000_000, plain.TITLE)) == plain.TITLE
    assert time.thread_time() - began < 3


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_the_least_limits_hold(limit):
    """A limit that has room for nothing yields nothing longer."""
    assert len(plain.cut("abc", limit)) <= limit


@settings(deadline=None)
@given(
    st.text(
        alphabet=st.characters(exclude_categories=()) | st.sampled_from("\u200d\u200c\u202ea \u0301\U0001f468"),
        max_size=400,
    ),
    st.integers(1, 120),
)
def test_any_text_comes_out_clean_and_short(text, limit):
    """Whatever comes in: one line, within the limit, encodable, no control, and cleaning again changes nothing."""
    cleaned = plain.clean(text, limit)
    assert len(cleaned) <= limit
    assert cleaned.encode().decode() == cleaned
    assert cleaned == cleaned.strip()
    assert plain.clean(cleaned, limit) == cleaned
    joiners = {"\u200c", "\u200d"}
    assert not [each for each in cleaned if unicodedata.category(each) in {"Cc", "Cf", "Cs"} and each not in joiners]
