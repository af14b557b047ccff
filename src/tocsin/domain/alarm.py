"""What is told, when, and how loudly. Nothing is told twice, nothing that ends is left open.

``step`` looks at incidents as they stand, not at what changed since: whatever was missed, whatever crashed in between,
the next look says what is still to be said, and saying it is part of the state.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.domain import telling
from tocsin.domain.alarm_state import Alarm, AlarmPhase, AlarmState, Close, Decision, Effect, Tell
from tocsin.domain.incident import Incident
from tocsin.domain.message import Message
from tocsin.domain.state import Acknowledge, MuteUntilResolved, Unmute
from tocsin.domain.telling import Hit
from tocsin.domain.terms import EndHow, IncidentKind, Level, Relevance, Urgency

ACCOUNTS_THREAD = "accounts"
INCIDENT = "inc:"
SUMMARY = "sum:"
SUMMARY_END = "end:"
TRY_THREAD = "try"
SEEN = timedelta(minutes=1)
_DECLARED = " declared"
BACK = "back"
"""What an alarm remembers of a line that was told to work again while its provider still lists the incident."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How much is told. ``summary_above``: more new ones at once than this are one summary.

    ``word_wait`` is how long the end of what the line showed waits for what the provider has to say of it.
    """

    summary_above: int = 3
    end_told_within: timedelta = timedelta(days=7)
    word_wait: timedelta = timedelta(seconds=35)


@dataclass(frozen=True, slots=True)
class Look:
    """Input: incidents as they stand now; those not in it are left alone. ``first``: an account's first snapshot."""

    hits: tuple[Hit, ...]
    first: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """One account that cannot be asked."""

    account: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """Input: all the accounts that failed three times in a row."""

    accounts: tuple[Silent, ...]


Input = Look | Silence | Acknowledge | MuteUntilResolved | Unmute


def step(state: AlarmState, given: Input, now: datetime, policy: Policy) -> Decision:
    """Decide. The same input again decides nothing new."""
    match given:
        case Look():
            return _look(state, given, now, policy)
        case Silence():
            return _silence(state, given)
        case Acknowledge():
            return _acknowledge(state, given)
        case MuteUntilResolved():
            return Decision(_muted(state, given.uid, muted=True))
        case _:
            return Decision(_muted(state, given.uid, muted=False))


def _look(state: AlarmState, look: Look, now: datetime, policy: Policy) -> Decision:
    alarms = {alarm.uid: alarm for alarm in state.alarms}
    effects: list[Effect] = []
    starting: list[Hit] = []
    announced: list[Hit] = []
    ending: list[tuple[Hit, Alarm]] = []
    for hit in look.hits:
        alarm = alarms.get(hit.incident.uid)
        if not hit.incident.is_open:
            if alarm is not None:
                ending.append((hit, alarm))
        elif alarm is None or alarm.episode != hit.incident.episode.number:
            if hit.level >= Level.DEGRADED:
                starting.append(hit)
            elif _is_planned(hit) and hit.sure:
                announced.append(hit)
        else:
            alarms[alarm.uid], said = _follow(alarm, hit, now)
            effects.extend(said)
    for _, alarm in ending:
        del alarms[alarm.uid]
    effects.extend(_ends(ending, now, policy))
    limit = 1 if look.first else policy.summary_above
    for group, summary in ((starting, telling.summary), (announced, telling.maintenance_summary)):
        made, said = _together(group, summary, now) if len(group) > limit else _each(group, now)
        alarms.update({alarm.uid: alarm for alarm in made})
        effects.extend(said)
    before, after = (dict.fromkeys(each.thread for each in some) for some in (state.alarms, alarms.values()))
    effects.extend(Close(thread) for thread in before if thread.startswith(SUMMARY) and thread not in after)
    return Decision(replace(state, alarms=tuple(alarms.values())), tuple(effects))


def _is_planned(hit: Hit) -> bool:
    return hit.incident.kind is IncidentKind.MAINTENANCE


def _urgency(level: Level) -> Urgency:
    if level is Level.OUTAGE:
        return Urgency.CRITICAL
    return Urgency.NORMAL if level is Level.DEGRADED else Urgency.LOW


def _alarm(hit: Hit, thread: str, revision: int = 1) -> Alarm:
    incident = hit.incident
    return Alarm(
        uid=incident.uid,
        episode=incident.episode.number,
        thread=thread,
        phase=AlarmPhase.RINGING if hit.level >= Level.DEGRADED else AlarmPhase.QUIET,
        revision=revision,
        level=hit.level,
        eta=incident.eta,
        window=(incident.scheduled_start, incident.scheduled_end),
        began=incident.began,
        connections=_named(incident),
        line=_line(hit),
    )


