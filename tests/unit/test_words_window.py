"""The window's and the tray's sentences: how it stands, since when, until when, and how old that knowledge is."""

from datetime import timedelta

import pytest

from support.phrases import account, at, book, incident, instant, view
from tocsin.domain.freshness import Shown, shown
from tocsin.domain.incident import Episode, Link, Source
from tocsin.domain.snapshot import Update
from tocsin.domain.state import AppState, Side
from tocsin.domain.terms import ConnectionKind, EndHow, IncidentKind, Level, Phase, Relevance, Role, Severity

NOW = at("19:10")
FRESH, STALE = False, True
MAINTENANCE = {"kind": IncidentKind.MAINTENANCE, "scheduled_start": at("17:58"), "scheduled_end": at("21:00")}
POSSIBLE = (Link("fibre", Relevance.POSSIBLE),)


def headline(seen, level, language="en", *, stale=FRESH, accounts=()):
    """The headline of a connection shown at a level."""
    return book(language).headline(seen, Shown(level, stale), NOW, accounts)


@pytest.mark.parametrize(
    ("level", "incidents", "english", "dutch"),
    [
        (Level.OUTAGE, (incident(),), "Outage on Home fibre since 17:58", "Storing op Home fibre sinds 17:58"),
        (Level.DEGRADED, (incident(),), "Problems on Home fibre since 17:58", "Problemen met Home fibre sinds 17:58"),
        (
            Level.MAINTENANCE,
            (incident(**MAINTENANCE),),
            "Maintenance on Home fibre since 17:58",
            "Onderhoud aan Home fibre sinds 17:58",
        ),
        (
            Level.DEGRADED,
            (incident(**MAINTENANCE, overrun=True),),
            "Maintenance on Home fibre takes longer than planned",
            "Het onderhoud aan Home fibre duurt langer dan gepland",
        ),
        (
            Level.NOTICE,
            (incident(),),
            "A notice about Home fibre since 17:58",
            "Mededeling over Home fibre sinds 17:58",
        ),
        (
            Level.NOTICE,
            (incident(links=POSSIBLE),),
            "Home fibre may have been affected since 17:58",
            "Mogelijk storing op Home fibre sinds 17:58",
        ),
        (Level.OUTAGE, (), "Outage on Home fibre", "Storing op Home fibre"),
        (Level.DEGRADED, (), "Problems on Home fibre", "Problemen met Home fibre"),
        (Level.MAINTENANCE, (), "Maintenance on Home fibre", "Onderhoud aan Home fibre"),
        (Level.NOTICE, (), "A notice about Home fibre", "Mededeling over Home fibre"),
        (Level.OK, (), "Home fibre works", "Home fibre werkt"),
    ],
)
def test_a_headline_for_every_level(level, incidents, english, dutch):
    """Each level is said with the connection and, where known, its start."""
    seen = view(level, instant("19:09"), incidents=incidents)
    assert headline(seen, level) == english
    assert headline(seen, level, "nl") == dutch


def test_a_headline_dates_the_episode():
    """After a reopening the time since is that of the present episode; without an incident that of the level."""
    again = incident(
        episodes=(Episode(1, at("09:00"), at("10:00"), EndHow.RESOLVED), Episode(2, at("18:05"))), start=at("09:00")
    )
    assert headline(view(incidents=(again,)), Level.OUTAGE) == "Outage on Home fibre since 18:05"
    assert headline(view(since=at("18:10")), Level.OUTAGE) == "Outage on Home fibre since 18:10"
    announced = incident(start=at("02:00", 22), began=False)
    assert headline(view(since=at("18:10"), incidents=(announced,)), Level.OUTAGE).endswith("since 18:10")


def test_an_unknown_level_says_why():
    """Who cannot be asked, what is no longer listed, what was never heard: each is a different unknown."""
    seen = view(Level.OK, instant("18:20"))
    failing = account(failing_since=at("18:21"))
    other = account(id="other", name="Moon Mail", failing_since=at("10:00"))
    assert headline(seen, Level.UNKNOWN, accounts=(other, failing)) == "We cannot ask Planet Fibre since 18:21"
    assert headline(seen, Level.UNKNOWN, "nl", accounts=(failing,)) == "Planet Fibre is sinds 18:21 niet te bereiken"
    assert (
        headline(seen, Level.UNKNOWN, accounts=(account(),)) == "The state of Home fibre has not been known since 18:20"
    )
    assert headline(view(Level.OK), Level.UNKNOWN, "nl") == "Hoe het met Home fibre staat, is nog niet bekend"
    lost = view(Level.UNKNOWN, instant("19:09"), match_missing=True)
    assert headline(lost, Level.UNKNOWN) == "Home fibre is no longer in the provider's list"


