"""The command line, in this process and in children: exit codes, JSON, and what is never said, kept or imported."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from support.aside import Aside
from support.hostile_server import always, answer, certificate, silent
from support.records import NOW, incident
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from tocsin import __version__, single
from tocsin.adapters.http import HttpClient
from tocsin.adapters.profile import Profile
from tocsin.adapters.store import open_store
from tocsin.cli import main
from tocsin.domain.terms import EndHow
from tocsin.ports import Batch
from tocsin.simulator.server import DEMO_TOKEN

CANARY = "canary-7f3a9c51d2"
PATIENCE = 15.0
JSON_TYPE = ("Content-Type", "application/json")
HEAVY = ("PySide6", "httpx", "asyncio", "sqlite3", "keyring", "truststore", "jeepney", "msgspec")


@pytest.fixture
def page() -> Iterator[StatuspageServer]:
    with StatuspageServer() as page:
        page.add_component("mail", "Mail", group=True)
        page.add_component("smtp", "SMTP", group_id="mail")
        page.add_component("imap", "IMAP", group_id="mail")
        page.add_component("web", "Website")
        yield page


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


def tocsin(*arguments: str, **secrets: str) -> subprocess.Popen[str]:
    """The program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tocsin", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | secrets,
    )


def finished(*arguments: str, **secrets: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the program."""
    with tocsin(*arguments, **secrets) as program:
        out, err = program.communicate(timeout=PATIENCE)
    return program.returncode, out, err


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
    """A person reads the level, the incidents that matter here, and what of the match does not work."""
    page.open_incident("inc-1", "IMAP down", impact="critical", components={"imap": "major_outage"})
    page.open_incident("inc-2", "Website slow", impact="minor", components={"web": "degraded_performance"})
    page.open_incident("inc-3", "We are looking into it", impact="minor")
    assert main(["check", page.url, "--match", "imap"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "OUTAGE: Planet Mail"
    assert [line.partition(": ")[2] for line in lines[1:]] == ["We are looking into it", "IMAP down", "major_outage"]
    assert "(possibly)" in lines[1]
    assert lines[3].strip().startswith("IMAP: ")


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
    assert said.out.startswith("UNKNOWN: ")
    assert "(connect)" in said.out
    assert len(said.out.splitlines()) == 1
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


# --- watch -----------------------------------------------------------------------------------------------------------


def config(profile: Path, provider: ScriptedProvider) -> None:
    profile.mkdir(exist_ok=True)
    (profile / "config.toml").write_text(
        f"""
[[accounts]]
id = "home"
provider = "tmf656"
name = "Planet Fibre"
url = "{provider.url}"
interval = 1
auth = {{ kind = "bearer" }}
[[accounts.connections]]
id = "fibre"
name = "Home fibre"
match = ["SVC-1001"]
"""
    )


def next_event(program: subprocess.Popen[str], *wanted: str) -> dict:
    """The next line of ``watch --json`` that is one of these events; whatever comes is whole JSON."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        line = program.stdout.readline()
        assert line.endswith("\n"), f"ended: {line!r} {program.stderr.read()}"
        event = json.loads(line)
        assert list(event) == ["at", "event", "account", "connection", "level", "incident", "detail"]
        if event["event"] in wanted:
            return event
    raise AssertionError(f"no {wanted} in time")


def test_watch_tells_an_outage_line_by_line_and_ends_on_sigterm(home) -> None:
    """Each event as it happens, flushed; the canary token is in no output, log or database, nor in the arguments."""
    profile = home / "profile"
    with ScriptedProvider(token=CANARY) as provider:
        config(profile, provider)
        with tocsin("watch", "--json", "--profile", str(profile), TOCSIN_SECRET_HOME=CANARY) as program:
            assert next_event(program, "level_changed")["level"] == "ok"
            provider.declare("PRB-1")
            started = next_event(program, "started")
            assert (started["account"], started["connection"], started["level"]) == ("home", "fibre", "outage")
            assert started["incident"]["id"] == "PRB-1"
            code, _, err = finished("watch", "--profile", str(profile))
            assert code == 3
            assert "running already" in err
            code, out, _ = finished("history", "--json", "--profile", str(profile))
            assert code == 0
            assert [each["id"] for each in json.loads(out)] == ["PRB-1"]
            assert CANARY.encode() not in Path(f"/proc/{program.pid}/cmdline").read_bytes()
            provider.resolve("PRB-1")
            assert next_event(program, "resolved")["detail"] == {"how": "resolved"}
            program.send_signal(signal.SIGTERM)
            rest, err = program.communicate(timeout=PATIENCE)
            assert program.returncode == 0
            assert err == ""
            assert all(json.loads(line) for line in rest.splitlines())
    log = (profile / "tocsin.log").read_text()
    assert f"Tocsin {__version__} starts" in log
    assert "watching home (tmf656)" in log
    assert "Tocsin ends" in log
    for path in profile.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path


def test_a_token_is_redacted_from_what_goes_wrong(home) -> None:
    """A server that sends the token back in its errors does not get it into our log, output or record."""
    profile = home / "profile"
    echo = answer(500, f'{{"error": "bad token {CANARY}"}}'.encode(), JSON_TYPE, ("X-Echo", CANARY))
    with Aside(always(echo)) as server, ScriptedProvider() as provider:
        config(profile, provider)
        settings = profile / "config.toml"
        settings.write_text(settings.read_text().replace(provider.url, f"{server.url}/?key={CANARY}"))
        with tocsin("watch", "--profile", str(profile), TOCSIN_SECRET_HOME=CANARY) as program:
            wait_until("the failure is logged", lambda: "cannot be asked" in text_of(profile / "tocsin.log"))
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=PATIENCE)
        assert program.returncode == 0
        assert CANARY not in out
        for path in profile.rglob("*"):
            if path.is_file() and path != settings:
                assert CANARY.encode() not in path.read_bytes(), path
        assert CANARY not in err


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def wait_until(what: str, wanted: Callable[[], bool]) -> None:
    """Look at what another process has written until it is as wanted."""
    until = monotonic() + PATIENCE
    while not wanted():
        assert monotonic() < until, what
        signal.sigtimedwait([], 0.02)


