"""The catalogue of names: whole, well-formed, and found by what a person types."""

import re

import pytest

from tocsin import providers
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.providers import catalogue, links

ENTRIES = catalogue.load()


def test_the_catalogue_has_every_page_and_the_isps():
    """247 pages, the internet providers and the clouds are in it."""
    assert len(ENTRIES) >= 247 + 10
    assert {"Zoom", "GitHub"} <= {entry.name for entry in ENTRIES}
    assert sum(entry.kind == "isp" for entry in ENTRIES) >= 5


def test_every_row_can_be_used():
    """No empty name, no address that is none, no key that is not one, nothing twice."""
    assert len({(entry.name, entry.url) for entry in ENTRIES}) == len(ENTRIES)
    for entry in ENTRIES:
        assert entry.name == entry.name.strip() != ""
        assert re.fullmatch(r"[a-z0-9-]{1,32}", entry.product), entry
        assert entry.kind in ("isp", "service")
        assert entry.url.startswith("https://")
        assert links.account_url(entry.url).hostname
        assert re.fullmatch(r"[\w=-]*", entry.page_id)


def test_most_of_it_can_be_read():
    """What no adapter reads is the exception, and stays listed so that it can be said."""
    readable = [entry for entry in ENTRIES if entry.product in providers.known()]
    assert len(readable) / len(ENTRIES) > 0.85


@pytest.mark.parametrize(
    ("wanted", "first"),
    [("zoom", "Zoom"), ("ZOOM", "Zoom"), ("hub git", "GitHub"), ("aaisp", "AAISP (Andrews & Arnold)")],
)
def test_a_name_is_found(wanted, first):
    """Words in any order and case; the closest name first."""
    found = catalogue.search(ENTRIES, wanted)
    assert any(entry.name == first for entry in found[:3])


def test_accents_do_not_matter():
    """Nobody types an accent to find a name."""
    entry = catalogue.Entry("Télé Réseau", "feed", "https://status.example.net", "", "isp")
    assert catalogue.search((entry,), "tele RESEAU") == (entry,)


def test_nothing_is_found_for_nonsense():
    """An empty answer, not a guess."""
    assert catalogue.search(ENTRIES, "no such service anywhere") == ()
    with pytest.raises(PollFailed) as failed:
        links.account_url("javascript:alert(1)")
    assert failed.value.kind is FailureKind.UNSUPPORTED
