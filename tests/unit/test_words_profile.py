"""What the many fields of the generic JSON product are called, and what is said of a mistake in one."""

import pytest

from support.phrases import book
from tocsin import resources
from tocsin.domain.options import OptionFault, OptionMistake
from tocsin.offers import CatalogueOffers
from tocsin.providers.json import GenericJson
from tocsin.words import plain, profile

GROUPED = tuple(each for each in GenericJson.fields if each.group)
WRONG = {
    OptionFault.UNKNOWN: {"list": "a", "titel": "b"},
    OptionFault.NOWHERE: {"title": "b"},
    OptionFault.PATH: {"list": "a..b"},
    OptionFault.PATH_EMPTY: {"list": "a|"},
    OptionFault.PATH_LONG: {"list": "a" * 600},
    OptionFault.MEANING: {"list": "a", "state_map": "red"},
    OptionFault.WORD: {"list": "a", "kind_map": "incident: ?"},
    OptionFault.ZONE: {"list": "a", "time_zone": "Mars/Olympus"},
}


@pytest.mark.parametrize("language", resources.languages())
def test_every_field_and_every_group_has_a_name_of_its_own(language):
    """No two fields are called the same, none goes by its key, and each says what may stand in it."""
    words = book(language)
    names = [profile.name(words, each.name) for each in GROUPED]
    assert len(set(names)) == len(names) > 30
    assert not [name for name, each in zip(names, GROUPED, strict=True) if name == each.name.replace("_", " ")]
    groups = {profile.group(words, each.group) for each in GROUPED}
    assert len(groups) == len({each.group for each in GROUPED}) == 5
    assert all(profile.lead(words, each.group) for each in GROUPED)
    assert all(profile.told(words, each.name, each.usual) for each in GROUPED)


@pytest.mark.parametrize("language", resources.languages())
@pytest.mark.parametrize("fault", OptionFault)
def test_every_mistake_is_found_and_told_with_its_remedy(language, fault):
    """By the provider itself, through what the window asks; no place is left to be filled in."""
    (found,) = CatalogueOffers({}).mistakes("json", WRONG[fault])
    assert found.fault is fault
    said = profile.mistake(book(language), found)
    assert "{" not in said
    assert said.endswith(".")


def test_what_is_to_be_pasted_keeps_its_straight_quotes():
    """A quoted key in curly quotes would be no path."""
    mistake = OptionMistake("list", OptionFault.PATH, "..b")
    assert all('["odd.key"]' in profile.mistake(book(each), mistake) for each in resources.languages())


def test_a_plugin_that_has_groups_is_told_in_its_own_words():
    """And its text is cleaned; a product without mistakes has none."""
    assert profile.group(book(), "harbour_\u202elights") == plain.clean("harbour \u202elights", plain.NAME)
    assert profile.name(book(), "beacon_path") == "beacon path"
    assert (profile.lead(book(), "lights"), profile.told(book(), "beacon", "")) == ("", "")
    assert CatalogueOffers({}).mistakes("statuspage", {"page_id": ""}) == ()
    assert CatalogueOffers({}).mistakes("nothing-of-this-name", {}) == ()
