"""Detection: an address is enough, decoys are refused, and what a person can do something about is said."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from support import plugged, recorded
from support.checklists import state
from support.drive import answer, page
from tocsin import providers
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse
from tocsin.providers.detect import Found, detect

KEYS = providers.known()
OWN = [key for key in plugged.asked() if key in KEYS]
# Products whose answer says nothing by itself: a profile, a form of authority, or a format that others share.
NAMED_BY_HAND = frozenset(key for key in OWN if state(key, "detection") == "exempt")
HOST = "https://status.planetfibre.example.net"


def find(world, poll_context, keys=KEYS) -> Found:
    """Drive a detection in a world that answers 404 to all that it lacks."""
    asking = detect(poll_context, lambda key: providers.load(key)(), keys)
    try:
        request = next(asking)
        for _ in range(300):
            reply = world(request) if callable(world) else world.get(request.url, answer(b"", status=404))
            if isinstance(reply, PollFailed):
                request = asking.throw(reply)
            else:
                response = reply if isinstance(reply, HttpResponse) else answer(reply)
                request = asking.send(HttpResponse(response.status, response.headers, response.body, request.url))
    except StopIteration as done:
        return done.value
    raise AssertionError("the detection asks without end")


# One place in the world: the address itself says what it is.
ONE_PLACE = {
    "upptime": "https://raw.githubusercontent.com/planetfibre/upptime",
    "freshstatus": "https://public-api.freshstatus.io/v1/public-components/?account_id=3616",
    "google": "https://status.cloud.google.com/incidents.json",
    "aws": "https://health.aws.amazon.com/public/currentevents",
    "m365": "https://graph.microsoft.com",
    "slack": "https://slack-status.com",
    "salesforce": "https://api.status.salesforce.com",
    "nbn": "https://places.nbnco.net.au/places/v1/maintenance?locationId=LOC000000000001",
    "aussiebb": "https://myaussie-api.aussiebroadband.com.au",
}


@pytest.mark.parametrize("key", [key for key in OWN if key not in NAMED_BY_HAND and key not in ONE_PLACE])
def test_every_product_is_found_by_its_recorded_answers(key):
    """The recorded outage of each product is recognised as that product, and read."""
    told = recorded.contract(key).case
    found = find(told.answers, told.context())
    assert found.key == key
    assert found.snapshot.page_url is not None


@pytest.mark.parametrize("key", ONE_PLACE)
def test_a_service_with_one_address_is_found_by_it(key):
    """The documented address of a vendor's own API is enough."""
    told = recorded.contract(key).case
    by_path = {urlsplit(url)._replace(scheme="", netloc="").geturl(): reply for url, reply in told.answers.items()}

    def world(request):
        return by_path.get(urlsplit(request.url)._replace(scheme="", netloc="").geturl(), answer(b"", status=404))

    context = told.context()
    account = replace(context.account, url=ONE_PLACE[key])
    assert find(world, replace(context, account=account)).key == key


def test_the_shim_of_incidentio_is_not_taken_for_statuspage():
    """Trap: incident.io answers Statuspage's paths with less: its incidents stand elsewhere."""
    summary = {"page": {"id": "1", "name": "P", "url": HOST}, "status": {"indicator": "none"}, "components": []}
    world = {f"{HOST}/api/v2/summary.json": summary, f"{HOST}/api/v2/incidents.json": {"page": {}, "incidents": []}}
    context = recorded.contract("statuspage").case.context()
    assert find(world, context).key == "incidentio"


@pytest.mark.parametrize(
    "decoy",
    [
        page(),
        page("x" * 127_000),
        answer({}),
        answer([]),
        answer({"page": {"name": "Shop"}}),
        answer(b"{"),
        answer(b""),
    ],
    ids=["html", "127 KB of html", "an empty object", "an empty list", "another page", "broken", "nothing"],
)
def test_a_decoy_is_no_status_page(decoy):
    """Trap: an unclaimed name answers 200 to everything: never a snapshot, least of all a healthy one."""
    with pytest.raises(PollFailed) as failed:
        find(lambda request: decoy, recorded.contract("statuspage").case.context())
    assert failed.value.kind in (FailureKind.NOT_STATUS_API, FailureKind.MALFORMED)


@pytest.mark.parametrize("kind", [FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS, FailureKind.TIMEOUT])
def test_a_way_there_that_fails_is_asked_once(kind):
    """A host that cannot be reached is not asked for twenty products in turn."""
    asked: list[HttpRequest] = []

    def world(request):
        asked.append(request)
        return PollFailed(kind, "no way there")

    with pytest.raises(PollFailed) as failed:
        find(world, recorded.contract("statuspage").case.context())
    assert failed.value.kind is kind
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, FailureKind.UNAUTHORIZED),
        (403, FailureKind.UNAUTHORIZED),
        (404, FailureKind.NOT_STATUS_API),
        (429, FailureKind.RATE_LIMITED),
        (503, FailureKind.HTTP_STATUS),
    ],
)
def test_a_refusal_is_told_as_what_it_is(status, kind):
    """Trap: a login that is needed, a limit, a broken server: each its own kind, none an outage."""
    with pytest.raises(PollFailed) as failed:
        find(lambda request: answer(b"", status=status), recorded.contract("statuspage").case.context())
    assert failed.value.kind is kind


def test_the_page_names_its_feed():
    """Trap: a page without an API may name a feed in a link; it is followed on its own host only."""
    html = (
        '<html><head><link rel="alternate" type="application/atom+xml" href="/history.atom">'
        '<link rel="alternate" type="application/rss+xml" href="https://elsewhere.example.com/feed"></head></html>'
    )
    asked: list[str] = []

    def world(request):
        asked.append(request.url)
        return page(html) if request.url.rstrip("/") == HOST else answer(b"", status=404)

    with pytest.raises(PollFailed):
        find(world, recorded.contract("statuspage").case.context())
    assert f"{HOST}/history.atom" in asked or "feed" not in KEYS
    assert all(url.startswith(HOST) for url in asked)
