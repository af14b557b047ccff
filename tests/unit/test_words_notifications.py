"""What a notification says: what, where, since when, until when, what to do; and no more."""

from datetime import UTC, datetime

import pytest

from support.phrases import at, book, message
from tocsin.domain.alarm_state import Tell
from tocsin.domain.terms import Urgency
from tocsin.ports import Words
from tocsin.words.speaker import Speaker

NOW = at("18:40")
ABOUT = {
    "connections": ("Home fibre",),
    "kinds": ("internet",),
    "title": "Cable cut in Utrecht",
    "provider": "Planet Fibre",
    "advice": None,
}
DISTURBED = ABOUT | {"level": "outage", "since": at("17:58"), "eta": at("20:30"), "reopened": 0}
OVER = ABOUT | {"since": at("17:58"), "ended": at("20:10"), "seconds": 7920, "how": "resolved", "still": 0}
WORK = ABOUT | {"start": at("02:00", 22), "end": at("05:00", 22), "eta": None}


def say(key, values, language="en", now=NOW):
    """Title and body."""
    return book(language).notification(message(key, **values), now)


def test_a_start_in_both_languages():
    """The first word of an outage has all that is known, in the voice's own sentences."""
    assert say("started", DISTURBED) == (
        "Outage on Home fibre since 17:58",
        (
            "“Cable cut in Utrecht” - Planet Fibre\n"
            "Expected fixed at 20:30\n"
            "If you have to be online now, the hotspot of a mobile phone can stand in."
        ),
    )
    fibre = DISTURBED | {"connections": ("Glasvezel thuis",)}
    assert say("started", fibre, "nl") == (
        "Storing op Glasvezel thuis sinds 17:58",
        (
            "“Cable cut in Utrecht” - Planet Fibre\n"
            "Verwachte oplossing: 20:30\n"
            "Moet u nu online zijn, dan kan de hotspot van een mobiele telefoon uitkomst bieden."
        ),
    )


@pytest.mark.parametrize(
    ("changes", "english", "dutch"),
    [
        ({"level": "degraded"}, "Problems on Home fibre since 17:58", "Problemen met Home fibre sinds 17:58"),
        ({"reopened": 1}, "Outage on Home fibre again since 17:58", "Opnieuw storing op Home fibre sinds 17:58"),
        (
            {"reopened": 1, "level": "degraded"},
            "Problems on Home fibre again since 17:58",
            "Opnieuw problemen met Home fibre sinds 17:58",
        ),
        ({"since": None}, "Outage on Home fibre", "Storing op Home fibre"),
        ({"since": None, "level": "degraded"}, "Problems on Home fibre", "Problemen met Home fibre"),
        (
            {"connections": ("Home fibre", "Office mail")},
            "Outage on Home fibre and Office mail since 17:58",
            "Storing op Home fibre en Office mail sinds 17:58",
        ),
        ({"connections": ("a", "b", "c")}, "Outage on a, b and c since 17:58", "Storing op a, b en c sinds 17:58"),
        (
            {"connections": ("a", "b", "c", "d", "e")},
            "Outage on a, b and 3 more since 17:58",
            "Storing op a, b en nog 3 sinds 17:58",
        ),
        ({"connections": ()}, "Outage on Planet Fibre since 17:58", "Storing op Planet Fibre sinds 17:58"),
    ],
)
def test_the_headline_of_a_start(changes, english, dutch):
    """Level, reopening, several connections and missing values each have a sentence of their own."""
    assert say("started", DISTURBED | changes)[0] == english
    assert say("started", DISTURBED | changes, "nl")[0] == dutch


@pytest.mark.parametrize(
    ("changes", "english", "dutch"),
    [
        ({"eta": None}, "No estimate given yet", "Nog geen verwachte eindtijd"),
        ({"eta": at("18:30")}, "The estimate of 18:30 has passed", "De verwachte eindtijd van 18:30 is voorbij"),
        ({"eta": at("09:00", 22)}, "Expected fixed at 22 Nov 09:00", "Verwachte oplossing: 22 nov 09:00"),
    ],
)
def test_the_estimate_of_a_start(changes, english, dutch):
    """No estimate and a passed one are said as such."""
    assert say("started", DISTURBED | changes)[1].splitlines()[1] == english
    assert say("started", DISTURBED | changes, "nl")[1].splitlines()[1] == dutch


