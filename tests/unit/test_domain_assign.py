"""Which report speaks of which known incident, what is in force, and how several reports become one."""

import pytest

from support.stories import HOME, NOON, at, known, planned, poll, thing, told
from tocsin.domain.account import Account, Connection
from tocsin.domain.assign import assign
from tocsin.domain.combine import combined
from tocsin.domain.force import is_in_force
from tocsin.domain.incident import Alias, Link
from tocsin.domain.snapshot import Report, Snapshot, Update
from tocsin.domain.terms import EndHow, IncidentKind, Phase, Relevance, Severity
from tocsin.domain.update import close

LINKED, POSSIBLE = Relevance.LINKED, Relevance.POSSIBLE


def assigned(known_ones, *reports: Report, account: Account = HOME, snapshot: Snapshot | None = None):
    """What became of every report: (id of the report, uid of the incident or None)."""
    found = assign(known_ones, reports, account, snapshot or poll(*reports), at(30))
    return {(each.told.report.id, each.incident.uid if each.incident else None) for each in found}


def only(known_ones, *reports: Report, snapshot: Snapshot | None = None):
    (found,) = assign(known_ones, reports, HOME, snapshot or poll(*reports), at(30))
    return found


# --- in force ---


@pytest.mark.parametrize(
    ("report", "minutes", "expected"),
    [
        (told(), 0, True),
        (told(started_at=at(10)), 0, True),
        (told(started_at=at(11)), 0, False),
        (told(started_at=None), 0, True),
        (told(started_at=None, scheduled_start=at(30)), 0, False),
        (told(phase=Phase.SCHEDULED, started_at=at(5)), 0, False),
        (told(phase=Phase.SCHEDULED, started_at=at(5)), 5, True),
        (told(phase=Phase.RESOLVED), 0, False),
        (planned(start=60), 59, False),
        (planned(start=60), 60, True),
        (planned(start=60, phase=Phase.IDENTIFIED), 0, True),
        (planned(scheduled_start=None), 500, False),
        (planned(scheduled_start=None, phase=Phase.IDENTIFIED), 0, True),
        (planned(phase=Phase.CANCELLED), 500, False),
    ],
)
def test_what_is_in_force(report, minutes, expected) -> None:
    """A start up to ten minutes ahead is now; planned work begins with its window or when the provider says so."""
    assert is_in_force(report, at(minutes)) is expected


# --- by id ---


def test_an_id_that_is_known_speaks_of_its_incident() -> None:
    """Also under an id that it had before."""
    moved = known("2", aliases=(Alias("1", NOON), Alias("2", at(5))))
    assert assigned([moved], told("1")) == {("1", moved.uid)}
    assert assigned([moved], told("2")) == {("2", moved.uid)}


def test_a_new_id_begins_an_incident_only_where_it_concerns_somebody() -> None:
    """What hits other customers is not even remembered."""
    assert assigned([], told("1"), told("2", affected=("SVC-9",))) == {("1", None)}


def test_an_open_incident_goes_before_an_ended_one_and_the_latest_before_earlier_ones() -> None:
    """An id that was used again speaks of the incident that carries it now."""
    first = close(known("1", uid="first"), at(1), EndHow.RESOLVED)
    second = close(known("1", uid="second", started_at=at(2)), at(3), EndHow.RESOLVED)
    third = known("1", uid="third", started_at=at(4))
    assert assigned([third, second, first], told("1", started_at=at(4))) == {("1", "third")}
    assert assigned([first, second], told("1", started_at=at(2))) == {("1", "second")}


@pytest.mark.parametrize(
    ("started_at", "is_new"), [(NOON, False), (at(14), False), (at(20), True), (at(9), False), (None, False)]
)
def test_an_id_is_used_again_when_it_starts_after_the_end(started_at, is_new) -> None:
    """Case 'id reused': a start after the end, and more than a quarter of an hour after the first, is another one."""
    ended = close(known("1"), at(10), EndHow.RESOLVED)
    assert assigned([ended], told("1", started_at=started_at)) == {("1", None if is_new else ended.uid)}


# --- another id ---


def test_a_like_one_under_a_new_id_continues_the_one_that_is_gone() -> None:
    """Case 'id changed': same poll, same kind, overlapping ids, start within 15 minutes."""
    assert assigned([known("1")], told("2", started_at=at(15), affected=("SVC-1", "SVC-7"))) == {("2", "uid-1")}
    assert assigned([known("1")], told("2", started_at=at(-15))) == {("2", "uid-1")}


@pytest.mark.parametrize(
    "report",
    [
        told("2", started_at=at(16)),
        told("2", started_at=at(-16)),
        told("2", started_at=None),
        told("2", affected=("SVC-2",)),
        planned("2", start=0),
        told("2", phase=Phase.RESOLVED),
    ],
    ids=["later", "earlier", "no start", "another thing", "another kind", "over"],
)
def test_what_is_not_alike_is_another_incident(report) -> None:
    """Two disturbances on one line must not become one because one of them ended."""
    assert assigned([known("1")], report) == {("2", None)}


