"""The one sentence that says what the provider's word and the line mean together; its advice and its next step.

``.github/VERDICT.md`` lists them; a test holds the two to each other.
"""

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.terms import Cause, LineState
from tocsin.domain.verdict import Advice, NextStep, Says, Verdict
from tocsin.words import reports, times
from tocsin.words.reports import Report
from tocsin.words.voice import Voice

OWN_NETWORK = (Says.OWN_NETWORK, Says.OWN_NETWORK_AND_REPORTED, Says.VPN, Says.VPN_AND_REPORTED)
REPORTED = (
    Says.WORKS_DESPITE_REPORT,
    Says.POOR_REPORTED,
    Says.DOWN_REPORTED,
    Says.OWN_NETWORK_AND_REPORTED,
    Says.VPN_AND_REPORTED,
    Says.SIGN_IN_AND_REPORTED,
)
UNREPORTED = (Says.POOR_UNREPORTED, Says.DOWN_UNREPORTED)
_PROVIDER_FIRST = (Says.WORKS_DESPITE_REPORT, Says.WORKS_DURING_MAINTENANCE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a verdict's sentence is made of.

    ``since`` is when the line came to stand so. ``report`` is None where nobody but the line tells. ``name`` is the
    connection's where it is not simply "your line".
    """

    says: Says
    state: LineState
    cause: Cause | None = None
    since: datetime | None = None
    report: Report | None = None
    name: str = ""


def sentence(voice: Voice, facts: Facts, now: datetime) -> str:
    """The verdict as one sentence; empty where there is nothing but the provider's word."""
    said = clause(voice, facts, now)
    if not said:
        return ""
    if facts.says is Says.DOWN_UNREPORTED and facts.report is not None:
        template = voice.gettext("{sentence}: report it.")
    elif facts.says is Says.DOWN_UNREPORTED:
        template = voice.gettext("{sentence}: report it to your provider.")
    elif facts.says is Says.POOR_UNREPORTED and facts.report is not None:
        template = voice.gettext("{sentence}: report it if it stays so.")
    elif facts.says is Says.POOR_UNREPORTED:
        template = voice.gettext("{sentence}: report it to your provider if it stays so.")
    else:
        template = voice.gettext("{sentence}.")
    return template.format(sentence=said)


def clause(voice: Voice, facts: Facts, now: datetime) -> str:
    """The same without what to do and without the full stop: "your line has been down since 17:58; ... nothing yet"."""
    if facts.says is Says.PROVIDER_ALONE:
        return ""
    said = "" if facts.report is None else theirs(voice, facts.says, facts.report, now, facts.since)
    if facts.says in _PROVIDER_FIRST and facts.report is not None:
        parts = (_capital(voice, said, facts.report), still_works(voice, facts.name))
    else:
        parts = (ours(voice, facts, now), said)
    return voice.begun(join(voice, *parts))


def join(voice: Voice, first: str, second: str) -> str:
    """Two half sentences as one; either may be empty."""
    if not first or not second:
        return first or second
    return voice.gettext("{first}; {second}").format(first=first, second=second)


def ours(voice: Voice, facts: Facts, now: datetime) -> str:
    """What the line shows: "Your line has been down since 17:58"."""
    line, time = facts.name or voice.gettext("Your line"), _clock(voice, facts.since, now)
    if facts.state is LineState.DOWN:
        template = _down(voice, facts)
    elif facts.state is LineState.DEGRADED:
        template = _poor(voice, facts)
    elif facts.state is LineState.LOCAL_FAULT:
        template = _own_network(voice, facts)
    elif facts.state is LineState.CAPTIVE_PORTAL:
        template = voice.gettext("This network asks you to sign in")
    elif facts.state is LineState.UP:
        template = voice.gettext("{line} works")
    elif facts.says is Says.NOT_CONNECTED:
        template = voice.gettext("{line} is not measured: this computer is not connected to a network")
    else:
        template = voice.gettext("{line} is not measured now")
    return template.format(
        line=line, time=time, what=own_network(voice, facts.says), cause=own_cause(voice, facts, now)
    )


def still_works(voice: Voice, name: str) -> str:
    """It works all the same, as the second half of a sentence."""
    # Translators: the second half of a sentence, as in "Planet Fibre reports an outage; your line still works".
    return voice.gettext("{line} still works").format(line=name or voice.gettext("your line"))


def _down(voice: Voice, facts: Facts) -> str:
    by_name = facts.cause is Cause.DNS
    if facts.since is None:
        return voice.gettext("{line} is down (no names are found)") if by_name else voice.gettext("{line} is down")
    if by_name:
        return voice.gettext("{line} has been down since {time} (no names are found)")
    return voice.gettext("{line} has been down since {time}")


def _poor(voice: Voice, facts: Facts) -> str:
    by_name = facts.cause is Cause.DNS
    if facts.since is None:
        if by_name:
            return voice.gettext("{line} carries traffic, but names of websites are not found")
        return voice.gettext("{line} is slow or loses data")
    if by_name:
        return voice.gettext("{line} carries traffic, but names of websites have not been found since {time}")
    return voice.gettext("{line} has been slow or losing data since {time}")


def _own_network(voice: Voice, facts: Facts) -> str:
    if facts.name:
        if facts.since is None:
            return voice.gettext("{line} is cut off within your own network")
        return voice.gettext("{line} has been cut off within your own network since {time}")
    # Translators: {what} is "Your own network is down, not the provider", {cause} "the router does not answer".
    return voice.gettext("{what}: {cause}")


def own_cause(voice: Voice, facts: Facts, now: datetime) -> str:
    """What of the own network does not work, as half a sentence: "the router has not answered since 17:58"."""
    if facts.cause is Cause.BEYOND_GATEWAY:
        return _vpn_cause(voice, facts, now)
    is_router = facts.cause is Cause.GATEWAY
    if facts.since is None:
        return (
            voice.gettext("the router does not answer") if is_router else voice.gettext("this computer has no network")
        )
    if is_router:
        template = voice.gettext("the router has not answered since {time}")
    else:
        template = voice.gettext("this computer has had no network since {time}")
    return template.format(time=_clock(voice, facts.since, now))


def _vpn_cause(voice: Voice, facts: Facts, now: datetime) -> str:
    if facts.since is None:
        return voice.gettext("nothing comes through it, though your line works")
    template = voice.gettext("nothing has come through it since {time}, though your line works")
    return template.format(time=_clock(voice, facts.since, now))


def own_network(voice: Voice, says: Says) -> str:
    """Where it is broken, in so many words: not at the provider, unless that one reports something too."""
    if says in (Says.VPN, Says.VPN_AND_REPORTED):
        return voice.gettext("Your VPN does not work")
    if says is Says.OWN_NETWORK_AND_REPORTED:
        return voice.gettext("Your own network is down")
    return voice.gettext("Your own network is down, not the provider")


def theirs(voice: Voice, says: Says, report: Report, now: datetime, since: datetime | None = None) -> str:
    """What the provider says, as far as it bears on what the line shows since ``since``; empty where it does not."""
    if says in REPORTED:
        return reports.trouble(voice, report, now)
    if says in UNREPORTED:
        return reports.nothing_yet(voice, report, since, now)
    if says in (Says.WORKS_UNHEARD, Says.POOR_UNHEARD, Says.DOWN_UNHEARD):
        return reports.silence(voice, report, now)
    if says in (Says.WORKS_DURING_MAINTENANCE, Says.POOR_DURING_MAINTENANCE, Says.DOWN_DURING_MAINTENANCE):
        return reports.work(voice, report, now)
    if says is Says.WORKS_WITH_NOTICE:
        return reports.notice(voice, report)
    return reports.no_outage(voice, report) if says is Says.WORKS else ""


def cause_first(voice: Voice, facts: Facts, now: datetime) -> str:
    """The verdict on the own network without that name for it, to stand below a title that has it."""
    first = own_cause(voice, facts, now)
    said = "" if facts.report is None else theirs(voice, facts.says, facts.report, now)
    return voice.gettext("{sentence}.").format(sentence=join(voice, first[:1].upper() + first[1:], said))


def _capital(voice: Voice, text: str, report: Report) -> str:
    """Our own first word with a capital; a provider's name stays as its owner writes it."""
    return voice.begun(text) if text.startswith(report.provider) else text[:1].upper() + text[1:]


def _clock(voice: Voice, at: datetime | None, now: datetime) -> str:
    return "" if at is None else times.clock(voice, at, now)


def advice(voice: Voice, value: Advice) -> str:
    """What to do until it is over; empty for nothing in particular."""
    return {
        Advice.NONE: "",
        Advice.CHECK_OWN_EQUIPMENT: voice.gettext(
            "Check the cable or the Wi-Fi of this computer, and that your router has power."
        ),
        Advice.CHECK_VPN: voice.gettext("Connect your VPN again, or choose another of its servers."),
        Advice.RESTART_ROUTER: voice.gettext("Switch your router off, wait half a minute, and switch it on again."),
        Advice.WAIT: voice.gettext("It is known: there is nothing you need to do."),
        Advice.USE_ANOTHER_WAY: voice.gettext(
            "Use another way, such as the hotspot of a mobile phone; restarting your router will hardly help."
        ),
    }[value]


def step(voice: Voice, value: NextStep) -> str:
    """The one thing to offer, short enough for a button; empty for none."""
    return {
        NextStep.NONE: "",
        NextStep.REPORT: voice.pgettext("next step", "Report it"),
        NextStep.CALL: voice.pgettext("next step", "Call the help desk"),
        NextStep.CHECK_CABLES: voice.pgettext("next step", "Check cables and Wi-Fi"),
        NextStep.SIGN_IN: voice.pgettext("next step", "Sign in to this network"),
        NextStep.READ_NOTICE: voice.pgettext("next step", "Read what the provider says"),
    }[value]


def verdict_advice(voice: Voice, verdict: Verdict) -> str:
    """A verdict's advice."""
    return advice(voice, verdict.advice)


def verdict_step(voice: Voice, verdict: Verdict) -> str:
    """A verdict's next step."""
    return step(voice, verdict.step)