@pytest.mark.parametrize(
    ("kinds", "english", "dutch"),
    [
        (
            ("mail",),
            "Keep your sent mail: messages from 17:58 on may not have arrived.",
            "Bewaar uw verzonden e-mail: berichten vanaf 17:58 zijn mogelijk niet aangekomen.",
        ),
        (
            ("phone",),
            "Emergency calls may fail on this line: use a mobile phone for them.",
            "Alarmnummers zijn via deze lijn mogelijk niet te bereiken: bel die met een mobiele telefoon.",
        ),
        (("tv",), "Recordings from 17:58 on may be missing.", "Opnamen vanaf 17:58 ontbreken mogelijk."),
        (("mobile",), "Calls over Wi-Fi may still work.", "Bellen via wifi werkt mogelijk nog wel."),
        (
            ("service",),
            "Check what you entered from 17:58 on: it may not have been saved.",
            "Controleer wat u vanaf 17:58 hebt ingevoerd: het is mogelijk niet opgeslagen.",
        ),
    ],
)
def test_our_own_advice_by_kind(kinds, english, dutch):
    """Where the provider gives no advice each kind of connection has a useful line."""
    assert say("started", DISTURBED | {"kinds": kinds})[1].splitlines()[-1] == english
    assert say("started", DISTURBED | {"kinds": kinds}, "nl")[1].splitlines()[-1] == dutch


def test_advice_that_needs_a_start_waits_for_one():
    """No sentence has a hole where a time should stand."""
    assert "mail" not in say("started", DISTURBED | {"kinds": ("mail",), "since": None})[1]


def test_the_providers_advice_comes_first():
    """The provider's own advice replaces ours, as it came, its own exclamation mark and braces included."""
    body = say("started", DISTURBED | {"advice": "Use the app! {x}\nThanks"})[1]
    assert body.splitlines()[-1] == "Use the app! {x} Thanks"
    assert "hotspot" not in body


def test_several_kinds_have_two_lines_of_advice():
    """What may be lost is said before what can be worked around, and no more than two lines of it."""
    lines = say("started", DISTURBED | {"kinds": ("tv", "internet", "mail", "strange")})[1].splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["Keep", "If"]


@pytest.mark.parametrize(
    ("changes", "english", "dutch"),
    [
        ({"was": at("19:00")}, "New estimate: 20:30 (was 19:00)", "Nieuwe verwachting: 20:30 (was 19:00)"),
        ({"was": None}, "New estimate: 20:30", "Nieuwe verwachting: 20:30"),
        (
            {"was": at("19:00"), "eta": None},
            "No estimate any more (was 19:00)",
            "Geen verwachte eindtijd meer (was 19:00)",
        ),
        ({"was": None, "eta": None}, "No estimate given yet", "Nog geen verwachte eindtijd"),
        (
            {"was": at("18:00"), "eta": at("18:20")},
            "The estimate of 18:20 has passed",
            "De verwachte eindtijd van 18:20 is voorbij",
        ),
    ],
)
def test_a_moved_estimate(changes, english, dutch):
    """The same outage keeps its headline, and the news stands first below it."""
    title, body = say("eta_changed", DISTURBED | changes)
    assert title == "Outage on Home fibre since 17:58"
    assert body.splitlines()[0] == english
    assert say("eta_changed", DISTURBED | changes, "nl")[1].splitlines()[0] == dutch


def test_it_became_worse():
    """What changed is said, not only what is."""
    assert say("worsened", DISTURBED)[1].startswith("The problems have become an outage.\n")
    assert say("worsened", DISTURBED | {"level": "degraded"})[1].startswith("The problems have become worse.\n")
    assert say("worsened", DISTURBED, "nl")[1].startswith("De problemen zijn een storing geworden.\n")


