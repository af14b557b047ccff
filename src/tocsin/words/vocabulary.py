"""One word or two for each level, severity, phase, end and kind, as tables and lists show them."""

from tocsin.domain.terms import ConnectionKind, EndHow, IncidentKind, Level, Phase, Role, Severity
from tocsin.words.voice import Voice


def level(voice: Voice, value: Level) -> str:
    """How a connection stands."""
    return {
        Level.OK: voice.pgettext("level", "OK"),
        Level.NOTICE: voice.pgettext("level", "Notice"),
        Level.MAINTENANCE: voice.pgettext("level", "Maintenance"),
        Level.UNKNOWN: voice.pgettext("level", "Unknown"),
        Level.DEGRADED: voice.pgettext("level", "Problems"),
        Level.OUTAGE: voice.pgettext("level", "Outage"),
    }[value]


def severity(voice: Voice, value: Severity) -> str:
    """How bad an incident is."""
    return {
        Severity.NOTICE: voice.pgettext("severity", "notice"),
        Severity.MINOR: voice.pgettext("severity", "minor"),
        Severity.MAJOR: voice.pgettext("severity", "major"),
        Severity.CRITICAL: voice.pgettext("severity", "critical"),
    }[value]


def phase(voice: Voice, value: Phase) -> str:
    """Where an incident is on its way to its end."""
    return {
        Phase.SCHEDULED: voice.pgettext("phase", "planned"),
        Phase.INVESTIGATING: voice.pgettext("phase", "being investigated"),
        Phase.IDENTIFIED: voice.pgettext("phase", "cause found"),
        Phase.MONITORING: voice.pgettext("phase", "fixed, being watched"),
        Phase.RESOLVED: voice.pgettext("phase", "resolved"),
        Phase.CANCELLED: voice.pgettext("phase", "cancelled"),
    }[value]


def how(voice: Voice, value: EndHow | None) -> str:
    """How the end was learnt; None is an incident that goes on."""
    if value is None:
        return voice.pgettext("end", "ongoing")
    return {
        EndHow.RESOLVED: voice.pgettext("end", "resolved"),
        EndHow.CANCELLED: voice.pgettext("end", "withdrawn"),
        EndHow.VANISHED: voice.pgettext("end", "no longer listed"),
        EndHow.UNWATCHED: voice.pgettext("end", "no longer watched"),
        EndHow.UNAFFECTED: voice.pgettext("end", "no longer affected"),
        EndHow.MERGED: voice.pgettext("end", "declared by the provider"),
        EndHow.UNKNOWN: voice.pgettext("end", "end not measured"),
    }[value]


def incident_kind(voice: Voice, value: IncidentKind) -> str:
    """Whether it happened or was planned."""
    return {
        IncidentKind.INCIDENT: voice.pgettext("incident kind", "Incident"),
        IncidentKind.MAINTENANCE: voice.pgettext("incident kind", "Planned work"),
    }[value]


def connection_kind(voice: Voice, value: ConnectionKind) -> str:
    """What sort of thing the user depends on."""
    return {
        ConnectionKind.INTERNET: voice.pgettext("connection kind", "internet"),
        ConnectionKind.MAIL: voice.pgettext("connection kind", "mail"),
        ConnectionKind.PHONE: voice.pgettext("connection kind", "phone"),
        ConnectionKind.TV: voice.pgettext("connection kind", "TV"),
        ConnectionKind.MOBILE: voice.pgettext("connection kind", "mobile"),
        ConnectionKind.SERVICE: voice.pgettext("connection kind", "online service"),
    }[value]


def role(voice: Voice, value: Role) -> str:
    """Whether it is the one in daily use or the one behind it."""
    return {
        Role.PRIMARY: voice.pgettext("role", "primary"),
        Role.BACKUP: voice.pgettext("role", "backup"),
    }[value]
