"""Which way out of this computer is the primary's, and which the backup's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, count

from tocsin.domain.account import LINE_PROVIDER, Account, Connection, Settings
from tocsin.domain.reading import Path
from tocsin.domain.terms import ConnectionKind, Role

PERSONAL = ("tmf656", "mef124", "aussiebb", "nbn")
"""Providers that tell of one customer's own services: their connections are likelier this computer's line."""


OWN_NAME = "Internet"
"""What the line is called that no setting names."""


@dataclass(frozen=True, slots=True)
class Uplinks:
    """The ways out as they are now. ``on_backup`` is true where traffic leaves over another than the primary's."""

    primary: Path | None
    backup: Path | None = None
    on_backup: bool = False


@dataclass(frozen=True, slots=True)
class Carried:
    """Which connections run over this computer's own line, by id: its primary ones and its backup ones."""

    primary: frozenset[str] = frozenset()
    backup: frozenset[str] = frozenset()


def carried(settings: Settings) -> Carried:
    """The connections that the measured line carries.

    Those of an account that watches the line alone, where there is one. Else one internet connection of each role: the
    first whose account tells of one customer's services, or the first at all. A line that somebody else uses is not
    ours to measure.
    """
    by_role: dict[Role, frozenset[str]] = {}
    for role in Role:
        alone = [each.id for account, each in _all(settings, role) if account == LINE_PROVIDER]
        usable = (
            (ConnectionKind.INTERNET,) if role is Role.PRIMARY else (ConnectionKind.INTERNET, ConnectionKind.MOBILE)
        )
        online = [(account, each.id) for account, each in _all(settings, role) if each.kind in usable]
        personal = [each for account, each in online if account in PERSONAL]
        by_role[role] = frozenset(alone or personal[:1] or [each for _, each in online][:1])
    return Carried(by_role[Role.PRIMARY], by_role[Role.BACKUP])


def with_own_line(settings: Settings) -> Settings:
    """The settings with a connection for the line to be told of, where none of theirs is carried by it.

    Only where the user wished the line to be measured: by naming targets, or by agreeing to it.
    """
    wished = settings.line.measure and (settings.line.targets or settings.line.public)
    if not wished or carried(settings).primary:
        return settings
    taken = {account.id for account in settings.accounts}
    own = next(
        each for each in chain((LINE_PROVIDER,), (f"{LINE_PROVIDER}-{n}" for n in count(2))) if each not in taken
    )
    account = Account(own, LINE_PROVIDER, OWN_NAME, "", connections=(Connection(own, OWN_NAME),))
    return replace(settings, accounts=(*settings.accounts, account))


def _all(settings: Settings, role: Role) -> list[tuple[str, Connection]]:
    return [
        (account.provider, each) for account in settings.accounts for each in account.connections if each.role is role
    ]


def uplinks(paths: Iterable[Path], known: frozenset[str], interface: str, *, has_backup: bool) -> Uplinks:
    """Which of the default routes, best first, is whose.

    ``known`` are the keys of the primary's, as learnt; ``interface`` is what the settings say. Without a backup, and
    before anything is known, whatever leads out is the line. A tunnel is never an uplink of its own: it runs over one.
    """
    ways = tuple(paths)
    real = tuple(each for each in ways if not each.is_tunnel)
    if not real or not has_backup:
        return Uplinks((real or ways or (None,))[0])
    is_learnt = bool(interface or known)
    primary = next((each for each in real if not is_learnt or _is_primary(each, known, interface)), None)
    others = tuple(each for each in real if primary is None or each.interface != primary.interface)
    backup = next(iter(others), None)
    return Uplinks(primary, backup, on_backup=real[0] is not primary and real[0] is backup)


def learnt(paths: Iterable[Path]) -> frozenset[str]:
    """The keys by which the uplink now in use is known again: its interface with each of its gateways."""
    real = tuple(each for each in paths if not each.is_tunnel)
    return frozenset(each.key for each in real if each.interface == real[0].interface)


def _is_primary(path: Path, known: frozenset[str], interface: str) -> bool:
    if interface:
        return path.interface == interface
    return path.key in known
