"""Alertmanager against the real one: what it answers is read as we think it is."""

import asyncio
import json
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.drive import context
from support.http_client import client
from support.tinyproxy import reserved_port
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.terms import Phase, Severity
from tocsin.engine.exchange import ask
from tocsin.providers.alertmanager import Alertmanager

PROGRAM = "prometheus-alertmanager"
CONFIG = "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n"


@contextmanager
def alertmanager(folder: Path) -> Iterator[str]:
    """A real Alertmanager on loopback, once it answers; its address."""
    program = shutil.which(PROGRAM)
    assert program is not None, f"the Debian package {PROGRAM} is needed: see packaging/debian-packages.txt"
    (folder / "config.yml").write_text(CONFIG)
    with reserved_port() as port, _running(program, folder, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(program: str, folder: Path, port: int) -> Iterator[None]:
    options = (
        f"--config.file={folder / 'config.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_it_listens(process, port, folder / "log")
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_until_it_listens(process: subprocess.Popen, port: int, log: Path) -> None:
    for _ in range(1200):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"{PROGRAM} did not come up: {log.read_text()[-2000:]}")


def post(url: str, document: object) -> None:
    """Send JSON as Prometheus does."""
    body = json.dumps(document).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 -- loopback
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        assert answer.status == 200


def poll(url: str, **told) -> Snapshot:
    """One poll over real HTTP, as the engine does it."""

    async def once() -> Snapshot | Failure:
        async with client() as http:
            return await ask(Alertmanager(), context(url, provider="alertmanager", **told), http)

    result = asyncio.run(once())
    assert isinstance(result, Snapshot), result
    return result


def alert(name: str, since: datetime, **labels: str) -> dict:
    return {
        "labels": {"alertname": name, **labels},
        "annotations": {"summary": f"{name} fires", "description": "<b>Look</b> at it."},
        "startsAt": since.isoformat(),
        "generatorURL": "https://prometheus.example.net/graph",
    }


def test_a_real_alertmanager_is_read(tmp_path):
    """Nothing fires, then a line and a disk do, then the disk is silenced and the line is over."""
    now = datetime.now(UTC).replace(microsecond=0)
    since = now - timedelta(minutes=20)
    with alertmanager(tmp_path) as url:
        quiet = poll(url, now=now)
        assert (quiet.reports, quiet.components, quiet.page_level) == ((), (), None)
        assert quiet.page_url == url

        line = alert("LinkDown", since, service="fibre", severity="critical")
        disk = alert("DiskFull", since, instance="nas:9100", severity="warning")
        watchdog = alert("Watchdog", since, severity="none")
        post(f"{url}/api/v2/alerts", [line, disk, watchdog])
        found = {each.title: each for each in poll(f"{url}/#/alerts", now=now).reports}
        assert set(found) == {"LinkDown fires", "DiskFull fires"}
        down = found["LinkDown fires"]
        assert (down.severity, down.phase, down.raw_phase) == (Severity.CRITICAL, Phase.INVESTIGATING, "active")
        assert (down.started_at, down.affected) == (since, ("service=fibre",))
        assert {"alertname=LinkDown", "severity=critical", "fibre", "LinkDown"} <= {*down.related}
        assert [(each.at, each.text) for each in down.updates] == [(since, "Look at it.")]
        assert down.url == "https://prometheus.example.net/graph"
        assert found["DiskFull fires"].severity is Severity.MINOR

        silence = {
            "matchers": [{"name": "alertname", "value": "DiskFull", "isRegex": False, "isEqual": True}],
            "startsAt": since.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "sam",
            "comment": "known",
        }
        post(f"{url}/api/v2/silences", silence)
        post(f"{url}/api/v2/alerts", [{**line, "endsAt": (now - timedelta(seconds=1)).isoformat()}])
        later = poll(url, now=now, open_ids=(down.id,))
        (left,) = later.reports
        assert (left.title, left.severity, left.raw_phase) == ("DiskFull fires", Severity.NOTICE, "suppressed")
        # it has just been started: what it does not list may not have been sent to it again
        assert later.unread == (down.id,)
        assert poll(url, now=now + timedelta(minutes=10), open_ids=(down.id,)).unread == ()