def test_one_that_is_listed_itself_or_could_not_be_asked_is_not_gone() -> None:
    """A second problem on the same line is a second problem, also while the first cannot be read."""
    assert assigned([known("1")], told("1"), told("2")) == {("1", "uid-1"), ("2", None)}
    assert assigned([known("1")], told("2"), snapshot=poll(told("2"), unread=("1",))) == {("2", None)}


def test_one_incident_is_continued_by_one_report() -> None:
    """Of two new ones one may be the old one under another name; the other is new."""
    assert assigned([known("1")], told("2"), told("3")) == {("2", "uid-1"), ("3", None)}


def test_an_ended_incident_is_continued_by_its_own_id_only() -> None:
    """A new outage a minute after the end is told as a new one."""
    assert assigned([close(known("1"), at(1), EndHow.RESOLVED)], told("2", started_at=at(2))) == {("2", None)}


def test_a_declared_incident_takes_over_what_was_observed() -> None:
    """Whenever it says that it began, and also where it names the group; not while it is only announced."""
    things = (thing("g", is_group=True), thing("SVC-1", group="g"))
    seen = known("component:SVC-1", observed=True)
    for report in (told("2", started_at=at(-300)), told("2", affected=("g",)), told("2", started_at=None)):
        assert assigned([seen], report, snapshot=poll(report, things=things)) == {("2", seen.uid)}
    for report in (told("2", started_at=at(300)), planned("2", start=0, phase=Phase.IDENTIFIED)):
        assert assigned([seen], report, snapshot=poll(report, things=things)) == {("2", None)}


# --- parents ---


def test_a_child_of_a_known_incident_is_part_of_it() -> None:
    """Case 'id changed': a parent link. Whether the parent is still listed or not."""
    child = told("2", started_at=at(25), parents=("1",))
    assert assigned([known("1")], told("1"), child) == {("1", "uid-1")}
    assert assigned([known("1")], child) == {("2", "uid-1")}
    assert assigned([known("1")], told("1", phase=Phase.RESOLVED), child) == {("2", "uid-1")}


def test_parents_that_are_not_known_explain_nothing() -> None:
    """A parent elsewhere, or one that is over, leaves the child to be told."""
    child = told("2", started_at=at(25), parents=("1",))
    assert assigned([], child) == {("2", None)}
    assert assigned([close(known("1"), at(1), EndHow.RESOLVED)], child) == {("2", None)}


def test_a_child_that_hits_more_than_its_parent_is_not_swallowed() -> None:
    """An outage of the mail is told although its parent hits the fibre only, or nobody by name."""
    child = told("2", started_at=at(25), affected=("SVC-2",), parents=("1",))
    assert assigned([known("1")], told("1"), child) == {("1", "uid-1"), ("2", None)}
    vague = known("1", affected=(), links=(Link("fibre", POSSIBLE), Link("mail", POSSIBLE)))
    assert assigned([vague], told("1", affected=()), child) == {("1", "uid-1"), ("2", None)}
    assert assigned([vague], child) == {("2", None)}
    unsure = told("2", started_at=at(25), affected=(), parents=("1",))
    assert assigned([vague], unsure) == {("2", "uid-1")}


def test_a_child_of_another_kind_is_not_swallowed() -> None:
    """An outage in the course of planned work is an outage; what counts is what the parent is now."""
    assert assigned([], planned("1", start=0), told("2", parents=("1",))) == {("1", None), ("2", None)}
    now_planned = planned("1", start=0)
    assert assigned([known("1")], now_planned, told("2", parents=("1",))) == {("1", "uid-1"), ("2", None)}


def test_new_ones_with_a_new_parent_are_one() -> None:
    """Listed together for the first time they are one incident, as bad as the worst and hitting what any hits."""
    family = (
        told("3", parents=("2",), severity=Severity.CRITICAL, affected=("SVC-1", "X")),
        told("2", parents=("1",)),
        told("1", severity=Severity.MINOR),
    )
    found = only([], *family)
    assert (found.told.report.id, found.incident) == ("1", None)
    assert found.told.report.severity is Severity.CRITICAL
    assert found.told.report.affected == ("SVC-1", "X")
    assert only([], *reversed(family)).told.report.id == "1"


def test_a_new_vague_parent_does_not_silence_its_child() -> None:
    """The parent names nothing and would be a mere notice: the child that names the line is told."""
    assert assigned([], told("1", affected=()), told("2", parents=("1",))) == {("1", None), ("2", None)}


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_parents_in_a_circle_silence_nobody(size) -> None:
    """A provider's nonsense must not end in a green bell: every one of them stands for itself."""
    circle = [told(str(each), parents=(str((each + 1) % size),)) for each in range(size)]
    everyone = {(str(each), None) for each in range(size)}
    assert assigned([], *circle) == everyone
    with_tail = assigned([], *circle, told("tail", parents=("0",)))
    assert with_tail == (everyone if size == 1 else everyone | {("tail", None)})


