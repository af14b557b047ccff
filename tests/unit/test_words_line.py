"""The user's own line in words: states, causes, figures, titles, and the head of its page."""

import math

import pytest

from support.phrases import at, book, incident, instant
from support.verdicts import NOW, page
from tocsin.domain.incident import Alias, Measured
from tocsin.domain.measured import title
from tocsin.domain.quality import CallFitness, Quality
from tocsin.domain.terms import Cause, EndHow, LineState


def only_ours(state, cause, **changes):
    """An incident that nobody but the line shows."""
    mark = Measured(state, cause, at("17:58"))
    base = {
        "provider_id": "line:fibre",
        "aliases": (Alias("line:fibre", at("17:58")),),
        "title": title(mark),
        "measured": mark,
    }
    return incident(**(base | changes))


@pytest.mark.parametrize("language", ["de", "en", "fr", "nl"])
def test_every_state_cause_and_fitness_has_words_of_its_own(language):
    """No two states, causes or fitnesses are said alike."""
    words = book(language)
    for say, members in (
        (words.line_state_word, LineState),
        (words.cause_sentence, Cause),
        (words.calls_word, (*CallFitness, None)),
    ):
        said = [say(member) for member in members]
        assert all(said)
        assert len(set(said)) == len(said)
    assert words.cause_sentence(None) == ""
    assert all(words.cause_sentence(cause).endswith(".") for cause in Cause)


def test_the_words_for_calls():
    """The words that the user was promised."""
    assert [book().calls_word(each) for each in CallFitness] == ["good for calls", "strained", "unfit"]
    assert book("nl").calls_word(CallFitness.GOOD) == "geschikt om te bellen"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0234, "23 ms"),
        (0.0, "0 ms"),
        (0.0004, "under 1 ms"),
        (1.2, "1200 ms"),
        (-1.0, "0 ms"),
        (None, "not measured"),
        (math.nan, "not measured"),
        (math.inf, "not measured"),
    ],
)
def test_milliseconds(seconds, said):
    """A time that is none is said to be none, and a small one is not said to be nothing."""
    assert book().milliseconds(seconds) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0 %"),
        (0.004, "under 1 %"),
        (0.12, "12 %"),
        (0.999, "99 %"),
        (1.0, "100 %"),
        (7.0, "100 %"),
        (-1.0, "0 %"),
        (math.nan, "0 %"),
    ],
)
def test_percent(share, said):
    """One lost packet is not none, and one that got through is not none either."""
    assert book().percent(share) == said


@pytest.mark.parametrize(
    ("line", "english", "dutch"),
    [
        (
            page(LineState.UP),
            "Your line works. An answer takes 23 ms; no packets are lost.",
            "Uw lijn werkt. De reactietijd is 23 ms; er gaan geen pakketten verloren.",
        ),
        (
            page(LineState.DEGRADED, quality=Quality(0.9, 0.2, 0.12, 20)),
            "Your line has been slow or losing data since 17:58. An answer takes 900 ms; 12 % of the packets are lost.",
            (
                "Uw lijn is sinds 17:58 traag of verliest gegevens. "
                "De reactietijd is 900 ms; 12% van de pakketten gaat verloren."
            ),
        ),
        (
            page(LineState.DEGRADED, Cause.DNS, quality=Quality(None, None, 1.0, 20)),
            "Your line carries traffic, but names of websites have not been found since 17:58.",
            "Uw lijn laat verkeer door, maar namen van websites worden sinds 17:58 niet gevonden.",
        ),
        (
            page(LineState.DOWN, Cause.BEYOND_GATEWAY),
            "Your line has been down since 17:58. Nothing beyond your own network answers.",
            "Uw lijn ligt plat sinds 17:58. Voorbij uw eigen netwerk antwoordt niets.",
        ),
        (
            page(LineState.DOWN, Cause.BEYOND_GATEWAY, link="backup"),
            "Your backup line has been down since 17:58. Nothing beyond your own network answers.",
            "Uw reservelijn ligt plat sinds 17:58. Voorbij uw eigen netwerk antwoordt niets.",
        ),
        (
            page(LineState.LOCAL_FAULT, Cause.GATEWAY),
            "Your own network is down, not the provider: the router has not answered since 17:58.",
            "Uw eigen netwerk ligt plat, niet de aansluiting: de router antwoordt sinds 17:58 niet.",
        ),
        (
            page(LineState.CAPTIVE_PORTAL, Cause.CAPTIVE_PORTAL),
            "This network asks you to sign in.",
            "Dit netwerk vraagt u om in te loggen.",
        ),
        (
            page(LineState.NOT_MEASURED),
            "Your line is not measured now; the last time was 19:10.",
            "Uw lijn wordt nu niet gemeten; de laatste keer was 19:10.",
        ),
        (
            page(LineState.UP, measured=instant("18:20")),
            "Your line is not measured now; the last time was 18:20.",
            "Uw lijn wordt nu niet gemeten; de laatste keer was 18:20.",
        ),
        (
            page(LineState.LOCAL_FAULT, Cause.BEYOND_GATEWAY),
            "Your VPN does not work: nothing has come through it since 17:58, though your line works.",
            "Uw VPN werkt niet: er komt sinds 17:58 niets door, terwijl uw lijn werkt.",
        ),
        (
            page(LineState.NOT_MEASURED, Cause.OWN_NETWORK, since=None),
            "Your line is not measured: this computer is not connected to a network.",
            "Uw lijn wordt niet gemeten: deze computer is niet met een netwerk verbonden.",
        ),
        (
            page(LineState.NOT_MEASURED, Cause.OWN_NETWORK, since=None, measured=instant("18:50")),
            "Your line is not measured now; the last time was 18:50.",
            "Uw lijn wordt nu niet gemeten; de laatste keer was 18:50.",
        ),
        (page(LineState.UP, measured=None), "Your line has not been measured yet.", "Uw lijn is nog niet gemeten."),
    ],
)
def test_the_line_now(line, english, dutch):
    """The head of the page says how it stands, since when, and what the figures mean."""
    assert book("en").line_now(line, NOW) == english
    assert book("nl").line_now(line, NOW) == dutch


