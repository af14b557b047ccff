"""What several adapters share: JSON:API, JavaScript's dates, things with states, lists whose pages name the next."""

from datetime import UTC, datetime

import msgspec
import pytest
from msgspec import Raw

from support.drive import Drive, answer, context
from tocsin.domain.account import Connection
from tocsin.domain.levels import Scene, own_level
from tocsin.domain.snapshot import Component, Snapshot, Traits
from tocsin.domain.terms import FailureKind, Level
from tocsin.errors import PollFailed
from tocsin.providers import jsonapi, links, paging, times
from tocsin.providers.base import Asker, check_meant, declared_ids, read_all
from tocsin.providers.payload import Scalar
from tocsin.providers.things import ids, settled, thing

URL = "https://status.example.net/api/items"
LEVELS = {"fine": Level.OK, "down": Level.OUTAGE}


class Element(msgspec.Struct, frozen=True):
    id: Scalar


class Page(msgspec.Struct, frozen=True):
    items: Raw
    next: Scalar = None


class Listing:
    """A provider as small as can be: reads one list in pages, into the names of the reports' ids."""

    key = "listing"
    traits = Traits()

    def __init__(self, enough=lambda _: False) -> None:
        self.enough = enough
        self.found: list[Element] = []

    def poll(self, poll_context):
        def read_page(document: Raw, where: str):
            page = msgspec.json.decode(document, type=Page)
            return read_all(page.items, Element, where), page.next

        self.found = yield from paging.follow(Asker(poll_context), URL, read_page, self.enough)
        return Snapshot(poll_context.now, "", "")


def followed(world, enough=lambda _: False) -> tuple[list[Scalar], list[str]]:
    listing = Listing(enough)
    driven = Drive(listing, world)
    driven.poll(context(URL))
    return [each.id for each in listing.found], driven.urls


def raw(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


# --- JavaScript's dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)",
        "Sat Jun 11 2022 20:55:50 GMT+0200 (Central European Summer Time)",
        "Sat Jun 11 2022 13:25:50 GMT-0530",
        " Jun 11 2022 18:55:50 GMT+00:00 ",
    ],
)
def test_javascript_dates_are_read_with_their_offset(value):
    """Instatus's documentation has its times so."""
    assert times.javascript_date(value) == datetime(2022, 6, 11, 18, 55, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Sat Jun 31 2022 18:55:50 GMT+0000",
        "Sat Jux 11 2022 18:55:50 GMT+0000",
        "Sat Jun 11 2022 18:55:50",
        "Sat Jun 11 2022 25:55:50 GMT+0000",
        "Sat Jun 11 2022 18:55:50 GMT+9900",
        "Sat Jun 11 0001 18:55:50 GMT+0000",
        "Invalid Date",
        "2022-06-11T18:55:50Z",
        None,
        1654973750,
    ],
)
def test_what_is_no_javascript_date_is_no_time(value):
    """A guess would become a start, or an end."""
    assert times.javascript_date(value) is None


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example.net", ""),
        ("https://a.example.net/eu/", "/eu"),
        ("https://a.example.net/index.json?x=1#y", ""),
        ("a.example.net/eu/index.json", "/eu"),
        ("https://a.example.net/eu/v2/components.json", "/eu"),
        ("https://a.example.net/v2x", "/v2x"),
    ],
)
def test_an_address_is_cut_to_its_page(url, path):
    """People give the page, or one of its documents."""
    assert links.without_query(links.page_of(url, "/index.json", "/v2/")) == f"https://a.example.net{path}"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:80", True),
        ("http://localhost", True),
        ("http://[::1]:9", True),
        ("http://x.localhost", False),
    ],
)
def test_this_computer_is_told_from_others(url, local):
    """A product's fixed host is not asked where the account points at this computer."""
    assert links.is_loopback(links.account_url(url)) is local


# --- pages that name the next one ----------------------------------------------------------------------------------


def test_a_list_is_read_to_its_last_page():
    """Every way to name the next page: a path, a whole address, a number."""
    world = {
        URL: {"items": [{"id": 1}], "next": "/api/items?page=2"},
        f"{URL}?page=2": {"items": [{"id": 2}], "next": f"{URL}?page=3"},
        f"{URL}?page=3": {"items": [{"id": 3}], "next": 4},
        f"{URL}?page=4": {"items": [{"id": 4}], "next": None},
    }
    assert followed(world) == ([1, 2, 3, 4], list(world))


def test_a_list_is_read_as_far_as_is_needed():
    """A history of years is not read at every poll."""
    world = {URL: {"items": [{"id": 1}], "next": 2}, f"{URL}?page=2": {"items": [{"id": 2}], "next": 3}}
    assert followed(world, lambda page: page[0].id == 2)[0] == [1, 2]


@pytest.mark.parametrize(
    ("following", "kind"),
    [
        ("https://elsewhere.example.net/api/items?page=2", FailureKind.MALFORMED),
        (True, FailureKind.MALFORMED),
        (0, FailureKind.MALFORMED),
        (1.5, FailureKind.MALFORMED),
        ("", FailureKind.MALFORMED),
        (URL, FailureKind.MALFORMED),
        ("/api/items?page=2", FailureKind.HTTP_STATUS),
    ],
    ids=str,
)
def test_a_next_page_that_cannot_be_had_is_no_end_of_the_list(following, kind):
    """Half a list is not a shorter list; and the account's login goes to no other origin."""
    with pytest.raises(PollFailed) as failed:
        followed({URL: {"items": [{"id": 1}], "next": following}})
    assert failed.value.kind is kind


