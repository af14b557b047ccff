"""``tocsin run`` and ``tocsin demo`` as a person has them: processes of their own on a virtual desktop.

    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt") as desktop:
        program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
        program.wait_for_level("ok")
        provider.declare()
        desktop.wait_until(lambda: is_red(desktop), 5, "the red bell")
        assert program.terminate() == 0

A test that has to reach into the running program does it with a ``hook``: Python that runs in the program's own
process before the program does. Nothing of the program itself knows of that.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from jeepney import HeaderFields
from jeepney.bus_messages import Monitoring
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

from support.framebuffer import Picture
from support.notification_log import Notified
from support.own_time import OwnTime
from support.virtual_desktop import DesktopError, VirtualDesktop
from tocsin import providers
from tocsin.adapters.instance_client import send_when_ready
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import variable
from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_save import add_account
from tocsin.domain.account import Account
from tocsin.errors import EnvironmentFault

PATIENCE = 60.0
"""Seconds after which what did not happen never will; nothing else depends on it."""
STOPS_WITHIN = 2.0
"""Seconds from a SIGTERM to the end of the process, without those in which it, or its desktop, got no processor."""

_SOLID = 60  # as many pixels of the bell's own red hold a 22 px bell in every frame of its swing; measured: 190 of 484
_GLANCE, _BREATH = 0.02, 0.03
_ANSWERS_WITHIN = 30.0  # seconds from its start until it can be spoken to, on a machine that is busy
_MAIN = "import sys\nexec({hook!r}, {{}})\nfrom tocsin.cli import main\nsys.exit(main(sys.argv[1:]))\n"


class Polled(Protocol):
    """A provider under a test's control."""

    @property
    def polls(self) -> int:
        """How often it was polled."""
        ...

    def wait_for_polls(self, in_all: int, timeout: float = PATIENCE) -> None:
        """Return once it was polled so often in all."""
        ...


class Program:
    """One profile with these accounts in its ``config.toml``, and the process that runs on it.

    ``secrets`` are handed over by account id, in the environment. ``hook`` is Python to be run in the process first.
    ``network`` is the network namespace that the process runs in, the test's own where it is empty.
    """

    def __init__(
        self,
        desktop: VirtualDesktop,
        *accounts: Account,
        secrets: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        hook: str = "",
        name: str = "profile",
        network: str = "",
    ) -> None:
        self.folder = desktop.directory / name
        self.profile = Profile.at(self.folder)
        self.env = {variable(account): secret for account, secret in (secrets or {}).items()} | dict(env or {})
        self.hook = hook
        self._way = ("ip", "netns", "exec", network) if network else ()
        self._desktop = desktop
        self._process: subprocess.Popen[bytes] | None = None
        self._out = desktop.directory / f"{name}.out"
        self.profile.make()
        settings = TomlSettings(self.profile.settings, provider_keys=providers.known())
        for account in accounts:
            add_account(settings, account)

    # --- the process -----------------------------------------------------------------------------------------------

    def start(self, *arguments: str) -> Self:
        """``tocsin run --background`` on this profile, unless other arguments are given."""
        self._process = self.also(*(arguments or ("run", "--background")), in_profile=arguments[:1] != ("demo",))
        return self

    def also(self, *arguments: str, in_profile: bool = True) -> subprocess.Popen[bytes]:
        """One more ``tocsin`` on this profile, beside the one that was started."""
        where = ("--profile", str(self.folder)) if in_profile else ()
        first = ("-c", _MAIN.format(hook=self.hook)) if self.hook else ("-m", "tocsin")
        with self._out.open("ab") as out:
            argv = [*self._way, sys.executable, *first, *arguments, *where]
            return self._desktop.spawn(argv, env=self.env, stdout=out.fileno(), stderr=out.fileno())

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that runs, or ran last."""
        if self._process is None:
            raise DesktopError("the program was not started")
        return self._process

    @property
    def printed(self) -> str:
        """What all its processes printed so far."""
        return self._out.read_text(errors="replace")

    @property
    def log(self) -> str:
        """What stands in its log, "" while there is none."""
        return self.profile.log.read_text() if self.profile.log.exists() else ""

    def terminate(self) -> int:
        """SIGTERM; the exit status. Fails a test where the end takes more than two seconds."""
        taken = OwnTime(*self._desktop.pids)
        self.process.terminate()
        code = self.ended(PATIENCE, taken)
        if (seconds := taken.seconds) > STOPS_WITHIN:
            raise DesktopError(f"the program took {seconds:.1f} s to end:\n{self.printed}")
        return code

    def ended(self, within: float = PATIENCE, taken: OwnTime | None = None) -> int:
        """Wait for its own end; the exit status. ``taken`` looks on at how long it stands in line meanwhile."""
        deadline = time.monotonic() + within
        while (code := self.process.poll()) is None:
            if time.monotonic() > deadline:
                raise DesktopError(f"the program did not end within {within:.1f} s:\n{self.printed}")
            if taken is not None:
                taken.look()
            time.sleep(_BREATH)
        return code

    def kill(self) -> None:
        """SIGKILL, as a crash or the system would."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def was_killed(self) -> bool:
        """Whether it is gone by a SIGKILL."""
        return self.process.poll() == -signal.SIGKILL

    # --- what it says of itself ------------------------------------------------------------------------------------

    def tell(self, command: str) -> None:
        """Send a command through the instance socket."""
        reply = send_when_ready(self.profile, command, _ANSWERS_WITHIN)
        assert reply.ok, reply.error

    def ask(self, provider: Polled, times: int = 2) -> None:
        """Have it ask its provider so many times more, now. All answers but the last were taken in on return."""
        for _ in range(times):
            asked = provider.polls
            self.tell("check")
            provider.wait_for_polls(asked + 1)

    def status(self) -> Mapping[str, Any]:
        """What the instance socket's ``status`` answers. Fails a test, with the log, where nothing does."""
        try:
            return send_when_ready(self.profile, "status", _ANSWERS_WITHIN).status
        except EnvironmentFault as fault:
            raise DesktopError(f"{fault}; it printed:\n{self.printed}\nand logged:\n{self.log}") from fault

    def wait_for_level(self, level: str, patience: float = PATIENCE) -> None:
        """Return once the program itself says that this is its bell's level."""
        self._desktop.wait_until(lambda: self.status().get("level") == level, patience, f"the level {level}")


