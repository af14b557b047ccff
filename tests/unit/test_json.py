"""Generic JSON: the path language, what words mean, and profiles that are wrong."""

from datetime import UTC, datetime

import pytest

from support.drive import Drive, context, drive
from tocsin.domain.options import OptionFault
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.json import GenericJson
from tocsin.providers.json_paths import PathError, parse

URL = "https://api.example.net/faults"
DOCUMENT = {
    "a": {"b": [{"c": 1}, {"c": None}, {"c": 3}], "d.e": {"f": "odd"}, "n": None, "empty": []},
    "map": {"x": {"id": 1}, "y": {"id": 2}},
    "lists": [["p", "q"], ["r"]],
}


def poll(document: object, **options: str) -> Snapshot:
    return drive(GenericJson(), {URL: document}, context(URL, options=options))


def only(incident: dict, **options: str) -> Report:
    (found,) = poll({"list": [{"id": "i1", **incident}]}, list="list", **options).reports
    return found


def complaint(document: object, **options: str) -> PollFailed:
    with pytest.raises(PollFailed) as failed:
        poll(document, **options)
    return failed.value


# --- paths ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b[*].c", [1, 3]),
        ("a.b[].c", [1, 3]),
        ("$.a.b[*].c", [1, 3]),
        ("a.b[0].c", [1]),
        ("a.b[-1].c", [3]),
        ("a.b[9].c", None),
        ('a["d.e"].f', ["odd"]),
        ("a['d.e'].f", ["odd"]),
        ("map[*].id", [1, 2]),
        ("lists[*]", ["p", "q", "r"]),
        ("lists[0]", ["p", "q"]),
        ("a.empty[*]", []),
        ("a.empty", []),
        ("a.n", []),
        ("a.n[*]", []),
        ("a.zz", None),
        ("zz.b[*]", None),
        ("a.b.c", None),
        ("zz|a.b[0].c", [1]),
        ("$[*].id", None),
    ],
)
def test_paths_lead_where_they_say(path, expected):
    """Keys, elements, quoted keys and alternatives; a null is an empty list, and nowhere is not."""
    assert parse(path).all(DOCUMENT) == expected


def test_a_path_may_be_the_document_itself():
    """A bare list at the top is `@` or `[*]`."""
    assert parse("@").all([1, 2]) == parse("[*]").all([1, 2]) == parse("$").all([1, 2]) == [1, 2]
    assert parse("b|a").first({"a": "", "b": None}) is None
    assert parse("a|b").first({"a": "", "b": 0}) == 0


@pytest.mark.parametrize(
    "path", ["", " ", "a..b", "a.", ".", "a[", "a[x]", "a[1", "[**]", "a]b", 'a["', "a|", "a" * 600]
)
def test_what_is_no_path_says_so(path):
    """A slip of the pen is told before anything is asked."""
    with pytest.raises(PathError):
        parse(path)


# --- profiles that are wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "options.list is missing"),
        ({"list": ""}, "options.list is missing"),
        ({"list": "a..b"}, "options.list is no path from '..b'"),
        ({"list": "a", "titel": "name"}, "options.titel is not known; allowed: list, planned"),
        (
            {"list": "a", "status_map": "over: done"},
            "options.status_map 'over: done' does not begin with one of scheduled",
        ),
        ({"list": "a", "status_map": "resolved done"}, "options.status_map 'resolved done' does not begin"),
        ({"list": "a", "severity_map": "major: !"}, "options.severity_map '!' is no word"),
        ({"list": "a", "time_zone": "Mars/Olympus"}, "options.time_zone is not the name of a time zone"),
    ],
)
def test_a_wrong_profile_is_told_with_option_and_reason(options, told):
    """The person who wrote it must find the place; nothing is asked with half a profile."""
    driven = Drive(GenericJson(), {URL: {}})
    with pytest.raises(PollFailed) as failed:
        driven.poll(context(URL, options=options))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert failed.value.message.startswith(told)
    assert len(failed.value.message) <= 300
    assert not driven.requests


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({}, FailureKind.NOT_STATUS_API),
        ({"faults": []}, FailureKind.NOT_STATUS_API),
        ([], FailureKind.NOT_STATUS_API),
        ({"list": [1]}, FailureKind.MALFORMED),
        ({"list": "none"}, FailureKind.MALFORMED),
        ({"list": [{"title": "no id"}]}, FailureKind.MALFORMED),
    ],
)
def test_a_document_that_does_not_fit_is_a_failure(document, kind):
    """A path that leads nowhere is another document, never an all-clear; an element that is no incident is broken."""
    assert complaint(document, list="list").kind is kind


