"""An account of the generic JSON product is set up in the window: thirty paths in groups, in a file that is kept."""

import pytest
from PySide6.QtWidgets import QToolButton, QWidget

from support.painting import warm_painter
from support.settings_scenes import Rig, enter, labels, press, settle, type_over
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.field import Field
from tocsin.domain.snapshot import Component, Report
from tocsin.domain.state import SaveSettings, TryAddress
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.domain.trial import TrialStep, TrialView
from tocsin.providers.json import GenericJson

__all__ = ["warm_painter"]  # a fixture for all of this module

OPTION = "account.water.options."
FILE = """\
# what we watch
[[accounts]]
id = "water"          # the only one
provider = "json"
name = "Planet Water"
url = "https://api.example.net/faults.json"

  [accounts.options]
  # theirs is an odd document
  list = "data.faults[*]"   # the incidents
  title = 'subject|name'
  # the words, over two lines
  status_map = \"\"\"identified: wip; \\
    resolved: done\"\"\"

[accounts.help]
steps = [
  "Ring the neighbours",   # they have the same line
  "Restart the router",
]

[[accounts.connections]]
id = "home"
name = "Home"
match = [ "7001", "7002" ]  # both lines
"""


@pytest.fixture
def rig(qtbot, tmp_path):
    made = Rig(tmp_path / "config.toml")
    made.path.write_text(FILE)
    made.desk.reload()
    made.publish()
    yield made
    made.window.let_go()
    made.window.close()
    made.window.deleteLater()


def opened(rig) -> Rig:
    """The form of the account, folded as it is come to."""
    rig.window.open()
    rig.window.turn_to(PageName.ACCOUNTS)
    rig.window.page.go_to("water")
    rig.publish()
    settle()
    return rig


def group(rig, caption: str) -> QToolButton:
    return next(each for each in rig.window.findChildren(QToolButton) if each.text().startswith(caption))


def shown(rig) -> set[str]:
    """The options whose fields can be seen."""
    there = (each.objectName() for each in rig.window.findChildren(Field) if each.isVisible())
    return {name.removeprefix(OPTION) for name in there if name.startswith(OPTION)}


def test_the_first_group_is_in_view_and_the_rest_one_click_away(rig):
    """Where to look has to be known; of the rest is said how much is filled in, and every path has a field."""
    opened(rig)
    assert shown(rig) == {"list", "planned", "state", "page_name"}
    assert group(rig, "What stands where in an incident").text().endswith("1 filled in")
    assert group(rig, "Times of an incident").text() == "Times of an incident"
    for each in rig.window.findChildren(QToolButton):
        each.setChecked(each.isCheckable())
    settle()
    assert shown(rig) == {each.name for each in GenericJson.fields if each.group}
    said = rig.field(f"{OPTION}start")
    assert said.editor.accessibleName() == "When it began"
    assert "started_at" in said.editor.accessibleDescription()
    first, second = (rig.window.findChild(Field, f"{OPTION}{each}") for each in ("list", "planned"))
    assert _follows(first.editor, second.editor)


def _follows(first: QWidget, second: QWidget) -> bool:
    here = first.nextInFocusChain()
    while not (here.isEnabled() and here.isVisible() and here.focusPolicy().value & 1):
        here = here.nextInFocusChain()
    return here is second


def test_a_path_is_saved_and_all_else_in_the_file_stays(rig):
    """Comments, order, quotes, lists over several lines; undo brings the file back to the byte."""
    opened(rig)
    enter(rig.field(f"{OPTION}list"), "data.outages[*]")
    changed = FILE.replace('"data.faults[*]"', '"data.outages[*]"')
    assert rig.path.read_text() == changed
    group(rig, "Times of an incident").click()
    enter(rig.field(f"{OPTION}eta"), '["fix.at"]|eta')
    assert rig.on_disk.accounts[0].options["eta"] == '["fix.at"]|eta'
    group(rig, "What stands where").click()
    enter(rig.field(f"{OPTION}title"), "")
    group(rig, "What the words mean").click()
    enter(rig.field(f"{OPTION}status_map"), "resolved: done")
    text = rig.path.read_text()
    kept = [line for line in FILE.splitlines() if "#" in line and "faults" not in line]
    assert [line for line in text.splitlines() if line in kept] == kept
    assert "title" not in text
    assert FILE[FILE.index("[accounts.help]") :] in text
    assert len(rig.saved) == 4
    press(rig, "Undo")
    assert rig.on_disk.accounts[0].options["status_map"] == "identified: wip; resolved: done"


