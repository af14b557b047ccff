"""Whom the measurement contacts: nobody that the user was not asked about, and nobody who shows nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.account import Account, Connection, Line, Settings, Usage
from tocsin.domain.targets import (
    PORTAL,
    PUBLIC_NAMES,
    PUBLIC_TARGETS,
    PUBLIC_TARGETS_6,
    Plan,
    host_of,
    is_this_computer,
    offered,
    plan,
)

MANY = settings(max_examples=150, deadline=None)
FIBRE = (Connection("fibre", "Home fibre"),)


def watching(*urls: str, **line) -> Settings:
    """Settings with an account at each address."""
    accounts = tuple(
        Account(f"account-{number}", "statuspage", "Planet Fibre", url, connections=FIBRE)
        for number, url in enumerate(urls)
    )
    return Settings(accounts, Line(**line))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://status.example.net/page", "tcp://status.example.net:443"),
        ("status.example.net", "tcp://status.example.net:443"),
        ("https://status.example.net.:8443", "tcp://status.example.net:8443"),
        ("http://status.example.net", "tcp://status.example.net:80"),
        ("http://192.0.2.10:8080/api", "tcp://192.0.2.10:8080"),
        ("https://[2001:db8::1]/", "tcp://[2001:db8::1]:443"),
        ("https://100.64.0.1/", "tcp://100.64.0.1:443"),
        ("", None),
        ("https://", None),
        ("https://[2001:db8::1", None),
        ("https://status.example.net:99999/", None),
        ("http://127.0.0.1:8088", None),
        ("http://127.8.8.8:8088", None),
        ("http://0.0.0.0:8088", None),
        ("http://[::1]:8088", None),
        ("http://[::ffff:127.0.0.1]:8088", None),
        ("http://LOCALHOST.:8088", None),
        ("http://demo.localhost/", None),
        ("http://192.168.1.5:3001", None),
        ("http://10.0.0.5", None),
        ("http://172.31.255.255", None),
        ("http://[fe80::1]/", None),
        ("http://[fd00::1]/", None),
        ("http://169.254.1.1/", None),
        ("http://kuma:3001", None),
        ("http://kuma.local:3001", None),
        ("http://kuma.home.arpa", None),
    ],
)
def test_an_accounts_own_host_is_measured_with_where_it_lies_beyond_the_line(url, target) -> None:
    """What is on this computer or in the home network answers over a dead line too."""
    assert plan(watching(url)).targets == ((target,) if target else ())


def test_before_the_user_agreed_only_the_accounts_hosts_are_contacted() -> None:
    """Each once, their names looked up, no page asked for; and the user may be asked for more."""
    found = plan(watching("https://status.example.net", "status.example.net/api", "https://192.0.2.7"))
    assert found.targets == ("tcp://status.example.net:443", "tcp://192.0.2.7:443")
    assert (found.names, found.portal, found.is_complete) == (("status.example.net",), None, False)
    assert found.hosts == ("status.example.net", "192.0.2.7")
    assert plan(watching("https://status.example.net", public=False)).is_complete
    assert plan(Settings()) == Plan(is_complete=False)
    assert plan(Settings()).is_empty


def test_who_watches_this_computer_alone_is_not_asked_for_more() -> None:
    """A trial against the simulator is no reason to ask; a monitor in the home network is."""
    assert plan(watching("http://127.0.0.1:8088", "http://localhost")).is_complete
    assert not plan(watching("http://192.168.1.5:3001")).is_complete
    assert not plan(watching("http://127.0.0.1:8088", "https://status.example.net")).is_complete
    assert not plan(watching("http://127.0.0.1:8088", "")).is_complete


def test_what_was_agreed_to_is_what_was_offered() -> None:
    """The hosts that the question names are those that are contacted then, and no others."""
    before = watching("https://status.example.net")
    agreed = plan(watching("https://status.example.net", public=True))
    assert (agreed.targets, agreed.names) == ((*PUBLIC_TARGETS, *PUBLIC_TARGETS_6), PUBLIC_NAMES)
    assert (agreed.portal, agreed.is_complete, agreed.quorum) == (PORTAL, True, 2)
    assert agreed.hosts == offered(before).hosts
    assert "dns.quad9.net" in agreed.hosts
    assert "status.example.net" not in agreed.hosts
    own_names = watching(public=True, names=("mine.example",))
    assert plan(own_names).names == offered(own_names).names == ("mine.example",)


@pytest.mark.parametrize(
    ("targets", "quorum", "names"),
    [
        (("tcp://192.0.2.10:443",), 1, ()),
        (("tcp://192.0.2.10:443", "tcp://192.0.2.10:443"), 1, ()),
        (("tcp://192.0.2.10:80", "tcp://192.0.2.10:443"), 1, ()),
        (("tcp://192.0.2.10:443", "https://one.example.net/"), 2, ("one.example.net",)),
        (("tcp://[2001:db8::1]:443", "tcp://a.example:1", "tcp://b.example:1"), 2, ("a.example", "b.example")),
        (("tcp://[broken",), 1, ()),
    ],
)
def test_what_the_user_named_counts_as_it_is(targets, quorum, names) -> None:
    """One host alone may call the line down then; a host named twice is one."""
    found = plan(watching("https://status.example.net", targets=targets))
    assert (found.targets, found.quorum, found.names) == (tuple(dict.fromkeys(targets)), quorum, names)
    assert found.is_complete
    assert found.portal is None
    assert plan(watching(targets=targets, public=True)).portal == PORTAL
    assert plan(watching(targets=targets, names=("own.example",))).names == ("own.example",)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("::", True), ("localhost.", True), ("192.168.1.1", False), ("lan", False)],
)
def test_what_is_this_computer(host, expected) -> None:
    """Loopback, the unspecified address, and the names of RFC 6761."""
    assert is_this_computer(host) is expected


@MANY
@given(st.lists(st.text(max_size=30) | st.text("[]:/.@%0a", max_size=12), max_size=4), st.booleans())
def test_no_address_breaks_the_plan(texts, as_targets) -> None:
    """Whatever stands in the settings: a plan, and hosts for the user to read."""
    found = plan(watching(*texts) if not as_targets else watching(targets=tuple(texts)))
    assert 0 <= found.quorum <= 2
    assert all(found.hosts)
    assert all(isinstance(host_of(each), str) for each in texts)


@pytest.mark.parametrize(
    ("usage", "calls", "expected"),
    [
        (Usage.HOME, None, False),
        (Usage.BUSINESS, None, True),
        (Usage.HOME, True, True),
        (Usage.BUSINESS, False, False),
    ],
)
def test_calls_are_worth_an_alarm_where_they_are_work(usage, calls, expected) -> None:
    """The business profile asks for it; the user's own word comes first."""
    assert Settings(line=Line(calls=calls), usage=usage).alarms_on_calls is expected