def test_an_empty_list_is_calm():
    """So is a null one, as serialisers write it."""
    assert poll({"list": []}, list="list").reports == poll({"list": None}, list="list").reports == ()


# --- what words mean -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("WIP", Phase.IDENTIFIED),
        ("wip", Phase.IDENTIFIED),
        ("shut", Phase.RESOLVED),
        ("Closed", Phase.RESOLVED),
        ("In Progress", Phase.IDENTIFIED),
        ("void", Phase.CANCELLED),
        ("pondering", Phase.INVESTIGATING),
        (True, Phase.RESOLVED),
        (False, Phase.INVESTIGATING),
        (3, Phase.MONITORING),
        (None, Phase.INVESTIGATING),
    ],
)
def test_status_words_mean_what_the_map_says(word, phase):
    """The map first, then the usual words; a word that nobody knows is open, and kept."""
    told = "identified: wip; resolved: shut, true; cancelled: void; monitoring: 3"
    found = only({"s": word}, status="s", status_map=told)
    assert (found.phase, found.raw_phase) == (phase, "" if word is None else str(word))


def test_a_star_is_for_whatever_else():
    """A map may say what every other word means."""
    assert only({"s": "odd"}, severity="s", severity_map="major: *").severity is Severity.MAJOR
    assert only({}, severity_map="critical: *").severity is Severity.CRITICAL
    assert only({"s": "odd"}, severity="s").severity is Severity.MINOR
    assert only({"s": "none"}, severity="s").severity is Severity.NOTICE


@pytest.mark.parametrize(
    ("state", "level", "known"),
    [
        ("green", Level.OK, True),
        ("amber", Level.DEGRADED, True),
        ("kaputt", Level.OUTAGE, True),
        ("mauve", Level.DEGRADED, False),
        (None, Level.UNKNOWN, False),
    ],
)
def test_state_words_mean_what_the_map_says(state, level, known):
    """A word that nobody knows is degraded, none at all unknown."""
    told = {"things": [{"id": 1, "name": "Line", "status": state}]}
    (found,) = poll(told, components="things", state_map="outage: kaputt").components
    assert (found.id, found.name, found.level, found.known) == ("1", "Line", level, known)


def test_one_word_for_all_is_a_thing_of_its_own():
    """So that it rings; beside a list of things it is the page's level."""
    alone = poll({"state": "down"}, state="state")
    assert [(each.id, each.level) for each in alone.components] == [("page", Level.OUTAGE)]
    assert (alone.page_level, alone.has_states, alone.lists_things) == (Level.OUTAGE, True, False)
    beside = poll({"state": "degraded", "things": [{"id": 1, "status": "ok"}]}, state="state", components="things")
    assert ([each.id for each in beside.components], beside.page_level) == (["1"], Level.DEGRADED)
    assert complaint({"status": "ok"}, state="state").kind is FailureKind.NOT_STATUS_API
    assert poll({"state": None}, state="state").page_level is Level.UNKNOWN


# --- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-21T18:00:00Z",
        "2026-11-21T19:00:00",
        "2026-11-21 19:00",
        "Sat, 21 Nov 2026 18:00:00 GMT",
        1795284000,
        "1795284000",
        1795284000000,
        1795284000.0,
    ],
)
def test_times_are_read_however_they_are_written(written):
    """RFC 3339, naive in the profile's zone, as in mail, and Unix times in seconds and milliseconds."""
    found = only({"t": written}, start="t", time_zone="Europe/Amsterdam")
    assert found.started_at == datetime(2026, 11, 21, 18, tzinfo=UTC)


def test_naive_times_without_a_zone_are_not_guessed():
    """The incident stays, its start is not known; an estimate that cannot be read is not one that was taken back."""
    found = only({"t": "2026-11-21T19:00:00"}, start="t", eta="t")
    assert (found.started_at, found.eta, found.eta_readable) == (None, None, False)


# --- planned work --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "phase"),
    [
        ("2026-11-25T01:00:00Z", "2026-11-25T03:00:00Z", Phase.SCHEDULED),
        ("2026-11-21T18:00:00Z", "2026-11-21T20:00:00Z", Phase.IDENTIFIED),
        ("2026-11-20T18:00:00Z", "2026-11-20T20:00:00Z", Phase.RESOLVED),
    ],
)
def test_planned_work_without_a_status_goes_by_the_clock(start, end, phase):
    """A window is all that many publish."""
    found = only({"from": start, "to": end}, planned_start="from", planned_end="to")
    assert (found.kind, found.phase) == (IncidentKind.MAINTENANCE, phase)
    assert found.eta == found.scheduled_end


