"""Traps that no single adapter's tests were about, and what the contract cannot play to some of them.

``tests/traps.toml`` lists every trap with the tests that name it.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from support.drive import Drive, answer, context, drive
from support.plugged import asked, known, load
from support.recorded import Contract, cases, contract
from tocsin.domain.snapshot import Snapshot
from tocsin.domain.terms import FailureKind, Level
from tocsin.errors import PollFailed
from tocsin.ports import FieldType, HttpRequest
from tocsin.providers.detect import detect

PROMISE = "We expect all to be well by 23:45 UTC, that is 2026-11-21T23:45:00Z."
NASTY = '<img src="file:///etc/passwd"><b>down</b> \u202e\u2066\x00\x1b[31m <script>alert(1)</script>' + "x" * 50_000
HOME = "https://status.example.net"
API = f"{HOME}/api/v2"
PAGE = {"id": "p1", "name": "Planet Fibre", "url": HOME}
UP = {"id": "c1", "name": "Mail", "status": "operational"}


def summary(**told) -> dict:
    whole = {"page": PAGE, "status": {"indicator": "none"}, "components": [UP], "incidents": []}
    return {**whole, "scheduled_maintenances": [], **told}


def filled(value: Any, keys: frozenset[str], words: str, key: str = "") -> Any:
    """A copy of a document with the same words in every text that people are to read."""
    if isinstance(value, dict):
        return {name: filled(each, keys, words, name) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, keys, words, key) for each in value]
    return words if key in keys and isinstance(value, str) else value


def poll(told: Contract, main: object) -> Snapshot:
    return drive(load(told.provider)(), told.with_main(main), told.case.context(matching=False))


def texts(snapshot: Snapshot) -> Iterator[str]:
    for report in snapshot.reports:
        yield from (report.title, report.raw_phase, report.raw_severity, report.advice or "")
        yield from (update.text for update in report.updates)
    for component in snapshot.components:
        yield from (component.name, component.raw)


@pytest.mark.parametrize("key", asked())
def test_trap_an_estimate_in_a_text_is_no_estimate(key):
    """Trap: only a field is a promise; a time that stands in a message is shown as a part of it, and never read."""
    said = (contract(key).texts - {"name"}) | {"title", "body", "message"}
    etas = []
    for case in cases(key):
        promising = replace(case, told={**case.told, "answers": filled(case.told["answers"], said, PROMISE)})
        etas += [each.eta for each in drive(load(key)(), promising.answers, case.context()).reports]
    assert etas
    assert datetime(2026, 11, 21, 23, 45, tzinfo=UTC) not in etas


def test_trap_the_order_in_which_products_are_looked_for():
    """Trap: Statuspage's paths first, for most pages answer there; feeds only after every document."""
    asked: list[HttpRequest] = []
    asking = detect(context(HOME), lambda key: load(key)(), known())
    with suppress(PollFailed):  # nothing is there
        request = next(asking)
        while True:
            asked.append(request)
            request = asking.send(replace(answer(b"", status=404), url=request.url))
    paths = [each.url.removeprefix(HOME) for each in asked]
    documented = ["/api/v2/summary.json", "/summary.json", "/index.json", "/api/v1/summary", ""]
    assert [each for each in paths if each in documented][: len(documented)] == documented


@pytest.mark.parametrize("lacking", [None, [], ...], ids=["null", "empty", "missing"])
def test_trap_statuspages_optional_parts_may_be_lacking(lacking):
    """Trap: `time_zone`, `components` and `affected_components` can be missing, null or empty: no harm done."""

    def without(whole: dict, name: str) -> dict:
        return {**whole, name: lacking} if lacking is not ... else {k: v for k, v in whole.items() if k != name}

    update = without({"body": "Looking", "created_at": "2026-11-21T18:01:00Z"}, "affected_components")
    incident = {"id": "i1", "name": "Trouble", "status": "investigating", "impact": "major"}
    incident |= {"created_at": "2026-11-21T18:00:00Z", "incident_updates": [update]}
    stated = without(summary(page=without(PAGE, "time_zone"), incidents=[incident]), "components")
    found = drive(load("statuspage")(), {f"{API}/summary.json": stated}, context(HOME))
    (report,) = found.reports
    assert (report.affected, len(report.updates), found.components) == ((), 1, ())


