"""The scripts behind `make` and CI, and the rules that every test is held to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# --- packaging/setup.sh --------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path) -> Path:
    """What of a checkout the set-up reads, and a folder of stand-ins for the system's commands."""
    (tmp_path / "packaging").mkdir()
    shutil.copy(ROOT / "packaging" / "setup.sh", tmp_path / "packaging")
    (tmp_path / "packaging" / "debian-packages.txt").write_text(
        "# a comment\n[run]\nlibegl1\n\n[desktop]\ntrayer\ndunst\n[check]\nappstream\n"
    )
    (tmp_path / "bin").mkdir()
    return tmp_path


def stand_in(checkout, name, script) -> None:
    place = checkout / "bin" / name
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o700)


def set_up(checkout, *groups, **variables) -> subprocess.CompletedProcess[str]:
    child = {**os.environ, "PATH": f"{checkout}/bin:{os.environ['PATH']}", **variables}
    command = ["bash", str(checkout / "packaging" / "setup.sh"), *groups]
    return subprocess.run(command, env=child, check=False, capture_output=True, text=True, timeout=60)


def test_without_rights_the_set_up_prints_the_line_to_run(checkout):
    """Who may not install packages is told exactly what to type, with what is missing and nothing else."""
    stand_in(checkout, "id", "echo 1000")
    stand_in(checkout, "sudo", "exit 1")
    stand_in(checkout, "apt-get", "exit 99")
    stand_in(checkout, "dpkg-query", 'for last; do :; done; [ "$last" = libegl1 ] && printf installed')
    done = set_up(checkout, "run", "desktop")
    assert done.returncode == 1
    line = "    sudo apt-get update && sudo apt-get install -y --no-install-recommends trayer dunst"
    assert line in done.stderr.splitlines()
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(("user", "prefix"), [("0", ""), ("1000", "sudo -n ")])
def test_with_rights_the_set_up_installs_what_is_missing(checkout, user, prefix):
    """Root, and who may use sudo without a password, need type nothing."""
    stand_in(checkout, "id", f"echo {user}")
    stand_in(checkout, "sudo", f'echo "sudo $*" >>{checkout}/calls; shift; [ "$1" = true ] || exec "$@"')
    stand_in(checkout, "apt-get", f'echo "apt-get $*" >>{checkout}/calls')
    stand_in(checkout, "dpkg-query", "exit 1")
    set_up(checkout, "run", PYTHON="/nonexistent/python")
    calls = (checkout / "calls").read_text().splitlines()
    assert [call for call in calls if call.startswith("apt-get") and call.endswith("recommends libegl1")]
    assert bool([call for call in calls if call.startswith("sudo")]) == bool(prefix)


def test_what_another_package_provides_is_not_installed_over_it(checkout):
    """A name that an installed package stands for is there; one that only a removed package stood for is not."""
    stand_in(checkout, "id", "echo 1000")
    stand_in(checkout, "sudo", "exit 1")
    stand_in(checkout, "apt-get", "exit 99")
    listing = "installed nodejs-dev, trayer (= 1.1), xtrayer,\\nconfig-files dunst,\\ninstalled appstream-doc,\\n"
    stand_in(checkout, "dpkg-query", f'[ $# -eq 3 ] && printf "{listing}"')
    done = set_up(checkout, "desktop", "check")
    assert "    sudo apt-get update && sudo apt-get install -y --no-install-recommends dunst appstream" in done.stderr


def test_a_failing_installation_shows_why(checkout):
    """What the package manager said is not hidden."""
    stand_in(checkout, "id", "echo 0")
    stand_in(checkout, "dpkg-query", "exit 1")
    stand_in(checkout, "apt-get", "echo 'E: Unable to locate package libegl1' >&2; exit 100")
    done = set_up(checkout, "run")
    assert done.returncode == 1
    assert "E: Unable to locate package libegl1" in done.stderr


def test_a_python_that_is_too_old_is_refused_by_name(checkout):
    """A wrong PYTHON is said, and not silently replaced by another."""
    stand_in(checkout, "dpkg-query", "printf installed")
    stand_in(checkout, "python3.9", "exit 1")
    done = set_up(checkout, "run", PYTHON="python3.9")
    assert done.returncode == 1
    assert "no Python 3.11 or newer found at python3.9" in done.stderr


def test_on_another_system_the_set_up_points_at_the_list(checkout):
    """Where there is no apt the user learns what has to be there."""
    for command in ("dirname", "cat", "id", "awk", "bash"):
        (checkout / "bin" / command).symlink_to(shutil.which(command))
    done = set_up(checkout, "run", PATH=str(checkout / "bin"), PYTHON="/nonexistent/python")
    assert "no Debian or Ubuntu: packaging/debian-packages.txt" in done.stderr


