"""Reads pytest's reports after a run in CI, and refuses it if anything was not really run.

usage: verdict.py FOLDER        the folder holds rules.xml, unit.xml and desktop.xml (JUnit, by pytest)
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

TESTS = Path(__file__).resolve().parents[1] / "tests"
PARTS = ("rules", "unit", "desktop")


@dataclass(frozen=True, slots=True)
class Case:
    """One test as reported. ``module`` is the name of its file without the ending."""

    module: str
    name: str
    outcome: str
    reason: str


def cases(report: Path) -> Iterator[Case]:
    """The tests in a report. Raises ``OSError`` or ``ParseError`` for one that is missing or broken."""
    for element in ET.parse(report).iter("testcase"):  # noqa: S314  our own pytest wrote it
        module = next((part for part in element.get("classname", "").split(".") if part.startswith("test_")), "")
        outcome, reason = "passed", ""
        for kind in ("skipped", "failure", "error"):
            found = element.find(kind)
            if found is not None:
                outcome, reason = kind, found.get("message", "").partition("\n")[0]
        yield Case(module, element.get("name", ""), outcome, reason)


def files_not_run(folder: Path, seen: list[Case]) -> list[str]:
    """Test files of which no test was reported."""
    ran = {case.module for case in seen}
    return sorted(str(path.relative_to(TESTS)) for path in folder.rglob("test_*.py") if path.stem not in ran)


def main(folder: Path) -> int:
    """Print what was not run and the count of the rest; 1 if anything failed or did not run."""
    seen = {part: list(cases(folder / f"{part}.xml")) for part in PARTS}
    everything = [case for part in PARTS for case in seen[part]]
    complaints = [
        f"{case.outcome}: {case.module}::{case.name} {case.reason}" for case in everything if case.outcome != "passed"
    ]
    complaints += [f"not run: {path}" for path in files_not_run(TESTS / "desktop", seen["desktop"])]
    complaints += [f"not run: {path}" for path in files_not_run(TESTS, everything) if not path.startswith("desktop")]
    if not seen["desktop"]:
        complaints.append("not run: any desktop test")
    for complaint in complaints:
        print(complaint)
    passed = sum(case.outcome == "passed" for case in everything)
    print(f"{passed} passed, {len(complaints)} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
