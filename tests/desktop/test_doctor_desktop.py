"""The doctor on a real desktop: panel, notification server and keyring are told as they are; erasing leaves nothing."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.keyring_daemon import KeyringBus, keyring_bus
from support.statuspage_server import StatuspageServer
from support.virtual_desktop import VirtualDesktop
from tocsin import providers
from tocsin.adapters.doctor_keyring import KeyringIs
from tocsin.adapters.instance_client import send_when_ready
from tocsin.adapters.profile import Profile
from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_save import add_account
from tocsin.errors import EnvironmentFault

pytestmark = pytest.mark.desktop
PATIENCE = 60.0

# The doctor gives everything two seconds: on a busy machine the imports alone may need as long.
PATIENT = """
import sys
from tocsin import doctor
doctor.diagnose.__kwdefaults__["patience"] = {patience}
from tocsin.cli import main
sys.exit(main(sys.argv[1:]))
"""


def doctored(env: Mapping[str, str], *arguments: str) -> dict[str, dict[str, Any]]:
    """What ``tocsin doctor`` finds in an environment, by topic."""
    argv = [sys.executable, "-c", PATIENT.format(patience=PATIENCE / 2), "doctor", "--json", *arguments]
    done = subprocess.run(argv, env=dict(env), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {each["topic"]: each for each in json.loads(done.stdout)["findings"]}


def test_a_desktop_with_everything() -> None:
    """lxqt-panel shows items, dunst notifies: names, versions and capabilities are theirs."""
    with VirtualDesktop(panel="lxqt") as desktop:
        found = doctored(desktop.env)
        assert (found["tray"]["finding"], found["tray"]["mark"]) == ("tray_sni", "ok")
        server = found["notifications"]
        assert (server["mark"], server["values"]["name"]) == ("ok", "dunst")
        assert {"actions", "body"} <= {*server["values"]["capabilities"]}
        assert server["values"]["version"]
        assert found["system"]["values"]["desktop"] == "x11"
        desktop.stop_panel()
        desktop.stop_dunst()
        found = doctored(desktop.env)
        assert (found["tray"]["finding"], found["tray"]["mark"]) == ("tray_none", "attention")
        assert found["notifications"]["finding"] == "notifications_none"


def test_an_old_panel() -> None:
    """Icons by XEmbed in trayer; a notification server that would be started is none that is missing."""
    with VirtualDesktop(panel="trayer", dunst=False) as desktop:
        service = "[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/bin/false\n"
        (desktop.services / "notifications.service").write_text(service)
        reload_bus(desktop)
        found = doctored(desktop.env)
        assert (found["tray"]["finding"], found["tray"]["mark"]) == ("tray_xembed", "ok")
        assert found["notifications"]["finding"] == "notifications_start"


def reload_bus(desktop: VirtualDesktop) -> None:
    """Have the bus read its folder of services anew."""
    call = ["gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/"]
    desktop.run(*call, "--method", "org.freedesktop.DBus.ReloadConfig")


# --- the keyring ---


@pytest.fixture
def bus() -> Iterator[KeyringBus]:
    """A session bus that a keyring can be started on."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as place, keyring_bus(Path(place)) as started:
        yield started


CONFIG = '[[accounts]]\nid = "home"\nprovider = "tmf656"\nurl = "https://127.0.0.1:9"\nauth = { kind = "bearer" }\n'
KEEP = "import keyring\nfor name in ('home', 'home/tokens', 'other'): keyring.set_password('tocsin', name, 'hush')"
KEPT = (
    "import keyring; print([name for name in ('home', 'home/tokens', 'other') if keyring.get_password('tocsin', name)])"
)


def state_of(bus: KeyringBus) -> str:
    found = doctored(bus.environment, "--profile", str(bus.place / "profile"))["keyring"]
    return str(found["finding"]).removeprefix("keyring_")


def test_the_keyring_open_locked_and_absent(bus) -> None:
    """A real one in each of its states. A locked one is not asked: no dialog comes up, and nothing hangs."""
    Profile.at(bus.place / "profile").make()
    assert state_of(bus) == KeyringIs.ABSENT.value
    bus.start(unlocked=True)
    assert bus.run(KEEP) == ""
    assert state_of(bus) == KeyringIs.OPEN.value
    bus.stop()
    bus.start(unlocked=False)
    assert state_of(bus) == KeyringIs.LOCKED.value