@pytest.mark.parametrize(
    ("changes", "english", "dutch"),
    [
        (
            {},
            "Home fibre works again: the outage lasted 2 h 12 min",
            "Home fibre werkt weer: de storing duurde 2 uur 12 min",
        ),
        (
            {"connections": ("Home fibre", "Office mail")},
            "Home fibre and Office mail work again: the outage lasted 2 h 12 min",
            "Home fibre en Office mail werken weer: de storing duurde 2 uur 12 min",
        ),
        (
            {"level": "degraded"},
            "Home fibre works again: the problems lasted 2 h 12 min",
            "Home fibre werkt weer: de problemen duurden 2 uur 12 min",
        ),
        ({"seconds": 0}, "Home fibre works again", "Home fibre werkt weer"),
        (
            {"how": "cancelled"},
            "The report of an outage on Home fibre was withdrawn",
            "De storingsmelding voor Home fibre is ingetrokken",
        ),
        (
            {"how": "cancelled", "planned": 1},
            "The maintenance on Home fibre was cancelled",
            "Het onderhoud aan Home fibre gaat niet door",
        ),
        ({"how": "unaffected"}, "Home fibre is no longer affected", "Home fibre heeft er geen last meer van"),
        ({"how": "unwatched"}, "Home fibre is no longer watched", "Home fibre wordt niet meer gevolgd"),
        (
            {"how": "vanished"},
            "The outage on Home fibre is no longer listed",
            "De storing op Home fibre wordt niet meer gemeld",
        ),
        (
            {"still": 1},
            "The outage on Home fibre was declared over after 2 h 12 min",
            "De storing op Home fibre is na 2 uur 12 min als opgelost gemeld",
        ),
        (
            {"still": 1, "seconds": 0},
            "The outage on Home fibre was declared over",
            "De storing op Home fibre is als opgelost gemeld",
        ),
        (
            {"still": 1, "planned": 1},
            "The maintenance on Home fibre was declared over",
            "Het onderhoud aan Home fibre is als afgerond gemeld",
        ),
        ({"connections": (), "provider": ""}, "Your connection works again: the outage lasted 2 h 12 min", None),
    ],
)
def test_an_end(changes, english, dutch):
    """How it ended and how long it took; nothing is called working that its provider still lists as down."""
    assert say("resolved", OVER | changes)[0] == english
    if dutch is not None:
        assert say("resolved", OVER | changes, "nl")[0] == dutch


def test_still_listed_as_down_is_said():
    """An end that the component list does not bear out is not sold as all clear."""
    assert "Planet Fibre still lists problems on Home fibre." in say("resolved", OVER | {"still": 1})[1]
    assert "The provider still lists" in say("resolved", OVER | {"still": 1, "provider": ""})[1]
    assert "meldt nog wel problemen" in say("vanished", OVER | {"still": 1}, "nl")[1]


def test_after_an_outage_of_mail():
    """Mail leaves something to do when it is over; planned work and other kinds do not."""
    line = "Check the mail that you sent from 17:58 to 20:10: some of it may not have arrived."
    assert line in say("resolved", OVER | {"kinds": ("mail",)})[1]
    assert line in say("vanished", OVER | {"kinds": ("mail",)})[1]
    assert line not in say("resolved", OVER | {"kinds": ("mail",), "how": "cancelled"})[1]
    assert line not in say("resolved", OVER | {"kinds": ("mail",), "planned": 1})[1]
    assert line not in say("resolved", OVER)[1]


def test_vanished():
    """An incident that is gone without a word is called that."""
    assert say("vanished", OVER) == (
        "The outage on Home fibre is no longer listed",
        (
            "Planet Fibre no longer lists it: it is probably over.\n"
            "It was listed from 17:58 to 20:10 (2 h 12 min).\n"
            "“Cable cut in Utrecht” - Planet Fibre"
        ),
    )
    assert say("vanished", OVER | {"planned": 1})[0] == "The maintenance on Home fibre is no longer listed"
    assert say("vanished", OVER | {"provider": "", "ended": None})[1].startswith("The provider no longer lists it")


@pytest.mark.parametrize(
    ("key", "changes", "english", "dutch"),
    [
        (
            "maintenance_announced",
            {},
            "Maintenance planned for Home fibre: 22 Nov 02:00 to 05:00",
            "Gepland onderhoud aan Home fibre: 22 nov 02:00 tot 05:00",
        ),
        (
            "maintenance_announced",
            {"end": None},
            "Maintenance planned for Home fibre: from 22 Nov 02:00",
            "Gepland onderhoud aan Home fibre: vanaf 22 nov 02:00",
        ),
        (
            "maintenance_announced",
            {"start": None},
            "Maintenance planned for Home fibre",
            "Gepland onderhoud aan Home fibre",
        ),
        ("maintenance_started", {}, "Maintenance on Home fibre has begun", "Het onderhoud aan Home fibre is begonnen"),
        (
            "maintenance_overrun",
            {},
            "Maintenance on Home fibre takes longer than planned",
            "Het onderhoud aan Home fibre duurt langer dan gepland",
        ),
        (
            "maintenance_finished",
            {"seconds": 10_800},
            "Maintenance on Home fibre is finished: it lasted 3 h",
            "Het onderhoud aan Home fibre is afgerond: het duurde 3 uur",
        ),
        (
            "maintenance_finished",
            {},
            "Maintenance on Home fibre is finished",
            "Het onderhoud aan Home fibre is afgerond",
        ),
    ],
)
def test_planned_work(key, changes, english, dutch):
    """Planned work is announced with its window, begins, runs over, and ends."""
    assert say(key, WORK | changes)[0] == english
    assert say(key, WORK | changes, "nl")[0] == dutch


