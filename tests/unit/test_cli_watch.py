"""``tocsin watch``: what it tells and when it ends, and that no token gets out of it."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from support.aside import Aside
from support.command_line import CANARY, JSON_TYPE, PATIENCE, config, finished, next_event, tocsin
from support.hostile_server import always, answer
from support.scenarios import ScriptedProvider
from tocsin import __version__
from tocsin.simulator.server import DEMO_TOKEN


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


def test_watch_speaks_with_a_person_in_the_settings_language(home) -> None:
    """Without ``--json``: when, what, where, the level, and the provider's own title."""
    profile = home / "profile"
    with ScriptedProvider() as provider:
        config(profile, provider)
        settings = profile / "config.toml"
        settings.write_text(f'language = "nl"\n{settings.read_text()}')
        provider.declare("PRB-1", name="Cable cut")
        with tocsin("watch", "--profile", str(profile), TOCSIN_SECRET_HOME=DEMO_TOKEN) as program:
            line = next(line for line in program.stdout if "fibre" in line and "Veranderd" not in line)
            program.send_signal(signal.SIGTERM)
            program.communicate(timeout=PATIENCE)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  Storing begonnen - home/fibre \[Storing\]: Cable cut\n", line)


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
