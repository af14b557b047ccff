"""What of an ``AppState`` goes where on the screen, apart from any widget: order, struck bell, what rings."""

from dataclasses import dataclass

from tocsin.domain.freshness import Shown, shown, tray_level
from tocsin.domain.incident import Incident
from tocsin.domain.state import AppState, ConnectionView, Instant
from tocsin.domain.terms import Level


@dataclass(frozen=True, slots=True)
class Seen:
    """A connection with what is to be shown of it now."""

    view: ConnectionView
    shown: Shown

    @property
    def is_trouble(self) -> bool:
        """True for what stands on top in large type."""
        return self.shown.level.is_definite_trouble

    @property
    def incident(self) -> Incident | None:
        """The worst incident in force, None where the provider declared none."""
        return next((incident for incident in self.view.incidents if incident.began), None)

    @property
    def announced(self) -> tuple[Incident, ...]:
        """What is still to come."""
        return tuple(incident for incident in self.view.incidents if not incident.began)


def seen(state: AppState, now: Instant) -> tuple[Seen, ...]:
    """All connections, worst first; those that stand equally keep the order of the settings."""
    found = [Seen(view, shown(view, now)) for view in state.connections]
    return tuple(sorted(found, key=lambda each: -each.shown.level))


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
