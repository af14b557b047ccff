"""What of an ``AppState`` goes where on the screen, apart from any widget: order, struck bell, what rings."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.freshness import Shown, is_fresh, is_idle, shown, tray_level
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, ConnectionView
from tocsin.domain.terms import Cause, Level, LineState, Role
from tocsin.domain.verdict import NextStep, Says, Verdict


@dataclass(frozen=True, slots=True)
class Seen:
    """A connection with what is to be shown of it now."""

    view: ConnectionView
    shown: Shown
    is_idle: bool = False

    @property
    def is_trouble(self) -> bool:
        """True for what stands on top in large type."""
        return self.shown.level.is_definite_trouble

    @property
    def has_card(self) -> bool:
        """True for trouble, and for what asks something of the user: to sign in, or which uplink is the main one."""
        asks = self.verdict is not None and self.verdict.step is NextStep.SIGN_IN
        return self.is_trouble or asks or self.is_on_backup

    @property
    def is_on_backup(self) -> bool:
        """True for a primary whose traffic leaves over another uplink."""
        return self.view.line is not None and self.view.line.on_backup

    @property
    def verdict(self) -> Verdict | None:
        """What provider and line mean together, None where there is nothing but the provider's word."""
        found = self.shown.verdict
        return None if found is None or found.says is Says.PROVIDER_ALONE else found

    def as_of(self, incident: Incident, now: Instant) -> datetime | None:
        """When an incident's account was last heard, if that is longer ago than it counts; None while it is fresh."""
        side = next((each for each in self.view.sides if each.account == incident.account), None)
        if side is None or side.confirmed is None or is_fresh(side.confirmed, side.fresh_for, now):
            return None
        return side.confirmed.wall

    @property
    def incident(self) -> Incident | None:
        """The worst incident in force, None where the provider declared none."""
        return next((incident for incident in self.view.incidents if incident.began), None)

    @property
    def announced(self) -> tuple[Incident, ...]:
        """What is still to come."""
        return tuple(incident for incident in self.view.incidents if not incident.began)


def seen(state: AppState, now: Instant) -> tuple[Seen, ...]:
    """All connections, worst first, idle ones last; those that stand equally keep the order of the settings."""
    found = [Seen(view, shown(view, now), is_idle(view, now)) for view in state.connections]
    return tuple(sorted(found, key=lambda each: (each.is_idle, -each.shown.level)))


def is_muted(state: AppState, now: Instant) -> bool:
    """True when everything that makes the bell look as it does is muted. Nothing that is fine counts as muted."""
    level = tray_level(state, now)
    if level is Level.OK:
        return False
    behind = {
        incident.uid
        for each in seen(state, now)
        if each.shown.level is level
        for incident in each.view.incidents
        if incident.began
    }
    return bool(behind) and behind <= state.muted


def ringing(state: AppState, now: Instant) -> frozenset[str]:
    """The alarms that the bell may swing for: none unless the worst that is shown is an outage."""
    return state.ringing - state.muted if tray_level(state, now) is Level.OUTAGE else frozenset()


def open_incidents(state: AppState) -> frozenset[str]:
    """The uids of all open incidents that concern a connection."""
    return frozenset(incident.uid for view in state.connections for incident in view.incidents)


def provider_of(state: AppState, incident: Incident) -> str:
    """The name that the user gave to the account that tells of an incident."""
    return next((account.name for account in state.accounts if account.id == incident.account), "")


def line_now(state: AppState, now: Instant) -> LineState:
    """How the uplink in use stands now, as far as that was measured lately."""
    line = state.line
    return line.state if line is not None and is_fresh(line.measured, line.fresh_for, now) else LineState.NOT_MEASURED


def is_online(state: AppState, now: Instant) -> bool:
    """True where this computer is known to reach the internet: by its line, else by an account that answered."""
    line = line_now(state, now)
    if line is LineState.NOT_MEASURED:
        if _is_disconnected(state, now):
            return False
        return any(is_fresh(each.last_success, each.fresh_for, now) for each in state.accounts)
    return not line.is_cut


def _is_disconnected(state: AppState, now: Instant) -> bool:
    """True where nothing is measured because this computer's user has disconnected it."""
    line = state.line
    return line is not None and line.cause is Cause.OWN_NETWORK and is_fresh(line.measured, line.fresh_for, now)


def is_cut_off(state: AppState, now: Instant) -> bool:
    """True where it is known not to."""
    return line_now(state, now).is_cut


def is_standing_in(state: AppState, view: ConnectionView) -> bool:
    """True for a backup that traffic leaves over now, in the primary's place."""
    if view.role is not Role.BACKUP or view.line is None or not view.line.in_use:
        return False
    return any(each.line is not None and each.line.on_backup for each in state.connections)
