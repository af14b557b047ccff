"""What every provider is held to: its recorded shapes, and the same hostile set for all of them.

A test plays all of its variants to one provider in one go, and says of each that went wrong which one it was: a test
of its own for each would cost more than what it tests.
"""

import copy
import inspect
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta, timezone
from pathlib import Path as FilePath
from typing import Any

import pytest

from support.contract_played import Path, changed, exemptions, flood, items_of, mapped, outcome, places, times, told
from support.drive import Drive, answer, page
from support.plugged import asked, folder, known, load
from support.recorded import CONTRACT, Case, Contract, as_json, cases, looks_fine
from tocsin.domain.account import LINE_PROVIDER
from tocsin.domain.snapshot import Snapshot
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType

__all__ = ["told"]  # a fixture for all of this module

JUNK = (None, 7, -1.5e300, "", "junk", [], [None], {}, {"a": {"b": []}}, True)
STATUSES = {
    401: FailureKind.UNAUTHORIZED,
    403: FailureKind.UNAUTHORIZED,
    404: FailureKind.HTTP_STATUS,
    410: FailureKind.HTTP_STATUS,
    418: FailureKind.HTTP_STATUS,
    429: FailureKind.RATE_LIMITED,
    500: FailureKind.HTTP_STATUS,
    502: FailureKind.HTTP_STATUS,
    503: FailureKind.HTTP_STATUS,
    301: FailureKind.REDIRECT,
    304: FailureKind.REDIRECT,
}
BIDI = "\u202e\u2066\u200f\ufeff\x00\x1b[31m"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play what asks for a contract to every provider that is not exempt from it."""
    if "told" in metafunc.fixturenames:
        keys = [key for key in asked() if metafunc.function.__name__ not in exemptions(key)]
        metafunc.parametrize("told", keys, indirect=True)


def assert_all_fail(told: Contract, mains: Mapping[Any, object], kind: FailureKind) -> None:
    """Each of these main documents ends the poll in a failure of this kind."""
    results = {name: outcome(told, main) for name, main in mains.items()}
    kinds = {name: each.kind if isinstance(each, PollFailed) else None for name, each in results.items()}
    assert kinds == dict.fromkeys(mains, kind)


def assert_sound(snapshot: Snapshot) -> None:
    """Every time is aware UTC, every id stands once, every text is clean and bounded."""
    moments = [snapshot.fetched_at]
    for report in snapshot.reports:
        stated = (report.started_at, report.resolved_at, report.eta, report.eta_given_at)
        moments += [*stated, report.scheduled_start, report.scheduled_end, *(each.at for each in report.updates)]
        texts = (report.title, report.raw_phase, report.raw_severity, report.advice or "")
        assert all(len(each) <= 500 for each in texts[:3])
        assert len(texts[3]) <= 10_000
        assert all(len(each.text) <= 10_000 for each in report.updates)
        assert not any(set(BIDI[:5]) & set(each) for each in (*texts, *(update.text for update in report.updates)))
        assert report.url is None or report.url.startswith("https://")
    assert all(each is None or each.utcoffset() == timedelta() for each in moments)
    for things in (snapshot.reports, snapshot.components):
        ids = [each.id for each in things]
        assert len(ids) == len(set(ids))


def every_case() -> list[Case]:
    return [case for key in asked() for case in cases(key)]


@pytest.mark.parametrize("key", known())
def test_a_provider_describes_itself(key):
    """`tocsin providers` and the settings depend on key, name, fields and capabilities of each."""
    provider = load(key)
    assert provider.key == key
    assert provider.name
    assert key in asked() or key == LINE_PROVIDER, "it has no url, and nothing below would be played to it"
    assert all(field.help and bool(field.choices) == (field.type is FieldType.CHOICE) for field in provider.fields)
    assert (Capability.DROPS_RESOLVED in provider.capabilities) == provider.traits.drops_resolved
    assert provider.minimum_interval >= timedelta(seconds=30)


@pytest.mark.parametrize("key", known())
def test_no_adapter_outgrows_its_file(key):
    """An adapter over 250 lines is two."""
    source = inspect.getsourcefile(load(key))
    assert source is not None
    assert len(FilePath(source).read_text().splitlines()) <= 250


@pytest.mark.parametrize("key", asked())
def test_a_provider_has_recorded_cases(key):
    """A provider without fixtures would be held to nothing."""
    assert (folder(key) / CONTRACT).is_file()
    assert cases(key)


@pytest.mark.parametrize("key", asked())
def test_an_exemption_names_a_test_and_says_why(key):
    """A provider is let off by name and for a reason, never by a slip of the pen."""
    for name, why in exemptions(key).items():
        assert callable(globals().get(name)), name
        assert len(why) > 20, f"{name}: {why}"


@pytest.mark.parametrize("case", every_case(), ids=lambda case: f"{case.provider}-{case.name}")
def test_a_recorded_shape_gives_the_expected_snapshot(case):
    """The mapping from the API's words to ours, field by field, and the requests that it takes."""
    driven = Drive(load(case.provider)(), case.answers)
    snapshot = driven.poll(case.context())
    assert as_json(snapshot) == case.told["expected"]
    assert driven.urls == case.told["requests"]
    assert_sound(snapshot)


