"""Tray and window say the verdict: where it is broken, what the provider says of it, and over which link one is."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from support.phrases import account, at, book, incident, instant
from support.verdicts import FRESH_FOR, NOW, POSSIBLE, WORK, accounts, alone, line, page, seen
from tocsin.domain.freshness import shown
from tocsin.domain.incident import Alias, Measured
from tocsin.domain.state import AppState, Side
from tocsin.domain.terms import Cause, ConnectionKind, Level, LineState, Role, Severity

BACKUP = {"role": Role.BACKUP, "name": "Office SIM", "id": "sim", "kind": ConnectionKind.MOBILE}
CUT = Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, at("17:40"))


def headline(view, said=Level.OK, language="en"):
    """The headline at 19:10."""
    return book(language).headline(view, shown(view, NOW), NOW.wall, accounts(said))


def verdict(view, said=Level.OK, language="en"):
    """The one sentence at 19:10."""
    return book(language).verdict(view, shown(view, NOW), NOW.wall, accounts(said))


def tip(*views, said=Level.OK, language="en"):
    """The tooltip at 19:10."""
    return book(language).tooltip(AppState(NOW, views, accounts(said)), NOW)


@pytest.mark.parametrize(
    ("said", "state", "english", "dutch"),
    [
        (Level.OK, LineState.UP, "Home fibre works", "Home fibre werkt"),
        (
            Level.UNKNOWN,
            LineState.UP,
            "Home fibre works; we could not ask Planet Fibre since 18:20",
            "Home fibre werkt; Planet Fibre is sinds 18:20 niet te bereiken",
        ),
        (
            Level.OUTAGE,
            LineState.UP,
            "Planet Fibre reports an outage since 17:50; Home fibre still works",
            "Planet Fibre meldt een storing sinds 17:50; Home fibre werkt nog",
        ),
        (Level.OK, LineState.DEGRADED, "Problems on Home fibre since 17:58", "Problemen met Home fibre sinds 17:58"),
        (Level.OUTAGE, LineState.DEGRADED, "Outage on Home fibre since 17:50", "Storing op Home fibre sinds 17:50"),
        (Level.OK, LineState.DOWN, "Outage on Home fibre since 17:58", "Storing op Home fibre sinds 17:58"),
        (Level.OUTAGE, LineState.DOWN, "Outage on Home fibre since 17:58", "Storing op Home fibre sinds 17:58"),
        (
            Level.OK,
            LineState.LOCAL_FAULT,
            "Your own network is down, not the provider",
            "Uw eigen netwerk ligt plat, niet de aansluiting",
        ),
        (
            Level.OUTAGE,
            LineState.LOCAL_FAULT,
            "Your own network is down; Planet Fibre reports an outage since 17:50",
            "Uw eigen netwerk ligt plat; Planet Fibre meldt een storing sinds 17:50",
        ),
        (
            Level.OK,
            LineState.CAPTIVE_PORTAL,
            "This network asks you to sign in",
            "Dit netwerk vraagt u om in te loggen",
        ),
        (Level.OUTAGE, LineState.NOT_MEASURED, "Outage on Home fibre since 17:50", "Storing op Home fibre sinds 17:50"),
    ],
)
def test_a_headline_says_the_verdict(said, state, english, dutch):
    """What both together mean comes first; where the provider's word is all there is, it stays as it was."""
    assert headline(seen(said, state), said) == english
    assert headline(seen(said, state), said, "nl") == dutch


def test_the_line_alone_has_no_provider_to_blame():
    """A connection without an API is said to work or not by its line, and nobody is said to be silent."""
    assert headline(alone(LineState.UP)) == "Home fibre works"
    assert headline(alone(LineState.DOWN)) == "Outage on Home fibre since 17:58"
    never = alone(LineState.NOT_MEASURED, line=line(LineState.NOT_MEASURED, measured=None, since=None))
    assert headline(never) == "The state of Home fibre is not known yet"
    old = alone(LineState.UP, line=line(LineState.UP, measured=instant("18:20")))
    assert headline(old) == "The state of Home fibre has not been known since 18:20"
    assert book().checked(old, shown(old, NOW), NOW.wall) == "last measured 18:20"
    assert verdict(old) == verdict(never) == ""


