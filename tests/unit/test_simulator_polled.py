"""The default day as Tocsin's own TMF656 provider reads it, over its own HTTP adapter."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from support.http_client import MemorySecrets, direct
from support.scenarios import StillTime
from tocsin.adapters.http import HttpClient
from tocsin.domain.terms import IncidentKind, Phase
from tocsin.ports import PollContext
from tocsin.providers.tmf656 import Tmf656
from tocsin.simulator import demo
from tocsin.simulator.server import DEMO_TOKEN, Simulator

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def poll(http, provider, account, now, before):
    """One poll, as the engine makes it: it says which incidents it holds to be open."""
    http.begin_poll(account)
    still_open = tuple(report.id for each in before[-1:] for report in each.reports if not report.phase.is_over)
    steps = provider.poll(PollContext(account, now, still_open, first=not before))
    try:
        request = next(steps)
        while True:
            request = steps.send(await http.send(request, account))
    except StopIteration as done:
        return done.value


async def watch(day, clock, moments, **knobs):
    """Poll the day at each of the moments, and return the snapshots."""
    with Simulator(day, clock, **knobs) as simulator:
        (account,) = demo.demo_settings(simulator.port).accounts
        http = HttpClient(MemorySecrets({"home": DEMO_TOKEN}), clock, transport=direct())
        provider, snapshots = Tmf656(), []
        try:
            for moment in moments:
                clock.wall = moment
                snapshots.append(await poll(http, provider, account, moment, snapshots))
        finally:
            await http.close()
    return snapshots


@pytest.mark.parametrize("knobs", [{}, {"page_size": 1, "list_fields": ("status",)}], ids=["whole", "pages and stubs"])
def test_the_default_day_is_read_as_it_is_meant(knobs):
    """Start, advice, moved estimate, end and planned work arrive; the incident elsewhere concerns nobody here."""
    day = demo.default_day(NOON, UTC)
    hours = [(17, 57), (18, 0), (18, 20), (18, 40), (20, 10)]
    moments = [NOON.replace(hour=hour, minute=minute) for hour, minute in hours]
    snapshots = asyncio.run(watch(day, StillTime(NOON), moments, **knobs))
    outages = [{report.id: report for report in each.reports}.get("PRB-7001") for each in snapshots]
    assert outages[0] is None
    assert [(each.eta, each.phase.is_over) for each in outages[1:4]] == [
        (NOON.replace(hour=19), False),
        (NOON.replace(hour=19), False),
        (NOON.replace(hour=20, minute=30), False),
    ]
    assert outages[1].started_at == NOON.replace(hour=17, minute=58)
    assert outages[1].advice == "Keep your sent mail: messages sent after 17:58 may not have arrived."
    assert [update.text for update in outages[3].updates] == ["Cable cut in Utrecht"]
    assert (outages[4].phase, outages[4].resolved_at) == (Phase.RESOLVED, NOON.replace(hour=20, minute=10))
    planned = {report.id: report for report in snapshots[0].reports}["PRB-7003"]
    assert (planned.kind, planned.phase) == (IncidentKind.MAINTENANCE, Phase.SCHEDULED)
    assert planned.scheduled_start == NOON.replace(hour=2) + timedelta(days=1)
    assert planned.scheduled_end == NOON.replace(hour=4) + timedelta(days=1)
    named = {service for each in snapshots for report in each.reports for service in report.affected}
    assert named == {"SVC-1001"}
    assert {each.skew for each in snapshots} == {timedelta()}
