"""What each provider does of what it could: a checklist beside its fixtures, checked against code and cases.

``checklist.toml`` has every item as ``"done"``, as ``{ done = "<test>" }`` where no recorded case shows it but a test
does, as ``{ todo = "why" }`` for what is missing, or as ``{ exempt = "why" }`` for what the API does not have. Beside
an exemption from the hostile set ``instead`` names what is played in the place of each test that cannot be, and
``missing`` the tests that could be and do not pass yet.
"""

import ast
import inspect
import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.checklists import checklist, state
from support.drive import Drive
from support.plugged import TESTS, asked, folder, load
from support.recorded import CONTRACT, cases, contract
from tocsin.ports import Capability, FieldType
from tocsin.providers import detect
from tocsin.providers.base import LARGE

Shown = Mapping[str, list[Any]]
"""The reports and components that a provider's recorded cases expect."""


def _reported(name: str) -> Callable[[Shown], bool]:
    return lambda shown: any(report.get(name) for report in shown["reports"])


def _kinds(name: str, *wanted: str) -> Callable[[Shown], bool]:
    return lambda shown: {*wanted} <= {each[name] for each in shown["reports"]}


def _several(name: str) -> Callable[[Shown], bool]:
    return lambda shown: len({each[name] for each in shown["reports"]}) > 1


# What a recorded case must show of an item for it to count as done. None: it is no field, and is looked at below.
ITEMS: Mapping[str, Callable[[Shown], bool] | None] = {
    "level": lambda shown: len({each["level"] for each in shown["components"]}) > 1,
    "kind": _kinds("kind", "incident", "maintenance"),
    "severity": _several("severity"),
    "phase": _several("phase"),
    "start": _reported("started_at"),
    "eta": _reported("eta"),
    "end": _reported("resolved_at"),
    "planned_window": lambda shown: any(
        each.get("scheduled_start", "x") and each.get("scheduled_end") for each in shown["reports"]
    ),
    "affected": _reported("affected"),
    "updates": _reported("updates"),
    "link": _reported("url"),
    "page_identity": None,
    "missing_asked_by_id": None,
    "other_products_refused": None,
    "detection": None,
    "hostile_set": None,
    "traps": None,
    "large_bodies": None,
    "auth": None,
}


@cache
def written_in(module: str) -> Mapping[str, str]:
    """The tests of a module under ``tests/unit`` with what they say of themselves."""
    tree = ast.parse((TESTS / "unit" / f"{module}.py").read_text())
    found = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return {each.name: ast.get_docstring(each) or "" for each in found if each.name.startswith("test_")}


def assert_is_there(test_id: str) -> None:
    module, _, name = test_id.partition("::")
    assert (TESTS / "unit" / f"{module}.py").is_file(), f"{test_id}: there is no such file"
    assert name in written_in(module), f"{test_id}: there is no such test"


def traps() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tomllib.loads((TESTS / "traps.toml").read_text())["trap"]
    return listed


def agrees(key: str, item: str, does: object) -> None:
    """An item is done where the code does it, and nowhere else."""
    assert (state(key, item) == "done") == bool(does), f"{key}: {item} is {state(key, item)}, the code says otherwise"


@pytest.mark.parametrize("key", asked())
def test_every_item_is_answered_for(key):
    """Nothing is passed over in silence, and what is not done says why in a sentence."""
    stated = checklist(key)
    assert list(stated) == list(ITEMS)
    for item, each in stated.items():
        if each == "done":
            continue
        assert isinstance(each, dict), item
        answer = each.keys() - ({"instead", "missing"} if item == "hostile_set" else set())
        assert answer in ({"done"}, {"todo"}, {"exempt"}), f"{item}: {each}"
        if "done" in each:
            assert_is_there(each["done"])
        else:
            why = each.get("todo") or each["exempt"]
            assert len(why.split()) > 3, f"{item}: {why!r} is no sentence"