# --- the bell, as a person sees it -----------------------------------------------------------------------------------


def red_pixels(desktop: VirtualDesktop) -> int:
    """How many pixels of the tray are the red that the contract names: 200 or more, green and blue 80 or less."""
    tray = desktop.picture(desktop.panel_box())
    return sum(red >= 200 and green <= 80 and blue <= 80 for red, green, blue in tray.pixels())


def is_red(desktop: VirtualDesktop) -> bool:
    """Whether the outage bell stands in the tray, solid."""
    return red_pixels(desktop) >= _SOLID * desktop.scale**2


def wait_for_red(desktop: VirtualDesktop, patience: float = PATIENCE) -> None:
    """Return once the bell is red."""
    desktop.wait_until(lambda: is_red(desktop), patience, "the red bell")


def wait_for_no_red(desktop: VirtualDesktop, patience: float = PATIENCE) -> None:
    """Return once the bell is there and nothing of it is red."""
    desktop.wait_until(lambda: desktop.icon_box() and red_pixels(desktop) == 0, patience, "a bell that is not red")


def tray_picture(desktop: VirtualDesktop) -> Picture:
    """The tray now, once there is an icon in it that is drawn to its end."""

    def drawn() -> Picture | None:
        return desktop.picture(desktop.panel_box()) if desktop.icon_box() else None

    picture = desktop.at_rest(drawn, PATIENCE, "an icon in the tray")
    assert picture is not None
    return picture


