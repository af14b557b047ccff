"""The record under kill -9: what was committed is there, and nothing is half there."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from support.records import NOW
from tocsin.adapters.store import open_store

TESTS = Path(__file__).resolve().parents[1]
WRITER = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
from pathlib import Path
from support.records import NOW, incident, tell
from tocsin.adapters.store import open_store
from tocsin.ports import Batch
store = open_store(Path(sys.argv[1]), migrate=True, now=NOW).store
number = len(store.incidents())
while True:
    uid = f"i{{number}}"
    store.write(Batch(incidents=(incident(uid, title="x" * 5000),), effects=(tell(uid=uid),), channels=("a",), at=NOW))
    print(uid, flush=True)
    number += 1
"""


@pytest.mark.parametrize("lines", [1, 3, 10])
def test_a_kill_in_mid_write_loses_nothing_committed(tmp_path, lines):
    """Every write that returned before the kill is there, with its message; the file is whole."""
    path = tmp_path / "tocsin.db"
    told: list[str] = []
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            told += [writer.stdout.readline().strip() for _ in range(lines)]
            os.kill(writer.pid, signal.SIGKILL)
            told += writer.stdout.read().split("\n")[:-1]
        assert writer.returncode == -signal.SIGKILL
        opened = open_store(path, migrate=True, now=NOW)
        with closing(opened.store) as store:
            assert opened.set_aside is None
            kept = {one.uid for one in store.incidents()}
            assert set(told) <= kept
            assert len(kept) <= len(told) + 1
            assert {row.effect.uid for row in store.outbox()} == kept
            told = sorted(kept)