def test_watch_says_what_is_wrong_with_the_settings_and_watches_the_rest(home) -> None:
    """Line, key and allowed values on standard error; the right account is watched; the file is left as it was."""
    profile = home / "profile"
    with ScriptedProvider() as provider:
        config(profile, provider)
        settings = profile / "config.toml"
        settings.write_text(
            settings.read_text()
            + '\n[[accounts]]\nid = "mail"\nprovider = "carrier-pigeon"\nurl = "https://x.example.net"\n'
        )
        before = settings.read_text()
        with tocsin("watch", "--json", "--profile", str(profile), TOCSIN_SECRET_HOME=DEMO_TOKEN) as program:
            assert next_event(program, "level_changed")["account"] == "home"
            program.send_signal(signal.SIGTERM)
            _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0
    line = before.splitlines().index('provider = "carrier-pigeon"') + 1
    assert f"line {line}: " in err
    assert "provider" in err
    assert "statuspage" in err
    assert settings.read_text() == before


def test_watch_ends_when_its_reader_is_gone(home) -> None:
    """``watch | head -1`` does not run on for ever, and says nothing about it."""
    profile = home / "profile"
    with ScriptedProvider() as provider:
        config(profile, provider)
        with tocsin("watch", "--json", "--profile", str(profile), TOCSIN_SECRET_HOME=DEMO_TOKEN) as program:
            next_event(program, "level_changed")
            program.stdout.close()
            provider.declare("PRB-1")
            assert program.wait(PATIENCE) == 3
            assert program.stderr.read() == ""


# --- history ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def past(tmp_path) -> Path:
    """A profile with an outage of today, one of last week that is over, and the lock free."""
    now = datetime.now(UTC)
    profile = Profile.at(tmp_path / "profile")
    profile.make()
    with closing(open_store(profile.data, migrate=True, now=now).store) as store:
        old = incident("old", started=now - timedelta(days=9), ended=now - timedelta(days=9, hours=-2))
        store.write(Batch(incidents=(old, incident("new", started=now - timedelta(minutes=5)))))
    return tmp_path / "profile"