def test_a_connection_without_a_name():
    """An empty or invisible name does not leave a hole in the sentence."""
    assert headline(view(name="\u200b"), Level.OUTAGE) == "Outage on your connection"


@pytest.mark.parametrize(
    ("etas", "english", "dutch"),
    [
        ([], "No estimate given yet", "Nog geen verwachte eindtijd"),
        ([at("20:30")], "Expected fixed at 20:30", "Verwachte oplossing: 20:30"),
        (
            [at("19:00"), at("20:30")],
            "Expected fixed at 20:30 - moved once, was 19:00",
            "Verwachte oplossing: 20:30 - één keer verschoven, was 19:00",
        ),
        (
            [at("18:00"), at("19:00"), at("20:30")],
            "Expected fixed at 20:30 - moved twice, was 19:00",
            "Verwachte oplossing: 20:30 - twee keer verschoven, was 19:00",
        ),
        (
            [at("18:00"), at("18:30"), at("19:00"), at("20:30")],
            "Expected fixed at 20:30 - moved 3 times, was 19:00",
            "Verwachte oplossing: 20:30 - 3 keer verschoven, was 19:00",
        ),
        ([at("19:00")], "The estimate of 19:00 has passed", "De verwachte eindtijd van 19:00 is voorbij"),
        (
            [at("18:30"), at("19:00")],
            "The estimate of 19:00 has passed - moved once, was 18:30",
            "De verwachte eindtijd van 19:00 is voorbij - één keer verschoven, was 18:30",
        ),
        ([at("19:00"), None], "No estimate any more - was 19:00", "Geen verwachte eindtijd meer - was 19:00"),
        (
            [at("18:00"), at("19:00"), None],
            "No estimate any more - moved twice, was 19:00",
            "Geen verwachte eindtijd meer - twee keer verschoven, was 19:00",
        ),
        (
            [at("20:30"), None, at("20:30")],
            "Expected fixed at 20:30",
            "Verwachte oplossing: 20:30",
        ),
    ],
)
def test_an_estimate_with_its_moves(etas, english, dutch):
    """An estimate is never nicer than it was: how often it moved and what it was stand beside it."""
    assert book("en").estimate(incident(etas=etas), NOW) == english
    assert book("nl").estimate(incident(etas=etas), NOW) == dutch


@pytest.mark.parametrize(
    ("changes", "now", "english"),
    [
        ({"began": False, "start": at("20:00")}, NOW, "Planned: 17:58 to 21:00"),
        ({}, NOW, "Planned until 21:00"),
        ({}, at("21:30"), "Planned end: 21:00"),
        ({"scheduled_end": None}, NOW, "No planned end was given"),
        ({"etas": [at("22:00")]}, NOW, "Expected fixed at 22:00"),
    ],
)
def test_the_end_of_planned_work_is_its_plan(changes, now, english):
    """Planned work has a plan rather than an estimate, until somebody gives one."""
    assert book().estimate(incident(**(MAINTENANCE | changes)), now) == english


def test_meanwhile_is_the_providers_advice_or_ours():
    """One useful line: the provider's own first, ours by kind of connection else."""
    mail = view(kind=ConnectionKind.MAIL)
    assert book().meanwhile(mail, incident(), NOW) == (
        "Keep your sent mail: messages from 17:58 on may not have arrived."
    )
    assert book("nl").meanwhile(mail, incident(), NOW) == (
        "Bewaar uw verzonden e-mail: berichten vanaf 17:58 zijn mogelijk niet aangekomen."
    )
    assert book().meanwhile(mail, incident(advice="Use\u202e the app\nplease"), NOW) == "Use the app please"


@pytest.mark.parametrize(
    ("seen", "about"),
    [
        (view(role=Role.BACKUP), incident()),
        (view(), incident(severity=Severity.NOTICE)),
        (view(), incident(links=POSSIBLE)),
        (view(), incident(**MAINTENANCE)),
        (view(), incident(how=EndHow.RESOLVED, ended_at=NOW)),
    ],
)
def test_no_advice_where_none_is_useful(seen, about):
    """A backup, a mere notice, planned work and what is over need no workaround from us."""
    assert book().meanwhile(seen, about, NOW) == ""


def test_planned_work_over_its_end_has_advice():
    """An overrun is a disturbance like any other."""
    assert "hotspot" in book().meanwhile(view(), incident(**MAINTENANCE, overrun=True), NOW)


