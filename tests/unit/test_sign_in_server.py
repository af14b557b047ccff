"""What a sign-in server says of itself is taken when it is its own word, whole and safe; whatever else it answers."""

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.finding import Addresses, FindFault, NotFound
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse
from tocsin.providers.sign_in_server import find

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
LOGIN = "https://login.example.net"
OAUTH, OPENID = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"
MOST = 12  # requests


def document(issuer: str = LOGIN, **changes: object) -> bytes:
    said = {
        "issuer": issuer,
        "authorization_endpoint": f"{LOGIN}/authorize",
        "token_endpoint": f"{LOGIN}/token",
        "device_authorization_endpoint": f"{LOGIN}/device",
        "scopes_supported": ["openid"],
    }
    return json.dumps({name: value for name, value in (said | changes).items() if value is not None}).encode()


def search(address: str, answers: dict[str, bytes | int] | bytes | int) -> tuple[Addresses | NotFound, list[str]]:
    """What comes of it, and what was asked: a body with 200, or a status; 404 for the rest."""
    asked: list[str] = []
    conversation = find(address, NOW)
    try:
        request = next(conversation)
        while True:
            assert isinstance(request, HttpRequest)
            assert not request.authenticate
            asked.append(request.url)
            said = answers.get(request.url, 404) if isinstance(answers, dict) else answers
            status, body = (said, b"") if isinstance(said, int) else (200, said)
            request = conversation.send(HttpResponse(status, {}, body, request.url))
    except StopIteration as done:
        return done.value, asked


# --- where it is looked for ---


def test_the_document_stands_before_the_issuers_path_or_behind_it():
    """RFC 8414, 3.1, and OpenID Connect Discovery, 4; then above it, and on no other host."""
    found, asked = search(f"{LOGIN}/tenant", 404)
    assert found == NotFound(FindFault.NOTHING)
    assert asked == [
        f"{LOGIN}{OAUTH}/tenant",
        f"{LOGIN}/tenant{OPENID}",
        f"{LOGIN}{OAUTH}",
        f"{LOGIN}{OPENID}",
    ]


@pytest.mark.parametrize("issuer", [LOGIN, f"{LOGIN}/realms/planet", f"{LOGIN}:8443/a"])
@pytest.mark.parametrize("end", ["", "/"])
def test_any_address_on_the_server_leads_to_its_document(issuer, end):
    """Its name, an endpoint, the document itself; with the slash that its own name may end in."""
    parts = urlsplit(issuer)
    origin = f"{parts.scheme}://{parts.netloc}"
    inserted, appended = f"{origin}{OAUTH}{parts.path}", f"{issuer}{OPENID}"
    expected = Addresses(f"{issuer}{end}", f"{LOGIN}/token", f"{LOGIN}/authorize", f"{LOGIN}/device")
    for place in (inserted, appended):
        for given_ in (issuer, f"{issuer}/", f"{issuer}/oauth2/v1/authorize?client_id=x#y", inserted, appended):
            found, asked = search(given_, {place: document(f"{issuer}{end}")})
            assert found == expected, given_
            assert {urlsplit(each).netloc for each in asked} == {parts.netloc}


def test_a_host_alone_is_meant_by_https_and_is_asked_as_it_stands_in_the_dns():
    """Capitals, a port that goes without saying and letters beyond ASCII are how people write."""
    for typed in (" LOGIN.example.net ", "https://login.example.net:443/"):
        assert search(typed, {f"{LOGIN}{OAUTH}": document()})[0] == search(LOGIN, {f"{LOGIN}{OAUTH}": document()})[0]
    assert search("https://störung.example", 404)[1][0] == f"https://xn--strung-xxa.example{OAUTH}"