def test_trap_planned_work_is_in_no_list_of_the_unresolved():
    """Trap: `unresolved.json` omits maintenance, so it is asked for nothing: planned work is read from the summary."""
    work = {"id": "m1", "name": "Works", "status": "in_progress", "impact": "maintenance"}
    work |= {"scheduled_for": "2026-11-21T18:00:00Z", "scheduled_until": "2026-11-21T20:00:00Z"}
    world = {f"{API}/summary.json": summary(scheduled_maintenances=[work])}
    driven = Drive(load("statuspage")(), world)
    assert [each.id for each in driven.poll(context(HOME, first=True, open_ids=("gone",))).reports] == ["m1"]
    assert not any("unresolved" in url for url in driven.urls)


def test_trap_the_list_of_incidents_ends_after_fifty():
    """Trap: `incidents.json` is fifty long, whatever page is asked: it ends nothing that it has no room for."""
    newer = [
        {"id": f"n{number}", "name": "Past", "status": "resolved", "created_at": "2026-11-20T18:00:00Z"}
        for number in range(50)
    ]
    old = {"id": "old", "name": "Trouble", "status": "identified", "impact": "major"}
    old |= {"created_at": "2026-08-01T18:00:00Z"}
    world = {f"{API}/summary.json": summary(incidents=[old]), f"{API}/incidents.json": {"incidents": newer}}
    driven = Drive(load("statuspage")(), world)
    found = driven.poll(context(HOME, first=True, open_ids=("old",)))
    assert [each.id for each in found.reports if not each.phase.is_over] == ["old"]
    assert [url for url in driven.urls if "incidents.json" in url] == [f"{API}/incidents.json"]


def test_trap_tmf_declares_no_login():
    """Trap: the specifications declare no security; bearer, API key and OAuth2 all occur, and none may be missing."""
    (kinds,) = (each.choices for each in load("tmf656").fields if each.name == "auth")
    assert {"none", "bearer", "api_key", "oauth2"} <= {*kinds}
    assert any(each.type is FieldType.SECRET for each in load("mef124").fields)


def ids_of(told: Contract, body: object) -> set[str] | FailureKind:
    """The incidents that a poll comes to, or the kind of its failure."""
    try:
        return {each.id for each in poll(told, body).reports}
    except PollFailed as failure:
        return failure.kind


def test_a_feed_nested_without_end_is_survived():
    """What the contract plays in JSON: elements in elements, in a place that nobody reads."""
    told = contract("feed")
    body = told.written(told.main_body).replace(b"</entry>", b"<x>" * 20_000 + b"</x>" * 20_000 + b"</entry>", 1)
    assert ids_of(told, body) in (ids_of(told, told.main_body), FailureKind.MALFORMED)


def test_a_feed_of_no_text_loses_no_item():
    """What the contract plays in JSON: bytes of another encoding than the declared one."""
    told = contract("feed")
    body = told.written(filled(told.main_body, told.texts, "@")).replace(b"@", b"\xff\xfe")
    assert ids_of(told, body) in (ids_of(told, told.main_body), FailureKind.MALFORMED)


@pytest.mark.parametrize("name", ["displayOutage", "state", "status"])
def test_what_nbn_says_is_plain_clean_and_bounded(name):
    """The contract's nasty texts, in the words of an API that has no texts."""
    told = contract("nbn")
    for each in texts(poll(told, filled(told.main_body, frozenset({name}), NASTY))):
        assert len(each) <= 500
        assert not set("\u202e\u2066\x00\x1b") & set(each)


def test_what_upptimes_issues_say_is_plain_clean_and_bounded():
    """The contract's nasty texts, in the document that has them: the repository's issues."""
    summary_url = "https://raw.githubusercontent.com/planetfibre/upptime/master/history/summary.json"
    issues = "https://api.github.com/repos/planetfibre/upptime/issues?state=all&per_page=100"
    issue = {"number": 4, "title": NASTY, "state": "open", "labels": [{"name": "status"}], "body": NASTY}
    issue |= {"created_at": "2026-11-21T17:58:00Z"}
    world = {summary_url: [{"slug": "site", "name": NASTY, "status": "down"}], issues: [issue]}
    found = drive(load("upptime")(), world, context("https://github.com/planetfibre/upptime"))
    assert found.components[0].level is Level.OUTAGE
    assert found.reports[0].updates[0].text.startswith("down")
    for each in texts(found):
        assert len(each) <= 10_000
        assert not set("\u202e\u2066\x00\x1b") & set(each)
