"""``tocsin check``: the level of a page, what is wrong with an answer, and where its secret goes."""

import gzip
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from support.aside import Aside
from support.command_line import CANARY, JSON_TYPE, PATIENCE, finished, page
from support.hostile_server import always, answer, certificate, silent
from support.scenarios import ScriptedProvider
from tocsin import single
from tocsin.adapters.http import HttpClient
from tocsin.cli import main
from tocsin.simulator.server import DEMO_TOKEN

__all__ = ["page"]  # a fixture for all of this module


@pytest.fixture
def provider(monkeypatch) -> Iterator[ScriptedProvider]:
    monkeypatch.setenv("TOCSIN_SECRET_CHECK", DEMO_TOKEN)
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
def check(capsys) -> Callable[..., tuple[int, dict]]:
    """Run ``check --json`` here, and return its exit code and its object."""

    def run(*arguments: str) -> tuple[int, dict]:
        code = main(["check", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


# --- check: levels ---------------------------------------------------------------------------------------------------


def test_check_says_ok(check, page) -> None:
    """0 for a page on which everything works."""
    code, made = check(page.url)
    assert (code, made["level"], made["error"]) == (0, "ok", None)
    assert made["provider"] == "statuspage"
    assert made["page"]["name"] == "Planet Mail"
    assert [each["id"] for each in made["components"]] == ["mail", "smtp", "imap", "web"]


@pytest.mark.parametrize(
    ("state", "level", "code"),
    [
        ("degraded_performance", "degraded", 1),
        ("partial_outage", "degraded", 1),
        ("major_outage", "outage", 2),
        ("under_maintenance", "maintenance", 1),
        ("on_fire", "degraded", 1),
    ],
)
def test_check_goes_by_a_component_s_own_state(check, page, state, level, code) -> None:
    """Whatever anybody wrote about it, or not; a word that is not known is degraded."""
    page.set_component("smtp", state)
    assert [(found, made["level"]) for found, made in [check(page.url, "--match", "smtp")]] == [(code, level)]
    assert check(page.url, "--match", "web")[0] == 0


def test_check_says_notice_for_what_names_nothing(check, page) -> None:
    """1: it may concern the match, for all the page says."""
    page.open_incident("inc-1", "Something is wrong", impact="critical")
    code, made = check(page.url, "--match", "smtp", "imap")
    assert (code, made["level"]) == (1, "notice")
    assert [(each["relevance"], each["relevant"]) for each in made["incidents"]] == [("possible", True)]


def test_check_takes_several_matches(check, page) -> None:
    """By several words after one ``--match``, or by several of them."""
    page.open_incident("inc-1", "IMAP down", impact="critical", components={"imap": "major_outage"})
    for given in (["--match", "smtp", "imap"], ["--match", "smtp", "--match", "imap"], ["--match", "mail"]):
        code, made = check(page.url, *given)
        assert (code, made["level"], made["incidents"][0]["relevance"]) == (2, "outage", "linked")
    assert check(page.url, "--match", "smtp", "web")[0] == 0


def test_check_says_unknown_for_a_match_that_is_not_listed(capsys, page) -> None:
    """3, and on standard error which id it was: never green for what is not there."""
    assert main(["check", page.url, "--match", "smtp", "gone", "--json"]) == 3
    said = capsys.readouterr()
    assert json.loads(said.out)["level"] == "unknown"
    assert "gone" in said.err
    assert "smtp" not in said.err


def test_check_asks_a_tmf656_api_with_the_secret_of_the_environment(check, provider) -> None:
    """The token comes from TOCSIN_SECRET_CHECK; the estimate is followed; other customers' problems are not ours."""
    eta = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    provider.declare("PRB-1", eta=eta)
    provider.declare("PRB-2", services=("SVC-2002",))
    code, made = check(provider.url, "--provider", "tmf656", "--auth", "bearer", "--match", "SVC-1001")
    assert (code, made["level"], made["provider"]) == (2, "outage", "tmf656")
    ours = next(each for each in made["incidents"] if each["id"] == "PRB-1")
    assert datetime.fromisoformat(ours["eta"]) == eta
    assert ours["relevant"]
    assert all(not each["relevant"] for each in made["incidents"] if each["id"] == "PRB-2")


def test_check_finds_out_by_itself_which_api_answers(check, provider, monkeypatch) -> None:
    """Without ``--provider`` the others are tried."""
    code, made = check(provider.url, "--auth", "bearer", "--match", "SVC-1001")
    assert (code, made["provider"], made["level"]) == (0, "tmf656", "ok")


def test_check_in_words_lists_what_is_open_and_concerns_the_match(capsys, page) -> None:
    """A monitoring system's word, then the level, the incidents that matter here, and what of the match is down."""
    page.open_incident("inc-1", "IMAP down", impact="critical", components={"imap": "major_outage"})
    page.open_incident("inc-2", "Website slow", impact="minor", components={"web": "degraded_performance"})
    page.open_incident("inc-3", "We are looking into it", impact="minor")
    assert main(["check", page.url, "--match", "imap"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "CRITICAL: Planet Mail: Outage"
    assert [line.partition(": ")[2] for line in lines[1:]] == [
        "We are looking into it",
        "IMAP down",
        "Outage (“major_outage”)",
    ]
    assert [line.split(",")[0] for line in lines[1:3]] == ["  minor", "  critical"]
    assert ", possibly: " in lines[1]
    assert lines[3] == "  IMAP: Outage (“major_outage”)"


@pytest.mark.parametrize(
    ("state", "first"),
    [
        ("operational", "OK: Planet Mail"),
        ("degraded_performance", "WARNING: Planet Mail: Problemen"),
        ("under_maintenance", "WARNING: Planet Mail: Onderhoud"),
        ("major_outage", "CRITICAL: Planet Mail: Storing"),
    ],
)
def test_the_first_line_is_for_monitoring_systems_and_for_people(capsys, page, monkeypatch, state, first):
    """The plugins' word in English whatever the language, and the level in that of who reads on."""
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
    page.set_component("smtp", state)
    main(["check", page.url, "--match", "smtp"])
    assert capsys.readouterr().out.splitlines()[0] == first


def test_check_shows_text_from_outside_without_its_controls(capsys, page) -> None:
    """Escape sequences and bidi marks of a title do nothing to the terminal."""
    page.open_incident("inc-1", "Down\x1b[2J\u202egnp.exe\n\nOK: all is well", impact="minor")
    assert main(["check", page.url]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert len(out.splitlines()) == 2


# --- check: failures -------------------------------------------------------------------------------------------------


SUMMARY = b'{"page": {"id": "x", "name": "Planet Mail", "url": "https://x"'
BOMB = gzip.compress(b" " * (40 * 1024 * 1024))
ANSWERS = {
    "too_large": answer(200, BOMB, JSON_TYPE, ("Content-Encoding", "gzip")),
    "http_status": answer(500, b"{}", JSON_TYPE),
    "unauthorized": answer(401, b"{}", JSON_TYPE),
    "rate_limited": answer(429, b"{}", JSON_TYPE, ("Retry-After", "60")),
    "redirect": answer(302, b"", ("Location", "http://127.0.0.1:9/elsewhere")),
    "not_status_api": answer(200, b"<!doctype html><title>Welcome</title>", ("Content-Type", "text/html")),
    "malformed": answer(200, SUMMARY, JSON_TYPE),
}


def failed(check: Callable[..., tuple[int, dict]], url: str, *more: str) -> str:
    """The ``error.kind`` of a check that fails, with the rest of what must hold then."""
    code, made = check(url, *more)
    assert (code, made["level"]) == (3, "unknown")
    assert made["error"]["message"]
    assert (made["components"], made["incidents"]) == ([], [])
    return made["error"]["kind"]


@pytest.mark.parametrize("kind", ANSWERS)
def test_check_says_what_is_wrong_with_an_answer(check, kind) -> None:
    """One kind of ``error`` for each way in which an answer is of no use."""
    with Aside(always(ANSWERS[kind])) as server:
        assert failed(check, server.url, "--provider", "statuspage") == kind


def test_check_says_that_nobody_answers(check) -> None:
    """A port that nobody listens on, and a name that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert failed(check, f"http://127.0.0.1:{port}/") == "connect"
    assert failed(check, "https://no-such-host.invalid/") == "dns"


def test_check_does_not_trust_an_unknown_certificate(check, tmp_path) -> None:
    """A certificate that nobody vouches for is ``tls``, not a warning."""
    _, context = certificate(tmp_path)
    with Aside(always(answer(200, b"{}", JSON_TYPE)), tls=context) as server:
        assert failed(check, server.url) == "tls"


def test_check_gives_up_in_time(check, monkeypatch) -> None:
    """A server that never says a word is ``timeout``."""
    monkeypatch.setattr(single, "HttpClient", partial(HttpClient, deadline=0.3))
    with Aside(silent()) as server:
        assert failed(check, server.url) == "timeout"


def test_check_sends_nothing_in_the_clear_across_the_net(check, monkeypatch) -> None:
    """Plain http is for this computer only."""
    monkeypatch.setenv("TOCSIN_SECRET_CHECK", CANARY)
    assert failed(check, "http://status.example.net/", "--auth", "bearer") == "unsupported"


def test_check_without_the_secret_that_it_needs_is_unauthorized(check, page) -> None:
    """Not an outage and not all well: refused, and the message names the variable."""
    code, made = check(page.url, "--provider", "statuspage", "--auth", "bearer")
    assert (code, made["error"]["kind"]) == (3, "unauthorized")
    assert "TOCSIN_SECRET_CHECK" in made["error"]["message"]


def test_a_failure_in_words_is_one_line(capsys) -> None:
    """Monitoring systems read the first line."""
    assert main(["check", "http://127.0.0.1:9/"]) == 3
    said = capsys.readouterr()
    assert said.out == "UNKNOWN: 127.0.0.1:9 does not answer. Check the address, then your network.\n"
    assert said.err == ""


def test_a_provider_that_is_not_known_is_named_with_those_that_are(capsys) -> None:
    """3, with the keys to choose from."""
    assert main(["check", "http://127.0.0.1:9/", "--provider", "nosuch"]) == 3
    assert "statuspage" in capsys.readouterr().err


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_goes_to_its_provider_and_nowhere_else(tmp_path) -> None:
    """Not to standard output or error, not in the arguments, and not into the environment of what is started later."""
    with Aside(always(ANSWERS["http_status"])) as server:
        code, out, err = finished("check", server.url, "--auth", "bearer", "--json", TOCSIN_SECRET_CHECK=CANARY)
        assert code == 3
        assert CANARY not in out + err
    looking = "import os, sys; from tocsin.cli import main; main(sys.argv[1:]); print(os.environ)"
    child = subprocess.run(
        [sys.executable, "-c", looking, "check", "http://127.0.0.1:9/", "--auth", "bearer"],
        env=os.environ | {"TOCSIN_SECRET_CHECK": CANARY},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert CANARY not in child.stdout + child.stderr
    assert "HOME" in child.stdout
