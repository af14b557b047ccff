"""The checklists of providers: ``checklist.toml`` beside their fixtures. What may stand in one: ``test_checklists``."""

import tomllib
from typing import Any

from support.plugged import folder

CHECKLIST = "checklist.toml"


def checklist(key: str) -> dict[str, Any]:
    """A provider's checklist, item by item, in the order of the file."""
    return tomllib.loads((folder(key) / CHECKLIST).read_text())


def state(key: str, item: str) -> str:
    """How an item stands: ``done``, ``todo`` or ``exempt``."""
    stated = checklist(key)[item]
    return stated if isinstance(stated, str) else next(iter({"done", "todo", "exempt"} & stated.keys()))
