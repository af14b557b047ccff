"""States with a line that is cut, on backup, or asked to be measured: what the window shows while offline."""

from dataclasses import replace
from datetime import timedelta

from support.desktop_scenes import (
    EVENING,
    MINUTE,
    OUTAGE_SINCE,
    StillClock,
    account,
    incident,
    local,
    outage_incident,
    view,
)
from tocsin.domain.account import Help
from tocsin.domain.incident import Alias, Incident, Measured
from tocsin.domain.instant import Instant
from tocsin.domain.measured import title
from tocsin.domain.quality import Quality
from tocsin.domain.state import AppState, ConnectionView, Draft, LineSide, LineView
from tocsin.domain.terms import Cause, ConnectionKind, EndHow, Level, LineState, Role

PAGE = "https://status.example.net/utrecht"
HELP = Help(
    phone="+31 (0)800 1234",
    outage_line="0800 9999 (free)",
    mail="help@example.net",
    status_url=PAGE,
    hours="Monday to Friday, 8 to 20",
    customer_number="NL-204-118",
    steps=("Is the green light on the modem on?", "Switch the modem off, wait a minute, switch it on."),
)
OFFERED = ("9.9.9.9", "1.1.1.1", "detectportal.firefox.com", "2620:fe::fe", "2606:4700:4700::1111", "dns.quad9.net")


def seen_at(ago: timedelta = timedelta(seconds=8)) -> Instant:
    """A moment so long before now, on both clocks."""
    now = StillClock().now()
    return Instant(now.wall - ago, now.mono - ago.total_seconds())


def side(state: LineState = LineState.DOWN, cause: Cause | None = Cause.BEYOND_GATEWAY, **changes) -> LineSide:
    """How the line of a connection stands: by default down since the outage began."""
    made = LineSide(state, cause, OUTAGE_SINCE, seen_at(), 3 * MINUTE)
    return replace(made, **changes)


def line(state: LineState = LineState.DOWN, cause: Cause | None = Cause.BEYOND_GATEWAY, **changes) -> LineView:
    """The uplink in use, measured eight seconds ago."""
    made = LineView(
        link="primary",
        connections=("fibre",),
        state=state,
        cause=cause,
        since=OUTAGE_SINCE,
        measured=seen_at(),
        fresh_for=3 * MINUTE,
        quality=Quality(None, None, 0.0, 0),
        every=MINUTE,
    )
    return replace(made, **changes)


def line_incident(state: LineState = LineState.DOWN, cause: Cause | None = Cause.BEYOND_GATEWAY, **changes) -> Incident:
    """What only the line itself showed."""
    mark = Measured(state, cause, OUTAGE_SINCE)
    made = incident(changes.pop("uid", "line"), title=title(mark), url=None)
    own = replace(made, provider_id="line:fibre", aliases=(Alias("line:fibre", OUTAGE_SINCE),), measured=mark)
    return replace(own, **changes)


def fibre(level: Level = Level.OK, **changes) -> ConnectionView:
    """The home's line, with all the help there is; the provider was last heard when it was cut."""
    incidents = changes.pop("incidents", ())
    confirmed = changes.pop("confirmed", OUTAGE_SINCE)
    made = view("fibre", "Home fibre", level, incidents=incidents, confirmed=confirmed)
    return replace(made, **({"line": side(), "help": HELP} | changes))


def sim(**changes) -> ConnectionView:
    """A mobile backup that nobody tells of, not in use."""
    made = view("sim", "Office SIM", Level.UNKNOWN, role=Role.BACKUP, kind=ConnectionKind.MOBILE, confirmed=None)
    idle = side(LineState.NOT_MEASURED, None, since=None, measured=None, in_use=False)
    return replace(made, **({"sides": (), "line": idle, "has_provider": False} | changes))


def state(*connections: ConnectionView, **changes) -> AppState:
    """These connections, with the accounts failing since the line was cut."""
    silent = account(last_success=seen_at(EVENING - OUTAGE_SINCE), failing_since=OUTAGE_SINCE + MINUTE, failures=9)
    made = AppState(at=StillClock().now(), connections=connections, accounts=(silent,), line=line())
    return replace(made, **changes)


def cut_and_declared(**changes) -> AppState:
    """The line is cut; the provider had declared it before, and cannot be asked any more."""
    known = replace(outage_incident(), measured=Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, OUTAGE_SINCE))
    made = state(fibre(Level.OUTAGE, incidents=(known,), confirmed=local(21, 18, 45)), sim())
    return replace(made, **({"history": (known,), "ringing": frozenset({"one"})} | changes))


def cut_alone(**changes) -> AppState:
    """The line is cut and the provider, while it could be asked, had nothing to say."""
    own = line_incident()
    return replace(state(fibre(incidents=(own,))), **({"history": (own,), "ringing": frozenset({"line"})} | changes))


def cable_out(**changes) -> AppState:
    """The cable of this computer is out."""
    own = line_incident(LineState.LOCAL_FAULT, Cause.OWN_NETWORK)
    at = side(LineState.LOCAL_FAULT, Cause.OWN_NETWORK)
    made = state(fibre(incidents=(own,), line=at), line=line(LineState.LOCAL_FAULT, Cause.OWN_NETWORK), history=(own,))
    return replace(made, **changes)


def signing_in(**changes) -> AppState:
    """A hotel's network that wants to be signed in to."""
    at = side(LineState.CAPTIVE_PORTAL, Cause.CAPTIVE_PORTAL)
    made = state(fibre(line=at), line=line(LineState.CAPTIVE_PORTAL, Cause.CAPTIVE_PORTAL))
    return replace(made, **changes)


def on_backup(**changes) -> AppState:
    """The line is cut, and traffic leaves over the backup."""
    own = line_incident()
    primary = fibre(incidents=(own,), line=side(on_backup=True, backup="Office SIM"), confirmed=seen_at().wall)
    backup = sim(line=side(LineState.UP, None))
    made = state(primary, backup, accounts=(account(),), history=(own,))
    return replace(made, **({"line": line(LineState.UP, None, link="backup", on_backup=True)} | changes))


def back_again(**changes) -> AppState:
    """The line works again, the incident is over, and what was written down still waits."""
    over = replace(line_incident(), episodes=(replace(line_incident().episode, ended_at=EVENING, how=EndHow.RESOLVED),))
    made = state(
        fibre(line=side(LineState.UP, None), confirmed=seen_at().wall),
        accounts=(account(),),
        line=line(LineState.UP, None),
        history=(over,),
        drafts=(draft(),),
    )
    return replace(made, **changes)


def draft(text: str = "Connection: Home fibre\nNothing works since six.", uid: str = "line") -> Draft:
    """What was written down."""
    return Draft(uid, text, local(21, 18, 5))


def unasked(**changes) -> AppState:
    """All is well, and the user was not yet asked whether the line may be measured."""
    made = state(
        fibre(line=None, confirmed=seen_at().wall),
        accounts=(account(),),
        line=line(LineState.NOT_MEASURED, None, measured=None, offered=OFFERED),
    )
    return replace(made, **changes)
