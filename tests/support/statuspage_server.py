"""A Statuspage (API v2) on loopback whose components, incidents and maintenance a test moves by hand.

with StatuspageServer() as page:
    page.add_component("api", "API")
    page.open_incident("inc-1", "API errors", impact="major", components={"api": "major_outage"})
    page.update_incident("inc-1", status="monitoring", body="A fix is in.")
    page.resolve("inc-1")
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Self

import msgspec

from support.scenarios import RealTime
from tocsin.domain.account import Account, Connection
from tocsin.ports import Clock
from tocsin.simulator.http1 import Manner, Reply, Request
from tocsin.simulator.listener import HOST, Listener, Logged
from tocsin.simulator.replies import conditional, failing, refusal
from tocsin.simulator.scene import Failure

PAGE_ID = "pf0n3t1br3xx"
_ENDED = ("resolved", "postmortem", "completed")
_WORST = (
    ("major_outage", "critical", "Major System Outage"),
    ("partial_outage", "major", "Partial System Outage"),
    ("degraded_performance", "minor", "Minor Service Outage"),
    ("under_maintenance", "maintenance", "Service Under Maintenance"),
)

Json = dict[str, Any]


class StatuspageServer:
    """One page. Incident and component ids are the test's own; every call holds from the next request on."""

    def __init__(self, name: str = "Planet Mail", *, clock: Clock | None = None, port: int = 0) -> None:
        self.name = name
        self._clock = clock or RealTime()
        self._lock = threading.Lock()
        self._components: dict[str, Json] = {}
        self._incidents: dict[str, Json] = {}
        self._maintenances: dict[str, Json] = {}
        self._raw: dict[str, Json] = {}
        self._failure: Failure | None = None
        self._updated = self._clock.now().wall
        self._listener = Listener(self._answer, lambda: self._clock.now().wall, port=port)

    # --- the server ------------------------------------------------------------------------------------------------

    def start(self) -> int:
        return self._listener.start()

    def stop(self) -> None:
        self._listener.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._listener.port}"

    @property
    def requests(self) -> tuple[Logged, ...]:
        return self._listener.log.snapshot()

    @property
    def polls(self) -> int:
        """How often ``summary.json`` was asked for."""
        return _polls(self.requests)

    def wait_for_polls(self, in_all: int, timeout: float = 60.0) -> None:
        """Return once ``summary.json`` was asked for so often in all. Fails a test that waits in vain."""
        if not self._listener.log.wait_for(lambda log: _polls(log) >= in_all, timeout):
            raise AssertionError(f"{in_all} polls were awaited; only these requests came: {self.requests[-10:]}")

    def account(self, account_id: str = "mail", *, connections: tuple[Connection, ...] = ()) -> Account:
        """An account at this page; without connections there is one that matches the whole page."""
        whole = (Connection("mailhost", "Mail host"),)
        return Account(account_id, "statuspage", self.name, self.url, connections=connections or whole)

    # --- what happens ----------------------------------------------------------------------------------------------

    def add_component(
        self,
        component_id: str,
        name: str,
        *,
        status: str = "operational",
        group_id: str | None = None,
        group: bool = False,
    ) -> None:
        """The page gets a component, or a group of them."""
        with self._changing():
            self._components[component_id] = {
                "id": component_id,
                "name": name,
                "status": status,
                "position": len(self._components) + 1,
                "description": None,
                "showcase": True,
                "group_id": group_id,
                "group": group,
                "page_id": PAGE_ID,
                "only_show_if_degraded": False,
            }

    def remove_component(self, component_id: str) -> None:
        """The page no longer has it."""
        with self._changing():
            del self._components[component_id]

    def set_component(self, component_id: str, status: str) -> None:
        """A component's own state changes."""
        with self._changing():
            self._components[component_id]["status"] = status

    def open_incident(
        self,
        incident_id: str,
        name: str,
        *,
        impact: str = "major",
        status: str = "investigating",
        body: str = "We are investigating.",
        components: Mapping[str, str] | None = None,
        started: datetime | None = None,
        **changes: object,
    ) -> None:
        """An incident begins. ``components`` maps the ids it names to the states that they get."""
        now = self._clock.now().wall
        with self._changing():
            self._set_states(components or {})
            self._incidents[incident_id] = {
                **self._record(incident_id, name, impact, status, body, tuple(components or ())),
                "started_at": _stamp(started or now),
                **changes,
            }

    def update_incident(
        self,
        incident_id: str,
        *,
        status: str | None = None,
        body: str = "An update.",
        components: Mapping[str, str] | None = None,
        **changes: object,
    ) -> None:
        """An incident or a maintenance moves on; ``changes`` are any of its attributes."""
        with self._changing():
            self._set_states(components or {})
            record = self._incidents.get(incident_id) or self._maintenances[incident_id]
            record["status"] = status or record["status"]
            record["updated_at"] = self._now()
            record["resolved_at"] = self._now() if record["status"] in _ENDED else None
            record["incident_updates"].insert(0, self._update(incident_id, record["status"], body))
            record.update(changes)

    def resolve(self, incident_id: str, *, body: str = "This is resolved.") -> None:
        """An incident ends; what it named works again. It leaves the summary and stays in ``incidents.json``."""
        named = dict.fromkeys(self._incidents[incident_id]["_named"], "operational")
        self.update_incident(incident_id, status="resolved", body=body, components=named)

    def drop(self, incident_id: str) -> None:
        """An incident or a maintenance is deleted: no document has it any more."""
        with self._changing():
            self._incidents.pop(incident_id, None)
            self._maintenances.pop(incident_id, None)

    def schedule(
        self,
        maintenance_id: str,
        name: str,
        start: datetime,
        end: datetime,
        *,
        components: tuple[str, ...] = (),
        status: str = "scheduled",
        body: str = "Planned work.",
        **changes: object,
    ) -> None:
        """Maintenance is announced; ``update_incident`` moves it to in_progress, verifying, completed."""
        with self._changing():
            self._maintenances[maintenance_id] = {
                **self._record(maintenance_id, name, "maintenance", status, body, components),
                "started_at": self._now(),
                "scheduled_for": _stamp(start),
                "scheduled_until": _stamp(end),
                **changes,
            }

    def override(self, document: str, **keys: object) -> None:
        """Replace keys of a document by name, as ``override("summary", components=None)``; no keys: as it was."""
        with self._changing():
            self._raw[document] = keys

    def fail(
        self,
        status: int = 503,
        *,
        manner: Manner = Manner.WHOLE,
        retry_after: int | None = None,
        html: bool = False,
        pause: float = 1.0,
    ) -> None:
        """From now on requests fail; see ``scene.Failure``."""
        with self._lock:
            self._failure = Failure(manner, status, retry_after, html, pause=pause)

    def recover(self) -> None:
        """Requests are answered again."""
        with self._lock:
            self._failure = None

    # --- how it is told --------------------------------------------------------------------------------------------

    def _changing(self) -> "_Changing":
        return _Changing(self._lock, self._touch)

    def _touch(self) -> None:
        self._updated = self._clock.now().wall

    def _now(self) -> str:
        return _stamp(self._clock.now().wall)

    def _set_states(self, states: Mapping[str, str]) -> None:
        for component_id, state in states.items():
            self._components[component_id]["status"] = state

    def _record(
        self, record_id: str, name: str, impact: str, status: str, body: str, components: tuple[str, ...]
    ) -> Json:
        return {
            "id": record_id,
            "name": name,
            "status": status,
            "impact": impact,
            "created_at": self._now(),
            "updated_at": self._now(),
            "monitoring_at": None,
            "resolved_at": None,
            "shortlink": f"https://stspg.example.net/{record_id}",
            "page_id": PAGE_ID,
            "incident_updates": [self._update(record_id, status, body)],
            "_named": components,
        }

    def _update(self, record_id: str, status: str, body: str) -> Json:
        now = self._now()
        return {
            "id": f"{record_id}-{now}",
            "status": status,
            "body": body,
            "incident_id": record_id,
            "created_at": now,
            "updated_at": now,
            "display_at": now,
            "affected_components": None,
        }

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            if self._failure is not None:
                return failing(self._failure)
            if request.method not in ("GET", "HEAD"):
                return refusal(
                    HTTPStatus.METHOD_NOT_ALLOWED, "methodNotAllowed", "Read only.", (("Allow", "GET, HEAD"),)
                )
            document = self._document("/".join(request.segments).removeprefix("api/v2/").removesuffix(".json"))
        if document is None or request.segments[:2] != ("api", "v2"):
            return refusal(HTTPStatus.NOT_FOUND, "notFound", "There is no such document here.")
        return conditional(request, HTTPStatus.OK, document, ())

    def _document(self, name: str) -> bytes | None:
        """One document's JSON, None for a name that the API does not have."""
        head: Json = {"page": self._page()}
        components = {"components": list(self._components.values())}
        status = {"status": self._status()}
        newest = [self._told(record) for record in reversed(self._incidents.values())]
        unresolved = [record for record in newest if record["status"] not in _ENDED]
        planned = [self._told(record) for record in self._maintenances.values()]
        unfinished = [record for record in planned if record["status"] not in _ENDED]
        summary = {"incidents": unresolved, "scheduled_maintenances": unfinished}
        upcoming = [record for record in planned if record["status"] == "scheduled"]
        active = [record for record in unfinished if record["status"] != "scheduled"]
        documents: Mapping[str, Json] = {
            "summary": head | components | summary | status,
            "status": head | status,
            "components": head | components,
            "incidents": head | {"incidents": newest[:50]},
            "incidents/unresolved": head | {"incidents": unresolved},
            "scheduled-maintenances": head | {"scheduled_maintenances": planned},
            "scheduled-maintenances/upcoming": head | {"scheduled_maintenances": upcoming},
            "scheduled-maintenances/active": head | {"scheduled_maintenances": active},
        }
        document = documents.get(name)
        return None if document is None else msgspec.json.encode(document | self._raw.get(name, {}))

    def _page(self) -> Json:
        return {
            "id": PAGE_ID,
            "name": self.name,
            "url": self.url,
            "time_zone": "Etc/UTC",
            "updated_at": _stamp(self._updated),
        }

    def _told(self, record: Json) -> Json:
        told = {key: value for key, value in record.items() if not key.startswith("_")}
        return {**told, "components": [self._components[each] for each in record["_named"] if each in self._components]}

    def _status(self) -> Json:
        states = {component["status"] for component in self._components.values()}
        for state, indicator, description in _WORST:
            if state in states:
                return {"indicator": indicator, "description": description}
        return {"indicator": "none", "description": "All Systems Operational"}


class _Changing:
    """Holds the page's lock while it is changed, and then dates the change."""

    def __init__(self, lock: threading.Lock, touch: Callable[[], None]) -> None:
        self._lock = lock
        self._touch = touch

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._touch()
        self._lock.release()


def _polls(log: tuple[Logged, ...]) -> int:
    return sum(1 for entry in log if entry.path.endswith("/summary.json"))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
