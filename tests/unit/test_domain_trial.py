"""What is tried before it is watched gets an id that may stand in the settings, and keeps its secret to itself."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.stories import NOON
from tocsin.domain.account import Account, Settings, without_paused
from tocsin.domain.account_ids import suggested_id
from tocsin.domain.alarm import trial
from tocsin.domain.trial import Trial


@pytest.mark.parametrize(
    ("name", "taken", "found"),
    [
        ("Planet Fibre", (), "planet-fibre"),
        ("Planet Fibre", ("planet-fibre", "planet-fibre-2"), "planet-fibre-3"),
        ("Überall Büro-Netz", (), "uberall-buro-netz"),
        ("日本", (), "account"),
        ("", ("account",), "account-2"),
    ],
)
def test_an_id_is_made_of_the_name(name, taken, found) -> None:
    """Readable, plain letters, and no other account's."""
    assert suggested_id(name, taken) == found


@given(st.text(max_size=80), st.sets(st.text("ab-2", min_size=1, max_size=6)))
def test_any_name_makes_an_id_that_may_stand_in_the_settings(name, taken) -> None:
    """No name of a page breaks the file."""
    found = suggested_id(name, taken)
    assert re.fullmatch(r"[a-z0-9-]{1,32}", found)
    assert found not in taken


def test_a_trial_does_not_show_its_secret() -> None:
    """A value that is logged by mistake gives nothing away."""
    assert "canary" not in repr(Trial(1, "https://status.example.net", secret="canary"))


def test_what_is_paused_is_not_acted_on() -> None:
    """A paused account stays in the settings and is asked for nothing."""
    one = Account("one", "tmf656", "One", "https://one.example.net")
    two = Account("two", "tmf656", "Two", "https://two.example.net", paused=True)
    assert without_paused(Settings((one, two))).accounts == (one,)


def test_a_test_alarm_means_nothing_and_is_new_each_time() -> None:
    """It stands for no incident, ends by itself, and comes again when it is asked for again."""
    first, second = trial(NOON), trial(NOON + timedelta(seconds=1))
    assert (first.thread, first.message.key, first.final, first.can_acknowledge) == ("try", "try", True, False)
    assert first.revision != second.revision
