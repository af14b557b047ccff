"""What a message is about, before it is a sentence; and which incident hits whom how hard."""

from dataclasses import replace

import pytest

from support.stories import DROPS, FIBRE, HOME, KEEPS, MAIL, NOON, at, known, thing
from tocsin.domain.assess import hits, unwatched
from tocsin.domain.incident import Episode, Eta, Link
from tocsin.domain.levels import Scene
from tocsin.domain.telling import (
    Hit,
    beginning,
    ended,
    eta_changed,
    maintenance,
    maintenance_summary,
    summary,
    summary_resolved,
    unreachable,
    worsened,
)
from tocsin.domain.terms import EndHow, IncidentKind, Level, Relevance, Severity
from tocsin.domain.update import close

WORKS = known(title="New firmware", kind=IncidentKind.MAINTENANCE, scheduled_start=at(60), scheduled_end=at(120))


def hit(incident=None, level=Level.OUTAGE, **said) -> Hit:
    facts = {"connections": ("Home fibre", "Mail"), "kinds": ("internet", "mail"), "provider": "Planet Fibre"}
    return Hit(incident or known(), level, **facts | said)


# --- messages ---


def test_a_start_says_what_where_since_when_and_until_when() -> None:
    """Every value that the sentence needs, and nothing that is a sentence."""
    message = beginning(hit(known(etas=(Eta(at(90), None, NOON),), advice="Wait.")), at(5))
    assert message.key == "started"
    assert dict(message.values) == {
        "connections": ("Home fibre", "Mail"),
        "kinds": ("internet", "mail"),
        "title": "Cable cut",
        "provider": "Planet Fibre",
        "advice": "Wait.",
        "level": "outage",
        "since": NOON,
        "eta": at(90),
        "reopened": 0,
    }
    with pytest.raises(TypeError):
        message.values["level"] = "ok"


def test_since_is_never_in_the_future() -> None:
    """Case 'start in the future, open': since now."""
    ahead = hit(known(started_at=at(9)))
    assert beginning(ahead, at(5)).values["since"] == at(5)
    assert worsened(ahead, at(5)).values["since"] == at(5)


def test_a_reopening_and_its_start() -> None:
    """It is the second time, and since the second start."""
    again = known(episodes=(Episode(1, NOON, at(5), EndHow.RESOLVED), Episode(2, at(9))))
    values = beginning(hit(again), at(30)).values
    assert (values["reopened"], values["since"]) == (1, at(9))


def test_watching_again_is_not_a_reopening() -> None:
    """It was not over: it was not watched."""
    again = known(episodes=(Episode(1, NOON, at(5), EndHow.UNWATCHED), Episode(2, NOON)))
    assert beginning(hit(again), at(30)).values["reopened"] == 0


def test_a_move_says_from_what() -> None:
    """Also where there was none."""
    message = eta_changed(hit(), None, at(5))
    assert message.key == "eta_changed"
    assert message.values["was"] is None
    assert eta_changed(hit(), at(60), at(5)).values["was"] == at(60)


@pytest.mark.parametrize(
    ("began", "overrun", "key"),
    [
        (False, False, "maintenance_announced"),
        (True, False, "maintenance_started"),
        (True, True, "maintenance_overrun"),
    ],
)
def test_planned_work_is_said_as_it_stands(began, overrun, key) -> None:
    """One message for each of its states, with its window."""
    incident = replace(WORKS, began=began, overrun=overrun)
    for message in (maintenance(hit(incident)), beginning(hit(incident), NOON)):
        assert message.key == key
        assert (message.values["start"], message.values["end"]) == (at(60), at(120))
    assert maintenance(hit(replace(incident, scheduled_start=None))).values["start"] == NOON


@pytest.mark.parametrize(
    ("incident", "how", "key", "seconds"),
    [
        (known(), EndHow.RESOLVED, "resolved", 7800),
        (known(), EndHow.CANCELLED, "resolved", 7800),
        (known(), EndHow.UNAFFECTED, "resolved", 7800),
        (known(), EndHow.VANISHED, "vanished", 7800),
        (WORKS, EndHow.RESOLVED, "maintenance_finished", 4200),
        (WORKS, EndHow.CANCELLED, "resolved", 4200),
        (WORKS, EndHow.VANISHED, "vanished", 4200),
        (replace(WORKS, scheduled_start=None), EndHow.RESOLVED, "maintenance_finished", 7800),
        (replace(WORKS, scheduled_start=at(300)), EndHow.CANCELLED, "resolved", 0),
    ],
)
def test_an_end_says_how_it_was_learnt_and_how_long_it_took(incident, how, key, seconds) -> None:
    """Planned work counts from its window."""
    message = ended(hit(close(incident, at(130), how), still_down=True))
    assert message.key == key
    assert message.values["seconds"] == seconds
    assert message.values["how"] == how.value
    assert message.values["ended"] == at(130)
    assert message.values["planned"] == int(incident.kind is IncidentKind.MAINTENANCE)
    assert message.values["still"] == 1