@pytest.mark.parametrize("key", asked())
def test_what_is_mapped_is_shown_by_a_recorded_case(key):
    """`done` is no promise: a case has it in its snapshot, or a test is named that has."""
    told = [case.told["expected"] for case in cases(key)]
    shown = {name: [each for one in told for each in one.get(name, [])] for name in ("reports", "components")}
    for item, shows in ITEMS.items():
        if shows is not None and checklist(key)[item] == "done":
            assert shows(shown), f"{key}: no recorded case shows {item}"


@pytest.mark.parametrize("key", asked())
def test_the_checklist_agrees_with_the_code(key):
    """What a provider declares of itself, to users and to the rules, is what its checklist says."""
    provider = load(key)
    agrees(key, "eta", Capability.ETA in provider.capabilities)
    agrees(key, "updates", Capability.UPDATES in provider.capabilities)
    agrees(key, "level", Capability.COMPONENTS in provider.capabilities)
    agrees(key, "auth", any(each.type is FieldType.SECRET for each in provider.fields))
    recognised = {
        each.value for each in ast.walk(ast.parse(inspect.getsource(detect))) if isinstance(each, ast.Constant)
    }
    assert (state(key, "detection") == "exempt") == (key not in recognised)
    if Capability.MAINTENANCE not in provider.capabilities:
        assert state(key, "planned_window") != "done"
        assert state(key, "kind") != "done"
    if state(key, "page_identity") == "done":
        assert {"page_id", "subdomain"} & {each.name for each in provider.fields}
    told = contract(key)
    driven = Drive(provider(), told.case.answers)
    driven.poll(told.case.context())
    (limit,) = {each.limit for each in driven.requests if each.url == told.main}
    agrees(key, "large_bodies", limit == LARGE)


@pytest.mark.parametrize("key", asked())
def test_what_is_left_out_of_the_hostile_set_is_played_elsewhere(key):
    """An exemption from the contract names the test that plays the like to this API, for each test by its name."""
    exempt = json.loads((folder(key) / CONTRACT).read_text()).get("exempt", {})
    agrees(key, "hostile_set", not exempt)
    if exempt:
        stated = checklist(key)["hostile_set"]
        instead, missing = stated.get("instead", {}), {*stated.get("missing", [])}
        assert {*instead} | missing == {*exempt}
        assert state(key, "hostile_set") == ("todo" if missing else "exempt")
        for test_id in instead.values():
            assert_is_there(test_id)


@pytest.mark.parametrize("key", asked())
def test_a_provider_with_known_traps_has_them_tested(key):
    """Where a trap is known of a product there is a test for it."""
    agrees(key, "traps", any(each["product"] == key for each in traps()))


@pytest.mark.parametrize("trap", traps(), ids=lambda trap: f"{trap['product']}-{trap['says'][:40]}")
def test_every_trap_has_a_test_that_names_it(trap):
    """The table of traps leads to tests that are there and say that they are about a trap."""
    assert trap["product"] in ("all", *asked())
    assert trap["tests"]
    for test_id in trap["tests"]:
        assert_is_there(test_id)
        module, _, name = test_id.partition("::")
        assert "trap" in f"{name} {written_in(module)[name]}".lower(), f"{test_id} does not name a trap"


def test_no_test_of_a_trap_is_left_out_of_the_table():
    """Who writes a test for a trap writes it into the table."""
    listed = {test_id for trap in traps() for test_id in trap["tests"]}
    written = {
        f"{file.stem}::{name}"
        for file in sorted((TESTS / "unit").glob("test_*.py"))
        for name, says in written_in(file.stem).items()
        if name.startswith("test_trap_") or "trap:" in says.lower()
    }
    assert written - listed == set()


def test_what_is_to_be_done_is_told(record_testsuite_property):
    """The report of a run has how much is missing, and every folder of fixtures belongs to a provider."""
    missing = [f"{key}: {item}" for key in asked() for item in ITEMS if state(key, item) == "todo"]
    record_testsuite_property("providers_todo", len(missing))
    print(f"{len(missing)} items of the providers' checklists are to be done:", *missing, sep="\n  ")  # noqa: T201 -- told with -s, and where this fails
    folders = {each.name for each in Path(TESTS / "fixtures").iterdir() if each.is_dir()}
    assert folders <= {*asked()}