def test_planned_work_may_have_a_list_or_a_word():
    """A list of its own, or a kind; an announced word in a window that has begun is in force."""
    document = {"list": [], "works": [{"id": "w", "when": "2026-11-25T01:00:00Z"}]}
    (found,) = poll(document, list="list", planned="works", start="when").reports
    assert (found.kind, found.phase, found.scheduled_start) == (
        IncidentKind.MAINTENANCE,
        Phase.SCHEDULED,
        datetime(2026, 11, 25, 1, tzinfo=UTC),
    )
    told = {"kind": "k", "kind_map": "maintenance: works", "start": "t", "status": "s"}
    begun = only({"k": "Works", "t": "2026-11-21T18:00:00Z", "s": "scheduled"}, **told)
    assert (begun.kind, begun.phase) == (IncidentKind.MAINTENANCE, Phase.IDENTIFIED)
    assert only({"k": "fault", "t": "2026-11-25T18:00:00Z"}, **told).kind is IncidentKind.INCIDENT


def test_messages_may_be_objects_or_texts():
    """Each with its own time, or at the last change."""
    stated = {"log": [{"at": "2026-11-21T18:10:00Z", "text": "<b>Seen</b>"}, "Hm."], "changed": "2026-11-21T18:20:00Z"}
    found = only({**stated, "last": "Newest"}, updates="log", updated="changed", text="last")
    assert [each.text for each in found.updates] == ["Seen", "Hm.", "Newest"]


# --- what is not said ----------------------------------------------------------------------------------------------


def test_a_profile_of_one_path_finds_what_has_its_usual_name():
    """Who gives no more than the list is shown how it stands, since when, until when, and what was said."""
    found = only(
        {
            "name": "Cable cut",
            "status": "monitoring",
            "impact": "major",
            "started_at": "2026-11-21T18:00:00Z",
            "estimated_end": "2026-11-21T20:30:00Z",
            "updated_at": "2026-11-21T18:30:00Z",
            "message": "A crew is on site.",
        }
    )
    assert (found.title, found.phase, found.severity) == ("Cable cut", Phase.MONITORING, Severity.MAJOR)
    assert found.started_at == datetime(2026, 11, 21, 18, tzinfo=UTC)
    assert found.eta == datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert [each.text for each in found.updates] == ["A crew is on site."]


def test_the_usual_name_of_an_end_is_no_plan():
    """A plain `end` may be an estimate: taken for the end it would hush a fault that goes on."""
    assert only({"start": "2026-11-21T10:00:00Z", "end": "2026-11-21T11:00:00Z"}).phase is Phase.INVESTIGATING
    assert only({"resolved_at": "2026-11-21T11:00:00Z"}).phase is Phase.RESOLVED
    assert only({"status": "open", "resolved_at": "2026-11-21T11:00:00Z"}).phase is Phase.INVESTIGATING


def test_a_word_that_was_only_guessed_and_is_not_known_keeps_nothing_open():
    """Who said where the end is and not where the state is has incidents that end, whatever else is called state."""
    over = {"state": "Bavaria", "until": "2026-11-21T11:00:00Z"}
    assert (only(over, end="until").phase, only(over, end="until").raw_phase) == (Phase.RESOLVED, "Bavaria")
    assert only(over, end="until", status="state").phase is Phase.INVESTIGATING
    assert only({"state": "Bavaria"}, end="until").phase is Phase.INVESTIGATING


def test_planned_work_does_not_begin_when_it_is_announced():
    """It was created days ago; with a time of its own it begins at that."""
    announced = {"type": "maintenance", "status": "scheduled", "created_at": "2026-11-20T11:00:00Z"}
    assert only(announced, kind="type").phase is Phase.SCHEDULED
    assert only(announced, kind="type").scheduled_start is None
    begun = announced | {"started_at": "2026-11-21T11:00:00Z"}
    assert only(begun, kind="type").phase is Phase.IDENTIFIED
    assert only(announced, kind="type", start="created_at").phase is Phase.IDENTIFIED


def test_every_mistake_of_a_profile_is_told_at_once():
    """Beside each field, not one after the other."""
    wrong = {"titel": "a", "eta": "a..b", "status_map": "over: x; resolved: !", "time_zone": "Mars/Olympus"}
    told = [(each.name, each.fault, each.part) for each in GenericJson.mistakes(wrong)]
    assert told == [
        ("titel", OptionFault.UNKNOWN, ""),
        ("list", OptionFault.NOWHERE, ""),
        ("time_zone", OptionFault.ZONE, ""),
        ("eta", OptionFault.PATH, "..b"),
        ("status_map", OptionFault.MEANING, "over: x"),
        ("status_map", OptionFault.WORD, "!"),
    ]