def test_history_without_a_record_is_empty(tmp_path, capsys) -> None:
    """A list without entries, a sentence for a person, and no file made by looking."""
    assert main(["history", "--json", "--profile", str(tmp_path / "none")]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["history", "--profile", str(tmp_path / "none")]) == 0
    assert "Nothing has happened yet" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_history_lists_newest_first_in_columns(past, capsys) -> None:
    """Start, how it ended, where and what, each under the other."""
    assert main(["history", "--profile", str(past)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "ongoing" in lines[0]
    assert "resolved" in lines[1]
    assert "2 h" in lines[1]
    assert lines[0].index("fibre") == lines[1].index("fibre")
    assert lines[0].index("Cable cut") == lines[1].index("Cable cut")


@pytest.mark.parametrize(("since", "uids"), [("1d", ["SP-new"]), ("2w", ["SP-new", "SP-old"]), ("3h", ["SP-new"])])
def test_history_since_so_long_ago(past, capsys, since, uids) -> None:
    """So many hours, days or weeks back."""
    assert main(["history", "--json", "--since", since, "--profile", str(past)]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == uids


def test_history_since_a_day_or_a_time(past, capsys) -> None:
    """A date, or a time with an offset; an ongoing one is always there."""
    for since in ("2020-01-01", "2020-01-01T00:00:00+01:00", "99999w"):
        assert main(["history", "--json", "--since", since, "--profile", str(past)]) == 0
        assert len(json.loads(capsys.readouterr().out)) == 2
    assert main(["history", "--json", "--since", "2999-01-01", "--profile", str(past)]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == ["SP-new"]


@pytest.mark.parametrize("since", ["yesterday", "30x", "", "2026-13-01", "0001-01-01T00:00+14:00"])
def test_history_since_nonsense_says_what_may_stand_there(past, capsys, since) -> None:
    """3, with examples; nothing is listed as if it were all."""
    code = main(["history", "--json", "--since", since, "--profile", str(past)])
    said = capsys.readouterr()
    assert (code, said.out) == (3, "")
    assert "30d" in said.err


def test_history_of_a_file_that_is_no_record(tmp_path, capsys) -> None:
    """3 and a sentence; the file is left alone, for only the running instance may set it aside."""
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "tocsin.db").write_bytes(b"not a database" * 100)
    assert main(["history", "--profile", str(profile)]) == 3
    assert "damaged" in capsys.readouterr().err
    assert [path.name for path in profile.iterdir()] == ["tocsin.db"]


def test_history_into_a_closed_pipe_says_nothing(past) -> None:
    """``history | head`` is no error to tell of."""
    with tocsin("history", "--json", "--profile", str(past)) as program:
        program.stdout.close()
        assert program.wait(PATIENCE) in (0, 3)
        assert program.stderr.read() == ""


# --- the others ------------------------------------------------------------------------------------------------------


def test_providers_lists_what_can_be_configured(capsys) -> None:
    """As JSON for a program, in words for a person."""
    assert main(["providers", "--json"]) == 0
    listed = {each["key"]: each for each in json.loads(capsys.readouterr().out)}
    assert {"statuspage", "tmf656"} <= set(listed)
    assert "components" in listed["statuspage"]["capabilities"]
    assert {"eta", "per-account"} <= set(listed["tmf656"]["capabilities"])
    assert main(["providers"]) == 0
    assert "statuspage" in capsys.readouterr().out


def test_the_demo_without_a_screen_tells_its_story_and_ends() -> None:
    """One start, an estimate moved in the same notification, one end; nothing about the incident elsewhere."""
    code, out, err = finished("demo", "--headless", "--speed", "1800")
    assert (code, err) == (0, "")
    told = [line for line in out.splitlines() if "] " in line and "  [" in line]
    loud = [line.partition("  ")[2] for line in told if "[low]" not in line]
    assert loud[0].startswith("[critical] Outage on Home fibre since 17:58")
    assert loud[-1].startswith("[normal] Home fibre works again")
    assert [line.split("]")[0] for line in loud] == ["[critical", "[critical", "[normal"]
    assert "was 19:00" in out
    assert "Keep your sent mail" in out
    events = [line.split()[1] for line in out.splitlines() if line[2:3] == ":" and "  [" not in line]
    assert events.count("started") == 1
    assert events.count("resolved") == 1
    assert events.index("started") < events.index("eta_changed") < events.index("resolved")
    assert "maintenance_announced" in events
    assert "SVC-2002" not in out
    assert "Groningen" not in out


def test_simulate_serves_until_it_is_told_to_end() -> None:
    """It says where it listens, answers there, and ends with 0 on SIGTERM."""
    with tocsin("simulate", "--port", "0") as program:
        lines = iter(program.stdout.readline, "")
        url = next(line.split()[-1] for line in lines if "http://" in line)
        base = url.partition("/tmf-api")[0]
        secret = {"TOCSIN_SECRET_CHECK": DEMO_TOKEN}
        code, out, _ = finished("check", base, "--provider", "tmf656", "--auth", "bearer", "--json", **secret)
        assert code in (0, 1, 2)
        assert json.loads(out)["error"] is None
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=PATIENCE)
    assert program.returncode == 0


def test_simulate_with_a_scenario_that_is_not_there(capsys, tmp_path) -> None:
    """3 and a sentence."""
    assert main(["simulate", "--scenario", str(tmp_path / "none.toml")]) == 3
    assert "none.toml" in capsys.readouterr().err


def test_the_profile_may_come_after_every_command(capsys, tmp_path, page) -> None:
    """A script can give the same option to all; those that keep nothing make nothing there."""
    profile = ["--profile", str(tmp_path / "profile")]
    assert main(["check", page.url, *profile]) == 0
    assert main(["providers", *profile]) == 0
    assert main(["history", *profile]) == 0
    assert not (tmp_path / "profile").exists()


def test_the_profile_may_be_named_in_the_environment(capsys, past, monkeypatch) -> None:
    """TOCSIN_PROFILE does what ``--profile`` does."""
    monkeypatch.setenv("TOCSIN_PROFILE", str(past))
    assert main(["history", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_a_wrong_command_line_is_2_as_argparse_has_it(capsys) -> None:
    """Usage on standard error, nothing on standard output; without a command the help."""
    for wrong in (["nosuch"], ["check"], ["demo", "--speed", "0"], ["simulate", "--port", "70000"]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage" in said.err
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["run", "demo", "check", "watch", "providers", "history", "simulate"])
def test_every_command_has_a_help(capsys, command) -> None:
    """``--help`` is 0 and names every option."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"tocsin {command}" in capsys.readouterr().out


def test_the_version_is_said(capsys) -> None:
    """As the package has it."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"tocsin {__version__}"


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--version"], HEAVY),
        (["run", "--help"], HEAVY),
        (["check", "http://127.0.0.1:9/"], ("PySide6", "sqlite3", "keyring", "jeepney")),
        (["providers", "--json"], ("PySide6", "httpx", "sqlite3", "keyring", "jeepney")),
        (["history"], ("PySide6", "httpx", "keyring", "jeepney", "truststore")),
        (["history", "--json"], ("PySide6", "httpx", "keyring", "jeepney", "asyncio")),
        (["demo", "--headless", "--speed", "3600"], ("PySide6", "keyring", "jeepney")),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_no_command_imports_what_it_does_not_need(arguments, needless) -> None:
    """Qt only where there is something to draw; a light command starts at once."""
    looking = (
        "import sys\nfrom tocsin.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    child = subprocess.run(
        [sys.executable, "-c", looking, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    loaded = {name.partition(".")[0] for name in child.stderr.split()}
    assert "tocsin" in loaded
    assert not loaded & set(needless)


def test_watch_imports_no_qt(home) -> None:
    """The engine without a screen runs on a computer without Qt's libraries."""
    profile = home / "profile"
    with ScriptedProvider() as provider:
        config(profile, provider)
        with tocsin("watch", "--json", "--profile", str(profile), TOCSIN_SECRET_HOME=DEMO_TOKEN) as program:
            next_event(program, "level_changed")
            maps = Path(f"/proc/{program.pid}/maps").read_text()
            program.send_signal(signal.SIGTERM)
            program.communicate(timeout=PATIENCE)
    assert "libQt6" not in maps
    assert "PySide6" not in maps


def test_the_end_of_an_incident_is_one_of_the_words_of_the_contract() -> None:
    """What stands under ``how`` in the history."""
    assert {how.value for how in EndHow} >= {"resolved", "cancelled", "vanished", "unwatched"}
    assert NOW.tzinfo is UTC