def test_erasing_takes_the_secrets_of_this_profile_along(bus) -> None:
    """The account's secret and its sign-in go; what another profile keeps stays."""
    profile = Profile.at(bus.place / "profile")
    profile.make()
    profile.settings.write_text(CONFIG)
    bus.start(unlocked=True)
    bus.run(KEEP)
    argv = [sys.executable, "-m", "tocsin", "erase", "--yes", "--profile", str(bus.place / "profile")]
    done = subprocess.run(argv, env=bus.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tocsin home/tokens" in done.stdout
    assert bus.run(KEPT) == "['other']"
    assert not (bus.place / "profile").exists()


def test_erasing_beside_a_locked_keyring_names_what_remains(bus) -> None:
    """Who owns the keyring is told what to remove; everything else is gone."""
    profile = Profile.at(bus.place / "profile")
    profile.make()
    profile.settings.write_text(CONFIG)
    bus.start(unlocked=True)
    bus.run(KEEP)
    bus.stop()
    bus.start(unlocked=False)
    argv = [sys.executable, "-m", "tocsin", "erase", "--yes", "--profile", str(bus.place / "profile")]
    done = subprocess.run(argv, env=bus.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "tocsin home, in your keyring" in done.stdout
    assert not (bus.place / "profile").exists()


# --- a full run, and then nothing ---


def places(desktop: VirtualDesktop) -> set[str]:
    """Everything below the home and the folders that a session has beside it."""
    roots = [Path(place) for name, place in desktop.env.items() if name == "HOME" or name.startswith("XDG_")]
    return {str(each) for root in roots if root.is_dir() for each in root.rglob("*")}


def test_after_a_full_run_and_erase_nothing_is_left() -> None:
    """The tray application on the user's own profile, with a record, a log and a socket; then not a file of it."""
    with StatuspageServer() as provider, VirtualDesktop(panel="lxqt") as desktop:
        provider.add_component("web", "Web")
        before = places(desktop)
        own = {name: place for name, place in desktop.env.items() if name.startswith("XDG_") or name == "HOME"}
        profile = profile_of(own)
        add_account(TomlSettings(profile.settings, provider_keys=providers.known()), provider.account())
        program = desktop.spawn([sys.executable, "-m", "tocsin", "run", "--background"])
        provider.wait_for_polls(1, PATIENCE)
        desktop.wait_until(lambda: status(profile).get("level") == "ok", PATIENCE, "a green bell")
        (account,) = status(profile)["accounts"]
        assert (account["id"], account["failure"], account["skew"]) == ("mail", None, 0)
        assert 0 <= account["last_success_age"] <= PATIENCE
        assert doctored(desktop.env)["account"]["mark"] == "ok"
        provider.open_incident("cut", "Cable cut")
        assert send_when_ready(profile, "check", PATIENCE).ok
        desktop.wait_until(lambda: status(profile).get("level") != "ok", PATIENCE, "an alarm")
        assert program.poll() is None
        refused = desktop_erase(desktop)
        assert (refused.returncode, profile.settings.exists()) == (3, True)
        program.terminate()
        assert program.wait(PATIENCE) == 0
        assert {place for place in places(desktop) if "tocsin" in Path(place).name} >= {str(profile.data)}
        done = desktop_erase(desktop)
        assert (done.returncode, done.stderr) == (0, "")
        assert places(desktop) - before == set()


def profile_of(own: Mapping[str, str]) -> Profile:
    """The user's own profile on another desktop than this process's."""
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        return Profile.default()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def status(profile: Profile) -> Mapping[str, Any]:
    try:
        return send_when_ready(profile, "status").status
    except EnvironmentFault:
        return {}


def desktop_erase(desktop: VirtualDesktop) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "tocsin", "erase", "--yes"]
    return subprocess.run(argv, env=desktop.env, capture_output=True, text=True, timeout=PATIENCE, check=False)
