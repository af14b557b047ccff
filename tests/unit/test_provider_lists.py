"""What providers of bare lists share: shape by element, what of an archive matters, objects read by key."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import Raw, Struct

from support.drive import NOW, Drive, context
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers import base, payload
from tocsin.providers.things import grouped, thing


class Item(Struct, frozen=True):
    id: str
    beside: "dict[str, Item | int] | None" = None


class Nest(Struct, frozen=True):
    below: "list[Nest] | None" = None
    word: str = ""


def report(report_id: str, phase: Phase, at: datetime | None = None) -> Report:
    return Report(report_id, report_id, IncidentKind.INCIDENT, Severity.MINOR, phase, resolved_at=at)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"null", FailureKind.NOT_STATUS_API),
        (b"{}", FailureKind.NOT_STATUS_API),
        (b'[{"name": 1}, 5]', FailureKind.NOT_STATUS_API),
        (b'[{"name": 1}, {"id": "a"}]', FailureKind.MALFORMED),
        (b"[" * 5000 + b"]" * 5000, FailureKind.MALFORMED),
    ],
)
def test_a_bare_list_is_known_by_its_elements(raw, kind):
    """Of another product's list nothing fits; of our own one bad element is a broken document, never a shorter one."""
    with pytest.raises(PollFailed) as failed:
        base.read_list(Raw(raw), Item, "x")
    assert failed.value.kind is kind


def test_a_bare_list_may_be_empty():
    """What that means is for each provider to say."""
    assert base.read_list(Raw(b" []"), Item, "x") == []


def test_of_an_archive_counts_what_is_open_held_or_recent():
    """Years of history are not sent through the rules at every poll."""
    old, new = NOW - timedelta(days=31), NOW - timedelta(days=29)
    told = [
        report("open", Phase.INVESTIGATING),
        report("held", Phase.RESOLVED, old),
        report("old", Phase.RESOLVED, old),
        report("new", Phase.CANCELLED, new),
        report("undated", Phase.RESOLVED),
    ]
    kept = base.lately(told, context("x.example.net", open_ids=("held",)))
    assert [each.id for each in kept] == ["open", "held", "new", "undated"]


def test_an_object_read_by_key_keeps_what_fits():
    """One odd value beside others loses none of them."""
    read = payload.read(Raw(b'{"id": "a", "beside": {"b": {"id": "b"}, "c": 4, "d": [], "e": {}}}'), Item)
    assert read.beside == {"b": Item("b"), "c": 4}


@pytest.mark.parametrize("depth", [400, 900, 100_000])
def test_reading_leniently_has_a_floor(depth):
    """A wrong value far down is met by a reader that goes down after it: typed, whatever the depth."""
    raw = Raw(b'{"below":[' * depth + b'{"word": 4}' + b"]}" * depth)
    try:
        payload.read(raw, Nest)
    except payload.UnreadableError as error:
        assert isinstance(error, payload.BrokenError)  # noqa: PT017 -- either outcome is right, an untyped one is not


def test_groups_that_are_only_names():
    """They stand as their worst member; one that is named like a thing is none."""
    levels = {"up": Level.OK, "down": Level.OUTAGE}
    found = grouped(
        [
            thing("a", "A", "up", levels, group="East"),
            thing("b", "B", "down", levels, group="East"),
            thing("c", "C", "up", levels, group="a"),
        ]
    )
    assert [(each.id, each.level, each.group) for each in found] == [
        ("East", Level.OUTAGE, None),
        ("a", Level.OK, "East"),
        ("b", Level.OUTAGE, "East"),
        ("c", Level.OK, None),
    ]


@pytest.mark.parametrize(("told", "sent"), [({}, True), ({"public": True}, False), ({"session": True}, False)])
def test_a_login_is_put_in_where_it_is_needed(told, sent):
    """What everybody may read is asked without one."""

    class Once:
        def poll(self, poll_context):
            yield from base.Asker(poll_context, **told).get("https://x.example.net/a")
            return Snapshot(datetime.now(UTC), "x", "x")

    driven = Drive(Once(), {"https://x.example.net/a": {}})
    driven.poll(context("x.example.net"))
    assert [request.authenticate for request in driven.requests] == [sent]
