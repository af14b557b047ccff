"""Scenario files: a wrong one is explained by line and key, whatever is wrong with it."""

from datetime import UTC, date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.phrases import book
from support.scenario_texts import FULL, HEAD
from tocsin import resources, speaking
from tocsin.errors import ScenarioError
from tocsin.simulator import demo, reading, telling
from tocsin.simulator.scenario import on_day
from tocsin.simulator.scene import Scene

A_DAY = date(2026, 11, 21)

# --- wrong files ---------------------------------------------------------------------------------------------------

STEP = '[[steps]]\nat = "12:00"\n'
DECLARED = f'{STEP}do = "declare"\nproblem = "P1"\n'
ANNOUNCED = f'{STEP}do = "announce"\nproblem = "P2"\nstart = "13:00"\n'
LINES = HEAD.count("\n")


@pytest.mark.parametrize(
    ("tail", "line", "key", "says"),
    [
        ("x = \n", 1, "", "is no TOML"),
        ("[[steps]]\n", 1, "steps[1]", "needs the key 'do' (allowed: declare, announce,"),
        (f"{STEP}", 1, "steps[1]", "needs the key 'do'"),
        (f'{STEP}do = "explode"\n', 3, "steps[1].do", "'explode' is no deed (allowed: declare, announce,"),
        (f'{STEP}do = "declare"\n', 1, "steps[1]", "needs the key 'problem'"),
        (f'{DECLARED}color = "red"\n', 5, "steps[1].color", "is not known here (allowed: do, at, problem,"),
        (f'{DECLARED}status = "broken"\n', 5, "steps[1].status", "'broken' is not known (allowed: acknowledged,"),
        (f'{DECLARED}began = "25:00"\n', 5, "steps[1].began", "hour must be in 0..23"),
        (f"{DECLARED}began = 5\n", 5, "steps[1].began", "must be a clock time"),
        (f"{DECLARED}began = 2026-11-21T18:00:00Z\n", 5, "steps[1].began", "must be a clock time"),
        (f'{DECLARED}began = "13:00"\n', 5, "steps[1].began", "is after the declaration"),
        (f'{DECLARED}text = "since {{25:99}}"\n', 5, "steps[1].text", "impossible clock time"),
        (f'{STEP}do = "declare"\nproblem = "P9"\n', 4, "steps[1].problem", "'P9' is none of the [[problems]]"),
        (f'{STEP}do = "note"\nproblem = "P1"\ntext = "x"\n', 4, "steps[1].problem", "'P1' is not declared at 12:00"),
        (f'{DECLARED}{STEP}do = "note"\nproblem = "P1"\n', 5, "steps[2]", "needs the key 'text'"),
        (f"{DECLARED}{DECLARED}", 8, "steps[2].problem", "is declared already"),
        (f'{DECLARED}[[steps]]\nat = "11:59"\ndo = "fail"\n', 6, "steps[2].at", "11:59 comes after 12:00, but is"),
        (f'{STEP}do = "declare"\nproblem = "P2"\nestimate = "13:00"\n', 5, "steps[1].estimate", "has no `tickets`"),
        (
            f'{DECLARED}{STEP}do = "estimate"\nproblem = "P1"\nestimate = "13:00"\nticket = "T9"\n',
            10,
            "steps[2].ticket",
            "'T9' is no ticket of 'P1' (allowed: T1, T2)",
        ),
        (f'{ANNOUNCED}end = "13:00"\n', 6, "steps[1].end", "is not after the start"),
        (
            f'{DECLARED}{STEP}do = "replan"\nproblem = "P1"\nstart = "13:00"\n',
            8,
            "steps[2].problem",
            "not announced as planned work",
        ),
        (f'{STEP}do = "fail"\nstatus = 99\n', 4, "steps[1].status", "expected `int` >= 200"),
        (f'{STEP}do = "fail"\nmanner = "sulk"\n', 4, "steps[1].manner", "'sulk' is not known (allowed: whole, hang,"),
        (f'{STEP}do = "fail"\nhtml = "yes"\n', 4, "steps[1].html", "expected `bool`, got `str`"),
        (f'{DECLARED}{STEP}do = "drop"\nproblem = "P1"\n{STEP}do = "drop"\nproblem = "P1"\n', 12, None, "not declared"),
        ('[[problems]]\nid = "P1"\nname = "x"\nservices = []\n', 2, "problems[3].id", "'P1' stands there twice"),
        ('[[problems]]\nid = "P3"\nname = "x"\nservices = ["S9"]\n', 4, "problems[3].services", "(allowed: S1, S2)"),
        (
            '[[problems]]\nid = "P3"\nname = "x"\nservices = []\ntickets = ["T1"]\n',
            None,
            "problems",
            "the ticket 'T1' stands there twice",
        ),
        (
            '[[problems]]\nid = "P3"\nname = "x"\nservices = []\ncharacteristics = { plannedStartDate = "x" }\n',
            5,
            "problems[3].characteristics",
            "written by the step `announce`",
        ),
        (
            '[[problems]]\nid = "P3"\nname = "x"\nservices = []\ncharacteristics = { a = [1] }\n',
            5,
            "problems[3].characteristics",
            "got `array`",
        ),
        (
            '[[problems]]\nid = "P3"\nname = "x"\nservices = []\ncharacteristics = { a = nan }\n',
            5,
            "problems[3].characteristics",
            "expected `float`",
        ),
        ('[[problems]]\nid = "P3"\nname = "x"\nservices = []\npriority = 11\n', 5, "problems[3].priority", "<= 10"),
        ("[[colours]]\n", 1, "colours", "is not known here (allowed: day, services, problems, steps)"),
    ],
)
def test_a_wrong_file_is_told_by_line_key_and_what_is_allowed(tail, line, key, says):
    """An integrator's mistake is found by file, line and key, with the values that would do."""
    with pytest.raises(ScenarioError) as caught:
        reading.parse(HEAD + tail, "mine.toml")
    assert says in str(caught.value)
    assert str(caught.value).startswith("mine.toml")
    assert key is None or caught.value.key == key
    for language in ("de", "fr", "nl"):
        told, english = (speaking.said(book(each), caught.value) for each in (language, "en"))
        assert told.partition("(")[0] != english.partition("(")[0]
        assert "is not as it has to be" not in english
    if line is not None:
        assert caught.value.line == LINES + line