def test_what_is_no_path_is_said_while_it_is_typed(rig):
    """Beside the field, with the remedy; nothing of it is saved."""
    opened(rig)
    for each in rig.window.findChildren(QToolButton):
        each.setChecked(each.isCheckable())
    settle()
    for option, text, said in (
        ("list", "data.faults[", "“[”"),
        ("list", "", "List of components"),
        ("planned", "a|", "take the | away"),
        ("eta", "a..b", '["odd.key"]'),
        ("status_map", "over: done", "resolved: closed, done"),
        ("severity_map", "major: !", "“!” is no word"),
        ("time_zone", "Mars/Olympus", "Europe/Amsterdam"),
    ):
        field = rig.field(f"{OPTION}{option}")
        type_over(field.editor, text)
        assert said in field.problem
        assert field.problem in field.editor.accessibleDescription()
        rig.window.setFocus()
        settle()
    assert not [each for each in rig.sent if isinstance(each, SaveSettings)]
    assert rig.path.read_text() == FILE


def test_what_is_wrong_in_the_file_is_said_and_in_view(rig):
    """Whoever wrote it by hand sees where; an option that nobody knows is named."""
    wrong = FILE.replace("'subject|name'", "'subject['").replace("  # the words", '  titel = "x"\n  # the words')
    rig.path.write_text(wrong)
    rig.desk.reload()
    opened(rig)
    assert "title" in shown(rig)
    assert rig.field(f"{OPTION}title").problem.startswith("This is no path from “[” on.")
    assert any("“titel”" in each for each in labels(rig.window.page))
    enter(rig.field(f"{OPTION}title"), "subject")
    assert rig.field(f"{OPTION}title").problem == ""


def test_another_source_frees_the_first(rig):
    """One of four has to say where to look; which one is the user's choice."""
    opened(rig)
    enter(rig.field(f"{OPTION}state"), "overall")
    enter(rig.field(f"{OPTION}list"), "")
    assert "list" not in rig.on_disk.accounts[0].options
    assert rig.field(f"{OPTION}list").problem == ""
    type_over(rig.field(f"{OPTION}state").editor, "")
    assert "List of incidents" in rig.field(f"{OPTION}state").problem


def test_a_half_typed_path_outlives_a_change_on_disk(rig):
    """The file is changed beneath it: what is typed stays, and what it was changed to is said."""
    opened(rig)
    type_over(rig.field(f"{OPTION}list").editor, "data.fau")
    rig.path.write_text(FILE.replace("data.faults[*]", "data.other[*]"))
    rig.desk.reload()
    rig.publish()
    field = rig.field(f"{OPTION}list")
    assert field.draft == "data.fau"
    assert "data.other[*]" in field.editor.accessibleDescription()


def test_a_test_shows_what_was_found_with_these_paths(rig, qtbot):
    """By the names of the fields: one sees which path leads where, and which nowhere."""
    opened(rig)
    press(rig, "Test now")
    (tried,) = [each.trial for each in rig.sent if isinstance(each, TryAddress)]
    assert tried.options["list"] == "data.faults[*]"
    report = Report(
        "F-1", "Cable cut", IncidentKind.INCIDENT, Severity.CRITICAL, Phase.IDENTIFIED, "P1", "wip", affected=("7001",)
    )
    things = (
        Component("7001", "Home", Level.OUTAGE, "red"),
        Component("7002", "Office", Level.DEGRADED, "mauve", known=False),
    )
    rig.publish(
        trial=TrialView(
            *(tried.number, TrialStep.FOUND, "json", "Generic JSON", "Planet Water", None, things, True),
            reports=(report,),
            report_count=2,
            level=Level.OUTAGE,
        )
    )
    settle()
    (told,) = [each for each in labels(rig.window.page) if "The first incident" in each]
    assert told.splitlines() == [
        "Listed: 2 incidents, 2 components.",
        "The first incident:",
        "Id of the incident: F-1",
        "Title: Cable cut",
        "Incident or planned work: Incident",
        "How it stands: “wip”, taken for: cause found",
        "How bad it is: “P1”, taken for: critical",
        "Ids of what it hits: 7001",
        "When it began: nothing found",
        "When its end is expected: nothing found",
        "Newest message: nothing found",
        "The components:",
        "Home: “red”, taken for: Outage",
        "Office: “mauve” is not known, taken for: Problems",
        "Say under “What the words mean” what a word means that is not known.",
    ]
