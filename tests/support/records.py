"""Incidents and messages for tests of the record: plain ones by hand, arbitrary ones by hypothesis."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

from hypothesis import strategies as st

from tocsin.domain.alarm_state import Alarm, AlarmPhase, AlarmState, Close, Tell
from tocsin.domain.incident import Alias, Episode, Eta, Incident, Link, Measured, Source
from tocsin.domain.message import Message
from tocsin.domain.snapshot import Update
from tocsin.domain.terms import Cause, EndHow, IncidentKind, Level, LineState, Phase, Relevance, Severity, Urgency

NOW = datetime(2026, 11, 21, 17, 58, tzinfo=UTC)


def incident(uid="one", *, started=NOW, ended=None, **changes) -> Incident:
    """An outage on a fibre line, open unless ``ended`` says when it was over."""
    made = Incident(
        uid=uid,
        account="home",
        provider_id=f"SP-{uid}",
        title="Cable cut in Utrecht",
        kind=IncidentKind.INCIDENT,
        severity=Severity.MAJOR,
        phase=Phase.IDENTIFIED if ended is None else Phase.RESOLVED,
        first_seen_at=started,
        first_started_at=started,
        started_at=started,
        episodes=(Episode(1, started, ended, None if ended is None else EndHow.RESOLVED),),
        aliases=(Alias(f"SP-{uid}", started),),
        sources=(Source("home", "2", "inProgress"),),
        links=(Link("fibre", Relevance.LINKED),),
        etas=(Eta(started + timedelta(hours=1), started, started),),
        affected=("SVC-1001",),
        updates=(Update(started, Phase.IDENTIFIED, "A digger hit the cable."),),
    )
    return replace(made, **changes)


def tell(revision=1, *, uid="one", urgency=Urgency.CRITICAL, **changes) -> Tell:
    """A message in the thread of an incident."""
    values = MappingProxyType({"title": "Cable cut", "since": NOW, "eta": None, "connections": ("Home fibre",), "n": 3})
    made = Tell(f"inc:{uid}", uid, 1, revision, Message("started", values), urgency, can_acknowledge=True)
    return replace(made, **changes)


zones = st.builds(timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones | st.just(UTC))  # noqa: DTZ001 - zones apart
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
maybe_moments = st.none() | moments
numbers = st.integers(-(2**63), 2**63 - 1)

measurements = st.builds(
    Measured,
    state=st.sampled_from(LineState),
    cause=st.none() | st.sampled_from(Cause),
    since=moments,
    until=maybe_moments,
    is_end_known=st.booleans(),
)

incidents = st.builds(
    Incident,
    uid=texts,
    account=texts,
    provider_id=texts,
    title=texts,
    kind=st.sampled_from(IncidentKind),
    severity=st.sampled_from(Severity),
    phase=st.sampled_from(Phase),
    first_seen_at=moments,
    first_started_at=moments,
    started_at=moments,
    episodes=st.lists(
        st.builds(Episode, numbers, moments, maybe_moments, st.none() | st.sampled_from(EndHow)), min_size=1, max_size=3
    ).map(tuple),
    aliases=st.lists(st.builds(Alias, texts, moments), max_size=3).map(tuple),
    sources=st.lists(st.builds(Source, texts, texts, texts), max_size=2).map(tuple),
    links=st.lists(st.builds(Link, texts, st.sampled_from(Relevance)), max_size=2).map(tuple),
    etas=st.lists(st.builds(Eta, maybe_moments, maybe_moments, moments), max_size=3).map(tuple),
    scheduled_start=maybe_moments,
    scheduled_end=maybe_moments,
    affected=st.lists(texts, max_size=3).map(tuple),
    related=st.lists(texts, max_size=3).map(tuple),
    url=st.none() | texts,
    advice=st.none() | texts,
    updates=st.lists(st.builds(Update, moments, st.sampled_from(Phase), texts), max_size=3).map(tuple),
    observed=st.booleans(),
    began=st.booleans(),
    overrun=st.booleans(),
    lacking=st.integers(0, 5),
    lacking_since=maybe_moments,
    measured=st.none() | measurements,
)

messages = st.builds(
    Message,
    key=texts,
    values=st.dictionaries(
        texts, st.none() | texts | numbers | moments | st.lists(texts, max_size=3).map(tuple), max_size=5
    ).map(MappingProxyType),
)
tells = st.builds(
    Tell,
    thread=texts,
    uid=texts,
    episode=numbers,
    revision=numbers,
    message=messages,
    urgency=st.sampled_from(Urgency),
    final=st.booleans(),
    can_acknowledge=st.booleans(),
)
effects = tells | st.builds(Close, texts)
alarm_states = st.builds(
    AlarmState,
    alarms=st.lists(
        st.builds(
            Alarm,
            uid=texts,
            episode=numbers,
            thread=texts,
            phase=st.sampled_from(AlarmPhase),
            revision=numbers,
            level=st.sampled_from(Level),
            eta=maybe_moments,
            window=st.tuples(maybe_moments, maybe_moments),
            began=st.booleans(),
            muted=st.booleans(),
            line=texts,
        ),
        max_size=4,
    ).map(tuple),
    unreachable=st.lists(texts, max_size=3).map(tuple),
    unreachable_revision=numbers,
)
