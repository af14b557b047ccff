"""Statuspage's documents as a test states them, and one poll of them."""

from datetime import UTC, datetime

from support.drive import context, drive
from tocsin.domain.snapshot import Component, Report, Snapshot
from tocsin.providers.statuspage import Statuspage

HOME = "https://status.example.net"
SUMMARY = f"{HOME}/api/v2/summary.json"
INCIDENTS = f"{HOME}/api/v2/incidents.json"
PLANNED = f"{HOME}/api/v2/scheduled-maintenances.json"
PAGE = {"id": "p1", "name": "Planet Fibre", "url": HOME}


def summary(**told) -> dict:
    """A summary of a healthy page, with what a test changes; None leaves a key out."""
    whole = {
        "page": PAGE,
        "status": {"indicator": "none"},
        "components": [{"id": "c1", "name": "Mail", "status": "operational"}],
        "incidents": [],
        "scheduled_maintenances": [],
        **told,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def incident(incident_id: str = "i1", **told) -> dict:
    return {
        "id": incident_id,
        "name": "Trouble",
        "status": "investigating",
        "impact": "major",
        "created_at": "2026-11-21T18:00:00Z",
        **told,
    }


def poll(world: dict, **told) -> Snapshot:
    return drive(Statuspage(), world, context(HOME, **told))


def only_report(world: dict, **told) -> Report:
    (found,) = poll(world, **told).reports
    return found


def only_component(stated: dict) -> Component:
    (found,) = poll({SUMMARY: summary(components=[stated])}).components
    return found


def at(*parts: int) -> datetime:
    return datetime(2026, 11, *parts, tzinfo=UTC)
