"""The tray application: the icon first, then everything else.

What a start costs before the icon is out is imported in the functions' own order, so that no module stands above that
the icon does not need.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tocsin.errors import AlreadyRunning, EnvironmentFault

if TYPE_CHECKING:
    from tocsin.adapters.profile import Profile
    from tocsin.desktop.first_bell import FirstBell
    from tocsin.desktop.settings.backstage import Backstage
    from tocsin.domain.state import Command
    from tocsin.ports import Channel, Clock, Event, OnEvent, Secrets, SettingsSource
    from tocsin.running import EngineThread
    from tocsin.words.phrasebook import Phrasebook


def run(profile: "Profile", *, background: bool) -> int:
    """The tray application. A second one raises the window of the first. Returns the exit code."""
    from tocsin.adapters.environment import take_secrets_from_environment
    from tocsin.adapters.instance import InstanceLock

    given = take_secrets_from_environment(os.environ)
    activation = os.environ.pop("XDG_ACTIVATION_TOKEN", "")  # Qt would use it hours later, when it is worth nothing
    lock = InstanceLock(profile)
    try:
        lock.acquire()
    except AlreadyRunning:
        return _raise_other(profile, activation)
    try:
        first = show_first_bell()
        from tocsin.adapters.clock import SystemClock
        from tocsin.adapters.secrets import KeyringSecrets
        from tocsin.running import SettingsFile, logging_to

        secrets = KeyringSecrets(given)
        ending = Ending()
        desk = Desk(SystemClock(), profile, SettingsFile(profile), secrets, background=background, ending=ending)
        with logging_to(profile, secrets):
            code = on_desktop(desk, first)
    finally:
        lock.release()
    return code if ending.words is None else _erase(profile, ending.words)


def _erase(profile: "Profile", words: "Phrasebook") -> int:
    """Remove everything, now that nothing of it is in use, and say so."""
    from tocsin.desktop.farewell import tell
    from tocsin.erase import carry_out, plan
    from tocsin.words import own_data

    try:
        report = carry_out(profile, plan(profile, os.environ), os.environ)
    except AlreadyRunning:
        tell(*own_data.not_erased(words))
        return 1
    tell(*own_data.erased(words, [(each.what, each.key, each.problem) for each in report.left]))
    return 1 if report.left else 0


def _raise_other(profile: "Profile", activation: str) -> int:
    from tocsin.adapters.instance_client import send_when_ready

    reply = send_when_ready(profile, "raise", activation=activation)
    if not reply.ok:
        from tocsin.domain.message import Message

        said = "Tocsin is running already, but does not raise its window"
        raise EnvironmentFault(said, reply.error, told=Message("no_window"))
    return 0


@dataclass(slots=True)
class Ending:
    """What is to be done after the end: ``words`` are those to say it in that everything is erased, None without."""

    words: "Phrasebook | None" = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tray application works on: the user's own profile, or the demo's throw-away one."""

    clock: "Clock"
    profile: "Profile"
    settings: "SettingsSource"
    secrets: "Secrets"
    background: bool = False
    is_demo: bool = False
    on_event: "OnEvent | None" = None
    ending: Ending | None = None


def show_first_bell() -> "FirstBell":
    """The grey bell, out in the tray when this returns. It needs an event loop to answer the tray from then on."""
    from tocsin.desktop import qt

    qt.load()
    from tocsin.desktop.first_bell import FirstBell

    first = FirstBell()
    first.show()
    return first


def on_desktop(desk: Desk, first: "FirstBell") -> int:
    """Run the tray application behind the bell that is out already. Returns the exit code."""
    from tocsin.desktop.application import DesktopApplication
    from tocsin.domain.line_policy import LinePolicy
    from tocsin.language import phrasebook
    from tocsin.notifiers.chain import Chain
    from tocsin.offers import CatalogueOffers
    from tocsin.running import EngineThread, Wiring

    environ = dict(os.environ)
    desktop = DesktopApplication(
        phrasebook=lambda language: phrasebook(language, environ, desk.profile.named),
        clock=desk.clock,
        background=desk.background,
        settings_file=str(desk.profile.settings),
        first=first,
    )
    engines: list[EngineThread] = []

    def start() -> None:
        system, activation = _system_channels()
        wiring = Wiring(
            clock=desk.clock,
            profile=desk.profile,
            settings=desk.settings,
            secrets=desk.secrets,
            channels=(Chain((*system, desktop.channel)),),
            environ=environ,
            publish=desktop.publish,
            on_event=desk.on_event or _unheard,
            on_command=partial(_for_the_desktop, desktop.raise_window, activation),
            line_policy=None if desk.is_demo else LinePolicy(),
            can_start_with_computer=not desk.is_demo,
            browser=desktop.browser,
        )
        engines.append(EngineThread(wiring))
        engines[0].start()
        desktop.attach(engines[0].dispatch)
        if desk.is_demo:
            desktop.raise_window()

    desktop.on_quit = lambda: _stop(engines)
    desktop.on_demo = None if desk.is_demo else _start_demo
    desktop.can_start = not desk.is_demo
    desktop.offers = None if desk.is_demo else CatalogueOffers(environ)
    desktop.settings.backstage = partial(_backstage, desk, environ, desktop.quit)
    desktop.show()
    desktop.when_shown(start)
    try:
        return desktop.exec()
    finally:
        _stop(engines)
        desktop.close()


def _backstage(desk: Desk, environ: dict[str, str], leave: Callable[[], None]) -> "Backstage":
    from tocsin.backstage import backstage

    def erase(ending: Ending, words: "Phrasebook") -> None:
        ending.words = words
        leave()

    wish = None if desk.ending is None else partial(erase, desk.ending)
    return backstage(desk.profile, desk.secrets, environ, wish)


def _system_channels() -> "tuple[tuple[Channel, ...], Callable[[], str]]":
    """The notification channels that this system has, best first; the window stands behind them all.

    With what gives the last click's right to the front; see ``FreedesktopChannel.take_activation``.
    """
    if sys.platform != "linux":
        return (), str
    from tocsin.notifiers.freedesktop import FreedesktopChannel

    channel = FreedesktopChannel()
    return (channel,), channel.take_activation


def _for_the_desktop(raise_window: Callable[[str], None], of_click: Callable[[], str], command: "Command") -> None:
    from tocsin.domain.state import RaiseWindow

    if isinstance(command, RaiseWindow):
        raise_window(command.activation or of_click())


def _unheard(_: "Event") -> None:
    """The tray draws states; nobody listens to events there."""


def _stop(engines: "list[EngineThread]") -> None:
    """Stop what runs, and wait for it once: one that hangs must not hold up the end a second time."""
    while engines:
        engines.pop().stop()


def _start_demo() -> None:
    """Run the demo beside this program, in a process and a profile of its own."""
    import subprocess

    subprocess.Popen([sys.executable, "-m", "tocsin", "demo"], start_new_session=True, stdin=subprocess.DEVNULL)