def test_what_is_asked_is_bounded():
    """However long the path is."""
    assert len(search(LOGIN + "/a" * 100, 404)[1]) == MOST


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "   ",
            "http://login.example.net",
            "ftp://login.example.net",
            "javascript:alert(1)",
            "https://",
            "https:///x",
        ),
        *("https://me@login.example.net", "https://me:secret@login.example.net", "https://login.example.net:0"),
        *("https://login.example.net:99999", "https://[::1", "https://login.example.net\\@evil.example", "a b"),
        *("https://login.example.net/\nx", "https://127.0.0.1.evil.example:x", "http://127.example.net", "." * 300),
    ],
)
def test_what_is_no_safe_address_is_not_asked(address):
    """Plain http is for this computer, and no password is sent anywhere."""
    assert search(address, 404) == (NotFound(FindFault.NO_ADDRESS), [])


@pytest.mark.parametrize("here", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_this_computer_may_be_asked_and_answer_without_encryption(here):
    """For who tries things out."""
    answers = {f"{here}{OAUTH}": document(here, token_endpoint=f"{here}/token")}
    found, _ = search(here, answers)
    assert isinstance(found, Addresses)
    assert found.token == f"{here}/token"


# --- what is taken ---


@pytest.mark.parametrize(
    "issuer",
    [
        *(
            "https://evil.example",
            "https://LOGIN.example.net",
            "http://login.example.net",
            f"{LOGIN}:443",
            f"{LOGIN}//",
        ),
        *(f"{LOGIN}/tenant", f"{LOGIN}?", f"{LOGIN}#", f" {LOGIN}", "", "login.example.net"),
    ],
)
def test_a_document_that_speaks_for_another_issuer_is_not_taken(issuer):
    """Letter for letter: RFC 8414, 3.3. Who that is can be told."""
    assert search(LOGIN, {f"{LOGIN}{OAUTH}": document(issuer)})[0] == NotFound(FindFault.OTHER_ISSUER, issuer)


def test_another_document_may_be_right_where_one_is_not():
    """The one at the root answers for every tenant; the tenant's own is taken."""
    answers = {f"{LOGIN}{OAUTH}/tenant": document(), f"{LOGIN}/tenant{OPENID}": document(f"{LOGIN}/tenant")}
    found, _ = search(f"{LOGIN}/tenant", answers)
    assert isinstance(found, Addresses)
    assert found.issuer == f"{LOGIN}/tenant"


@pytest.mark.parametrize("name", ["token_endpoint", "authorization_endpoint", "device_authorization_endpoint"])
@pytest.mark.parametrize(
    "endpoint",
    [
        *(
            "http://login.example.net/x",
            "http://127.0.0.1/x",
            "javascript:alert(1)",
            "/x",
            "//evil.example/x",
            "https://",
        ),
        *(
            "https://me@login.example.net/x",
            f"{LOGIN}/x#y",
            f"{LOGIN}/x#",
            f"{LOGIN}/a b",
            f"{LOGIN}/\nx",
            f"{LOGIN}\\x",
        ),
        *(
            "https://login.example.net:0/x",
            "https://l\u043egin.example.net/x",
            f"{LOGIN}/\u202ex",
            f"{LOGIN}/" + "x" * 2048,
        ),
    ],
)
def test_an_address_that_is_not_safe_spoils_the_document(name, endpoint):
    """A document with one such address in it is not to be trusted with the others."""
    assert search(LOGIN, {f"{LOGIN}{OAUTH}": document(**{name: endpoint})})[0] == NotFound(FindFault.UNSAFE)


def test_what_a_server_does_not_have_is_empty_but_for_the_tokens():
    """Without an address that gives out tokens nobody can sign in."""
    answers = {f"{LOGIN}{OAUTH}": document(authorization_endpoint=None, device_authorization_endpoint="")}
    assert search(LOGIN, answers)[0] == Addresses(LOGIN, f"{LOGIN}/token")
    for missing in (None, ""):
        answers = {f"{LOGIN}{OAUTH}": document(token_endpoint=missing)}
        assert search(LOGIN, answers)[0] == NotFound(FindFault.INCOMPLETE)


def test_endpoints_may_stand_on_another_host():
    """As those of large providers do: the issuer vouches for them."""
    answers = {f"{LOGIN}{OAUTH}": document(token_endpoint="https://tokens.example.org/v2?x=1")}
    assert search(LOGIN, answers)[0].token == "https://tokens.example.org/v2?x=1"


# --- what goes wrong ---


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410])
def test_a_server_without_a_document_has_none(status):
    """Many refuse what they do not know, and lead to a page for people."""
    assert search(LOGIN, status)[0] == NotFound(FindFault.NOTHING)