def test_work_that_never_began_is_not_finished() -> None:
    """It is over, that is all."""
    assert ended(hit(close(replace(WORKS, began=False), at(5), EndHow.RESOLVED))).key == "resolved"


def test_summaries_name_everybody_once() -> None:
    """How many, whom, what, since when; the provider where it is one."""
    two = (hit(), hit(known("2", title="Power failure", started_at=at(-9)), connections=("Mail",)))
    for make, key in (
        (summary, "summary"),
        (summary_resolved, "summary_resolved"),
        (maintenance_summary, "maintenance_summary"),
    ):
        message = make(two)
        assert message.key == key
        assert dict(message.values) == {
            "count": 2,
            "connections": ("Home fibre", "Mail"),
            "titles": ("Cable cut", "Power failure"),
            "provider": "Planet Fibre",
            "since": at(-9),
        }
    assert summary((two[0], replace(two[1], provider="Other"))).values["provider"] == ""


def test_accounts_that_cannot_be_asked() -> None:
    """Who, since the first of them."""
    assert dict(unreachable(("A", "B"), NOON).values) == {"providers": ("A", "B"), "since": NOON}


# --- who is hit ---


def test_a_hit_names_the_connections_that_are_surely_hit() -> None:
    """Two connections hit are named in one; those that only may be are named where none surely is."""
    sure = known(links=(Link("mail", Relevance.LINKED), Link("fibre", Relevance.LINKED)))
    (found,) = hits((sure,), HOME, Scene(), KEEPS, NOON)
    assert (found.connections, found.kinds) == (("Home fibre", "Mail"), ("internet", "mail"))
    assert (found.level, found.sure, found.provider) == (Level.OUTAGE, True, "Planet Fibre")
    mixed = known(links=(Link("mail", Relevance.LINKED), Link("fibre", Relevance.POSSIBLE)))
    (found,) = hits((mixed,), HOME, Scene(), KEEPS, NOON)
    assert found.connections == ("Mail",)
    perhaps = known(links=(Link("mail", Relevance.POSSIBLE), Link("fibre", Relevance.POSSIBLE)))
    (found,) = hits((perhaps,), HOME, Scene(), KEEPS, NOON)
    assert (found.connections, found.sure, found.level) == (("Home fibre", "Mail"), False, Level.NOTICE)


def test_a_hit_is_as_bad_as_it_is_for_the_worst_off() -> None:
    """One of two connections works all the same: told as the other has it."""
    account = replace(HOME, connections=(replace(FIBRE, match=("a",)), replace(MAIL, match=("b",))))
    scene = Scene((thing("a"), thing("b", Level.OUTAGE)), has_states=True)
    incident = known(
        severity=Severity.MINOR,
        affected=("a", "b"),
        links=(Link("fibre", Relevance.LINKED), Link("mail", Relevance.LINKED)),
    )
    (found,) = hits((incident,), account, scene, DROPS, NOON)
    assert (found.level, found.still_down) == (Level.OUTAGE, True)
    fine = Scene((thing("a"), thing("b")), has_states=True)
    (found,) = hits((incident,), account, fine, DROPS, NOON)
    assert (found.level, found.still_down) == (Level.DEGRADED, False)


def test_a_hit_on_a_connection_that_is_gone_names_nobody() -> None:
    """The settings changed in between: no error, and no name."""
    (found,) = hits((known(links=(Link("gone", Relevance.LINKED),)),), HOME, Scene(), KEEPS, NOON)
    assert (found.connections, found.level) == ((), Level.OK)


def test_what_is_unwatched_names_nobody() -> None:
    """It is only closed."""
    (found,) = unwatched((known(),))
    assert (found.incident, found.level, found.connections) == (known(), Level.OK, ())