def test_what_is_over_neither_swallows_nor_adds() -> None:
    """A parent that is over leaves its open child alone, and a child that is over adds nothing to its parent."""
    over = told("1", phase=Phase.RESOLVED)
    assert assigned([], over, told("2", parents=("1",))) == {("1", None), ("2", None)}
    ended_child = told("2", parents=("1",), phase=Phase.RESOLVED, severity=Severity.CRITICAL)
    found = only([], told("1"), ended_child)
    assert found.told.report == told("1")


# --- several in one ---


def test_of_several_on_one_incident_the_open_ones_count() -> None:
    """Under its old id it is over, under the new one it goes on: it goes on."""
    moved = known("2", aliases=(Alias("1", NOON), Alias("2", NOON)))
    assert only([moved], told("1", phase=Phase.RESOLVED), told("2")).told.report == told("2")
    assert only([moved], told("1"), told("2", phase=Phase.RESOLVED)).told.report == told("1")
    both_over = only([moved], told("1", phase=Phase.RESOLVED), told("2", phase=Phase.CANCELLED))
    assert both_over.told.report.phase is Phase.CANCELLED


def test_of_several_on_one_incident_nobody_is_forgotten() -> None:
    """Whoever one of them hits is hit, as surely as the surest says."""
    moved = known("2", aliases=(Alias("1", NOON), Alias("2", NOON)))
    found = only([moved], told("1", affected=("SVC-2",)), told("2"))
    assert {*found.told.links} == {Link("fibre", LINKED), Link("mail", LINKED)}
    assert {*found.told.report.affected} == {"SVC-1", "SVC-2"}
    found = only([moved], told("1", affected=()), told("2"))
    assert {*found.told.links} == {Link("fibre", LINKED), Link("mail", POSSIBLE)}
    found = only([moved], told("1", affected=()), told("2", affected=("elsewhere",)))
    assert {*found.told.links} == {Link("fibre", POSSIBLE), Link("mail", POSSIBLE)}


def test_what_is_in_force_outweighs_what_is_to_come() -> None:
    """One of two is announced or watched, the other burns: it burns, since the other's start."""
    burning = told("2", started_at=at(3))
    for mild in (
        told(phase=Phase.MONITORING),
        told(phase=Phase.SCHEDULED, started_at=at(300)),
        told(started_at=at(300)),
    ):
        for main, other in ((mild, burning), (burning, mild)):
            both = combined(main, other, at(5))
            assert both.phase is Phase.IDENTIFIED
            assert is_in_force(both, at(5))
            assert both.id == main.id
    assert combined(told(phase=Phase.INVESTIGATING), burning, at(5)).phase is Phase.INVESTIGATING
    assert combined(told(), planned("2", start=0), at(5)).kind is IncidentKind.INCIDENT
    assert combined(planned("2", start=0), told(), at(5)).kind is IncidentKind.INCIDENT
    assert combined(planned("1", start=0), planned("2", start=0), at(5)).kind is IncidentKind.MAINTENANCE


def test_several_estimates_are_the_latest_that_can_be_read() -> None:
    """Case 'several tickets'; and where one cannot be read, no estimate at all is not one that was taken back."""
    early, late = told(eta=at(60), eta_given_at=at(1)), told("2", eta=at(90), eta_given_at=at(2))
    for one, other in ((early, late), (late, early)):
        both = combined(one, other, NOON)
        assert (both.eta, both.eta_given_at, both.eta_readable) == (at(90), at(2), True)
    unread = told("2", eta_readable=False)
    assert combined(early, unread, NOON).eta == at(60)
    assert combined(early, unread, NOON).eta_readable
    assert not combined(told(), unread, NOON).eta_readable
    assert combined(told(), told("2"), NOON).eta_readable


def test_advice_and_updates_of_all_are_kept() -> None:
    """What the child's provider wrote is read under the parent's title."""
    note = Update(NOON, Phase.IDENTIFIED, "A digger.")
    both = combined(told(title="Region"), told("2", advice="Use the app.", updates=(note,), related=("OLT",)), NOON)
    assert (both.title, both.advice, both.updates, both.related) == ("Region", "Use the app.", (note,), ("OLT",))
    assert combined(told(advice="Wait."), told("2", advice="Use the app."), NOON).advice == "Wait."


@pytest.mark.timeout(30)
def test_ten_thousand_of_each_are_assigned_in_no_time() -> None:
    """A hostile or a very sick provider must not hold the engine's thread: no step looks at all pairs."""
    many = 10_000
    account = Account("home", "tmf656", "P", "https://a.example.net", connections=(Connection("c", "C", match=("a",)),))
    old = [known(str(each), affected=("a",), started_at=at(each)) for each in range(many)]
    same = [told(str(each), affected=("a",), parents=(str(each + 1),)) for each in range(many)]
    new = [told(f"new-{each}", affected=("a",), parents=(f"new-{each + 1}",)) for each in range(many)]
    alike = [told(f"other-{each}", affected=("a",), started_at=at(each)) for each in range(many)]
    assert len(assigned(old, *same, account=account)) == many
    assert len(assigned([], *new, account=account)) == 1
    assert len(assigned(old, *alike, account=account)) == many
