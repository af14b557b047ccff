"""How the line stands, from round to round: pure, so that it can be proved without a network.

What one round shows is an ``Outcome``. ``step`` takes the next round in; ``pause`` says when the one after it is due
and ``order`` what it is to ask. Nothing is concluded from a single round, and nothing across time that was not
measured.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.domain.freshness import age
from tocsin.domain.instant import Instant
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.line_round import Outcome, outcome
from tocsin.domain.quality import Quality, counted, is_poor, is_well, quality
from tocsin.domain.reading import Answer, Lookup, Probe, ProbeFault, Reading
from tocsin.domain.targets import Plan
from tocsin.domain.terms import Cause, LineState

_TO_TELL_GAPS = timedelta(seconds=5)
_ROUNDING = 0.001
_PROBES_KEPT = 60
_FALLS_KEPT = 16
_STILL = 4
"""So many times as long as it takes to doubt a line that says nothing, it is asked often; then at leisure."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """What is known of one line.

    ``state``, its ``cause`` and when it began (``since``) are what was concluded. ``seen`` is when the last round
    ended, None before the first and after a gap. ``bad`` are the outcomes of the failing rounds in a row, and
    ``bad_since`` is when the last of them began to fail as they do; ``good`` counts those that reached something since
    ``good_since``; ``portals`` those in a row that met a sign-in page. ``unclear`` counts the rounds in a row that
    reached nothing and did not bear the state out either. ``recent`` are the last connects. ``falls`` are the times at
    which it was cut, each soon after it came back from the last, which it did at ``back_at``. ``blips`` are the starts
    of the failing runs of late. ``wary_until`` is the end of the grace after waking up. ``was_up`` is true once it was
    up on this path; ``path_key`` is the uplink that the last rounds went over. ``names_at`` and ``deep_at`` are when
    names, and TLS and the sign-in page, were tried last; ``names_failed`` is whether no name could be looked up then.
    ``turn`` counts rounds. ``no_route`` are the targets for whose address family there is no way, ``silent`` those that
    failed twice in a row while others were reached: likelier theirs than the line's trouble. ``is_walled`` is true
    where nothing was ever reached on this path though a provider elsewhere answered: a firewall or a proxy is between.
    """

    state: LineState = LineState.NOT_MEASURED
    cause: Cause | None = None
    since: datetime | None = None
    seen: Instant | None = None
    bad: tuple[Outcome, ...] = ()
    bad_since: datetime | None = None
    good: int = 0
    good_since: datetime | None = None
    portals: int = 0
    recent: tuple[Probe, ...] = ()
    falls: tuple[datetime, ...] = ()
    wary_until: Instant | None = None
    was_up: bool = False
    names_at: datetime | None = None
    deep_at: datetime | None = None
    turn: int = 0
    blips: tuple[datetime, ...] = ()
    unclear: int = 0
    names_failed: bool = False
    no_route: frozenset[str] = frozenset()
    path_key: str = ""
    back_at: datetime | None = None
    silent: frozenset[str] = frozenset()
    is_walled: bool = False

    @property
    def quality(self) -> Quality:
        """Loss, round trip and jitter of the last connects."""
        return quality(self.recent)

    @property
    def is_suspicious(self) -> bool:
        """True while something is being made sure of."""
        restored = self.state.is_cut and self.good > 0
        return self.state is LineState.NOT_MEASURED or bool(self.bad) or bool(self.unclear) or restored


@dataclass(frozen=True, slots=True)
class Order:
    """What the next round is to ask. ``names`` may be empty; ``deep`` is for TLS and the sign-in page."""

    targets: tuple[str, ...]
    names: tuple[str, ...] = ()
    deep: bool = False
    gateway: bool = False


def step(tracker: Tracker, reading: Reading, plan: Plan, policy: LinePolicy) -> Tracker:
    """Take a round in. One that began before the last ended, or before the computer woke up, is no further one."""
    if _is_late(tracker, reading, policy):
        return tracker
    if is_gap(reading.began, reading.at, longest_pause(policy)):
        return woken(tracker, reading.at, policy)
    if tracker.seen is not None and is_gap(tracker.seen, reading.began, longest_pause(policy)):
        tracker = woken(tracker, reading.began, policy)
    tracker = _on_its_path(tracker, reading)
    found = outcome(reading, plan, was_up=tracker.was_up, is_walled=tracker.is_walled)
    is_walled = not tracker.was_up and not found.is_reached and (reading.heard or tracker.is_walled)
    tracker = replace(tracker, is_walled=is_walled)
    is_wary = _is_wary(tracker, reading.began)
    # What is sent at the end of a cut is lost in it.
    is_telling = found.is_reached and not is_wary and all(each.is_reached for each in tracker.bad)
    tracker = _noted(tracker, reading, plan, policy, probes=reading.probes if is_telling else ())
    if is_wary and found.state is not LineState.UP:
        return _without_runs(tracker)
    is_borne_out = found.is_reached or (found.state.is_cut and tracker.state.is_cut)
    tracker = replace(tracker, unclear=0 if is_borne_out else tracker.unclear + 1)
    match found.state:
        case LineState.NOT_MEASURED:
            tracker = _without_runs(tracker)
            return _unknown(tracker, found.cause) if tracker.unclear >= policy.down_rounds else tracker
        case LineState.CAPTIVE_PORTAL:
            tracker = _at_portal(tracker, reading, policy)
        case LineState.UP:
            tracker = _good(tracker, reading, policy)
        case LineState.DEGRADED if tracker.state.is_cut:
            tracker = _back(_reached(tracker, reading), found, reading, policy)
        case _:
            tracker = _bad(tracker, found, reading, policy)
    return _unknown(tracker) if tracker.unclear > policy.doubt_rounds and not tracker.state.is_cut else tracker


def interrupted(tracker: Tracker) -> Tracker:
    """Time was not measured: nothing that was being made sure of outlives it, and how it stands is not known."""
    return Tracker(was_up=tracker.was_up, path_key=tracker.path_key, turn=tracker.turn, is_walled=tracker.is_walled)


def woken(tracker: Tracker, now: Instant, policy: LinePolicy) -> Tracker:
    """The computer slept until now, or its clock was set: what fails at first does not count."""
    until = Instant(now.wall + policy.grace, now.mono + policy.grace.total_seconds())
    return replace(interrupted(tracker), wary_until=until)


def is_gap(then: Instant, now: Instant, passed: timedelta) -> bool:
    """Whether, of ``passed`` that should have gone by, the clocks say otherwise: it slept, stopped, or was set."""
    return (
        age(then, now) > passed + _TO_TELL_GAPS
        or abs((now.wall - then.wall) - timedelta(seconds=now.mono - then.mono)) > _TO_TELL_GAPS
    )


def longest_pause(policy: LinePolicy) -> timedelta:
    """Two rounds that lie further apart than this have a gap between them."""
    return policy.frugal + 2 * policy.timeout


def fresh_for(policy: LinePolicy, *, frugal: bool) -> timedelta:
    """How long the state counts after the round that showed it: three pauses."""
    return 3 * (policy.frugal if frugal else policy.calm)


def pause(tracker: Tracker, policy: LinePolicy, now: datetime, *, frugal: bool) -> timedelta:
    """How long after the start of the last round the next one begins.

    Every other calm pause is a little shorter: at an even pace a line that fails at the same pace would always be met
    at its best.
    """
    calm = policy.calm if tracker.turn % 2 else policy.calm * 5 / 6
    rest, watch = (policy.frugal, policy.calm) if frugal else (calm, policy.watchful)
    if tracker.state.is_cut:
        is_long = tracker.good == 0 and tracker.since is not None and now - tracker.since > policy.long
        return watch if is_long else policy.suspicious
    if tracker.state is LineState.NOT_MEASURED and tracker.unclear > policy.doubt_rounds:
        is_disconnected = tracker.cause is Cause.OWN_NETWORK  # which costs nothing to look after
        return watch if is_disconnected or tracker.unclear <= _STILL * policy.doubt_rounds else rest
    if tracker.is_suspicious:
        return policy.suspicious
    is_lossy = any(each.lost for each in counted(tracker.recent[-policy.window_least :]))
    if tracker.blips and abs(now - tracker.blips[-1]) <= policy.alert:
        return policy.calm if frugal else policy.suspicious
    return watch if tracker.state is LineState.DEGRADED or is_lossy else rest


def order(tracker: Tracker, plan: Plan, policy: LinePolicy, now: datetime) -> Order:
    """What the next round is to ask: everything while something is wrong, a little of it in turn while all is well."""
    deep = _is_due(tracker.deep_at, policy.deep_every, now) or tracker.portals > 0
    names = _is_due(tracker.names_at, policy.names_every, now) or tracker.names_failed
    many = plan.targets[: policy.most_targets]
    if tracker.state is LineState.UP and not tracker.is_suspicious:
        asked = plan.names if tracker.names_failed else plan.names[:1]
        return Order(_in_turn(tracker, many, policy, deep=deep), asked if names else (), deep)
    # The second failing round asks for the sign-in page: before anything is concluded it has to be ruled out.
    now_and_then = tracker.turn % policy.down_rounds == 0 or len(tracker.bad) == 1
    return Order(many, plan.names, deep=deep or now_and_then, gateway=True)


def _in_turn(tracker: Tracker, many: tuple[str, ...], policy: LinePolicy, *, deep: bool) -> tuple[str, ...]:
    """A few of the targets there is a way to, others each time, as far as possible of those that answer; or all."""
    many = tuple(each for each in many if each not in tracker.no_route)
    if deep:
        return many
    lively = tuple(each for each in many if each not in tracker.silent)
    asked = lively if len(lively) >= policy.calm_targets else many
    start = (tracker.turn * policy.calm_targets) % max(1, len(asked))
    return (asked + asked)[start : start + min(policy.calm_targets, len(asked))]


def _is_due(then: datetime | None, every: timedelta, now: datetime) -> bool:
    return then is None or abs(now - then) >= every


# --- one round's effect ---


def _is_late(tracker: Tracker, reading: Reading, policy: LinePolicy) -> bool:
    """Whether a round began before what is known by now, by the clock that is never set."""
    if tracker.seen is not None:
        before = tracker.seen.mono - reading.began.mono
        return 0 < before <= longest_pause(policy).total_seconds()
    if tracker.wary_until is None:
        return False
    woke = tracker.wary_until.mono - policy.grace.total_seconds()
    return reading.began.mono < woke - _ROUNDING


def _on_its_path(tracker: Tracker, reading: Reading) -> Tracker:
    """What was seen over one uplink says nothing of another. A tunnel runs over the one that there was."""
    key = reading.path.key if reading.path is not None and not reading.path.is_tunnel else tracker.path_key
    if key == tracker.path_key:
        return tracker
    if not tracker.path_key:
        return replace(tracker, path_key=key)
    kept = replace(
        _without_runs(tracker), path_key=key, was_up=False, is_walled=False, deep_at=None, blips=(), unclear=0
    )
    return replace(kept, recent=(), no_route=frozenset(), silent=frozenset())


def _noted(tracker: Tracker, reading: Reading, plan: Plan, policy: LinePolicy, *, probes: tuple[Probe, ...]) -> Tracker:
    at = reading.at.wall
    lookups = [lookup for _, lookup in reading.lookups]
    tried = {each.target for each in reading.probes}
    without = {each.target for each in reading.probes if each.fault is ProbeFault.NO_ROUTE}
    answered = {each.target for each in probes if each.is_ok}
    last = {each.target: each.is_ok for each in tracker.recent}
    failed = {each.target for each in probes if not each.is_ok and not last.get(each.target, True)}
    return replace(
        tracker,
        seen=reading.at,
        turn=tracker.turn + 1,
        names_at=at if lookups else tracker.names_at,
        deep_at=_deep_at(tracker, reading, plan, policy),
        names_failed=Lookup.FOUND not in lookups if lookups else tracker.names_failed,
        no_route=(tracker.no_route - tried) | without,
        silent=(tracker.silent - answered - without) | (failed - without),
        recent=(*tracker.recent, *probes)[-_PROBES_KEPT:],
        wary_until=tracker.wary_until if _is_wary(tracker, reading.at) else None,
    )


def _deep_at(tracker: Tracker, reading: Reading, plan: Plan, policy: LinePolicy) -> datetime | None:
    """When TLS and the sign-in page count as tried: a page that did not answer is asked again as soon as names are."""
    at = reading.at.wall
    if reading.portal is not Answer.UNTRIED:
        return at
    if not order(tracker, plan, policy, reading.began.wall).deep:
        return tracker.deep_at
    return at if plan.portal is None else at - policy.deep_every + policy.names_every


def _is_wary(tracker: Tracker, now: Instant) -> bool:
    until = tracker.wary_until
    return until is not None and now.wall < until.wall and now.mono < until.mono


def _without_runs(tracker: Tracker) -> Tracker:
    return replace(tracker, bad=(), bad_since=None, good=0, good_since=None, portals=0)


def _unknown(tracker: Tracker, cause: Cause | None = None) -> Tracker:
    """How it stands can no longer be told; ``cause`` is why, where that is known."""
    if tracker.state is LineState.NOT_MEASURED:
        return replace(tracker, cause=cause)
    kept = replace(interrupted(tracker), seen=tracker.seen, no_route=tracker.no_route, unclear=tracker.unclear)
    return replace(kept, cause=cause)


def _at_portal(tracker: Tracker, reading: Reading, policy: LinePolicy) -> Tracker:
    tracker = replace(_without_runs(tracker), portals=tracker.portals + 1)
    if tracker.portals < policy.portal_rounds or tracker.state is LineState.CAPTIVE_PORTAL:
        return tracker
    return _turned(tracker, LineState.CAPTIVE_PORTAL, Cause.CAPTIVE_PORTAL, reading.began.wall, policy)


def _reached(tracker: Tracker, reading: Reading) -> Tracker:
    good, since = tracker.good + 1, tracker.good_since or reading.began.wall
    return replace(_without_runs(tracker), good=good, good_since=since)


def _good(tracker: Tracker, reading: Reading, policy: LinePolicy) -> Tracker:
    at = reading.began.wall
    tracker = replace(_reached(tracker, reading), blips=_of_late(tracker.blips, at, policy))
    if tracker.state in (LineState.UP, LineState.DEGRADED):
        return _weighed(tracker, at, policy)
    return _back(tracker, Outcome(LineState.UP), reading, policy)


def _back(tracker: Tracker, found: Outcome, reading: Reading, policy: LinePolicy) -> Tracker:
    """Something is reached again. It counts once it was for long enough: the longer, the oftener it fell of late."""
    at = reading.began.wall
    since = tracker.good_since or at
    steady = policy.steady_for(len(tracker.falls) - 1) if tracker.state.is_cut else timedelta()
    if tracker.good < policy.up_rounds or at - since < steady:
        return tracker
    return _turned(replace(tracker, was_up=True), found.state, found.cause, since, policy)


def _of_late(times: tuple[datetime, ...], now: datetime, policy: LinePolicy) -> tuple[datetime, ...]:
    return tuple(each for each in times if abs(now - each) <= policy.flap_window)


def _bad(tracker: Tracker, found: Outcome, reading: Reading, policy: LinePolicy) -> Tracker:
    """A failing round: it makes the line bad when enough of them agree."""
    at = reading.began.wall
    is_first = not tracker.bad
    goes_on = not is_first and tracker.bad[-1].is_reached == found.is_reached
    blips = (*tracker.blips, at) if is_first and tracker.state in (LineState.UP, LineState.DEGRADED) else tracker.blips
    bad = (*tracker.bad, found)[-policy.doubt_rounds :]
    since = tracker.bad_since if goes_on and tracker.bad_since is not None else at
    tracker = replace(_without_runs(tracker), bad=bad, bad_since=since, blips=_of_late(blips, at, policy))
    if len(bad) < policy.down_rounds:
        return tracker
    state, cause, is_sure = _agreed(bad, policy)
    if state is LineState.DEGRADED and cause is Cause.DNS and _is_lossy(tracker, policy):
        cause, is_sure = Cause.BEYOND_GATEWAY, is_poor(tracker.recent[-policy.window :], policy)
    is_long = len(bad) == policy.doubt_rounds
    is_sure = is_sure or (is_long and (state is LineState.DEGRADED or not any(each.is_reached for each in bad)))
    is_doubtful = state in (LineState.DOWN, LineState.DEGRADED) and tracker.state is not state and not is_sure
    if is_doubtful or (state, cause) == (tracker.state, tracker.cause):
        return tracker
    return _turned(tracker, state, cause, since, policy)


def _is_lossy(tracker: Tracker, policy: LinePolicy) -> bool:
    """Whether packets get lost, so that names that fail beside them are not the resolver's fault."""
    last = tracker.recent[-policy.window :]
    if tracker.state is not LineState.DEGRADED:
        return quality(last).loss >= policy.loss_bad
    if tracker.cause is Cause.DNS:
        return is_poor(last, policy)
    return quality(last).loss >= policy.loss_good