def _line(hit: Hit) -> str:
    """What the line shows of an incident now, and whether its provider speaks of it too, in words to remember."""
    if hit.cut is None:
        return ""
    mark, told = hit.cut
    return f"{mark.state.value} {mark.cause.value if mark.cause is not None else ''}{_DECLARED * told.is_declared}"


def _named(incident: Incident) -> tuple[str, ...]:
    """The ids of the connections that it surely hits."""
    return tuple(sorted(link.connection for link in incident.links if link.relevance is Relevance.LINKED))


def _tell(alarm: Alarm, message: Message, urgency: Urgency, *, final: bool = False) -> Tell:
    can_acknowledge = alarm.phase is AlarmPhase.RINGING and not final
    return Tell(alarm.thread, alarm.uid, alarm.episode, alarm.revision, message, urgency, final, can_acknowledge)


def _each(hits: list[Hit], now: datetime) -> tuple[list[Alarm], list[Effect]]:
    made = [_alarm(hit, INCIDENT + hit.incident.uid) for hit in hits]
    said = (
        _tell(alarm, telling.beginning(hit, now), _urgency(hit.level)) for alarm, hit in zip(made, hits, strict=True)
    )
    return made, list(said)


def _together(
    hits: list[Hit], summary: Callable[[tuple[Hit, ...]], Message], now: datetime
) -> tuple[list[Alarm], list[Effect]]:
    thread = f"{SUMMARY}{hits[0].incident.uid}:{int(now.timestamp())}"
    made = [_alarm(hit, thread) for hit in hits]
    return made, [_tell(made[0], summary(tuple(hits)), _urgency(max(hit.level for hit in hits)))]


def _follow(alarm: Alarm, hit: Hit, now: datetime) -> tuple[Alarm, list[Effect]]:
    """Say what is new about something that was told before: it worsened, hits more, moved, or began."""
    incident = hit.incident
    window = (incident.scheduled_start, incident.scheduled_end)
    counts = hit.level >= Level.DEGRADED or _is_planned(hit)
    worse = counts and hit.level > alarm.level
    wider = counts and not {*_named(incident)} <= {*alarm.connections}
    moved = _is_move(alarm.eta, incident.eta)
    shifted = (window, incident.began) != (alarm.window, alarm.began)
    line = _line(hit)
    if hit.is_back and alarm.line not in ("", BACK):
        return _back(alarm, hit)
    turned = bool(line) and alarm.line not in ("", BACK, line)
    if not (worse or wider or moved or shifted or turned):
        return (replace(alarm, line=line) if line else alarm), []
    graver = worse or wider
    told = replace(
        alarm,
        eta=incident.eta,
        window=window,
        began=incident.began,
        level=max(alarm.level, hit.level),
        connections=tuple(sorted({*alarm.connections, *_named(incident)})) if graver else alarm.connections,
        line=line or alarm.line,
    )
    if graver and hit.level >= Level.DEGRADED and not alarm.muted:
        told = replace(told, phase=AlarmPhase.RINGING)
    message = _news(hit, alarm.eta, now, worse=worse or turned, wider=wider, moved=moved)
    if message is None or alarm.muted or (alarm.thread.startswith(SUMMARY) and not graver):
        return told, []
    told = replace(told, thread=INCIDENT + told.uid if graver else told.thread, revision=told.revision + 1)
    calm = told.phase is AlarmPhase.ACKNOWLEDGED and not graver
    urgency = _urgency(hit.level)
    return told, [_tell(told, message, _calmed(urgency) if calm else urgency)]


def _back(alarm: Alarm, hit: Hit) -> tuple[Alarm, list[Effect]]:
    """The line works again, and the provider still lists the incident: that is told now, and its end is no news."""
    mark = hit.incident.measured
    phase = AlarmPhase.ACKNOWLEDGED if alarm.phase is AlarmPhase.RINGING else alarm.phase
    told = replace(alarm, line=BACK, phase=phase, eta=hit.incident.eta)
    if alarm.muted or mark is None or hit.line is None:
        return told, []
    told = replace(told, thread=INCIDENT + told.uid, revision=told.revision + 1)
    return told, [_tell(told, telling.line_restored(hit, mark, hit.line), Urgency.NORMAL)]