def test_a_start_that_the_line_kept_through_its_changes():
    """The router came back, the line behind it did not: it has been down since it fell."""
    mark = replace(CUT, state=LineState.DOWN)
    ours = incident(measured=mark, aliases=(Alias("line:fibre", at("17:40")),), start=at("17:40"))
    view = seen(Level.OK, LineState.DOWN, incidents=(ours,))
    assert headline(view) == "Outage on Home fibre since 17:40"
    assert verdict(view) == "Your line has been down since 17:40; Planet Fibre reports nothing yet: report it."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"incidents": (incident(start=at("17:50"), etas=[at("19:00")]),)},
            "Planet Fibre reports an outage since 17:50, its estimate of 19:00 has passed",
        ),
        ({"incidents": (incident(start=at("17:50")),)}, "Planet Fibre reports an outage since 17:50"),
        ({"incidents": ()}, "Planet Fibre reports an outage"),
        ({"incidents": (incident(links=POSSIBLE),)}, "Planet Fibre reports an outage"),
    ],
)
def test_what_a_report_says_and_what_it_does_not(changes, sentence):
    """A start or an end that nobody gave is not made up."""
    assert verdict(seen(Level.OUTAGE, LineState.DOWN, **changes)) == f"Your line has been down since 17:58; {sentence}."


def test_a_report_that_was_put_into_what_the_line_showed():
    """An incident that the line made first has the provider's own start beside ours."""
    aliases = (Alias("line:fibre", at("17:58")), Alias("INC-1", at("17:30")))
    taken_over = incident(start=at("17:58"), started_at=at("17:30"), aliases=aliases, measured=CUT)
    view = seen(Level.OUTAGE, LineState.DOWN, incidents=(taken_over,))
    assert verdict(view) == "Your line has been down since 17:40; Planet Fibre reports an outage since 17:30."


def test_who_is_silent_and_how():
    """Not asked, not heard, not listed and never known are different silences."""
    view = seen(Level.UNKNOWN, LineState.DOWN)
    found = shown(view, NOW)
    say = book().verdict
    assert say(view, found, NOW.wall, accounts(Level.UNKNOWN)).endswith("; we could not ask Planet Fibre since 18:20.")
    assert say(view, found, NOW.wall, accounts()).endswith("; nothing has been heard from Planet Fibre since 18:20.")
    never = replace(view, sides=(Side("home", Level.OK, None, FRESH_FOR),))
    assert say(never, found, NOW.wall, accounts()).endswith("; what Planet Fibre says is not known.")
    gone = replace(view, match_missing=True)
    assert say(gone, found, NOW.wall, accounts()).endswith("; Planet Fibre no longer lists it.")
    assert say(view, found, NOW.wall).endswith("; nothing has been heard from the provider since 18:20.")


def test_nothing_yet_is_said_only_of_who_was_heard_since():
    """A provider that was last heard before the line fell has not kept silent about it."""
    before = Side("home", Level.OK, instant("17:56"), timedelta(hours=2))
    view = seen(Level.OK, LineState.DOWN, sides=(before,))
    assert (
        verdict(view) == "Your line has been down since 17:58; Planet Fibre had reported nothing by 17:56: report it."
    )
    assert verdict(view, language="nl") == (
        "Uw lijn ligt plat sinds 17:58; Planet Fibre had tot 17:56 nog niets gemeld: geef het door."
    )


def test_a_report_that_may_be_ours():
    """What a provider declares without saying whom it hits is not kept silent about when the line is down."""
    maybe = incident(links=POSSIBLE, severity=Severity.MAJOR)
    view = seen(Level.NOTICE, LineState.DOWN, incidents=(maybe,))
    assert verdict(view) == (
        "Your line has been down since 17:58; Planet Fibre reports an outage that may be yours: report it."
    )


def test_maintenance_that_is_over_its_end():
    """A sentence that begins with our own words has a capital; one that begins with a name has the owner's."""
    late = incident(**WORK, overrun=True)
    view = seen(Level.DEGRADED, LineState.UP, incidents=(late,))
    assert verdict(view) == "The maintenance of Planet Fibre takes longer than planned; your line still works."
    assert verdict(view, language="nl") == (
        "Het onderhoud van Planet Fibre duurt langer dan gepland; uw lijn werkt nog."
    )
    nobody = book().verdict(seen(Level.OUTAGE, LineState.UP, incidents=()), shown(view, NOW), NOW.wall)
    assert nobody.startswith("The provider reports")
    lower = book().verdict(
        seen(Level.OUTAGE, LineState.UP), shown(view, NOW), NOW.wall, (account(name="planet fibre"),)
    )
    assert lower.startswith("planet fibre reports")