@pytest.mark.parametrize(
    ("seen", "found", "english", "dutch"),
    [
        (view(Level.OK, instant("19:09")), Shown(Level.OK, FRESH), "checked 19:09", "gecontroleerd 19:09"),
        (
            view(Level.OUTAGE, instant("18:20")),
            Shown(Level.OUTAGE, STALE),
            "last confirmed 18:20",
            "laatst bevestigd 18:20",
        ),
        (
            view(Level.OUTAGE, instant("18:20", 20)),
            Shown(Level.UNKNOWN, STALE),
            "last confirmed 20 Nov 18:20",
            "laatst bevestigd 20 nov 18:20",
        ),
        (
            view(Level.OK, instant("18:20")),
            Shown(Level.UNKNOWN, STALE),
            "last heard from 18:20",
            "laatste antwoord 18:20",
        ),
        (view(Level.OK), Shown(Level.UNKNOWN, STALE), "not checked yet", "nog niet gecontroleerd"),
    ],
)
def test_the_age_of_knowledge(seen, found, english, dutch):
    """How old it is stands beside everything that is shown."""
    assert book("en").checked(seen, found, NOW) == english
    assert book("nl").checked(seen, found, NOW) == dutch


def test_the_age_is_that_of_who_says_it():
    """Of two accounts the age is that of the one whose word is shown."""
    limit = timedelta(minutes=3)
    sides = (
        Side("home", Level.OUTAGE, instant("18:20"), limit),
        Side("other", Level.OK, instant("19:09"), limit),
        Side("third", Level.OK, None, limit),
    )
    seen = view(Level.OUTAGE, sides=sides)
    assert book().checked(seen, shown(view(Level.OUTAGE, sides=sides[:2]), instant("19:10")), NOW).endswith("18:20")
    assert book().checked(seen, Shown(Level.OK, FRESH), NOW) == "checked 19:09"


def test_the_bottom_line():
    """When it was last asked and when next; of several accounts the worse of both."""
    home = account(last_success=instant("19:09"), next_poll_at=at("19:11"))
    mail = account(id="mail", last_success=instant("19:08"), next_poll_at=at("19:12"))
    assert book().polling((home, mail), instant("19:10")) == "checked 2 min ago, next in 1 min"
    assert book("nl").polling((home,), instant("19:10")) == "1 min geleden gecontroleerd, opnieuw over 1 min"
    assert book().polling((account(polling=True),), instant("19:10")) == "not checked yet, checking now"
    assert book().polling((), instant("19:10")) == "not checked yet"
    assert book().polling((home,), instant("19:12")) == "checked 3 min ago, next in 0 s"


@pytest.mark.parametrize(
    ("about", "english", "dutch"),
    [
        (incident(), "ongoing", "duurt nog"),
        (incident(began=False), "announced", "aangekondigd"),
        (
            incident(how=EndHow.RESOLVED, ended_at=at("20:10")),
            "resolved 20:10, after 2 h 12 min",
            "opgelost 20:10, na 2 uur 12 min",
        ),
        (
            incident(how=EndHow.VANISHED, ended_at=at("20:10")),
            "no longer listed 20:10, after 2 h 12 min",
            "niet meer gemeld 20:10, na 2 uur 12 min",
        ),
    ],
)
def test_how_it_ended(about, english, dutch):
    """The history says how an incident ended, or that it goes on."""
    assert book("en").ended(about, at("21:00")) == english
    assert book("nl").ended(about, at("21:00")) == dutch


def test_how_long_it_lasted():
    """A duration so far, a duration, or none for what has not begun."""
    assert book().lasted(incident(), NOW) == "1 h 12 min"
    assert book().lasted(incident(how=EndHow.RESOLVED, ended_at=at("18:00")), NOW) == "2 min"
    assert book().lasted(incident(began=False), NOW) == ""
    assert book("nl").since(at("17:58"), NOW) == "sinds 17:58 (1 uur 12 min)"


def test_the_providers_own_words():
    """Titles, raw words and updates are quoted as they came, with whose they are and when."""
    update = Update(at("18:40"), Phase.IDENTIFIED, "Splicing <b>now</b>\u202e")
    about = incident(updates=(update,))
    assert book().source(about, "Planet Fibre", NOW) == "“Cable cut in Utrecht” - Planet Fibre, 18:40"
    assert book().source(incident(), "", NOW) == "“Cable cut in Utrecht”"
    assert book().source(incident(title=""), "", NOW) == ""
    assert book().source(incident(title="", updates=(update,)), "", NOW) == "18:40"
    assert book("nl").update(update, NOW) == "18:40, oorzaak gevonden: Splicing <b>now</b>"
    assert book().update(Update(at("18:40"), Phase.RESOLVED, ""), NOW) == "18:40, resolved"
    assert book().raw_words(about) == "“1”, “inProgress”"
    assert book().raw_words(incident(sources=(Source("home", "", "held"),))) == "“held”"
    assert book().raw_words(incident(sources=())) == ""
    assert book().strange_state(view(raw="flaky")) == "The provider calls its state “flaky”."
    assert book().strange_state(view()) == ""


