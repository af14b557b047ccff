"""What the Line page says in words: every fact of it, and what the chart shows of a minute and of the day."""

from datetime import datetime

from tocsin.desktop import chart_scale, picture
from tocsin.desktop.chart_painting import Chart
from tocsin.desktop.line_marks import Mark
from tocsin.domain.freshness import age
from tocsin.domain.instant import Instant
from tocsin.domain.minutes import MINUTE, Minute
from tocsin.domain.quality import CallFitness, Quality
from tocsin.domain.state import AppState, LineView
from tocsin.domain.terms import LineState, Role
from tocsin.words.phrasebook import Phrasebook

_MOST_HOSTS = 8


def quality(words: Phrasebook, figures: Quality) -> str:
    """Jitter and what a call would be like, with the score that says so; empty where nothing came back."""
    if figures.round_trip is None:
        return ""
    said = []
    if figures.jitter is not None:
        said.append(words.gettext("Jitter {time}.").format(time=words.milliseconds(figures.jitter)))
    if figures.calls is not None and figures.mos is not None:
        whole, tenth = divmod(round(figures.mos * 10), 10)
        # Translators: a number with one decimal, as your language writes it.
        score = words.pgettext("number", "{whole}.{tenth}").format(whole=whole, tenth=tenth)
        said.append(_calls(words, figures.calls).format(score=score))
    return " ".join(said)


def _calls(words: Phrasebook, calls: CallFitness) -> str:
    return {
        CallFitness.GOOD: words.gettext("Good for calls: voice quality {score} of 5."),
        CallFitness.STRAINED: words.gettext("Calls are strained: voice quality {score} of 5."),
        CallFitness.UNFIT: words.gettext("Unfit for calls: voice quality {score} of 5."),
    }[calls]


def way_out(words: Phrasebook, line: LineView) -> str:
    """Which interface and which router the traffic leaves over; empty where nothing leads out."""
    path = line.path
    if path is None:
        return ""
    interface = words.clean(path.interface)
    if path.is_tunnel:
        return words.gettext("{interface}, a tunnel").format(interface=interface)
    if path.gateway is None:
        return interface
    return words.gettext("{interface}, router {gateway}").format(interface=interface, gateway=words.clean(path.gateway))


def backup(words: Phrasebook, state: AppState) -> str:
    """Over which connection the traffic leaves in the primary's place; empty where it does not."""
    line = state.line
    if line is None or not line.on_backup:
        return ""
    primary = next((each for each in state.connections if each.line is not None and each.line.on_backup), None)
    spare = [each for each in state.connections if each.role is Role.BACKUP and each.line is not None]
    name = next((each.name for each in spare if each.line is not None and each.line.in_use), "")
    if primary is None or not name:
        return words.gettext("Traffic leaves over the backup link.")
    return words.on_backup(primary, name)


def contacts(words: Phrasebook, line: LineView) -> str:
    """Who is contacted to measure, and how often."""
    if not line.hosts:
        return ""
    hosts = [words.clean(each) for each in line.hosts[:_MOST_HOSTS]]
    rest = len(line.hosts) - len(hosts)
    if rest:
        hosts.append(words.ngettext("{n} more", "{n} more", rest).format(n=rest))
    minutes = max(1, round(line.every / MINUTE))
    # Translators: whom the line is measured with, and how often.
    often = words.ngettext("{hosts}, every minute", "{hosts}, every {n} minutes", minutes)
    if line.frugal:
        sentence = words.gettext("{often}: less often, as this link is metered or the battery low")
    else:
        sentence = words.gettext("{often}; less often on a metered link")
    return sentence.format(often=often.format(hosts=", ".join(hosts), n=minutes))


def age_of(words: Phrasebook, line: LineView, now: Instant) -> str:
    """How old the knowledge is."""
    if line.measured is None:
        return words.gettext("not yet")
    return words.gettext("{duration} ago").format(duration=words.duration(age(line.measured, now)))


