"""A secret that is handed to the program is found nowhere: log, record, argv, children, traceback, notification.

A canary token takes part in a whole alarm, in failures, and in exceptions that quote it, as libraries' do.
"""

from pathlib import Path

import pytest

from support import window_reader
from support.program import (
    PATIENCE,
    Program,
    children,
    leave_assistant,
    proc,
    told,
    until_focused,
    wait_for_file,
    wait_for_red,
)
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from support.virtual_desktop import VirtualDesktop
from tocsin.simulator.http1 import Manner

pytestmark = pytest.mark.desktop

CANARY = "canary-4f9c2e7d1b8a"

# Remembers the secrets that the program looks up, and raises exceptions that quote them once a file asks for it: one
# in a task of the engine, one in a thread, one in a slot of Qt's.
TALKATIVE = """
import pathlib, threading
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.engine.ledger import Ledger
get, tick, asked, secrets = KeyringSecrets.get, Ledger.tick, pathlib.Path({place!r}), []
async def remembering(self, ref):
    secrets.append(await get(self, ref))
    return secrets[-1]
def fail(where):
    raise RuntimeError(where + " was sent Authorization: Bearer " + secrets[0] + ", and " + secrets[0] + " was refused")
def failing(self, now):
    if asked.exists():
        asked.unlink()
        threading.Thread(target=fail, args=("a thread",)).start()
        from PySide6.QtCore import QCoreApplication, QTimer
        QTimer.singleShot(0, QCoreApplication.instance(), lambda: fail("a slot"))
        fail("a task")
    return tick(self, now)
KeyringSecrets.get = remembering
Ledger.tick = failing
"""

BROWSER = """#!/bin/sh
tr '\\0' '\\n' < /proc/$$/environ > "{place}.env"
echo "$@" > "{place}"
"""


def put_browser(desktop: VirtualDesktop) -> tuple[Path, dict[str, str]]:
    """A browser that writes down what it is given, and the environment in which it is found."""
    folder = desktop.directory / "bin"
    folder.mkdir()
    place = desktop.directory / "opened"
    browser = folder / "xdg-open"
    browser.write_text(BROWSER.format(place=place))
    browser.chmod(0o700)
    return place, {"PATH": f"{folder}:{desktop.env['PATH']}"}


def test_a_canary_token_is_found_nowhere():
    """Issue: a canary token is found in no log, database, argv, child environment, traceback or notification."""
    with (
        ScriptedProvider(token=CANARY) as provider,
        StatuspageServer() as page,
        VirtualDesktop(panel="lxqt") as desktop,
    ):
        opened, env = put_browser(desktop)
        asked = desktop.directory / "asked"
        page.add_component("imap", "IMAP")
        accounts = (provider.account(), page.account())
        secrets = {"home": CANARY, "mail": f"{CANARY}-2"}
        hook = TALKATIVE.format(place=str(asked)) + window_reader.hook(desktop)
        program = Program(desktop, *accounts, secrets=secrets, env=env, hook=hook).start()
        program.wait_for_level("ok")

        for failure in ({"status": 401}, {"status": 500, "html": True}, {"manner": Manner.TRUNCATED}):
            provider.fail(**failure)
            polls = provider.polls
            program.tell("check")
            provider.wait_for_polls(polls + 1)
        provider.recover()
        asked.touch()
        for where in ("a task", "a thread", "a slot"):
            desktop.wait_until(lambda where=where: f"{where} was sent" in program.log, PATIENCE, f"{where} in the log")
        assert "Traceback" in program.log

        page.open_incident("inc-1", "Mail is late", components={"imap": "major_outage"}, impact="critical")
        program.tell("check")
        told(desktop, "Outage on Mail host")
        wait_for_red(desktop)
        desktop.click_icon()
        until_focused(desktop)
        desktop.click(*window_reader.standing(desktop, "Details"))
        assert wait_for_file(desktop, opened).strip() == "https://stspg.example.net/inc-1"
        assert "TOCSIN" in (desktop.directory / "opened.env").read_text(), "an environment was written down"
        assert_nowhere(desktop, program, (desktop.directory / "opened.env").read_text())
        assert program.terminate() == 0
        assert_nowhere(desktop, program)


def assert_nowhere(desktop: VirtualDesktop, program: Program, *texts: str) -> None:
    """The canary is in none of these, in no file of the profile, in nothing printed, told or given to a process."""
    found = [str(file) for file in program.folder.rglob("*") if CANARY.encode() in content(file)]
    assert found == []
    assert not any(CANARY in text for text in (program.printed, *texts))
    assert not any(CANARY in repr(call) for call in desktop.log.calls())
    everything = [int(place.name) for place in Path("/proc").iterdir() if place.name.isdigit()]
    assert not any(CANARY.encode() in proc(pid, "cmdline") for pid in everything)
    assert not any(CANARY.encode() in proc(child, "environ") for child in children(program.process.pid))


def content(file: Path) -> bytes:
    """What is in a file; nothing where it is none, or is gone meanwhile."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def test_the_demo_that_the_window_starts_inherits_no_secret():
    """The one child that stays: "Try the demo" in an empty window."""
    with VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        hook = window_reader.hook(desktop)
        program = Program(desktop, secrets={"home": CANARY}, hook=hook).start("run")
        leave_assistant(desktop)
        until_focused(desktop)

        def demos() -> list[int]:
            return [child for child in children(program.process.pid) if b"\0demo\0" in proc(child, "cmdline")]

        desktop.click(*window_reader.standing(desktop, "Try the demo"))
        (pid,) = desktop.wait_until(demos, PATIENCE, "the demo")
        desktop.wait_until(lambda: len(desktop.windows("Tocsin")) == 2, PATIENCE, "the demo's own window")
        assert b"DISPLAY=" in proc(pid, "environ")
        assert_nowhere(desktop, program)
        assert program.terminate() == 0
        assert proc(pid, "cmdline"), "the demo goes on by itself"