def test_the_end_of_planned_work():
    """Until when, in each of its states."""
    assert say("maintenance_started", WORK)[1].splitlines()[0] == "Planned until 22 Nov 05:00"
    assert say("maintenance_started", WORK | {"end": None})[1].startswith("No planned end was given")
    late = at("06:00", 22)
    assert say("maintenance_started", WORK, now=late)[1].splitlines()[0] == "Planned end: 05:00"
    assert say("maintenance_overrun", WORK, now=late)[1].splitlines()[:2] == [
        "Planned end: 05:00",
        "No estimate given yet",
    ]
    moved = WORK | {"eta": at("07:00", 22)}
    assert "Expected fixed at 07:00" in say("maintenance_overrun", moved, now=late)[1]


def test_a_summary():
    """Many at once are counted; a few are named, and that there are more is said."""
    values = {
        "count": 5,
        "connections": ("Home fibre",),
        "titles": ("a", "b", "c", "d", "e"),
        "provider": "Planet Fibre",
        "since": at("17:58"),
    }
    assert say("summary", values) == (
        "5 incidents at Planet Fibre",
        "It concerns Home fibre.\nThe first since 17:58.\n“a”\n“b”\n“c”\nand 2 more",
    )
    assert say("summary", values | {"provider": ""}, "nl")[0] == "5 storingen"
    assert say("summary", values | {"count": 1, "titles": ("a",)}, "nl")[0] == "1 storing bij Planet Fibre"
    assert say("summary_resolved", values, "nl")[0] == "5 storingen bij Planet Fibre zijn voorbij"
    assert say("summary_resolved", values | {"provider": ""})[0] == "5 incidents are over"
    assert say("maintenance_summary", values)[0] == "5 maintenance windows planned at Planet Fibre"
    assert say("maintenance_summary", values | {"provider": ""}, "nl")[0] == "5 keer onderhoud gepland"


def test_unreachable():
    """Not being able to ask is neither fine nor an outage."""
    values = {"providers": ("Planet Fibre", "Moon Mail"), "since": at("18:20")}
    assert say("unreachable", values)[0] == "We cannot ask Planet Fibre and Moon Mail since 18:20"
    assert say("unreachable", values, "nl")[0] == "Planet Fibre en Moon Mail zijn sinds 18:20 niet te bereiken"
    assert say("unreachable", {})[0] == "We cannot ask the provider"


def test_a_key_of_another_version():
    """A message that a newer version left in the outbox is said in general words."""
    assert say("from_the_future", ABOUT) == (
        "Something changed for Home fibre",
        "“Cable cut in Utrecht” - Planet Fibre",
    )


def test_hostile_provider_text():
    """Markup stays text, controls are gone, 10,000 characters are cut, braces fill nothing."""
    title = "<img src=file:///etc/passwd>\u202e{since} " + "x" * 10_000
    body = say("started", DISTURBED | {"title": title, "advice": "<b>\x1b" + "y" * 10_000})[1]
    assert body.startswith("“<img src=file:///etc/passwd>{since} x")
    assert "\u202e" not in body
    assert "\x1b" not in body
    assert len(body) < 600


def test_the_speaker_is_what_the_engine_needs():
    """Text and labelled actions come from one place, and *Acknowledge* is offered only where it does something."""
    speaker: Words = Speaker(book("nl"))
    tell = Tell("inc:u1", "u1", 1, 1, message("started", **DISTURBED), Urgency.CRITICAL, can_acknowledge=True)
    assert speaker.render(tell, NOW)[0] == "Storing op Home fibre sinds 17:58"
    assert speaker.actions(tell) == (("default", "Tocsin openen"), ("acknowledge", "Gezien"), ("open", "Openen"))
    end = Tell("inc:u1", "u1", 1, 2, message("resolved", **OVER), Urgency.NORMAL, final=True)
    assert Speaker(book()).actions(end) == (("default", "Open Tocsin"), ("open", "Open"))


def test_values_of_another_kind_read_as_nothing():
    """What a damaged or newer outbox row holds cannot break a sentence."""
    odd = {"connections": 3, "kinds": 1, "title": ("x",), "provider": None, "since": "18:00", "eta": 5, "level": None}
    assert say("started", odd)[0] == "Outage on your connection"
    assert say("started", odd | {"since": datetime(2026, 11, 21, 17, 0, tzinfo=UTC)})[0].endswith("since 18:00")
    assert say("resolved", {"seconds": 10**30})[0].startswith("Your connection works again: the outage lasted 36500 d")
