"""Whether an incident concerns a connection: by the provider's own ids, and by nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.stories import HOME, known, thing, told
from tocsin.domain.account import Connection
from tocsin.domain.incident import Link
from tocsin.domain.relevance import hit, links, matched, matched_things, missing, relevance
from tocsin.domain.terms import Relevance

MANY = settings(max_examples=80)
PAGE = (
    thing("mail", is_group=True),
    thing("smtp", group="mail"),
    thing("imap", group="mail"),
    thing("web"),
)
ids = st.sampled_from(["mail", "smtp", "imap", "web", "gone"])
some = st.lists(ids, max_size=4, unique=True).map(tuple)


def on(*match: str) -> Connection:
    return Connection("mailhost", "Mail host", match=match)


@pytest.mark.parametrize(
    ("match", "affected", "expected"),
    [
        ((), ("imap",), Relevance.LINKED),  # no match: all of the page
        ((), (), Relevance.LINKED),
        (("smtp",), ("smtp",), Relevance.LINKED),
        (("smtp",), ("imap",), Relevance.NONE),  # a sibling
        (("smtp",), ("mail",), Relevance.LINKED),  # the group it stands in
        (("smtp",), ("mail", "imap"), Relevance.NONE),  # the group because of a sibling
        (("smtp",), ("mail", "smtp"), Relevance.LINKED),
        (("mail",), ("imap",), Relevance.LINKED),  # a member of the matched group
        (("web",), ("mail",), Relevance.NONE),
        (("gone",), ("gone",), Relevance.LINKED),  # named by the provider though not listed
        (("smtp",), (), Relevance.POSSIBLE),  # names nothing
        (("smtp",), ("unheard-of",), Relevance.NONE),
    ],
)
def test_by_id_and_by_nothing_else(match, affected, expected) -> None:
    """Siblings do not leak in, groups stand for their members, and what names nothing may concern everybody."""
    assert relevance(told(affected=affected), on(*match), PAGE) is expected


def test_places_and_resources_may_be_matched_but_do_not_name_what_is_hit() -> None:
    """An incident that names only a place is as unsure as one that names nothing, unless that place is matched."""
    report = told(affected=(), related=("OLT-7",))
    assert relevance(report, on("OLT-7"), ()) is Relevance.LINKED
    assert relevance(report, on("SVC-1"), ()) is Relevance.POSSIBLE
    assert relevance(told(affected=("SVC-2",), related=("OLT-7",)), on("SVC-1"), ()) is Relevance.NONE


def test_names_do_not_match() -> None:
    """Trap: two components may have one name: only the id counts."""
    assert relevance(told(affected=("Smtp",)), on("smtp"), PAGE) is Relevance.NONE


@MANY
@given(some.filter(bool), some.filter(bool))
def test_a_sibling_never_leaks(match, affected) -> None:
    """What is linked is named itself, stands in a group that is hit as a whole, or is a group with a member hit."""
    groups = {each.id: {member.id for member in PAGE if member.group == each.id} for each in PAGE if each.is_group}
    linked = relevance(told(affected=affected), on(*match), PAGE) is Relevance.LINKED
    named = {*affected}
    whole = {group for group in named & {*groups} if not groups[group] & named}
    reachable = {*match} | {member for each in match for member in groups.get(each, ())}
    reasons = (reachable & named) or any(groups[group] & reachable for group in whole)
    assert linked == bool(reasons)


@MANY
@given(some, some)
def test_naming_more_never_hits_less_outside_of_groups(affected, more) -> None:
    """What an incident names it hits."""
    assert {*affected} <= hit(affected, PAGE)
    assert {*affected, *more} <= hit((*affected, *more), PAGE)


def test_a_match_means_its_groups_members_too() -> None:
    """Matching a group is matching what stands in it, now and later."""
    assert matched(("mail", "web"), PAGE) == {"mail", "web", "smtp", "imap"}
    assert [each.id for each in matched_things(on("mail"), PAGE)] == ["mail", "smtp", "imap"]
    assert matched_things(on(), PAGE) == PAGE


def test_missing_are_the_ids_that_the_list_lacks() -> None:
    """The fault names them."""
    assert missing(on("smtp", "gone", "lost"), PAGE) == ("gone", "lost")
    assert missing(on(), PAGE) == ()


def test_links_leave_out_what_is_not_concerned() -> None:
    """One report may hit one connection surely and another perhaps, or not at all."""
    assert links(told(affected=("SVC-2",)), HOME.connections, ()) == (Link("mail", Relevance.LINKED),)
    unsure = links(told(affected=()), HOME.connections, ())
    assert unsure == (Link("fibre", Relevance.POSSIBLE), Link("mail", Relevance.POSSIBLE))
    assert links(known(affected=("SVC-9",)), HOME.connections, ()) == ()
