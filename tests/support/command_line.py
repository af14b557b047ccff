"""The command line in a process of its own, and the servers that it asks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer

CANARY = "canary-7f3a9c51d2"
PATIENCE = 60.0
JSON_TYPE = ("Content-Type", "application/json")


@pytest.fixture
def page() -> Iterator[StatuspageServer]:
    with StatuspageServer() as page:
        page.add_component("mail", "Mail", group=True)
        page.add_component("smtp", "SMTP", group_id="mail")
        page.add_component("imap", "IMAP", group_id="mail")
        page.add_component("web", "Website")
        yield page


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


def finished(*arguments: str, patience: float = PATIENCE, **secrets: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the program."""
    with tocsin(*arguments, **secrets) as program:
        out, err = program.communicate(timeout=patience)
    return program.returncode, out, err


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
        assert list(event) == ["at", "event", "account", "connection", "level", "incident", "detail"], line
        if event["event"] in wanted:
            return event
    raise AssertionError(f"no {wanted} in time")
