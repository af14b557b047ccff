"""Addresses taken apart: what may be asked, and what counts as the same place."""

import pytest

from tocsin.adapters.http_urls import Origin, login_origins, origin_of, parse
from tocsin.domain.account import Account
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed


@pytest.mark.parametrize(
    "text",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        "a.example",
        "//a.example/",
        "https://",
        "https:///x",
        "https:x",
        "https://user@a.example/",
        "https://user:hunter2@a.example/",
        "https://a.example:99999/",
        "https://a.example:0/",
        "https://a.example:x/",
        "https://good.example\\@evil.example/",
        "https://a.example/ x",
        "https://a.example/\r\nX: y",
        "https://a%2eexample/",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://-/",
        "https://ⅷ.example/",
    ],
)
def test_what_cannot_be_asked_is_unsupported(text):
    """An address from a file or a provider is refused whole, never bent into shape, and its secrets not quoted."""
    with pytest.raises(PollFailed) as caught:
        parse(text)
    assert caught.value.kind is FailureKind.UNSUPPORTED
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("HTTPS://Status.Example.NET/x", Origin("https", "status.example.net", 443)),
        ("https://status.example.net:443/", Origin("https", "status.example.net", 443)),
        ("http://status.example.net", Origin("http", "status.example.net", 80)),
        ("http://[::1]:8080/", Origin("http", "::1", 8080)),
        ("https://exämple.example/ä", Origin("https", "xn--exmple-cua.example", 443)),
        ("https://my_page.example/", Origin("https", "my_page.example", 443)),
    ],
)
def test_origin(text, origin):
    """Case, default port and IDNA make no difference."""
    assert origin_of(parse(text)) == origin


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("https", "a.example", 443), "https://a.example"),
        (Origin("http", "::1", 8080), "http://[::1]:8080"),
    ],
)
def test_origin_is_shown_as_an_address(origin, text):
    """What the user reads can be typed into a browser."""
    assert str(origin) == text


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("a.localhost", True),
        ("notlocalhost", False),
        ("localhost.example.net", False),
        ("127.0.0.1.example.net", False),
        ("0.0.0.0", False),  # noqa: S104 - not bound to, only judged
        ("192.168.1.1", False),
        ("127.1", False),
        ("0x7f.1", False),
    ],
)
def test_loopback_is_this_computer_only(host, is_loopback):
    """Plain http is for this computer; what merely looks like it does not pass."""
    assert Origin("http", host, 80).is_loopback is is_loopback


def account(url, **more):
    return Account(id="home", provider="tmf656", name="Planet Fibre", url=url, **more)


@pytest.mark.parametrize(
    ("home", "origins"),
    [
        (account("https://a.example/page?x"), {Origin("https", "a.example", 443)}),
        (account("a.example"), {Origin("https", "a.example", 443)}),
        (account("a.example:8443/base"), {Origin("https", "a.example", 8443)}),
        (account("127.0.0.1:80"), {Origin("https", "127.0.0.1", 80), Origin("http", "127.0.0.1", 80)}),
        (
            account("a.example", allow_insecure=True),
            {Origin("https", "a.example", 443), Origin("http", "a.example", 80)},
        ),
    ],
)
def test_login_goes_to_the_accounts_own_origins(home, origins):
    """A host alone means https; http only where plain http may be used at all."""
    assert login_origins(home) == origins