def test_a_list_without_end_is_too_large():
    """A server that always has a next page is left after a hundred of them."""
    count = iter(range(1, 1000))
    with pytest.raises(PollFailed) as failed:
        followed(lambda request: answer({"items": [], "next": next(count)}, url=request.url))
    assert failed.value.kind is FailureKind.TOO_LARGE


# --- whose page, and what is open ----------------------------------------------------------------------------------


def test_another_page_than_the_one_that_was_meant_is_refused():
    """A name that was given up is answered by whoever takes it next."""
    meant = context(URL, options={"page_id": "165"})
    check_meant(meant, "here", "Planet Fibre", 165)
    check_meant(context(URL), "here", "Another")
    with pytest.raises(PollFailed) as failed:
        check_meant(meant, "here", "Planet Fibre", 166)
    assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_what_we_observed_ourselves_is_asked_of_nobody():
    """No page knows the ids that the rules gave."""
    assert declared_ids(context(URL, open_ids=("1", "component:1", "component:page"))) == {"1"}


# --- things --------------------------------------------------------------------------------------------------------


def test_a_state_word_is_looked_up_and_kept():
    """A word that is not known counts as degraded, no word at all as unknown."""
    found = [thing("1", "", word, LEVELS) for word in ("FINE", "down", "odd", None)]
    assert [(each.level, each.raw, each.known) for each in found] == [
        (Level.OK, "FINE", True),
        (Level.OUTAGE, "down", True),
        (Level.DEGRADED, "odd", False),
        (Level.UNKNOWN, "", False),
    ]
    assert found[0].name == "1"


def test_a_silent_group_is_as_its_worst_member():
    """Each id once in its worst state; a group with a word of its own keeps that."""
    silent = thing("g", "Mail", "", LEVELS, is_group=True)
    stated = thing("h", "Access", "fine", LEVELS, is_group=True)
    members = [thing("a", "A", "fine", LEVELS, group="g"), thing("a", "A", "down", LEVELS, group="g")]
    found: dict[str, Component] = {each.id: each for each in settled([silent, stated, *members])}
    assert [found[each].level for each in ("g", "h", "a")] == [Level.OUTAGE, Level.OK, Level.OUTAGE]
    scene = Scene(tuple(found.values()), has_states=True, lists_things=True)
    assert own_level(Connection("line", "Line", match=("g",)), scene) is Level.OUTAGE


def test_ids_are_each_once_in_their_order():
    """Numbers and text are the same id; what is none is left out."""
    assert ids([2, "1", None, 2, "2", "", []]) == ("2", "1")


# --- JSON:API ------------------------------------------------------------------------------------------------------


def resource(**told: object) -> jsonapi.Resource:
    return msgspec.json.decode(msgspec.json.encode({"type": "report", "id": "1", **told}), type=jsonapi.Resource)


def test_references_are_to_one_or_to_many():
    """Both kinds of resource linkage, each reference once; what is no reference is left out."""
    many = [{"type": "update", "id": "7"}, {"type": "update", "id": 8}, {"type": "update", "id": "7"}, {"id": "9"}, 5]
    told = resource(relationships={"many": {"data": many}, "one": {"data": many[0]}, "none": {"data": None}})
    assert jsonapi.related(told, "many") == (("update", "7"), ("update", "8"))
    assert jsonapi.related(told, "one") == (("update", "7"),)
    assert jsonapi.related(told, "none") == jsonapi.related(told, "absent") == ()


@pytest.mark.parametrize("junk", [None, 5, "x", [], {"many": None}, {"many": 5}, {"many": {"data": "x"}}, {"many": {}}])
def test_relationships_that_are_none_refer_to_nothing(junk):
    """They only say more: a resource is there without them."""
    assert jsonapi.related(resource(relationships=junk), "many") == ()


@pytest.mark.parametrize("junk", [None, 5, "x", []])
def test_attributes_that_are_none_say_nothing(junk):
    """A resource is known by its type and id; it is not lost with its attributes."""
    assert jsonapi.attributes(resource(attributes=junk), Attributes, "here") == Attributes()


class Attributes(msgspec.Struct, frozen=True):
    title: Scalar = None


@pytest.mark.parametrize(
    "junk", [5, {}, [None], [{}], [{"type": "a"}], [{"id": "1"}], [{"type": 5, "id": "1"}], [{"type": "a", "id": ""}]]
)
def test_a_resource_that_cannot_be_told_apart_is_not_left_out(junk):
    """A list that silently lacks one is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        jsonapi.resources(raw(junk), "here")
    assert failed.value.kind is FailureKind.MALFORMED


def test_resources_are_found_by_type_and_id():
    """Ids are unique within a type only."""
    listed = jsonapi.resources(
        raw([{"type": "a", "id": 1}, {"type": "b", "id": "1"}, {"type": "a", "id": "1"}]), "here"
    )
    assert list(jsonapi.index(listed)) == [("a", "1"), ("b", "1")]
    assert jsonapi.resources(raw(None), "here") == []