def _is_move(was: datetime | None, eta: datetime | None) -> bool:
    """Whether an estimate moved so far that anybody could see it: messages give the time to the minute."""
    if was is None or eta is None:
        return was is not eta
    return abs(eta - was) >= SEEN


def _news(hit: Hit, was: datetime | None, now: datetime, *, worse: bool, wider: bool, moved: bool) -> Message | None:
    if _is_planned(hit):
        return telling.maintenance(hit)
    if worse:
        return telling.worsened(hit, now)
    if wider:
        return telling.beginning(hit, now)
    return telling.eta_changed(hit, was, now) if moved else None


def _ends(ending: list[tuple[Hit, Alarm]], now: datetime, policy: Policy) -> list[Effect]:
    """The last word about each, in its own thread; many at once are one."""
    effects: list[Effect] = []
    to_tell: list[tuple[Hit, Alarm]] = []
    for hit, alarm in ending:
        episode = hit.incident.episode
        late = episode.ended_at is not None and now - episode.ended_at > policy.end_told_within
        if episode.how in (EndHow.UNWATCHED, EndHow.MERGED) or late or alarm.line == BACK:
            effects.append(Close(INCIDENT + alarm.uid))
        else:
            to_tell.append((hit, replace(alarm, thread=INCIDENT + alarm.uid, revision=alarm.revision + 1)))
    if len(to_tell) > policy.summary_above:
        effects.extend(Close(alarm.thread) for _, alarm in to_tell)
        message = telling.summary_resolved(tuple(hit for hit, _ in to_tell))
        together = replace(to_tell[0][1], thread=SUMMARY_END + to_tell[0][1].uid)
        effects.append(_tell(together, message, Urgency.NORMAL, final=True))
    else:
        effects.extend(
            _tell(alarm, telling.ended(hit), _calmed(_urgency(alarm.level)), final=True) for hit, alarm in to_tell
        )
    return effects


def _calmed(urgency: Urgency) -> Urgency:
    return Urgency.NORMAL if urgency is Urgency.CRITICAL else urgency


def _silence(state: AlarmState, silence: Silence) -> Decision:
    silent = tuple(sorted(each.account for each in silence.accounts))
    if silent == state.unreachable:
        return Decision(state)
    new = set(silent) - set(state.unreachable)
    state = replace(state, unreachable=silent)
    if not silent:
        return Decision(state, (Close(ACCOUNTS_THREAD),))
    if not new:
        return Decision(state)
    state = replace(state, unreachable_revision=state.unreachable_revision + 1)
    message = telling.unreachable(
        tuple(each.name for each in silence.accounts), min(each.since for each in silence.accounts)
    )
    tell = Tell(ACCOUNTS_THREAD, ACCOUNTS_THREAD, 1, state.unreachable_revision, message, Urgency.LOW)
    return Decision(state, (tell,))


def _acknowledge(state: AlarmState, given: Acknowledge) -> Decision:
    """Stop ringing, and take away what stands on the screen about it: it was seen."""
    meant = {
        alarm.uid
        for alarm in state.alarms
        if alarm.phase is AlarmPhase.RINGING
        and (given.uid in (None, alarm.uid) or _shares_summary(state, alarm, given.uid))
    }
    alarms = tuple(
        replace(alarm, phase=AlarmPhase.ACKNOWLEDGED) if alarm.uid in meant else alarm for alarm in state.alarms
    )
    threads = dict.fromkeys(alarm.thread for alarm in state.alarms if alarm.uid in meant)
    return Decision(replace(state, alarms=alarms), tuple(Close(thread) for thread in threads))


def _shares_summary(state: AlarmState, alarm: Alarm, uid: str | None) -> bool:
    named = state.of(uid) if uid is not None else None
    return named is not None and named.thread == alarm.thread and alarm.thread.startswith(SUMMARY)


def _muted(state: AlarmState, uid: str | None, *, muted: bool) -> AlarmState:
    """Mute or unmute; what is muted does not ring either."""

    def changed(alarm: Alarm) -> Alarm:
        if uid not in (None, alarm.uid):
            return alarm
        quiet = muted and alarm.phase is AlarmPhase.RINGING
        return replace(alarm, muted=muted, phase=AlarmPhase.ACKNOWLEDGED if quiet else alarm.phase)

    return replace(state, alarms=tuple(changed(alarm) for alarm in state.alarms))


def trial(now: datetime) -> Tell:
    """An alarm that means nothing, to see that alarms arrive."""
    return Tell(TRY_THREAD, TRY_THREAD, 1, int(now.timestamp()), Message("try"), Urgency.NORMAL, final=True)
