"""Aussie Broadband: the login and its cookie, services in pages of ten, and lists that tell one event twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from support.drive import NOW, Answer, Drive, answer, context, drive
from tocsin.domain.account import Auth, AuthKind
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, PollContext, SecretRef
from tocsin.providers.aussiebb import Aussiebb, api_base, login_url

HOME = "https://myaussie-api.example.net"
LOGIN = "https://myaussie-auth.example.net/login"
SERVICES = f"{HOME}/services?page=1"
OUTAGES = f"{HOME}/nbn/1/outages"
CALM = {
    "networkEvents": [],
    "aussieOutages": [],
    "currentNbnOutages": [],
    "scheduledNbnOutages": [],
    "resolvedScheduledNbnOutages": [],
    "resolvedNbnOutages": [],
}


def service(service_id: int, kind: str = "NBN") -> dict:
    return {"service_id": service_id, "type": kind, "description": f"{kind}: {service_id}"}


def services(*listed: dict, last: int = 1, total: int | None = None) -> dict:
    return {"data": list(listed), "meta": {"last_page": last, "per_page": 10, "total": total or len(listed)}}


def world(**told) -> dict[str, Answer]:
    return {LOGIN: {"expiresIn": 3600}, SERVICES: services(service(1)), OUTAGES: {**CALM, **told}}


def asked(*match: str, **told) -> PollContext:
    made = context(HOME, *match, **told)
    return replace(made, account=replace(made.account, auth=Auth(AuthKind.BASIC, user="sam")))


def poll(answers: dict[str, Answer], *match: str, **told) -> Snapshot:
    return drive(Aussiebb(), answers, asked(*match, **told))


def only(**told) -> Report:
    (found,) = poll(world(**told)).reports
    return found


def event(**told) -> dict:
    whole = {"reference": 7, "title": "Trouble", "summary": "Text.", "start_time": "2026-11-21T18:00:00Z"}
    return {**whole, "end_time": None, "restored_at": None, "last_updated": None, **told}


# --- the login -----------------------------------------------------------------------------------------------------


def test_the_login_names_the_password_and_the_cookie_does_the_rest():
    """Trap: the adapter never sees the password, and no request but the login carries it."""
    driven = Drive(Aussiebb(), world())
    driven.poll(asked())
    login, *others = driven.requests
    assert (login.method, login.url) == ("POST", LOGIN)
    assert login.json_body == {"username": "sam", "password": SecretRef("home")}
    assert all(each.session and not each.authenticate for each in driven.requests)
    assert all(each.json_body is None and each.method == "GET" for each in others)


def test_a_login_lasts_as_long_as_it_says():
    """Trap: `expiresIn` is kept, so that a poll a minute does not log in a minute."""
    driven = Drive(Aussiebb(), world())
    for minutes in (0, 1, 58, 61):
        driven.poll(asked(now=NOW + timedelta(minutes=minutes)))
    assert [request.url for request in driven.requests].count(LOGIN) == 2


def test_a_session_that_was_ended_is_begun_again_once():
    """A 401 to an old cookie is answered by a new login; a second one is a refusal."""
    provider = Aussiebb()
    drive(provider, world(), asked())
    refused = [True]

    def ended(request: HttpRequest) -> Answer:
        if request.url == LOGIN:
            refused.clear()
        return answer({}, status=401) if refused else world()[request.url]

    driven = Drive(provider, ended)
    assert driven.poll(asked(now=NOW + timedelta(minutes=1))).components
    assert driven.urls == [OUTAGES, LOGIN, OUTAGES]
    with pytest.raises(PollFailed) as failed:
        poll({**world(), OUTAGES: answer({}, status=401)})
    assert failed.value.kind is FailureKind.UNAUTHORIZED


@pytest.mark.parametrize(
    ("login", "kind"),
    [
        (answer({"errors": {"username": ["wrong"]}}, status=422), FailureKind.UNAUTHORIZED),
        (answer({}, status=401), FailureKind.UNAUTHORIZED),
        (answer({}, status=429, headers={"retry-after": "90"}), FailureKind.RATE_LIMITED),
        (answer({}, status=500), FailureKind.HTTP_STATUS),
        ({}, FailureKind.NOT_STATUS_API),
        (answer(b"<html>"), FailureKind.NOT_STATUS_API),
    ],
)
def test_a_login_that_fails_is_told_as_what_it_is(login, kind):
    """A wrong password is `unauthorized` with what to do, however the API puts it."""
    with pytest.raises(PollFailed) as failed:
        poll({**world(), LOGIN: login})
    assert failed.value.kind is kind


def test_without_a_user_name_nothing_is_asked():
    """A setting that is missing is told before a password is sent anywhere."""
    driven = Drive(Aussiebb(), world())
    with pytest.raises(PollFailed) as failed:
        driven.poll(context(HOME))
    assert failed.value.kind is FailureKind.UNAUTHORIZED
    assert not driven.requests


@pytest.mark.parametrize(
    ("url", "base", "login"),
    [
        (HOME, HOME, LOGIN),
        (f"{HOME}/services?page=1", HOME, LOGIN),
        (f"{HOME}/nbn/1/outages", HOME, LOGIN),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "http://127.0.0.1:8000/login"),
        (
            "my.aussiebroadband.com.au/#/home",
            "https://myaussie-api.aussiebroadband.com.au",
            "https://myaussie-auth.aussiebroadband.com.au/login",
        ),
    ],
)
def test_addresses(url, base, login):
    """The API and its login are two hosts; a person knows the site for customers."""
    assert (api_base(url), login_url(base)) == (base, login)
    assert {"https://myaussie-auth.aussiebroadband.com.au"} <= Aussiebb.login_origins


# --- services ------------------------------------------------------------------------------------------------------


def test_services_come_in_pages_of_ten():
    """Trap: `/services` is paginated by ten; the eleventh service is as real as the first."""
    first = services(*(service(number, "VOIP") for number in range(100, 110)), last=2, total=11)
    answers = {**world(), SERVICES: first, f"{HOME}/services?page=2": services(service(1), last=2, total=11)}
    assert [each.id for each in poll(answers, "1").components] == ["1"]


def test_a_list_of_services_that_is_too_short_is_refused():
    """A page that got lost must not look like a service that was given up."""
    with pytest.raises(PollFailed) as failed:
        poll({**world(), SERVICES: services(service(1), total=3)})
    assert failed.value.kind is FailureKind.MALFORMED


def test_unknown_service_types_crash_nothing():
    """Trap: unknown service types occur. They are tried, and passed over if they have no outages."""
    answers = {
        **world(),
        SERVICES: services(service(1), service(2, "Hovercraft"), service(3, "VOIP"), service(4, None)),
    }
    assert [each.id for each in poll(answers).components] == ["1"]
    tried = {**answers, f"{HOME}/nbn/2/outages": {**CALM, "networkEvents": [event()]}}
    assert [(each.id, each.level) for each in poll(tried).components] == [("1", Level.OK), ("2", Level.OUTAGE)]


def test_a_matched_service_that_cannot_be_asked_is_unknown():
    """A telephone has no outages to ask for: it is not fine, it is not known."""
    answers = {**world(), SERVICES: services(service(1), service(3, "VOIP"))}
    (found,) = poll(answers, "3").components
    assert (found.id, found.level, found.raw) == ("3", Level.UNKNOWN, "VOIP")


def test_a_service_that_is_gone_is_missing():
    """A match that the list no longer has is a fault, and the list is asked for anew."""
    found = poll(world(), "99")
    assert (found.components, found.lists_things) == ((), True)


def test_services_are_asked_for_once_an_hour():
    """They hardly change; outages do."""
    driven = Drive(Aussiebb(), world())
    for minutes in (0, 1, 2, 61):
        driven.poll(asked("1", now=NOW + timedelta(minutes=minutes)))
    assert driven.urls.count(SERVICES) == 2
    assert driven.urls.count(OUTAGES) == 4


def test_one_service_that_fails_leaves_the_others():
    """It is unknown itself, and what was open on it is neither present nor gone."""
    answers = {**world(), SERVICES: services(service(1), service(2)), f"{HOME}/nbn/2/outages": answer(b"", status=500)}
    found = poll(answers, open_ids=("7",))
    assert [each.level for each in found.components] == [Level.OK, Level.UNKNOWN]
    assert found.unread == ("7",)
    with pytest.raises(PollFailed):
        poll({**answers, OUTAGES: answer(b"", status=500)})


# --- outages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [[], {}, None, {"future": []}, {"future": [event()]}, {"past": None}, [event()]])
def test_its_own_outages_are_a_list_or_an_object(own):
    """Trap: `aussieOutages` is `[]` or `{"future": [...]}`, and the same event stands in `networkEvents`."""
    found = poll(world(networkEvents=[event()], aussieOutages=own)).reports
    assert [each.id for each in found] == ["7"]


def test_an_event_of_two_lists_is_one_and_planned_if_one_says_so():
    """Trap: deduped on `reference`: what is listed as ahead is planned, whatever its title."""
    ahead = event(start_time="2026-11-23T17:00:00Z", end_time="2026-11-23T18:00:00Z")
    found = only(networkEvents=[ahead], aussieOutages={"future": [ahead]})
    assert (found.kind, found.phase) == (IncidentKind.MAINTENANCE, Phase.SCHEDULED)
    begun = only(networkEvents=[event(end_time="2026-11-21T20:00:00Z")], aussieOutages={"future": [event()]})
    assert (begun.kind, begun.phase) == (IncidentKind.MAINTENANCE, Phase.IDENTIFIED)


def test_the_end_time_is_the_estimate():
    """`end_time` is when it should be over, `restored_at` when it was."""
    found = only(networkEvents=[event(end_time="2026-11-21T20:30:00Z")])
    assert (found.kind, found.eta) == (IncidentKind.INCIDENT, datetime(2026, 11, 21, 20, 30, tzinfo=UTC))
    over = only(networkEvents=[event(restored_at="2026-11-21T18:30:00Z")])
    assert (over.phase, over.resolved_at) == (Phase.RESOLVED, datetime(2026, 11, 21, 18, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Scheduled maintenance: CG-NAT", IncidentKind.MAINTENANCE),
        ("Planned works", IncidentKind.MAINTENANCE),
        ("Network upgrade", IncidentKind.MAINTENANCE),
        ("Unplanned outage", IncidentKind.INCIDENT),
        ("Un-planned works", IncidentKind.INCIDENT),
        ("Outage in Camp Hill", IncidentKind.INCIDENT),
    ],
)
def test_planned_work_calls_itself_so(title, kind):
    """An event in force has no field that tells planned work from trouble: its title does."""
    assert only(networkEvents=[event(title=title)]).kind is kind


def test_nbn_entries_have_dates_and_no_ids():
    """Trap: NBN entries use `start_date` and `end_date`; each is one incident, and what is resolved is over."""
    dates = {"start_date": "2026-11-17T14:00:00Z", "end_date": "2026-11-17T20:00:00Z", "duration": "6.0"}
    done = only(resolvedScheduledNbnOutages=[dates])
    assert (done.kind, done.phase, done.resolved_at) == (
        IncidentKind.MAINTENANCE,
        Phase.RESOLVED,
        datetime(2026, 11, 17, 20, tzinfo=UTC),
    )
    now = only(currentNbnOutages=[{"created": "2026-11-21T18:05:00Z", "status": "Frobnicated"}])
    assert (now.severity, now.phase, now.raw_phase) == (Severity.MAJOR, Phase.IDENTIFIED, "Frobnicated")
    later = {**dates, "start_date": "2026-11-25T14:00:00Z", "end_date": None}
    both = poll(world(scheduledNbnOutages=[later, {**later, "start_date": "2026-11-26T14:00:00Z"}])).reports
    assert len({each.id for each in both}) == 2


@pytest.mark.parametrize("gone", ["networkEvents", "currentNbnOutages"])
def test_outages_without_what_is_in_force_are_another_document(gone):
    """A document that lost the list of what is in force is not calm."""
    answers = world()
    answers[OUTAGES] = {key: each for key, each in CALM.items() if key != gone}
    with pytest.raises(PollFailed) as failed:
        poll(answers)
    assert failed.value.kind is FailureKind.NOT_STATUS_API
