"""The single questions of ``tocsin doctor``. Each may raise or hang: who asks sees to that."""

import asyncio
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType

from tocsin import __version__
from tocsin.adapters import doctor_bus, doctor_keyring, doctor_record, doctor_system
from tocsin.adapters.doctor_keyring import KeyringIs
from tocsin.adapters.log import OLDER
from tocsin.adapters.profile import Profile
from tocsin.adapters.proxies_used import shut_out
from tocsin.domain.account import NO_PROXY, SYSTEM_PROXY, UNUSABLE_PROXY, AuthKind, Settings
from tocsin.domain.diagnosis import Finding, Mark, Topic
from tocsin.domain.message import Message, Value
from tocsin.domain.privacy import Privacy, Purpose
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault, SettingsError

Findings = Iterable[Finding]
Probe = Callable[[], Findings]
_MOST_NAMES = 6
_MOST_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at. ``patience`` is how long one question may wait for a service, in seconds."""

    profile: Profile
    environ: Mapping[str, str]
    settings: Settings
    problems: tuple[SettingsError, ...]
    privacy: Privacy
    patience: float


def found(topic: Topic, mark: Mark, key: str, /, **values: Value) -> Finding:
    """A finding from its parts."""
    return Finding(topic, mark, Message(key, MappingProxyType(values)))


def probes(patient: Patient) -> tuple[tuple[Topic, str, Probe], ...]:
    """Every question with what it is about: the topic, and a name where there are several of one topic."""
    asked: tuple[tuple[Topic, Callable[[Patient], Findings]], ...] = (
        (Topic.PROGRAM, _program),
        (Topic.PYTHON, _python),
        (Topic.QT, _qt),
        (Topic.SYSTEM, _system),
        (Topic.TRAY, _tray),
        (Topic.NOTIFICATIONS, _notifications),
        (Topic.KEYRING, _keyring),
        (Topic.NETWORK, _network),
        (Topic.PROXY, _proxy),
        (Topic.TRUST, _trust),
        (Topic.SETTINGS, _settings),
        (Topic.RECORD, _record),
        (Topic.LOG, _log),
        (Topic.AUTOSTART, _autostart),
    )
    names = tuple((Topic.NAMES, name, partial(_name, name)) for name in _names(patient))
    return (*((topic, "", partial(probe, patient)) for topic, probe in asked), *names)


def _program(_: Patient) -> Findings:
    yield found(Topic.PROGRAM, Mark.FINE, "version", version=__version__)


def _python(_: Patient) -> Findings:
    name = f"{platform.python_version()} {platform.python_implementation()}"
    yield found(Topic.PYTHON, Mark.FINE, "version", version=name)


def _qt(patient: Patient) -> Findings:
    try:
        version = doctor_system.qt_version(patient.patience)
    except doctor_system.QtUnusableError as error:
        yield found(Topic.QT, Mark.ATTENTION, "qt_unusable", problem=str(error))
    else:
        yield found(Topic.QT, Mark.FINE, "version", version=version)


def _system(patient: Patient) -> Findings:
    its = doctor_system.machine(patient.environ)
    yield found(Topic.SYSTEM, Mark.FINE, "system", name=its.name, kernel=its.kernel, desktop=its.desktop)


def _tray(patient: Patient) -> Findings:
    address, has_x = doctor_bus.session_address(patient.environ), _is_on_x(patient.environ)
    if not address and not has_x:
        yield found(Topic.TRAY, Mark.ASIDE, "no_session")
    elif address and doctor_bus.has_tray_host(address, patient.patience):
        yield found(Topic.TRAY, Mark.FINE, "tray_sni")
    elif has_x and _has_xembed():
        yield found(Topic.TRAY, Mark.FINE, "tray_xembed")
    else:
        yield found(Topic.TRAY, Mark.ATTENTION, "tray_none")


def _is_on_x(environ: Mapping[str, str]) -> bool:
    """Whether Qt draws on X11. On Wayland it puts no icon into a tray of the old kind, though an X server may run."""
    chosen = environ.get("QT_QPA_PLATFORM", "")
    return bool(environ.get("DISPLAY")) and (chosen.startswith("xcb") or not environ.get("WAYLAND_DISPLAY"))


def _has_xembed() -> bool:
    from tocsin.adapters.doctor_x11 import has_xembed_tray  # noqa: PLC0415 -- ctypes, for X11 alone

    return has_xembed_tray()


def _notifications(patient: Patient) -> Findings:
    address = doctor_bus.session_address(patient.environ)
    if not address:
        yield found(Topic.NOTIFICATIONS, Mark.ASIDE, "no_session")
        return
    server = doctor_bus.notification_server(address, patient.patience)
    if server is None:
        yield found(Topic.NOTIFICATIONS, Mark.ATTENTION, "notifications_none")
    elif server.starts:
        yield found(Topic.NOTIFICATIONS, Mark.FINE, "notifications_start")
    else:
        yield found(
            Topic.NOTIFICATIONS,
            Mark.FINE,
            "notifications",
            name=server.name,
            version=server.version,
            spec=server.spec,
            capabilities=server.capabilities,
        )


def _keyring(patient: Patient) -> Findings:
    # Without an account that has a secret it does not matter how the keyring is.
    is_needed = any(each.auth.kind is not AuthKind.NONE for each in patient.settings.accounts)
    bad = Mark.ATTENTION if is_needed else Mark.ASIDE
    its = doctor_keyring.look(patient.environ, patient.patience)
    if its.state is KeyringIs.OPEN:
        yield found(Topic.KEYRING, Mark.FINE, "keyring_open", name=its.name)
    else:
        yield found(Topic.KEYRING, bad, f"keyring_{its.state.value}", name=its.name, problem=its.problem)


def _network(_: Patient) -> Findings:
    from tocsin.adapters.routes import system_paths  # noqa: PLC0415 -- what it imports is each system's own

    paths = asyncio.run(system_paths())
    ways = tuple(f"{each.interface} > {each.gateway}" if each.gateway else each.interface for each in paths)
    if ways:
        yield found(Topic.NETWORK, Mark.FINE, "network", ways=ways)
    else:
        yield found(Topic.NETWORK, Mark.ATTENTION, "network_none")


def _names(patient: Patient) -> tuple[str, ...]:
    """The names to look up: those that Tocsin looks up anyway."""
    direct = (each.host for each in patient.privacy.contacts if each.host and not each.via)
    return tuple(dict.fromkeys(each for each in direct if not _is_address(each)))[:_MOST_NAMES]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _name(name: str) -> Findings:
    from tocsin.adapters.probe_names import system_lookup  # noqa: PLC0415 -- for those who have a name to look up

    try:
        count = len(system_lookup(name))
    except (OSError, UnicodeError) as error:
        problem = getattr(error, "strerror", None) or type(error).__name__
        yield found(Topic.NAMES, Mark.ATTENTION, "name_failed", name=name, problem=problem)
    else:
        yield found(Topic.NAMES, Mark.FINE, "name", name=name, count=count)


def _proxy(patient: Patient) -> Findings:
    network = patient.settings.network
    if network.proxy == NO_PROXY:
        yield found(Topic.PROXY, Mark.FINE, "proxy_off")
        return
    if network.proxy == UNUSABLE_PROXY:
        yield found(Topic.PROXY, Mark.ATTENTION, "proxy_wrong")
        return
    polled = dict.fromkeys(each.host for each in patient.privacy.contacts if each.purpose is Purpose.POLL)
    unasked = shut_out(polled, network)
    if unasked:
        yield found(Topic.PROXY, Mark.ATTENTION, "proxy_shut_out", hosts=unasked)
    ways: dict[str, list[str]] = {}
    for each in patient.privacy.contacts:
        if each.via and each.host not in ways.setdefault(each.via, []):
            ways[each.via].append(each.host)
    if ways:
        for proxy, hosts in ways.items():
            key = "proxy_system" if network.proxy == SYSTEM_PROXY else "proxy_set"
            yield found(Topic.PROXY, Mark.FINE, key, proxy=proxy, hosts=tuple(hosts))
    elif network.proxy == SYSTEM_PROXY and not unasked:
        yield found(Topic.PROXY, Mark.FINE, "proxy_none")
    elif not unasked:
        yield found(Topic.PROXY, Mark.ASIDE, "proxy_unused")


def _trust(patient: Patient) -> Findings:
    where = doctor_system.trusted(patient.environ)
    if where:
        yield found(Topic.TRUST, Mark.FINE, "trust", where=where)
    else:
        yield found(Topic.TRUST, Mark.ATTENTION, "trust_none")
    network = patient.settings.network
    for file in filter(None, (network.ca_file, network.client_cert, network.client_key)):
        is_there = Path(file).expanduser().is_file()
        yield found(Topic.TRUST, *((Mark.FINE, "file") if is_there else (Mark.ATTENTION, "file_missing")), where=file)


def _settings(patient: Patient) -> Findings:
    where = str(patient.profile.settings)
    if patient.problems:
        problems = tuple(str(each) for each in patient.problems[:_MOST_PROBLEMS])
        count = len(patient.problems)
        yield found(Topic.SETTINGS, Mark.ATTENTION, "settings_problems", where=where, count=count, problems=problems)
    elif not patient.profile.settings.exists():
        yield found(Topic.SETTINGS, Mark.ASIDE, "settings_none", where=where)
    else:
        yield found(Topic.SETTINGS, Mark.FINE, "settings", where=where, count=len(patient.settings.accounts))


def _record(patient: Patient) -> Findings:
    where = str(patient.profile.data)
    its = doctor_record.look(patient.profile.data)
    if its is None:
        yield found(Topic.RECORD, Mark.ASIDE, "record_none", where=where)
        return
    values: dict[str, Value] = {"where": where, "size": its.size, "schema": its.schema, "written": its.written}
    if its.problem:
        yield found(Topic.RECORD, Mark.ATTENTION, "record_damaged", problem=its.problem, **values)
    elif its.missing:
        yield found(Topic.RECORD, Mark.ASIDE, "record_older", **values)
    else:
        yield found(Topic.RECORD, Mark.FINE, "record", **values)


def _log(patient: Patient) -> Findings:
    log = patient.profile.log
    count, size = doctor_system.size_of(log, *(log.with_name(f"{log.name}.{age}") for age in range(1, OLDER + 1)))
    if count:
        yield found(Topic.LOG, Mark.FINE, "log", where=str(log), count=count, size=size)
    else:
        yield found(Topic.LOG, Mark.ASIDE, "log_none", where=str(log))


def _autostart(patient: Patient) -> Findings:
    from tocsin.adapters.autostart import system_autostart  # noqa: PLC0415 -- what it imports is each system's own

    try:
        is_on = system_autostart(patient.profile, patient.environ).is_on()
    except AutostartFault as fault:
        mark = Mark.ASIDE if fault.obstacle is StartObstacle.UNSUPPORTED else Mark.ATTENTION
        values = {"obstacle": fault.obstacle.value, "where": fault.place, "problem": fault.problem}
        yield found(Topic.AUTOSTART, mark, "autostart_broken", **values)
    else:
        key = {True: "autostart_on", False: "autostart_off", None: "autostart_unknown"}[is_on]
        yield found(Topic.AUTOSTART, Mark.ASIDE if is_on is None else Mark.FINE, key)
