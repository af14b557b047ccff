"""Any JSON document, by a profile in ``config.toml``: for the provider that no one else has.

The account's ``options`` name paths and what words mean: see ``json_paths`` and ``json_profile``. Where the profile
looks there must be something: a path to a list that leads nowhere is another document, and an empty list is calm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from tocsin.domain.options import OptionMistake
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Obstacle, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import json_profile, links, text, times
from tocsin.providers.base import LARGE, Asker, unique
from tocsin.providers.json_profile import Kind, Profile, meaning

_PAGE = "page"


class GenericJson:
    """A document by its profile. Matching is by the ids that the profile finds in ``affected`` and ``components``."""

    key: ClassVar[str] = "json"
    name: ClassVar[str] = "Generic JSON"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {
            *(Capability.COMPONENTS, Capability.ETA, Capability.MAINTENANCE, Capability.UPDATES),
            Capability.DROPS_RESOLVED,
        }
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The document"),
        *json_profile.FIELDS,
        ProviderField("secret", FieldType.SECRET, required=False, help="The token, key or password of the login"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    @staticmethod
    def mistakes(options: Mapping[str, str]) -> tuple[OptionMistake, ...]:
        """What is wrong with a profile; nothing is asked with one that is."""
        return tuple(json_profile.mistakes(options))

    def poll(self, context: PollContext) -> Poll:
        """Read the document by the profile. Raises ``PollFailed``: unsupported for a profile that is wrong."""
        url = links.document(context.account.url)
        reader = _Reader(json_profile.read(context.account.options), context.now, links.place(url))
        asker = Asker(context, limit=LARGE)
        document = yield from asker.json(url, object)
        home = links.without_query(links.account_url(url))
        name = text.line(reader.profile.first("page_name", document), text.NAME) or reader.where
        components, page_level = reader.things(document, name)
        return Snapshot(
            fetched_at=context.now,
            page_name=name,
            page_url=home,
            reports=unique(reader.reports(document)),
            components=components,
            has_states=bool(components),
            lists_things="components" in reader.profile.paths,
            page_level=page_level,
            skew=asker.skew,
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one document by its profile. ``where`` names it in messages."""

    profile: Profile
    now: datetime
    where: str

    def reports(self, document: object) -> Iterator[Report]:
        """Every incident. Raises ``PollFailed`` where a list is not, or an element of it is no incident."""
        for name in ("list", "planned"):
            for element in self._elements(name, document):
                yield self._report(element, is_planned=name == "planned")

    def things(self, document: object, page_name: str) -> tuple[tuple[Component, ...], Level | None]:
        """The things with states of their own, each id once with its worst, and the level of the one word for all."""
        found: dict[str, Component] = {}
        for element in self._elements("components", document):
            thing = self._thing(element)
            if thing.id not in found or thing.level > found[thing.id].level:
                found[thing.id] = thing
        if "state" not in self.profile.paths:
            return tuple(found.values()), None
        state = self.profile.first("state", document)
        if state is None and not self._is_there("state", document):
            raise self._astray("state", FailureKind.NOT_STATUS_API, "has nothing there")
        level, known = self._level(state)
        if found:
            return tuple(found.values()), level
        return (Component(_PAGE, page_name, level, text.word(state), known=known),), level

    def _elements(self, name: str, document: object) -> list[object]:
        path = self.profile.paths.get(name)
        if path is None:
            return []
        found = path.all(document)
        if found is None:
            raise self._astray(name, FailureKind.NOT_STATUS_API, "has no list there")
        if not all(isinstance(each, dict) for each in found):
            raise self._astray(name, FailureKind.MALFORMED, "not all there are objects")
        return found

    def _is_there(self, name: str, document: object) -> bool:
        path = self.profile.paths.get(name)
        return path is not None and path.all(document) is not None

    def _astray(self, name: str, kind: FailureKind, problem: str) -> PollFailed:
        """What to raise where a path leads to what it should not."""
        path = self.profile.paths[name].written
        return PollFailed(kind, f"{self.where}, {path}: {problem}", obstacle=Obstacle.PATH, place=path)

    def _id(self, name: str, element: object) -> str:
        found = text.identity(self.profile.first(name, element))
        if found is None:
            raise self._astray(name, FailureKind.MALFORMED, "one has no id there")
        return found

    def _word(self, name: str, element: object) -> str:
        return text.word(self.profile.first(name, element))

    def _thing(self, element: object) -> Component:
        thing_id = self._id("component_id", element)
        state = self.profile.first("component_state", element)
        level, known = self._level(state)
        name = text.line(self.profile.first("component_name", element), text.NAME) or thing_id
        group = text.identity(self.profile.first("component_group", element))
        return Component(thing_id, name, level, text.word(state), group=group, known=known)

    def _level(self, state: object) -> tuple[Level, bool]:
        word = text.word(state)
        meant = meaning(self.profile.levels, word)
        if meant is not None:
            return meant, True
        return (Level.DEGRADED if word else Level.UNKNOWN), False

    def _report(self, element: object, *, is_planned: bool) -> Report:
        incident_id = self._id("id", element)
        start, end = self._at("planned_start", element), self._at("planned_end", element)
        kind = meaning(self.profile.kinds, word) if (word := self._word("kind", element)) else None
        planned = is_planned or kind is Kind.MAINTENANCE or (kind is None and start is not None)
        began, ended = self._at("start", element), self._at("end", element)
        if planned:
            start, end = start or self._begun(element), end or self._at("eta", element)
        status, severity = self._word("status", element), self._word("severity", element)
        phase = self._phase(status, start if planned else None, ended or (end if planned else None))
        eta = self._at("eta", element) or (end if planned else None)
        affected = (text.identity(each) for each in self.profile.all("affected", element))
        return Report(
            id=incident_id,
            title=text.line(self.profile.first("title", element)) or incident_id,
            kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
            severity=Severity.MINOR if (bad := meaning(self.profile.severities, severity)) is None else bad,
            phase=phase,
            raw_severity=severity,
            raw_phase=status,
            started_at=began or start,
            resolved_at=(ended or self._at("updated", element)) if phase.is_over else None,
            eta=eta,
            eta_readable=eta is not None or not self._word("eta", element),
            scheduled_start=start if planned else None,
            scheduled_end=end if planned else None,
            affected=tuple(dict.fromkeys(each for each in affected if each is not None)),
            url=links.web_link(self.profile.first("url", element)),
            advice=text.body(self.profile.first("advice", element)) or None,
            updates=self._updates(element, phase),
        )

    def _phase(self, status: str, planned_start: datetime | None, ended: datetime | None) -> Phase:
        """As the word says; one that is not known is open. Without any it is over once its end has passed.

        A word that is not known where nobody said to look for one may be no state at all, and counts as none.
        """
        is_ahead = planned_start is not None and planned_start > self.now
        meant = meaning(self.profile.phases, status)
        if meant is not None and not (meant is Phase.SCHEDULED and planned_start is not None and not is_ahead):
            return meant
        is_said = bool(status) and (meant is not None or "status" not in self.profile.guessed)
        if not is_said and ended is not None and ended <= self.now:
            return Phase.RESOLVED
        if is_ahead:
            return Phase.SCHEDULED
        return Phase.INVESTIGATING if planned_start is None else Phase.IDENTIFIED

    def _updates(self, element: object, phase: Phase) -> tuple[Update, ...]:
        fallback = self._at("updated", element) or self._at("start", element)
        found = {}
        for message in self.profile.all("updates", element):
            at = self._at("update_at", message) or fallback
            said = text.body(self.profile.first("update_text", message) if isinstance(message, dict) else message)
            if at is not None and said:
                found[at, said] = Update(at, phase, said)
        newest = text.body(self.profile.first("text", element))
        if newest and fallback is not None:
            found[fallback, newest] = Update(fallback, phase, newest)
        return tuple(sorted(found.values(), key=lambda update: update.at))

    def _at(self, name: str, element: object) -> datetime | None:
        """A moment, however it is written: RFC 3339, an RFC 5322 date, or a Unix time in seconds or milliseconds."""
        return self._moment(self.profile.first(name, element))

    def _begun(self, element: object) -> datetime | None:
        """When planned work begins that does not say so as such; a guess is no more than that."""
        if "start" in self.profile.guessed:
            return self._moment(json_profile.BEGUN.first(element))
        return self._at("start", element)

    def _moment(self, value: object) -> datetime | None:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        stated = times.moment(value, self.profile.zone) or times.epoch(value) or times.epoch(value, per_second=1000)
        return stated if stated is not None or not isinstance(value, str) else times.http_date(value)