def _agreed(bad: tuple[Outcome, ...], policy: LinePolicy) -> tuple[LineState, Cause | None, bool]:
    """What the last rounds say together: the state and cause of most of them, of equals the latest.

    A line whose names alone fail is no worse than that unless every one of the last rounds was.
    """
    last = bad[-policy.down_rounds :]
    if any(each.is_reached for each in last):
        by_name = all(each.cause is Cause.DNS for each in last)
        is_sure = all(each.is_sure for each in last if each.is_reached)
        return LineState.DEGRADED, Cause.DNS if by_name else Cause.BEYOND_GATEWAY, is_sure
    counts = Counter((each.state, each.cause) for each in reversed(last))
    (state, cause), _ = counts.most_common(1)[0]
    return state, cause, any(each.is_sure for each in last)


def _weighed(tracker: Tracker, at: datetime, policy: LinePolicy) -> Tracker:
    """A line that works: well, or poorly."""
    is_unstable, of_names = len(tracker.blips) >= policy.blips_bad, tracker.cause is Cause.DNS
    poor = is_poor(tracker.recent[-policy.window :], policy)
    if tracker.state is LineState.UP:
        turns = poor or is_unstable
        return _turned(tracker, LineState.DEGRADED, Cause.BEYOND_GATEWAY, at, policy) if turns else tracker
    if tracker.good < policy.up_rounds:
        return tracker
    if poor and of_names:
        return _turned(tracker, LineState.DEGRADED, Cause.BEYOND_GATEWAY, at, policy)
    if is_unstable or poor or not (of_names or is_well(tracker.recent, policy)):
        return tracker
    return _turned(tracker, LineState.UP, None, tracker.good_since or at if of_names else at, policy)


def _turned(tracker: Tracker, state: LineState, cause: Cause | None, since: datetime, policy: LinePolicy) -> Tracker:
    """Another state from ``since`` on. Trouble of one kind that changes its cause leaves when it began."""
    fell, came_back = state.is_cut and not tracker.state.is_cut, tracker.state.is_cut and not state.is_cut
    goes_on = state.is_trouble and tracker.state.is_trouble and state.is_cut == tracker.state.is_cut
    is_again = tracker.back_at is not None and since - tracker.back_at <= policy.flap_window
    falls = (*tracker.falls, since)[-_FALLS_KEPT:] if is_again else (since,)
    return replace(
        tracker,
        state=state,
        cause=cause,
        since=tracker.since if goes_on and tracker.since is not None else since,
        falls=falls if fell else tracker.falls,
        back_at=since if came_back else tracker.back_at,
        recent=() if state.is_cut else tracker.recent,
        blips=() if fell else tracker.blips,
        unclear=0,
    )