def glances(desktop: VirtualDesktop, seconds: float) -> Iterator[Picture]:
    """The tray again and again for so long: that nothing happens can only be seen by looking on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield desktop.picture(desktop.panel_box())
        time.sleep(_GLANCE)


def is_still(desktop: VirtualDesktop, seconds: float) -> bool:
    """Whether the tray does not change for so long. A swinging bell changes every half second."""
    first, *rest = glances(desktop, seconds)
    return all(picture == first for picture in rest)


# --- notifications ---------------------------------------------------------------------------------------------------


def notified(desktop: VirtualDesktop, count: int, patience: float = PATIENCE) -> list[Notified]:
    """Every ``Notify`` so far that the server answered, once there are ``count``."""

    def answered() -> list[Notified]:
        calls = [call for call in desktop.log.calls() if call.app_name == "Tocsin" and call.id]
        return calls if len(calls) >= count else []

    return desktop.wait_until(answered, patience, f"{count} notifications")


def told(desktop: VirtualDesktop, part: str, patience: float = PATIENCE) -> Notified:
    """The first notification whose title holds ``part``, once the server answered it."""

    def found() -> Notified | None:
        calls = desktop.log.calls()
        return next((call for call in calls if call.id and part in call.summary and call.app_name == "Tocsin"), None)

    call = desktop.wait_until(found, patience, f"a notification of {part!r}")
    assert call is not None
    return call


# --- frames on the bus -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class IconTap:
    """Hears every new icon that a StatusNotifierItem announces, with the time of its arrival. A context manager."""

    address: str
    heard: list[float] = field(default_factory=list)
    _connection: DBusConnection = field(init=False)

    def __enter__(self) -> Self:
        self._connection = open_dbus_connection(self.address)
        rule = "type='signal',interface='org.kde.StatusNotifierItem',member='NewIcon'"
        Proxy(Monitoring(), self._connection, timeout=5).BecomeMonitor([rule])
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def listen(self, seconds: float) -> list[float]:
        """Listen for so long; when each icon of that time came, in seconds of the monotonic clock."""
        end, before = time.monotonic() + seconds, len(self.heard)
        while (left := end - time.monotonic()) > 0:
            try:
                message = self._connection.receive(timeout=left)
            except TimeoutError:
                break
            if message.header.fields.get(HeaderFields.member) == "NewIcon":
                self.heard.append(time.monotonic())
        return self.heard[before:]


# --- processes and windows -------------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            listed = listing.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that ended meanwhile
        for child in map(int, listed):
            found += [child, *children(child)]
    return found


def proc(pid: int, what: str) -> bytes:
    """A file of a process in /proc; empty where the process is gone."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def window_title(desktop: VirtualDesktop) -> str:
    """The title of the one window of Tocsin, once it is there."""
    (window,) = desktop.wait_until(lambda: desktop.windows("Tocsin"), PATIENCE, "the window")
    return desktop.run("xdotool", "getwindowname", str(window)).strip()


def until_titled(desktop: VirtualDesktop, beginning: str) -> None:
    """Return once the title of the one window of Tocsin begins so."""
    desktop.wait_until(lambda: window_title(desktop).startswith(beginning), PATIENCE, f"a window {beginning!r}")


def press(desktop: VirtualDesktop, *keys: str) -> None:
    """Press keys, one after the other, into whatever has the keyboard."""
    desktop.run("xdotool", "key", "--delay", "30", *keys)


def until_focused(desktop: VirtualDesktop) -> int:
    """The one window of Tocsin, once it has the keyboard."""
    (window,) = desktop.wait_until(lambda: desktop.windows("Tocsin"), PATIENCE, "the window")

    def has_focus() -> bool:
        return desktop.run("xdotool", "getwindowfocus", check=False).strip() == str(window)

    desktop.wait_until(has_focus, PATIENCE, "the window to have the keyboard")
    return window


def leave_assistant(desktop: VirtualDesktop) -> None:
    """Close what opens by itself where nothing is set up, and wait for the window below it to be alone."""
    desktop.wait_until(lambda: len(desktop.windows("Tocsin")) == 2, PATIENCE, "the assistant")
    desktop.wait_until(lambda: _escaped(desktop), PATIENCE, "the assistant to go")


def _escaped(desktop: VirtualDesktop) -> bool:
    """Whether the assistant is gone; Escape is for it alone, once it has the keyboard, and only once."""
    if desktop.run("xdotool", "getwindowfocus", "getwindowname", check=False).startswith("Set up"):
        press(desktop, "Escape")
        desktop.wait_until(lambda: len(desktop.windows("Tocsin")) == 1, PATIENCE, "the assistant to go")
    return len(desktop.windows("Tocsin")) == 1


def wait_for_file(desktop: VirtualDesktop, place: Path, patience: float = PATIENCE) -> str:
    """What stands in a file, once it is there with something in it."""
    desktop.wait_until(lambda: place.exists() and place.stat().st_size, patience, f"{place.name} to be written")
    return place.read_text()


def seconds_until(desktop: VirtualDesktop, happens: Callable[[], object], patience: float, what: str) -> float:
    """How long it takes until something happens."""
    began = time.monotonic()
    desktop.wait_until(happens, patience, what)
    return time.monotonic() - began


def running(pids: list[int]) -> list[int]:
    """Those of these processes that still run."""
    return [pid for pid in pids if proc(pid, "stat") and b") Z " not in proc(pid, "stat") and os.getpid() != pid]
