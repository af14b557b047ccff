"""What ``tocsin simulate`` tells a person: where to ask, with what, and the day step by step.

What the scenario's file and the API call things stands as it does there.
"""

from collections.abc import Iterator

from tocsin.simulator import tmf
from tocsin.simulator.scenario import Scenario
from tocsin.simulator.script import (
    About,
    AddNote,
    Announce,
    ClockTime,
    Declare,
    Deed,
    Drop,
    Estimate,
    Fail,
    Recover,
    Replan,
    Resolve,
    Retract,
    Revise,
    SetStatus,
)
from tocsin.simulator.server import DEMO_TOKEN
from tocsin.words import plain
from tocsin.words.voice import Voice


def introduction(voice: Voice, day: Scenario, url: str) -> Iterator[str]:
    """Where to ask, with which token, and what will happen."""
    problems = "/".join((url, *tmf.PROBLEMS, "serviceProblem"))
    rows = {
        voice.gettext("Problems (TMF656 v4)"): problems,
        voice.gettext("Tickets (TMF621 v4)"): "/".join((url, *tmf.TICKETS, "troubleTicket")),
        voice.gettext("Bearer token"): DEMO_TOKEN,
        voice.gettext("To try it"): f'curl -H "Authorization: Bearer {DEMO_TOKEN}" {problems}',
    }
    width = max(len(voice.captioned(caption, "")) for caption in rows)
    yield voice.captioned(plain.clean(day.script.day.provider), plain.clean(day.script.day.name))
    for caption, what in rows.items():
        yield voice.captioned(caption, "").ljust(width) + what
    yield voice.captioned(voice.gettext("The day, moved to begin now"), "").rstrip()
    for _, step in day.steps:
        yield f"  {described(voice, day, step)}"
    yield voice.gettext("Ctrl-C ends it.")


def now(voice: Voice, day: Scenario, step: Deed) -> str:
    """A step as it comes."""
    return voice.captioned(voice.pgettext("simulator", "Now"), described(voice, day, step))


def stopped(voice: Voice) -> str:
    """The end."""
    return voice.pgettext("simulator", "Stopped.")


def described(voice: Voice, day: Scenario, step: Deed) -> str:
    """A step in one line: its clock time, what it concerns, its deed, and what that changes."""
    if isinstance(step, About):
        subject = f"{plain.clean(step.problem)} ({plain.clean(day.script.problem(step.problem).name)})"
    else:
        subject = voice.pgettext("simulator", "The interface")
    said = [_deed(voice, step), _change(voice, day, step)]
    if isinstance(step, About) and step.text:
        said.append(voice.quoted(day.filled(step.text), plain.BODY))
    return f"{day.anchor.shown(step.at)}  " + voice.captioned(subject, ", ".join(each for each in said if each))


def _deed(voice: Voice, step: Deed) -> str:
    words: dict[type[Deed], str] = {
        Declare: voice.pgettext("step", "declared"),
        Announce: voice.pgettext("step", "announced as planned work"),
        Replan: voice.pgettext("step", "planned for another time"),
        AddNote: voice.pgettext("step", "a note"),
        SetStatus: voice.pgettext("step", "has another status"),
        Estimate: voice.pgettext("step", "has a new estimate"),
        Retract: voice.pgettext("step", "has no estimate any more"),
        Revise: voice.pgettext("step", "changed"),
        Resolve: voice.pgettext("step", "resolved"),
        Drop: voice.pgettext("step", "taken off the lists"),
        Fail: voice.pgettext("step", "fails"),
        Recover: voice.pgettext("step", "works again"),
    }
    return words[type(step)]


def _change(voice: Voice, day: Scenario, step: Deed) -> str:
    """What goes with the deed; empty where that is nothing."""
    shown = day.anchor.shown
    match step:
        case Declare(estimate=ClockTime() as until):
            return voice.pgettext("step", "expected fixed at {time}").format(time=shown(until))
        case Estimate():
            return shown(step.estimate)
        case Announce() | Replan():
            template = voice.gettext("from {start}") if step.end is None else voice.gettext("{start} to {end}")
            return template.format(start=shown(step.start), end="" if step.end is None else shown(step.end))
        case SetStatus():
            return step.status.value
        case Fail():
            return f"{step.manner} {step.status} ({step.where})"
        case _:
            return ""