def test_several_providers_are_several():
    """Two accounts that name the same connection are both named, in the plural."""
    two = tuple(Side(each, Level.OK, NOW, FRESH_FOR) for each in ("home", "moon"))
    view = seen(Level.OK, LineState.DOWN, sides=two)
    both = (*accounts(), account(id="moon", name="Moon Net"))
    said = book().verdict(view, shown(view, NOW), NOW.wall, both)
    assert said == "Your line has been down since 17:58; Planet Fibre and Moon Net report nothing yet: report it."


@pytest.mark.parametrize(
    ("state", "english"),
    [
        (LineState.DOWN, "Home fibre has been down since 17:58"),
        (LineState.LOCAL_FAULT, "Home fibre has been cut off within your own network since 17:58"),
        (LineState.DEGRADED, "Home fibre has been slow or losing data since 17:58"),
        (LineState.UP, "Home fibre works"),
        (LineState.NOT_MEASURED, "Home fibre is not measured now"),
    ],
)
def test_on_the_backup(state, english):
    """Traffic that leaves over the backup is said first, and the primary by its name."""
    view = seen(Level.OK, state, line=line(state, on_backup=True, backup="Office SIM"))
    assert headline(view) == f"You are on the backup Office SIM; {english}"
    assert book().on_backup(view, "Office SIM") == f"You are on the backup Office SIM; {english}"
    assert verdict(view).replace("; ", ". ").startswith(f"You are on the backup Office SIM. {english}")
    unnamed = replace(view, line=replace(view.line, backup=""))
    assert headline(unnamed) == f"You are on the backup; {english}"
    assert book("nl").on_backup(view, "Office SIM").startswith("U zit op de reserveaansluiting Office SIM; Home fibre ")


def test_on_the_backup_with_what_the_provider_says():
    """The verdict on the primary stays whole while the backup carries the traffic."""
    view = seen(Level.OUTAGE, LineState.DOWN, line=line(LineState.DOWN, on_backup=True, backup="Office SIM"))
    assert verdict(view) == (
        "You are on the backup Office SIM. "
        "Home fibre has been down since 17:58; Planet Fibre reports an outage since 17:50, expected 20:30."
    )
    assert tip(view) == "Tocsin: You are on the backup Office SIM; Home fibre has been down since 17:58"


def test_a_backup_that_is_not_in_use():
    """It is neither good nor bad, and no matter for the tooltip."""
    idle = alone(LineState.NOT_MEASURED, **BACKUP, line=line(LineState.NOT_MEASURED, measured=None, in_use=False))
    assert headline(idle) == "Office SIM is not in use"
    assert book("nl").checked(idle, shown(idle, NOW), NOW.wall) == "niet in gebruik"
    assert tip(seen(Level.OK, LineState.UP), idle) == "Tocsin: Home fibre works"
    assert tip(idle) == "Tocsin: Office SIM is not in use"


def test_a_backup_is_called_by_its_name():
    """Only the primary is "your line"."""
    view = seen(Level.OK, LineState.DOWN, **BACKUP)
    assert verdict(view) == "Office SIM has been down since 17:58; Planet Fibre reports nothing yet: report it."


def test_how_old_what_is_shown_is():
    """The age is that of whoever decides what is shown: the line, or the provider."""
    say = book().checked
    fresh = seen(Level.UNKNOWN, LineState.DOWN)
    assert say(fresh, shown(fresh, NOW), NOW.wall) == "measured 19:10"
    old = seen(Level.UNKNOWN, LineState.DOWN, line=line(LineState.DOWN, measured=instant("18:30")))
    assert say(old, shown(old, NOW), NOW.wall) == "last confirmed 18:30"
    assert tip(old, said=Level.UNKNOWN) == (
        "Tocsin: Outage on Home fibre since 17:58, last confirmed 18:30; we could not ask Planet Fibre since 18:20"
    )
    theirs = seen(Level.OUTAGE, LineState.UP)
    assert say(theirs, shown(theirs, NOW), NOW.wall) == "checked 19:10"
    never = alone(LineState.NOT_MEASURED, line=line(LineState.NOT_MEASURED, measured=None))
    assert say(never, shown(never, NOW), NOW.wall) == "not measured yet"