def test_uncertainty_is_said():
    """An incident that names nothing may concern the user, and that is said."""
    assert book().relevance(view(), incident(links=POSSIBLE)).startswith("This may affect you")
    assert book().relevance(view(), incident()) == ""


def test_a_match_that_nobody_can_verify_is_said():
    """Where the provider lists no services a wrong id would stay silent for ever: the user is told to compare."""
    assert (
        book().unverified(view(verified=False)).startswith("Whether Home fibre is matched correctly cannot be verified")
    )
    assert book().unverified(view()) == ""


def test_the_book_cleans_what_others_show():
    """Tooltips and lists of the desktop have their text cleaned by the same rule."""
    assert book().clean("a\u202eb\nc", 40) == "ab c"


def test_what_is_announced():
    """Planned work stands in the window before it begins, with its window."""
    work = incident(**(MAINTENANCE | {"began": False}))
    assert book("nl").upcoming(work, NOW) == "Gepland onderhoud: 17:58 tot 21:00"
    assert book().upcoming(incident(began=False, start=at("20:00")), NOW) == "Announced: from 20:00"
    assert book().upcoming(incident(), NOW) == ""


def test_every_word_of_the_vocabulary_in_both_languages():
    """Each level, severity, phase, end, kind and role has a word of its own."""
    for language in ("de", "en", "fr", "nl"):
        words = book(language)
        for say, members in (
            (words.level_word, Level),
            (words.severity_word, Severity),
            (words.phase_word, Phase),
            (words.how_word, EndHow),
            (words.kind_word, ConnectionKind),
            (words.kind_word, IncidentKind),
            (words.role_word, Role),
        ):
            said = [say(member) for member in members]
            assert all(said)
            assert len(set(said)) == len(said)
        assert words.how_word(None)
    assert book("nl").level_word(Level.OUTAGE) == "Storing"


def tip(connections, language="en", accounts=(), muted=frozenset()):
    """The tooltip at 19:10."""
    now = instant("19:10")
    return book(language).tooltip(AppState(now, tuple(connections), tuple(accounts), muted=muted), now)


def test_the_tooltip_says_the_worst_first():
    """What is wrong is named, the rest is counted."""
    red = view(confirmed=instant("19:09"), incidents=(incident(),))
    fine = [view(Level.OK, instant("19:09"), id=f"c{n}", name=f"Line {n}") for n in range(3)]
    lost = view(Level.OK, instant("10:00"), id="lost", name="Mail host")
    assert tip([*fine, lost, red]) == "Tocsin: Outage on Home fibre since 17:58; Unknown: 1; OK: 3"
    assert tip([*fine, red], "nl") == "Tocsin: Storing op Home fibre sinds 17:58; In orde: 3"
    assert tip([red], muted=frozenset({"u1"})) == "Tocsin: Outage on Home fibre since 17:58; muted"
    assert tip([red, view(confirmed=instant("19:09"), id="b", name="Office mail")], "nl") == (
        "Tocsin: Storing (2): Home fibre en Office mail"
    )
    assert tip(fine) == "Tocsin: all 3 connections work"
    assert tip(fine[:1], "nl") == "Tocsin: Line 0 werkt"
    assert tip([]) == "Tocsin: nothing is watched yet"


def test_the_tooltip_shows_the_age_of_a_stale_red():
    """A red that could not be confirmed lately says so, a grey says who does not answer."""
    stale = view(confirmed=instant("18:20"), incidents=(incident(),))
    assert tip([stale]) == "Tocsin: Outage on Home fibre since 17:58, last confirmed 18:20"
    grey = view(Level.OK, instant("18:20"))
    failing = account(failing_since=at("18:21"))
    assert tip([grey], accounts=[failing]) == "Tocsin: We cannot ask Planet Fibre since 18:21"


def test_the_tooltip_is_short_whatever_the_names():
    """No tray cuts it: 120 characters, with the counts still in it."""
    long = [view(confirmed=instant("19:09"), id=f"c{n}", name="A very long name " * 9) for n in range(9)]
    said = tip([*long, view(Level.OK, instant("19:09"), id="ok")])
    assert len(said) <= 120
    assert said.endswith("; OK: 1")
    assert said.startswith("Tocsin: Outage (9): A very long name")