@pytest.mark.parametrize(
    ("state", "cause", "english", "dutch"),
    [
        (LineState.DOWN, Cause.BEYOND_GATEWAY, "Line down", "Lijn plat"),
        (LineState.DOWN, Cause.DNS, "Names of websites not found", "Namen van websites niet gevonden"),
        (LineState.DEGRADED, None, "Line slow or losing data", "Lijn traag of met gegevensverlies"),
        (LineState.LOCAL_FAULT, Cause.OWN_NETWORK, "Own network down", "Eigen netwerk plat"),
        (
            LineState.LOCAL_FAULT,
            Cause.GATEWAY,
            "Own network down: the router did not answer",
            "Eigen netwerk plat: de router antwoordde niet",
        ),
        (LineState.LOCAL_FAULT, Cause.BEYOND_GATEWAY, "VPN did not work", "VPN werkte niet"),
    ],
)
def test_what_only_the_line_showed_has_a_title_of_ours(state, cause, english, dutch):
    """What the record calls it is said in the user's words, without quotation marks: nobody said it."""
    ours = only_ours(state, cause)
    for words, said in ((book(), english), (book("nl"), dutch)):
        assert words.incident_title(ours) == said
        assert words.plain_title(ours) == said
    assert book().incident_title(only_ours(state, cause, measured=None)) == english
    assert book().source(ours, "Planet Fibre", NOW.wall) == f"{english} - measured on this computer"
    assert book().estimate(ours, NOW.wall) == ""


def test_what_a_provider_declared_keeps_its_title():
    """The provider's words are quoted, also once the line showed the same."""
    mark = Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, at("17:58"))
    taken_over = only_ours(
        LineState.DOWN,
        Cause.BEYOND_GATEWAY,
        title="Cable cut in Utrecht",
        aliases=(Alias("line:fibre", at("17:58")), Alias("INC-1", at("17:50"))),
    )
    for each in (incident(), incident(measured=mark), taken_over):
        assert book().incident_title(each) == "“Cable cut in Utrecht”"
        assert book().plain_title(each) == "Cable cut in Utrecht"
        assert book().source(each, "Planet Fibre", NOW.wall) == "“Cable cut in Utrecht” - Planet Fibre"
        assert book().estimate(each, NOW.wall) == "No estimate given yet"
    assert book().plain_title(incident(title="line: somewhere else")) == "line: somewhere else"


def test_an_end_that_was_not_measured():
    """An end in time that was not measured is a latest, and said to be."""
    over = only_ours(LineState.DOWN, Cause.BEYOND_GATEWAY, how=EndHow.UNKNOWN, ended_at=at("18:40"))
    assert book().ended(over, NOW.wall) == "end not measured, over by 18:40"
    assert book("nl").ended(over, NOW.wall) == "einde niet gemeten, uiterlijk 18:40 voorbij"
    assert book().lasted(over, NOW.wall) == "at most 42 min"
    assert book("nl").lasted(over, NOW.wall) == "hoogstens 42 min"