def unasked(words: Phrasebook, line: LineView) -> str:
    """Why nothing, or little, is measured; empty where that is settled."""
    if line.hosts and line.offered:
        return words.gettext("More can be measured once you agree to contacting more hosts.")
    if line.hosts:
        return ""
    if line.offered:
        return words.gettext("Your line is not measured yet: first say whom Tocsin may contact for it.")
    return words.gettext(
        "Your line is not measured: there is nobody whom Tocsin may contact for it. Name hosts in the settings."
    )


def minute(words: Phrasebook, chart: Chart, state: AppState, index: int, now: datetime) -> str:
    """What the chart shows of one minute: its time and figures, and below what was going on."""
    day = chart.day
    start = day.at(index)
    values = words.gettext("not measured")
    if day.minutes[index].state is not LineState.NOT_MEASURED:
        values = ", ".join(_figures(words, day.minutes[index]))
    elif not any(index in gap for gap in chart_scale.gaps(day)):
        values = words.gettext("no measurement was due")
    # Translators: a time and what was measured then, as in "17:58: round trip 14 ms, no packets lost".
    said = [words.gettext("{time}: {values}").format(time=words.clock(start, now), values=values)]
    said += [_ours(words, each, now) for each in chart.ours if each.covers(start, start + MINUTE)]
    told = [each for each in chart.providers if each.covers(start, start + MINUTE)]
    said += [_provider(words, state, each, day.end, now) for each in reversed(told)]
    return "\n".join(said)


def _figures(words: Phrasebook, minute: Minute) -> list[str]:
    if minute.round_trip is None:
        return [words.gettext("no answer") if minute.sent else words.line_state_word(minute.state)]
    found = [words.gettext("round trip {time}").format(time=words.milliseconds(minute.round_trip))]
    if minute.jitter is not None:
        found.append(words.gettext("jitter {time}").format(time=words.milliseconds(minute.jitter)))
    if minute.lost:
        found.append(words.gettext("{share} of packets lost").format(share=words.percent(minute.loss)))
    else:
        found.append(words.gettext("no packets lost"))
    return found


def _ours(words: Phrasebook, mark: Mark, now: datetime) -> str:
    """How the line stood and from when to when."""
    word = words.line_state_word(mark.state) if mark.state is not None else ""
    until = None if mark.incident is not None and _goes_on(mark) else mark.end
    if not mark.is_end_known:
        sentence = words.gettext("Your line: {state}, {start} until it was next measured, {end}")
        return sentence.format(state=word, start=words.clock(mark.start, now), end=words.clock(mark.end, now))
    return words.gettext("Your line: {state}, {span}").format(state=word, span=words.span(mark.start, until, now))


def _goes_on(mark: Mark) -> bool:
    return mark.incident is not None and mark.incident.measured is not None and mark.incident.measured.until is None


def _provider(words: Phrasebook, state: AppState, mark: Mark, day_end: datetime, now: datetime) -> str:
    """Who told of it, what it is called there, and from when to when."""
    if mark.incident is None:
        return ""
    provider = words.clean(picture.provider_of(state, mark.incident)) or words.gettext("Provider")
    span = words.span(mark.start, None if mark.incident.is_open and mark.end >= day_end else mark.end, now)
    return words.gettext("{provider}: {title}, {span}").format(
        provider=provider, title=words.incident_title(mark.incident), span=span
    )


def summary(words: Phrasebook, chart: Chart) -> str:
    """The whole day in one sentence, for who cannot see the chart, and for who looks at no minute of it."""
    day = chart.day
    trips = sorted(each.round_trip for each in day.minutes if each.round_trip is not None)
    parts = []
    if trips:
        usual = words.milliseconds(trips[len(trips) // 2])
        parts.append(words.gettext("round trip mostly {usual}, at most {most}").format(
            usual=usual, most=words.milliseconds(trips[-1])
        ))  # fmt: skip
        share = chart_scale.loss_of(each for each in day.minutes if not each.state.is_cut)
        template = words.gettext("{share} of packets lost") if share else words.gettext("no packets lost")
        parts.append(template.format(share=words.percent(share)))
    missing = sum(gap.last + 1 - gap.first for gap in chart_scale.gaps(day))
    if missing:
        length = words.duration(missing * MINUTE)
        parts.append(words.gettext("not measured for {duration}").format(duration=length))
    return _capital(", ".join(parts))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