def test_the_case_that_the_hostile_set_starts_from_shows_trouble(told):
    """If it looked fine already, nothing below could fail."""
    snapshot = outcome(told, told.main_body)
    assert isinstance(snapshot, Snapshot)
    assert not looks_fine(snapshot)


def test_json_of_another_shape_is_another_api(told):
    """Trap: a proxy's `{}` is no all-clear, and JSON that lacks the marks of this API is not read as a quiet one."""
    bodies = ({}, None, 5, "ok", True, {"status": "ok"}, {"error": {"code": 1}})
    assert_all_fail(told, {str(each): each for each in bodies}, FailureKind.NOT_STATUS_API)


def test_a_page_with_200_is_another_api(told):
    """Trap: a captive portal, a moved page and an unclaimed name answer 200 with HTML."""
    pages = {
        "page": page(),
        "space first": page("\n\n  <html>"),
        "labelled as JSON": answer(b"<html></html>"),
        "with a BOM": answer(b"\xef\xbb\xbf<!DOCTYPE html>"),
        "plain text": answer(b"OK", headers={"content-type": "text/plain"}),
    }
    assert_all_fail(told, pages, FailureKind.NOT_STATUS_API)


def test_truncated_json_is_malformed(told):
    """A body that was cut off, anywhere, is not a shorter list."""
    whole = json.dumps(told.main_body).encode()
    step = max(1, len(whole) // 60)
    ends = (0, 1, *range(2, len(whole), step), len(whole) - 1)
    assert_all_fail(told, {end: whole[:end] for end in ends}, FailureKind.MALFORMED)


def test_broken_json_is_malformed(told):
    """Nesting without end and broken bytes end in a typed failure."""
    bodies = {
        "arrays": b"[" * 100_000,
        "objects": b'{"a":' * 100_000,
        "closed arrays": b"[" * 100_000 + b"]" * 100_000,
        "mixed up": b"{]",
        "trailing comma": b"[1,]",
    }
    assert_all_fail(told, bodies, FailureKind.MALFORMED)


def test_bytes_that_are_no_text_are_malformed(told):
    """A body in another encoding is not read for what is left of it."""
    document = mapped(told.main_body, lambda key, value: "@" if _is_leaf(value) and key in told.texts else value)
    body = json.dumps(document).encode().replace(b"@", b"\xff\xfe")
    assert_all_fail(told, {"not UTF-8": body}, FailureKind.MALFORMED)


def test_deep_nesting_inside_an_incident_is_malformed(told):
    """A field that nobody reads must not bring the reader down."""
    document = told.main_body
    items_of(told, document)[0]["unread"] = "@"
    body = json.dumps(document).encode().replace(b'"@"', b"[" * 50_000 + b"]" * 50_000)
    assert_all_fail(told, {"deep": body}, FailureKind.MALFORMED)


def test_a_status_is_a_failure_whatever_the_body(told):
    """Trap: a refusal, a broken server and a redirect are failures of their kind, even with a valid document inside."""
    headers = {"retry-after": "120"}
    for name, body in {"empty": b"", "page": b"<html>Oops</html>", "as if all were well": told.main_body}.items():
        for status, kind in STATUSES.items():
            result = outcome(told, answer(body, status=status, headers=headers))
            assert isinstance(result, PollFailed), f"{status} with {name}"
            assert result.kind is kind, f"{status} with {name}"
            if status in (429, 503):
                assert result.retry_after == timedelta(seconds=120)


def test_a_transport_failure_comes_out_as_it_is(told):
    """What the HTTP adapter reports about the main document is what the poll reports."""
    for kind in FailureKind:
        assert_all_fail(told, {kind: PollFailed(kind, "thrown in")}, kind)


def played(document: Any) -> Iterator[tuple[Path, tuple[object, ...]]]:
    """Every place with the junk that is put there.

    All kinds at the first place of its sort; at those that differ from it in nothing but which element of a list they
    stand in four kinds, in turn.
    """
    seen: Counter[Path] = Counter()
    for path in places(document):
        sort = tuple("*" if isinstance(key, int) else key for key in path)
        start = 4 * seen[sort] % len(JUNK)
        yield path, (*JUNK, *JUNK)[start : start + 4] if seen[sort] else JUNK
        seen[sort] += 1


def test_every_value_of_a_wrong_type_is_survived(told):
    """Any value replaced by junk of any type: a typed failure or a snapshot that still shows the trouble."""
    document = told.main_body
    for path, junks in played(document):
        for junk in junks:
            result = outcome(told, changed(document, path, lambda holder, key, new=junk: holder.__setitem__(key, new)))
            if isinstance(result, Snapshot) and not (told.empty_is_healthy and path == told.items):
                assert not looks_fine(result), f"{path} = {junk!r}"
                assert_sound(result)


def test_what_is_no_list_is_no_empty_list_of_incidents(told):
    """Where the incidents should stand and something else does, nobody knows whether there are any."""
    if told.items:
        for junk in (7, "junk", {"a": {"b": []}}, True):
            main = changed(told.main_body, told.items, lambda holder, key, new=junk: holder.__setitem__(key, new))
            assert isinstance(outcome(told, main), PollFailed), f"{junk!r} is read as an empty list"


def test_every_missing_key_is_survived(told):
    """Any key or element left out: a typed failure or a snapshot that still shows the trouble."""
    document = told.main_body
    for path in places(document):
        if len(items_of(told, document)) == 1 and path == (*told.items, 0):
            continue  # the only incident left out is another document
        result = outcome(told, changed(document, path, lambda holder, key: holder.__delitem__(key)))
        if isinstance(result, Snapshot) and not (told.empty_is_healthy and path == told.items):
            assert not looks_fine(result), f"without {path}"
            assert_sound(result)


def test_null_lists_are_empty_lists(told):
    """Serialisers write null for an empty list: no crash, and trouble that is stated elsewhere stays."""
    document = told.main_body
    lists = [path for path in places(document) if isinstance(_at(document, path), list)]
    assert lists
    for path in lists:
        result = outcome(told, changed(document, path, lambda holder, key: holder.__setitem__(key, None)))
        assert isinstance(result, Snapshot)
        assert (told.empty_is_healthy and path == told.items) or not looks_fine(result)
    everywhere = mapped(document, lambda key, value: None if isinstance(value, list) and key is not None else value)
    if told.items:
        result = outcome(told, everywhere)
        assert isinstance(result, Snapshot)


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def test_unknown_words_are_kept_and_taken_for_trouble(told):
    """Trap: a word that the API did not have last year is shown as it came, and never as fine."""
    document = mapped(
        told.main_body, lambda key, value: "frobnicated" if _is_leaf(value) and key in told.words else value
    )
    snapshot = outcome(told, document)
    assert isinstance(snapshot, Snapshot)
    assert not looks_fine(snapshot)
    assert all(report.raw_phase in ("frobnicated", "") or report.phase.is_over for report in snapshot.reports)
    assert any(report.raw_phase == "frobnicated" for report in snapshot.reports)
    assert all(each.raw == "frobnicated" and not each.known for each in snapshot.components)


def _is_leaf(value: object) -> bool:
    return not isinstance(value, dict | list)


def test_offsets_mean_the_same_moments(told):
    """Times in another zone's offset are the same times."""
    zone = timezone(timedelta(hours=5, minutes=30))
    document = times(told.main_body, lambda at: at.astimezone(zone).isoformat())
    snapshot = outcome(told, document, matching=True)
    assert isinstance(snapshot, Snapshot)
    assert as_json(snapshot) == told.case.told["expected"]


def test_naive_times_lose_no_incident(told):
    """A time without an offset is read in the page's zone or not at all; the incident stays."""
    document = times(told.main_body, lambda at: at.replace(tzinfo=None).isoformat())
    before, after = outcome(told, told.main_body), outcome(told, document)
    assert isinstance(before, Snapshot)
    assert isinstance(after, Snapshot)
    assert {report.id for report in before.reports} == {report.id for report in after.reports}
    assert_sound(after)


@pytest.mark.parametrize("years", [1, 80, 7000])
def test_future_times_lose_no_incident(told, years):
    """Trap: a start that lies ahead, near or absurdly far, is not a crash and not an end."""
    document = times(told.main_body, lambda at: at.astimezone(UTC).replace(year=at.year + years).isoformat())
    before, after = outcome(told, told.main_body), outcome(told, document)
    assert isinstance(before, Snapshot)
    assert isinstance(after, Snapshot)
    assert {report.id for report in before.reports} == {report.id for report in after.reports}
    assert not looks_fine(after)
    assert_sound(after)


def test_duplicate_ids_are_one_incident(told):
    """The same id twice is one incident, an open one before an ended one."""
    document = told.main_body
    items = items_of(told, document)
    ended = [dict.fromkeys(told.words & item.keys(), told.over) for item in items]
    items[:0] = [{**item, **words} for item, words in zip(items, ended, strict=True)]
    items.extend(copy.deepcopy(items))
    before, after = outcome(told, told.main_body), outcome(told, document)
    assert isinstance(before, Snapshot)
    assert isinstance(after, Snapshot)
    phases = {report.id: report.phase for report in before.reports}
    assert {report.id: report.phase for report in after.reports} == phases
    assert_sound(after)


def test_ten_thousand_incidents_are_read_in_time(told):
    """A flood is read whole, and within what a poll may take."""
    document = told.main_body
    items = items_of(told, document)
    items.extend([*flood(told, items)])
    body = told.written(document)
    started = time.process_time()
    driven = Drive(load(told.provider)(), {**told.with_main(answer(body))})
    snapshot = driven.poll(told.case.context(matching=False))
    assert len(snapshot.reports) >= 10_000
    assert len(driven.requests) < 300
    assert time.process_time() - started < 8


def test_text_is_plain_clean_and_bounded(told):
    """Markup, steering characters and megabytes in texts come out as bounded plain text."""
    nasty = f'<img src="file:///etc/passwd"><b>down</b> {BIDI} \U0001f6a8 <script>alert(1)</script>' + "x" * 50_000
    document = mapped(told.main_body, lambda key, value: nasty if key in told.texts else value)
    snapshot = outcome(told, document)
    assert isinstance(snapshot, Snapshot)
    assert_sound(snapshot)
    updates = [update.text for report in snapshot.reports for update in report.updates]
    assert any(each.startswith("down") and "\U0001f6a8" in each and "<" not in each for each in updates)


def test_an_address_that_is_none_is_a_typed_failure(told):
    """A wrong `url` in the settings is told as such; nothing is asked."""
    for url in ("", "ftp://x.example.net", "https://", "https://a:b@x.example.net", "https://[::1", "x:y"):
        case = Case(told.provider, "wrong address", {**told.case.told, "url": url})
        driven = Drive(load(told.provider)(), {})
        with pytest.raises(PollFailed) as failed:
            driven.poll(case.context())
        assert failed.value.kind is FailureKind.UNSUPPORTED, url
        assert not driven.requests, url


def test_no_request_leaves_the_accounts_origin(told):
    """The account's login is asked for with every request, so none may go anywhere else."""
    driven = Drive(load(told.provider)(), told.case.answers)
    driven.poll(told.case.context())
    home = told.case.told["url"].split("/")[2]
    assert {url.split("/")[2] for url in driven.urls} - told.origins == {home}
