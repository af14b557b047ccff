"""Recorded cases of providers: files under ``tests/fixtures/<key>/``, written by hand after the published formats.

Those of a package beside Tocsin lie in its own ``fixtures/<key>/``: see ``support.plugged``.

A case file holds ``about``, the account's ``url`` (and ``match``, ``options``), ``now``, ``open_ids``, ``first``, the
``answers`` by address, the ``requests`` that are to be made, in order, and the ``expected`` snapshot without defaults.
An answer is its JSON body, or an object with ``$body`` (or ``$xml``, ``$ics``: see ``support.rendering``), ``$text``,
``$status`` and ``$headers``.

``contract.json`` says how the same hostile set is played to every provider: the ``case`` that it starts from (one that
shows an outage), the address of its ``main`` document, the path to the ``items`` in that, and which keys hold state
``words`` and ``texts`` for people. Where it must: ``id``, the key of an item's id; ``over``, the word of one that has
ended, if that is not ``resolved``; ``origins`` that may be asked beside the account's own; ``empty_is_healthy``, where
nothing but the items tells of trouble; and ``exempt``, the tests that cannot be played to this API, each with the
reason why.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any

from support.drive import Answer, answer, context
from support.plugged import folder
from support.rendering import render
from tocsin.domain.snapshot import Snapshot
from tocsin.domain.terms import Level
from tocsin.errors import PollFailed
from tocsin.ports import HttpResponse, PollContext

CONTRACT = "contract.json"


@dataclass(frozen=True)
class Case:
    """One recorded case."""

    provider: str
    name: str
    told: dict[str, Any]

    @property
    def answers(self) -> dict[str, Answer]:
        """What the world answers."""
        return {url: _answer(given) for url, given in self.told["answers"].items()}

    def context(self, *, matching: bool = True) -> PollContext:
        """The poll's context; without ``matching`` the account watches everything."""
        return context(
            self.told["url"],
            *(self.told.get("match", []) if matching else []),
            provider=self.provider,
            now=datetime.fromisoformat(self.told["now"]),
            open_ids=tuple(self.told.get("open_ids", [])),
            first=self.told.get("first", False),
            options=self.told.get("options"),
        )


@dataclass(frozen=True)
class Contract:
    """How a provider is played the hostile set."""

    provider: str
    case: Case
    main: str
    items: tuple[str, ...]
    words: frozenset[str]
    texts: frozenset[str]
    id_key: str = "id"
    over: str = "resolved"
    origins: frozenset[str] = frozenset()
    empty_is_healthy: bool = False
    exempt: Mapping[str, str] = field(default_factory=dict)

    @property
    def main_body(self) -> Any:
        """The main document's body, a copy of its own."""
        given = self.case.told["answers"][self.main]
        notation = _notation(given)
        return json.loads(json.dumps(given[notation] if notation else given))

    def written(self, body: Any) -> bytes:
        """A main document's body as this API would write it."""
        return render(_notation(self.case.told["answers"][self.main]) or "$body", body)

    def with_main(self, body: Any) -> dict[str, Answer]:
        """The case's answers with another body, or a whole other answer, of the main document."""
        given = self.case.told["answers"][self.main]
        if isinstance(body, bytes | dict | list | str | int | float | bool | None):
            headers = given.get("$headers") if isinstance(given, dict) else None
            body = answer(body if isinstance(body, bytes) else self.written(body), headers=headers)
        return {**self._beside, self.main: body}

    @cached_property
    def _beside(self) -> dict[str, Answer]:
        """The case's answers, written out once for all the polls that are asked the same."""
        written = (HttpResponse, PollFailed)
        return {url: each if isinstance(each, written) else answer(each) for url, each in self.case.answers.items()}


def cases(provider: str) -> list[Case]:
    """The recorded cases of a provider, by name."""
    files = sorted(folder(provider).glob("*.json"))
    return [Case(provider, file.stem, json.loads(file.read_text())) for file in files if file.name != CONTRACT]


def contract(provider: str) -> Contract:
    """How a provider is played the hostile set."""
    place = folder(provider)
    told = json.loads((place / CONTRACT).read_text())
    case = Case(provider, told["case"], json.loads((place / told["case"]).read_text()))
    return Contract(
        provider,
        case,
        told["main"],
        tuple(told["items"]),
        frozenset(told["words"]),
        frozenset(told["texts"]),
        told.get("id", "id"),
        told.get("over", "resolved"),
        frozenset(told.get("origins", [])),
        told.get("empty_is_healthy", False),
        told.get("exempt", {}),
    )


def as_json(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as the case files have it: words for enums, ``Z`` times, no defaults, not when it was fetched."""
    told = _plain(snapshot)
    del told["fetched_at"]
    told.setdefault("reports", [])
    return told


def looks_fine(snapshot: Snapshot) -> bool:
    """True when nothing in it is wrong: what a failure must never be turned into."""
    return (
        all(report.phase.is_over for report in snapshot.reports)
        and all(component.level is Level.OK for component in snapshot.components)
        and snapshot.page_level in (None, Level.OK)
    )


def _notation(given: Any) -> str | None:
    """The key under which an answer has its body; None for one that is its body."""
    found = ("$body", "$xml", "$ics") if isinstance(given, dict) else ()
    return next((key for key in found if key in given), None)


def _answer(given: Any) -> Answer:
    notation = _notation(given)
    if notation is None and not (isinstance(given, dict) and {"$text", "$status", "$headers"} & given.keys()):
        return given
    body = given["$text"].encode() if "$text" in given else render(notation or "$body", given.get(notation, {}))
    return answer(body, status=given.get("$status", 200), headers=given.get("$headers"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        stated = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(each) for field, each in stated if field.default is MISSING or each != field.default}
    return value
