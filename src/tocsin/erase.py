"""Removes everything that Tocsin keeps of one profile: what ``tocsin erase`` does."""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.adapters import desktop_entry, eraser
from tocsin.adapters.autostart import system_autostart
from tocsin.adapters.autostart_command import profile_folder
from tocsin.adapters.autostart_xdg import Entry, Places
from tocsin.adapters.doctor_record import last_successes
from tocsin.adapters.oauth_tokens import NAME
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import SERVICE, KeyringSecrets, NoKeyring
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import PROXY_SECRET, AuthKind, Settings
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault, SecretUnavailable, StoreError
from tocsin.ports import Autostart, SecretRef
from tocsin.providers.registry import Registry


@dataclass(frozen=True, slots=True)
class Left:
    """Something that remains. ``key`` says why, and so who has to remove it; ``problem`` is the system's own word."""

    what: str
    key: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was removed, and what remains."""

    removed: tuple[str, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to be removed: the files, and whose secrets the keyring may hold."""

    files: tuple[Path, ...]
    accounts: tuple[str, ...]
    secretive: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """True when Tocsin keeps nothing of this profile."""
        return not self.files and not self.accounts


def plan(profile: Profile, environ: Mapping[str, str]) -> Plan:
    """What ``carry_out`` would remove. Looks, and touches nothing."""
    settings = TomlSettings(profile.settings, provider_keys=Registry(environ).keys()).load().settings
    secretive = _secretive(settings)
    try:
        recorded = tuple(last_successes(profile.data))
    except StoreError:
        recorded = ()  # accounts of the past: without the record nobody knows them
    accounts = (*(account.id for account in settings.accounts), *secretive, *recorded)
    return Plan(eraser.found(profile), tuple(dict.fromkeys(accounts)), secretive)


def carry_out(profile: Profile, wanted: Plan, environ: Mapping[str, str]) -> Report:
    """Remove it. Raises ``AlreadyRunning`` before anything is touched."""
    with eraser.Alone(profile) as alone:
        secrets, left = asyncio.run(_forget(wanted))
        started = _start_no_more(profile, environ)
        alone.let_go_to_remove()
        done = eraser.erase(profile)
    left = (*left, *(Left(*each) for each in (*started.left, *done.left)))
    return Report((*secrets, *started.removed, *done.removed), left)


def _start_no_more(profile: Profile, environ: Mapping[str, str]) -> eraser.Erased:
    """Have this profile not start with the computer, and remove the entry that Tocsin made for it."""
    done, place = eraser.Erased(), Places.of(environ).own
    was_there = place.exists()
    try:
        entry = system_autostart(profile, environ)
        if not _is_surely_off(entry):
            asyncio.run(entry.switch(on=False))
    except AutostartFault as fault:
        if fault.obstacle is not StartObstacle.UNSUPPORTED:
            done.left.append((fault.place or str(fault), "autostart", fault.problem))
    if sys.platform == "linux" and not done.left:
        _remove_entry(profile, place, done)
    if was_there and not done.removed and not place.exists():
        done.removed.append(str(place))
    return done


def _is_surely_off(entry: Autostart) -> bool:
    try:
        return entry.is_on() is False
    except AutostartFault:
        return False  # it is on, and would not work


def _remove_entry(profile: Profile, place: Path, done: eraser.Erased) -> None:
    """Remove an entry that is switched off; one that its owner changed is told, and stays switched off."""
    try:
        text = place.read_text("utf-8")
        entry = Entry(place, text, desktop_entry.parse(text))
    except (OSError, ValueError):
        return
    if entry.profile != profile_folder(profile) or not entry.command:
        return
    if entry.is_ours and not place.is_symlink():
        eraser.remove(place, done)
    else:
        done.left.append((str(place), "autostart", ""))


def _secretive(settings: Settings) -> tuple[str, ...]:
    named = tuple(account.id for account in settings.accounts if account.auth.kind is not AuthKind.NONE)
    return (*named, PROXY_SECRET) if settings.network.proxy_user else named


async def _forget(wanted: Plan) -> tuple[tuple[str, ...], tuple[Left, ...]]:
    """Take the secrets out of the keyring. One that cannot be had is asked once: it may hang."""
    secrets = KeyringSecrets({})
    removed: list[str] = []
    refs = [SecretRef(account, name) for account in wanted.accounts for name in ("", NAME)]
    for ref in refs:
        try:
            if await secrets.erase(ref):
                removed.append(_entry(ref))
        except NoKeyring:
            break
        except SecretUnavailable as error:
            return tuple(removed), _remaining(wanted.secretive, removed, error.title)
    return tuple(removed), ()


def _remaining(secretive: Iterable[str], removed: Iterable[str], problem: str) -> tuple[Left, ...]:
    gone = {*removed}
    entries = (_entry(SecretRef(account)) for account in secretive)
    return tuple(Left(entry, "keyring", problem) for entry in entries if entry not in gone)


def _entry(ref: SecretRef) -> str:
    """An entry of the keyring as a person finds it there."""
    return f"{SERVICE} {ref.account}/{ref.name}" if ref.name else f"{SERVICE} {ref.account}"
