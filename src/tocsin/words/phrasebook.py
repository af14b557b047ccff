"""Everything that Tocsin can say, in one language and one time zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tocsin.domain.freshness import Shown
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.message import Message
from tocsin.domain.quality import CallFitness
from tocsin.domain.snapshot import Update
from tocsin.domain.state import AccountView, AppState, ConnectionView, LineView
from tocsin.domain.terms import Cause, ConnectionKind, EndHow, IncidentKind, Level, LineState, Phase, Role, Severity
from tocsin.domain.verdict import Verdict
from tocsin.words import (
    ends,
    estimates,
    faults,
    line,
    notifications,
    plain,
    standing,
    times,
    tooltip,
    verdicts,
    vocabulary,
    window,
)
from tocsin.words.voice import Voice


class Phrasebook(Voice):
    """A voice with all its sentences. ``now`` is aware UTC; what comes back is plain text without controls."""

    __slots__ = ()

    def clock(self, at: datetime, now: datetime) -> str:
        """Today's time as a clock time, another day's with the date: "17:58", "21 Nov 17:58"."""
        return times.clock(self, at, now)

    def date(self, at: datetime, now: datetime) -> str:
        """The date alone: "21 Nov"; with the year if it is another."""
        return times.date(self, at, now)

    def span(self, start: datetime, end: datetime | None, now: datetime) -> str:
        """From one time to another: "22 Nov 02:00 to 05:00"."""
        return times.span(self, start, end, now)

    def duration(self, length: timedelta) -> str:
        """How long, in the two largest units: "2 h 12 min"."""
        return times.duration(self, length)

    def notification(self, message: Message, now: datetime) -> tuple[str, str]:
        """Title and body of a message of the alarm."""
        return notifications.render(self, message, now)

    def fault(self, message: Message, now: datetime) -> str:
        """What keeps Tocsin from its work, and the remedy."""
        return faults.render(self, message, now)

    def level_word(self, level: Level) -> str:
        """A level in a word: "Outage"."""
        return vocabulary.level(self, level)

    def severity_word(self, severity: Severity) -> str:
        """How bad, in a word: "major"."""
        return vocabulary.severity(self, severity)

    def phase_word(self, phase: Phase) -> str:
        """Where an incident is on its way to its end: "cause found"."""
        return vocabulary.phase(self, phase)

    def how_word(self, how: EndHow | None) -> str:
        """How the end was learnt: "no longer listed"; None is "ongoing"."""
        return vocabulary.how(self, how)

    def kind_word(self, kind: ConnectionKind | IncidentKind) -> str:
        """What sort of connection ("mail") or incident ("Planned work") it is."""
        if isinstance(kind, ConnectionKind):
            return vocabulary.connection_kind(self, kind)
        return vocabulary.incident_kind(self, kind)

    def role_word(self, role: Role) -> str:
        """Which of two connections it is: "primary" or "backup"."""
        return vocabulary.role(self, role)

    def headline(self, view: ConnectionView, shown: Shown, now: datetime, accounts: Iterable[AccountView] = ()) -> str:
        """How a connection stands: "Outage on Home fibre since 17:58". ``accounts`` name who cannot be asked."""
        return window.headline(self, view, shown, now, accounts)

    def since(self, start: datetime, now: datetime) -> str:
        """When it began and how long ago: "since 17:58 (1 h 12 min)"."""
        return window.since(self, start, now)

    def estimate(self, incident: Incident, now: datetime) -> str:
        """When it should be over: "Expected fixed at 20:30 - moved twice, was 19:00"; or none yet, or passed."""
        return estimates.estimate(self, incident, now)

    def meanwhile(self, view: ConnectionView, incident: Incident, now: datetime, shown: Shown | None = None) -> str:
        """What to do until it is over, as one line; empty where nothing useful can be said.

        With ``shown`` the verdict's own advice is in it.
        """
        return window.meanwhile(self, view, incident, now, shown)

    def relevance(self, view: ConnectionView, incident: Incident) -> str:
        """A warning where the provider does not say whom it hits: "This may affect you ..."; else empty."""
        return window.relevance(self, view, incident)

    def source(self, incident: Incident, provider: str, now: datetime) -> str:
        """The incident's title as a quotation, whose it is, and when it was last spoken of."""
        return window.source(self, incident, provider, now)

    def update(self, item: Update, now: datetime) -> str:
        """One message of the provider: time, phase, and its text as it came."""
        return window.update(self, item, now)

    def raw_words(self, incident: Incident) -> str:
        """The provider's own words for severity and phase, quoted; empty where it has none."""
        return window.raw_words(self, incident)

    def strange_state(self, view: ConnectionView) -> str:
        """A state word that no document of the provider names, quoted; empty when all are known."""
        return window.strange_state(self, view)

    def unverified(self, view: ConnectionView) -> str:
        """A hint where nothing can tell whether the match is right (TMF656 lists no services); else empty."""
        return "" if view.verified else faults.unverified(self, self.names((view.name,)))

    def upcoming(self, incident: Incident, now: datetime) -> str:
        """What is announced: "Maintenance planned: 22 Nov 02:00 to 05:00"; empty for what has begun."""
        return window.upcoming(self, incident, now)

    def checked(self, view: ConnectionView, shown: Shown, now: datetime) -> str:
        """How old the knowledge is: "checked 19:09", "last confirmed 18:20"."""
        return window.checked(self, view, shown, now)

    def polling(self, accounts: Sequence[AccountView], now: Instant, line_view: LineView | None = None) -> str:
        """The bottom line: "checked 12 s ago, next in 48 s"; of the line alone "measured 12 s ago"."""
        return window.polling(self, accounts, now, line_view)

    def ended(self, incident: Incident, now: datetime) -> str:
        """How it stands in the history: "ongoing", or "resolved 20:10, after 2 h 12 min"."""
        return ends.ended(self, incident, now)

    def lasted(self, incident: Incident, now: datetime) -> str:
        """How long the last episode took, or has taken so far; empty for what has not begun."""
        return ends.lasted(self, incident, now)

    def tooltip(self, state: AppState, now: Instant) -> str:
        """The tray's whole state, worst first, in at most 120 characters."""
        return tooltip.tooltip(self, state, now)

    def verdict(self, view: ConnectionView, shown: Shown, now: datetime, accounts: Iterable[AccountView] = ()) -> str:
        """What the provider's word and the line together mean, in one sentence; empty for the provider's alone."""
        return standing.verdict(self, view, shown, now, accounts)

    def verdict_advice(self, verdict: Verdict) -> str:
        """A verdict's advice, as a sentence; empty for none."""
        return verdicts.verdict_advice(self, verdict)

    def verdict_step(self, verdict: Verdict) -> str:
        """A verdict's next step, short enough for a button; empty for none."""
        return verdicts.verdict_step(self, verdict)

    def on_backup(self, view: ConnectionView, backup_name: str, now: datetime | None = None) -> str:
        """Traffic leaves over the backup: "You are on the backup Office SIM; Home fibre has been down since 17:58"."""
        return standing.on_backup(self, view, backup_name, now)

    def line_state_word(self, state: LineState) -> str:
        """How a line stands, in a word or two: "own network down"."""
        return line.state_word(self, state)

    def cause_sentence(self, cause: Cause | None) -> str:
        """Where it is broken, seen from here: "The router does not answer."; empty where that is not known."""
        return line.cause_sentence(self, cause)

    def calls_word(self, calls: CallFitness | None) -> str:
        """What a telephone call would be like: "good for calls"."""
        return line.calls_word(self, calls)

    def milliseconds(self, seconds: float | None) -> str:
        """A round trip or a jitter: "23 ms"; "not measured" for None."""
        return line.milliseconds(self, seconds)

    def percent(self, share: float) -> str:
        """A share from 0 to 1: "12 %"."""
        return line.percent(self, share)

    def line_now(self, view: LineView, now: Instant) -> str:
        """How the line stands and what its figures mean, in a sentence or two."""
        return line.line_now(self, view, now)

    def incident_title(self, incident: Incident) -> str:
        """An incident's title within a sentence: the provider's words quoted, or ours for what the line showed."""
        return line.incident_title(self, incident)

    def plain_title(self, incident: Incident) -> str:
        """The same as it stands by itself in a list: without quotation marks; empty where there is none."""
        return line.plain_title(self, incident)

    def clean(self, text: str, limit: int = plain.BODY) -> str:
        """Text from outside, made harmless: one line, no controls, cut."""
        return plain.clean(text, limit)
