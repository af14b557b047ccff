"""The engine carries the wish to start with the computer out, shows how it stands, and tells what is in the way."""

import asyncio
import queue
import threading
from dataclasses import replace

import pytest

from support.rig import EngineRig
from tocsin import resources
from tocsin.adapters.autostart_xdg import FILE, XdgAutostart
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.account import Settings
from tocsin.domain.starting import StartObstacle
from tocsin.domain.state import AppState, StartWithComputer
from tocsin.engine import autostart
from tocsin.ports import LoadedSettings
from tocsin.running import EngineThread, FixedSettings, Wiring


@pytest.fixture
def place(tmp_path):
    return tmp_path / "config" / "autostart" / FILE


@pytest.fixture
def way(tmp_path):
    program = tmp_path / "tocsin"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CONFIG_DIRS": str(tmp_path)}
    command = (str(program), "run", "--background")
    return XdgAutostart(command, "", resources.path("app.tocsin.Tocsin.desktop"), environ)


def faults(rig) -> list[str]:
    return [fault.message.values["obstacle"] for fault in rig.state.faults if fault.message.key == "autostart"]


def test_a_wish_is_carried_out_and_shown(way, place) -> None:
    """On makes the file, off takes it away, and the state follows."""
    with EngineRig(Settings(), autostart=way) as rig:
        rig.wait_for("it looked", lambda: rig.states and rig.state.autostart is False)
        rig.do(StartWithComputer(on=True))
        rig.wait_for("it is on", lambda: rig.state.autostart is True)
        assert place.is_file()
        rig.do(StartWithComputer(on=False))
        rig.wait_for("it is off", lambda: rig.state.autostart is False)
        assert not place.exists()
        assert faults(rig) == []


def test_what_is_in_the_way_is_a_fault_until_it_is_gone(way, tmp_path, caplog) -> None:
    """The user's wish did not come true: they are told why, until it does."""
    (tmp_path / "config").write_text("")
    with EngineRig(Settings(), autostart=way) as rig:
        rig.do(StartWithComputer(on=True))
        rig.wait_for("the fault", lambda: rig.states and faults(rig) == [StartObstacle.DENIED])
        assert rig.state.autostart is False
        (tmp_path / "config").unlink()
        rig.do(StartWithComputer(on=True))
        rig.wait_for("no fault", lambda: rig.state.autostart is True and not faults(rig))
    assert "denied" in caplog.text


def test_a_switch_elsewhere_is_seen(way, place, monkeypatch, caplog) -> None:
    """A desktop has settings of its own for that."""
    monkeypatch.setattr(autostart, "LOOK_SECONDS", 0.05)
    asyncio.run(way.switch(on=True))
    with EngineRig(Settings(), autostart=way) as rig:
        rig.wait_for("it is on", lambda: rig.states and rig.state.autostart is True)
        place.write_text(place.read_text().replace("Hidden=false", "Hidden=true"))
        rig.wait_for("it is off", lambda: rig.state.autostart is False)
        place.write_bytes(b"\xff")
        rig.do(StartWithComputer(on=True))
        rig.wait_for("it cannot be read", lambda: faults(rig) == [StartObstacle.UNREADABLE])
    assert "unreadable" in caplog.text


class SlowPortal:
    """Waits for a person who never answers; a wish to have it off is done at once."""

    def __init__(self) -> None:
        self.on: bool | None = None
        self.waiting = threading.Event()
        self.ended = threading.Event()

    def is_on(self) -> bool | None:
        return self.on

    async def switch(self, *, on: bool) -> None:
        if on:
            self.waiting.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.ended.set()
        self.on = on


def test_the_last_wish_counts_and_nothing_waits_for_a_person() -> None:
    """A question that is still open is dropped by the next wish, and by the end."""
    portal = SlowPortal()
    with EngineRig(Settings(), autostart=portal) as rig:
        rig.wait_for("a state", lambda: bool(rig.states))
        assert rig.state.autostart is None
        rig.do(StartWithComputer(on=True))
        assert portal.waiting.wait(30)
        rig.do(StartWithComputer(on=False))
        rig.wait_for("it is off", lambda: rig.state.autostart is False)
        assert portal.ended.is_set()
        portal.ended.clear()
        rig.do(StartWithComputer(on=True))
        rig.stop()
    assert portal.ended.is_set()


def test_without_a_way_nothing_is_known() -> None:
    """``watch`` and the demo are nothing to be started by themselves."""
    with EngineRig(Settings()) as rig:
        rig.do(StartWithComputer(on=True))
        rig.wait_for("a state", lambda: bool(rig.states))
        rig.refresh()
        assert rig.state.autostart is None
        assert rig.commands == []


def test_the_tray_is_wired_to_this_systems_own_way(tmp_path) -> None:
    """From a wish to the file; the demo's engine has no part in it."""
    profile = Profile.at(tmp_path / "profile")
    profile.make()
    states: queue.Queue[AppState] = queue.Queue()
    wiring = Wiring(
        clock=SystemClock(),
        profile=profile,
        settings=FixedSettings(LoadedSettings(Settings())),
        secrets=KeyringSecrets({}),
        channels=(),
        environ={"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CONFIG_DIRS": str(tmp_path)},
        publish=states.put,
        on_event=lambda event: None,
        on_command=lambda command: None,
        line_policy=None,
        can_start_with_computer=True,
    )
    entry = tmp_path / "config" / "autostart" / FILE
    for_demo = EngineThread(replace(wiring, can_start_with_computer=False, profile=None))
    for_demo.start()
    for_demo.dispatch(StartWithComputer(on=True))
    assert states.get(timeout=60).autostart is None
    assert for_demo.stop(30)
    assert not entry.exists()
    engine = EngineThread(wiring)
    engine.start()
    try:
        engine.dispatch(StartWithComputer(on=True))
        while states.get(timeout=60).autostart is not True:
            pass
    finally:
        assert engine.stop(30)
    assert entry.read_text().count(f" run --background --profile {tmp_path / 'profile'}\n") == 1