def test_the_tooltip_has_the_provider_beside_the_line():
    """The tray says both where there is room, and one cause for all as one."""
    down = seen(Level.OK, LineState.DOWN)
    assert tip(down) == "Tocsin: Outage on Home fibre since 17:58; Planet Fibre reports nothing yet"
    long = replace(down, name="A very long name of a connection that goes on and on and on")
    short = "Tocsin: Outage on A very long name of a connection that goes on and on and on since 17:58"
    assert tip(long) == short
    own = [seen(Level.OK, LineState.LOCAL_FAULT, id=each, name=each) for each in ("fibre", "mail")]
    assert tip(*own) == "Tocsin: Your own network is down, not the provider"
    assert tip(*own, language="nl") == "Tocsin: Uw eigen netwerk ligt plat, niet de aansluiting"
    assert tip(down, replace(down, id="b", name="Mail")) == "Tocsin: Outage (2): Home fibre and Mail"


@pytest.mark.parametrize("language", ["de", "en", "fr", "nl"])
def test_no_combination_leaves_a_hole(language):
    """Whatever stands in a view: every sentence is whole, plain, and ends as a sentence does."""
    words = book(language)
    cases = product(Level, LineState, (None, *Cause), (None, at("17:58")), Role, (False, True), ("", "Office SIM"))
    for said, state, cause, since, role, has_provider, backup in cases:
        side = line(state, cause=cause, since=since, on_backup=bool(backup), backup=backup)
        changes = {"line": side, "role": role}
        view = seen(said, state, **changes) if has_provider else alone(state, **changes)
        found = shown(view, NOW)
        sentence = words.verdict(view, found, NOW.wall, accounts(said))
        lines = [words.headline(view, found, NOW.wall), words.checked(view, found, NOW.wall), tip(view, said=said)]
        assert all(lines)
        assert not [each for each in (sentence, *lines) if "{" in each or "!" in each or ";;" in each]
        assert sentence == "" or sentence.endswith(".")
        assert not any(each.endswith(".") for each in lines)


def test_what_to_do_meanwhile_goes_by_the_verdict():
    """The verdict's advice comes first; a line that works needs no stand-in; the provider's own advice wins."""

    def meanwhile(view, of=None):
        return book().meanwhile(view, of or incident(), NOW.wall, shown(view, NOW))

    hotspot = "If you have to be online now, the hotspot of a mobile phone can stand in."
    assert meanwhile(seen(Level.OUTAGE, LineState.UP)) == ""
    assert meanwhile(seen(Level.OUTAGE, LineState.NOT_MEASURED)) == hotspot
    assert meanwhile(seen(Level.OK, LineState.DOWN)).endswith(f"switch it on again. {hotspot}")
    assert meanwhile(seen(Level.OUTAGE, LineState.DOWN)).startswith("Use another way, such as the hotspot")
    assert hotspot not in meanwhile(seen(Level.OUTAGE, LineState.DOWN))
    assert meanwhile(seen(Level.OK, LineState.LOCAL_FAULT)).startswith("Check the cable or the Wi-Fi")
    on_backup = seen(Level.OK, LineState.DOWN, line=line(LineState.DOWN, on_backup=True, backup="Office SIM"))
    assert meanwhile(on_backup) == ""
    assert meanwhile(seen(Level.OUTAGE, LineState.UP), incident(advice="Restart.")) == "Restart."


def test_the_bottom_line_of_a_line_alone():
    """Where there is nobody to ask, the age is that of the measurement."""
    words, nobody = book(), account(provider="line")
    assert words.polling((nobody,), NOW) == "not checked yet"
    figures = page(LineState.UP, measured=instant("18:30"))
    assert words.polling((nobody,), NOW, figures) == "measured 40 min ago"
    soon = replace(figures, measured=None, hosts=("192.0.2.1",))
    assert words.polling((nobody,), NOW, soon) == "not measured yet"
    assert words.polling((), NOW, replace(soon, hosts=())) == "Nothing is watched yet"
    asked = account(last_success=instant("19:00"))
    assert words.polling((nobody, asked), NOW, figures) == "checked 10 min ago"