def test_a_missing_part_is_named():
    """A file without its [day] is told so."""
    with pytest.raises(ScenarioError, match="needs the key 'day'"):
        reading.parse("")


@pytest.mark.parametrize(
    ("tail", "line"),
    [
        ('text = """\n[[steps]]\nstatus = "x"\n"""\nstatus = "broken"\n', 9),
        ("# status = 1\nstatus = 'broken'\n", 6),
    ],
)
def test_a_line_is_not_looked_for_inside_text_or_remarks(tail, line):
    """What looks like a key in a multi-line string or a remark does not mislead."""
    with pytest.raises(ScenarioError) as caught:
        reading.parse(HEAD + DECLARED + tail)
    assert caught.value.line == LINES + line


def test_an_inline_table_is_told_by_the_line_of_its_list():
    """Where steps stand in one line, that line is named."""
    text = 'steps = [{ at = "12:00", do = "explode" }]\n' + HEAD
    with pytest.raises(ScenarioError, match="line 1: steps\\[1\\]\\.do"):
        reading.parse(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.integers(0, len(FULL)), st.integers(0, 40))
def test_a_damaged_file_is_refused_or_played_but_nothing_else(junk, place, cut):
    """Whatever is done to a file, it is either a valid day or a ``ScenarioError``; and a valid day can be played."""
    damaged = FULL[:place] + junk + FULL[place + cut :]
    try:
        script = reading.parse(damaged)
    except ScenarioError:
        return
    day = on_day(script, A_DAY, UTC)
    for at, step in day.steps:
        assert isinstance(day.at(at), Scene)
        assert telling.described(book(), day, step)


def test_a_file_is_read_from_disk(tmp_path):
    """The default day is found in the resources, and a copy of it elsewhere is the same."""
    copy = tmp_path / "copy.toml"
    copy.write_bytes(resources.path("scenarios", "day.toml").read_bytes())
    assert reading.load(copy) == demo.default_script()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"[day]\nname = '\xff'\n", "line 2: is not UTF-8"),
        (b"#" * (reading.MAX_FILE + 1), "is larger than"),
        (b"a = " + b"[" * 5000, "mine.toml"),
        (b"a = " + b"9" * 5000, "is no TOML"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path, content, says):
    """A missing, huge, binary or absurd file is an error of that file, never a traceback."""
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        reading.load(path)
    assert says in str(caught.value).replace("mine.toml, ", "")
    assert str(caught.value).startswith("mine.toml")