# --- packaging/verdict.py ------------------------------------------------------------------------------------------

PASSED = '<testcase classname="tests.{part}.{module}" name="test_it"/>'
SKIPPED = (
    '<testcase classname="tests.desktop.test_x" name="test_it"><skipped type="pytest.skip" message="no"/></testcase>'
)


def judged(tmp_path, *, desktop_extra="", without="") -> subprocess.CompletedProcess[str]:
    """The verdict on a run in which one test of every file passed, but for the changes."""
    (tmp_path / "rules.xml").write_text("<testsuites><testsuite/></testsuites>")
    for part in ("unit", "desktop"):
        modules = {
            path.stem
            for path in (ROOT / "tests").rglob("test_*.py")
            if (path.parent.name == "desktop") == (part == "desktop")
        }
        lines = "".join(PASSED.format(part=part, module=module) for module in sorted(modules - {without}))
        extra = desktop_extra if part == "desktop" else PASSED.format(part=part, module="test_extra")
        (tmp_path / f"{part}.xml").write_text(f"<testsuites><testsuite>{lines}{extra}</testsuite></testsuites>")
    command = [sys.executable, str(ROOT / "packaging" / "verdict.py"), str(tmp_path)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)


def test_a_whole_run_is_accepted(tmp_path):
    """Where everything ran, CI counts it and says so."""
    done = judged(tmp_path, desktop_extra=PASSED.format(part="desktop", module="test_extra"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip().endswith(" passed, 0 failed")


def test_a_skipped_test_is_a_failure(tmp_path):
    """CI cannot turn green by leaving the desktop tests out one by one."""
    done = judged(tmp_path, desktop_extra=SKIPPED)
    assert done.returncode == 1
    assert "skipped: test_x::test_it no" in done.stdout


def test_a_file_that_did_not_run_is_a_failure(tmp_path):
    """CI cannot turn green by deselecting a whole file."""
    done = judged(tmp_path, without="test_packaging", desktop_extra=PASSED.format(part="desktop", module="test_extra"))
    assert done.returncode == 1
    assert "not run: unit/test_packaging.py" in done.stdout


def test_a_run_without_reports_is_a_failure(tmp_path):
    """CI cannot turn green by running nothing."""
    command = [sys.executable, str(ROOT / "packaging" / "verdict.py"), str(tmp_path)]
    assert subprocess.run(command, check=False, capture_output=True, timeout=30).returncode != 0


# --- tests/conftest.py ---------------------------------------------------------------------------------------------

LEAVES = {
    "thread": "threading.Thread(target=threading.Event().wait, args=(4,), daemon=True, name='stray').start()",
    "open file": "KEPT.append(open('/etc/passwd'))",
    "child process": "KEPT.append(subprocess.Popen(['sleep', '4']))",
    "QTimer": "timer = QTimer(); timer.start(1000); KEPT.append(timer)",
    "QThread": "thread = QThread(); thread.start(); KEPT.append(thread)",
    "logged and not looked at": "logging.getLogger('tocsin').warning('an unexpected thing')",
}
INNER = """
import logging, subprocess, threading
import pytest
from PySide6.QtCore import QThread, QTimer
KEPT = []

@pytest.mark.parametrize("with_log", [False])
def test_inner(qapp, with_log):
    {statement}
"""


def run_inner(tmp_path, statement) -> str:
    (tmp_path / "conftest.py").write_text(
        (ROOT / "tests" / "conftest.py").read_text().replace("GRACE = 10.0", "GRACE = 0.2")
    )
    (tmp_path / "test_inner.py").write_text(INNER.format(statement=statement))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(tmp_path)]
    return subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("what", LEAVES)
def test_what_a_test_leaves_behind_fails_it(tmp_path, what):
    """The check that guards every other test does find each kind of leak."""
    printed = run_inner(tmp_path, LEAVES[what])
    assert "1 passed, 1 error" in printed, printed
    assert what in printed


def test_what_a_test_cleans_up_is_no_leak(tmp_path):
    """The check does not cry wolf over a thread that was joined, a file that was closed, a timer that was stopped."""
    statement = (
        "t = threading.Thread(target=print); t.start(); t.join(); open('/etc/passwd').close();"
        "timer = QTimer(); timer.start(1000); timer.stop(); KEPT.append(timer)"
    )
    printed = run_inner(tmp_path, statement)
    assert "1 passed in" in printed, printed


def test_no_test_sees_the_users_own_desktop(home):
    """Neither settings nor session bus nor screen of who runs the tests can be reached."""
    assert os.environ["HOME"] == str(home)
    assert list(home.iterdir()) == []
    assert {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"}.isdisjoint(os.environ)