@pytest.mark.parametrize(("status", "kind"), [(503, FailureKind.HTTP_STATUS), (429, FailureKind.RATE_LIMITED)])
def test_a_server_with_a_trouble_of_its_own_is_not_said_to_have_none(status, kind):
    """It may pass: the remedy is another."""
    with pytest.raises(PollFailed) as caught:
        search(LOGIN, status)
    assert caught.value.kind is kind
    assert isinstance(search(LOGIN, {f"{LOGIN}{OAUTH}": status, f"{LOGIN}{OPENID}": document()})[0], Addresses)


@pytest.mark.parametrize("kind", [FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS, FailureKind.TIMEOUT])
def test_a_server_that_cannot_be_reached_is_asked_once(kind):
    """The next question would fail the same."""
    conversation = find(f"{LOGIN}/a/b", NOW)
    next(conversation)
    with pytest.raises(PollFailed) as caught:
        conversation.throw(PollFailed(kind, "no"))
    assert caught.value.kind is kind


def test_an_answer_that_is_too_large_or_leads_elsewhere_is_none():
    """The next place may have one."""
    conversation = find(LOGIN, NOW)
    next(conversation)
    request = conversation.throw(PollFailed(FailureKind.TOO_LARGE, "no"))
    with pytest.raises(StopIteration) as done:
        conversation.send(HttpResponse(200, {}, document(), request.url))
    assert isinstance(done.value.value, Addresses)


# --- whatever comes ---

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(f"{LOGIN}/x")
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
names = ("issuer", "token_endpoint", "authorization_endpoint", "device_authorization_endpoint")
urls = st.builds(
    "{}{}{}".format,
    st.sampled_from(["https://", "http://", "HTTPS://", "//", "data:", ""]),
    st.sampled_from(["login.example.net", "127.0.0.1", "a@b", "[::1]", "evil.example:1", "xn--a", ""]),
    st.text(max_size=8),
)
documents = st.fixed_dictionaries({}, optional={name: urls | values | st.just(LOGIN) for name in names})


@settings(deadline=None)
@given(st.binary(max_size=200) | documents.map(lambda each: json.dumps(each).encode()))
def test_no_answer_breaks_it_and_nothing_unsafe_comes_out(body):
    """Bytes of every kind, and documents of every shape."""
    found, asked = search(f"{LOGIN}/tenant", body)
    assert len(asked) <= MOST
    if isinstance(found, Addresses):
        assert found.issuer.rstrip("/") in (LOGIN, f"{LOGIN}/tenant")
        for each in filter(None, (found.token, found.authorize, found.device)):
            parts = urlsplit(each)
            assert parts.scheme == "https"
            assert parts.hostname
            assert "@" not in parts.netloc
            assert each.isascii()
            assert each.isprintable()


@settings(deadline=None)
@given(urls | st.text(max_size=40), st.integers(200, 599))
def test_no_address_breaks_it_and_one_host_alone_is_asked(address, status):
    """Whatever was typed: https, or this computer, and always the same place."""
    try:
        _, asked = search(address, status)
    except PollFailed:
        return
    origins = {urlsplit(each)[:2] for each in asked}
    assert len(origins) <= 1
    for scheme, place in origins:
        assert scheme == "https" or place.startswith(("127.0.0.1", "[::1]"))
        assert "@" not in place
