"""The page on privacy: everybody who is contacted is on it, and nobody else."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from support.drive import Drive
from support.phrases import book
from support.plugged import asked, load
from support.recorded import cases
from tocsin import contract, providers
from tocsin.adapters.profile import Profile
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import Account, Auth, AuthKind, Line, Network, OAuthFlow, Settings
from tocsin.domain.privacy import Asked, Kind, Places, Purpose, Service, privacy
from tocsin.domain.targets import host_of, offered, plan
from tocsin.errors import PollFailed
from tocsin.privacy import of_settings
from tocsin.providers.registry import Registry
from tocsin.words import privacy as worded

PLACES = Places("~/config.toml", "~/tocsin.db", "~/tocsin.log", "~/run")
NOWHERE = Path("/nowhere")
MINUTE = timedelta(minutes=1)
OFFICE = Account("office", "statuspage", "Office mail", "https://status.example.net/page?key=hidden")
FIBRE = Account(
    "fibre",
    "tmf656",
    "Planet Fibre",
    "https://api.example.net",
    auth=Auth(
        AuthKind.OAUTH2,
        flow=OAuthFlow.DEVICE,
        token_url="https://login.example.org/token",
        device_url="https://codes.example.org/device",
    ),
)


def page(*accounts: Account, **more):
    """The page of some settings, through the registry that the program has."""
    line = more.pop("line", Line(public=False))
    settings = Settings(accounts, line, **more)
    return of_settings(settings, Profile.at(NOWHERE), Registry({}), system_proxies={})


def hosts(urls) -> set[str]:
    return {host_of(url if "://" in url else f"https://{url}") for url in urls}


@pytest.mark.parametrize("key", asked())
def test_it_names_every_host_that_a_provider_asks_and_no_other(key):
    """Whatever a provider asks in its recorded cases is what it is said to ask: here a new address cannot hide."""
    named_at_all, asked_at_all = set(), set()
    for case in cases(key):
        context = case.context()
        drive = Drive(load(key)(), case.answers)
        with contextlib.suppress(PollFailed):  # what came before the failure was asked all the same
            drive.poll(context)
        named = hosts(providers.contacts(load(key), context.account)) if drive.urls else set()
        assert hosts(drive.urls) <= named, case.name
        named_at_all |= named
        asked_at_all |= hosts(drive.urls)
    assert asked_at_all, "no recorded case asks anybody"
    assert named_at_all == asked_at_all


def test_an_account_that_cannot_be_asked_contacts_nobody():
    """A page that lacks what is needed to ask for it is no reason to name a host."""
    lacking = Account("a", "statuspal", "Planet", "https://status.example.net")
    assert Registry({}).contacts(lacking) == ()
    assert Registry({}).contacts(Account("a", "no-such-provider", "Planet", "https://status.example.net")) == ()


def test_another_product_at_the_address_is_named_too():
    """Tocsin looks again when a page changes its product: whom it would ask then is no secret now."""
    moved = Account("a", "statuspage", "Planet", "https://planet.statuspal.io")
    assert hosts(Registry({}).contacts(moved)) == {"planet.statuspal.io", "statuspal.io"}


def test_each_account_is_there_with_what_is_sent():
    """How often, what for, and with which kind of login; the sign-in's servers beside it."""
    found = page(OFFICE, FIBRE, line=Line(measure=False))
    assert [(each.host, each.purpose, each.account, each.login) for each in found.contacts] == [
        ("status.example.net", Purpose.POLL, "office", AuthKind.NONE),
        ("api.example.net", Purpose.POLL, "fibre", AuthKind.OAUTH2),
        ("login.example.org", Purpose.TOKEN, "fibre", AuthKind.OAUTH2),
        ("codes.example.org", Purpose.SIGN_IN, "fibre", AuthKind.OAUTH2),
    ]
    assert [each.every for each in found.contacts] == [MINUTE, MINUTE, None, None]
    assert [(each.kind, each.of) for each in found.kept if each.of] == [(Kind.SECRETS, ("fibre",))]
    assert Service.KEYRING in found.here
    assert Service.POWER not in found.here


def test_a_key_is_not_said_to_go_where_it_does_not_go():
    """A login is for the account's own address; a form's where the provider says."""
    own = Account("a", "salesforce", "Sales", "https://status.salesforce.com", auth=Auth(AuthKind.BEARER))
    (poll,) = page(own, line=Line(measure=False)).contacts
    assert (poll.host, poll.login) == ("api.status.salesforce.com", AuthKind.NONE)
    form = Account("a", "aussiebb", "ABB", "https://myaussie-api.aussiebroadband.com.au", auth=Auth(AuthKind.LOGIN))
    sent = {each.host: each.login for each in page(form, line=Line(measure=False)).contacts}
    assert sent == dict.fromkeys(sent, AuthKind.LOGIN)
    assert len(sent) == 2


@pytest.mark.parametrize("public", [None, False, True])
@pytest.mark.parametrize("targets", [(), ("tcp://192.0.2.10:443", "https://probe.example.net/")])
@pytest.mark.parametrize("names", [(), ("names.example.net",)])
def test_the_line_contacts_whom_the_page_says(public, targets, names):
    """What the plan measures with is on the page, host by host; what is only offered is apart."""
    line = Line(targets, names, public=public)
    settings = Settings((OFFICE,), line)
    found = page(OFFICE, line=line)
    measured = {each.host for each in found.contacts if each.purpose is not Purpose.POLL and each.host}
    assert measured == {*plan(settings).hosts}
    assert Purpose.ROUTER in {each.purpose for each in found.contacts}
    assert not {*found.offered} & found.hosts
    assert bool(found.offered) is (not public and not targets)
    assert {*found.offered} <= {*offered(settings).hosts}


def test_the_line_is_not_measured():
    """Who switches it off is not measured, asked about it, or told of a router."""
    found = page(OFFICE, line=Line(("tcp://192.0.2.10:443",), public=True, measure=False))
    assert found.hosts == {"status.example.net"}
    assert found.offered == ()


def test_the_account_line_and_paused_accounts_ask_nobody():
    """Nobody is asked for an account that has no API, nor for one that rests; its secret is there all the same."""
    resting = Account("b", "tmf656", "Planet", "https://api.example.net", auth=Auth(AuthKind.BEARER), paused=True)
    found = page(Account("a", "line", "Planet", "https://modem.example.net"), resting, line=Line(measure=False))
    assert found.contacts == ()
    assert [each.of for each in found.kept if each.kind is Kind.SECRETS] == [("b",)]


def test_never_more_often_than_the_product_bears():
    """The page tells the interval that is kept, not the one that was wished for."""
    eager = Account("a", "salesforce", "Sales", "https://status.salesforce.com", interval=timedelta(seconds=30))
    (contact,) = page(eager, line=Line(measure=False)).contacts
    assert contact.every == MINUTE
    here = Account("a", "salesforce", "Sales", "http://127.0.0.1:8000", interval=timedelta(seconds=1))
    (contact,) = page(here, line=Line(measure=False)).contacts
    assert (contact.every, contact.is_here) == (timedelta(seconds=1), True)


def test_a_proxy_stands_between_and_is_named_without_its_login():
    """Who asks through a proxy speaks to the proxy: it is a contact, its password is none of the page's business."""
    network = Network("http://proxy.example.net:3128", "anna")
    local = Account("here", "alertmanager", "Own", "http://127.0.0.1:9093")
    found = page(OFFICE, local, network=network, line=Line(measure=False))
    assert [each.via for each in found.contacts] == ["proxy.example.net:3128", ""]
    assert "proxy.example.net:3128" in found.hosts
    assert [each.of for each in found.kept if each.kind is Kind.SECRETS] == [("proxy",)]
    system = {"https": "http://anna:pass@proxy.example.org:8080", "no": "api.example.net"}
    settings = Settings((OFFICE, FIBRE), Line(measure=False))
    page_of_system = of_settings(settings, Profile.at(NOWHERE), Registry({}), system_proxies=system)
    vias = {each.host: each.via for each in page_of_system.contacts}
    assert vias["status.example.net"] == "proxy.example.org:8080"
    assert vias["api.example.net"] == ""
    assert "pass" not in repr(page_of_system)


def test_no_query_and_no_login_of_an_address_gets_on_the_page():
    """An address may hold a key: hosts alone are told."""
    assert "hidden" not in str(contract.privacy(page(OFFICE, FIBRE)))


def test_nothing_configured_contacts_nobody():
    """A fresh profile is silent, and says so."""
    found = privacy(Settings(), PLACES, {})
    assert found.contacts == ()
    assert [each.where for each in found.kept] == [PLACES.settings, PLACES.record, PLACES.log, PLACES.run]
    assert found.here == (Service.NOTIFICATIONS,)


def test_an_account_that_nobody_described_is_left_out():
    """The pure page tells what it was told, and invents nobody."""
    found = privacy(Settings((OFFICE,), Line(measure=False)), PLACES, {"office": Asked(("", "https://"), MINUTE)})
    assert found.contacts == ()


def test_json_has_every_key_always(tmp_path):
    """What other programs read is whole: unknown is null."""
    file = tmp_path / "config.toml"
    file.write_text('[line]\npublic = true\n[[accounts]]\nid = "a"\nprovider = "feed"\nurl = "https://a.example.net"\n')
    settings = TomlSettings(file, providers.known()).load().settings
    told = contract.privacy(of_settings(settings, Profile.at(tmp_path), Registry({}), system_proxies={}))
    assert {"kept", "contacts", "offered", "here"} == told.keys()
    keys = {"host", "purpose", "account", "login", "via", "every", "seldom"}
    assert all(each.keys() == keys for each in told["contacts"])
    assert next(each for each in told["contacts"] if each["host"] is None)["purpose"] == "router"


def test_a_sign_in_without_addresses_contacts_nobody() -> None:
    """Half a setting makes nobody up."""
    account = Account("half", "statuspage", "Half", "https://status.example.net", auth=Auth(AuthKind.OAUTH2))
    found = privacy(Settings((account,)), PLACES, {"half": Asked(("https://status.example.net",), MINUTE)})
    assert {each.purpose for each in found.contacts}.isdisjoint({Purpose.TOKEN, Purpose.SIGN_IN})


def test_the_page_calls_accounts_by_their_names():
    """An id is for commands and files: a person gave the account a name; the proxy, which has none, is called that."""
    found = page(OFFICE, FIBRE, network=Network(proxy="http://proxy.example.net:3128", proxy_user="anna"))
    text = "\n".join(f"{thing} {said}" for each in worded.page(book(), found) for thing, said in each.rows)
    assert "asked for Planet Fibre, with the access" in text
    assert "gives access for Planet Fibre;" in text
    assert "signs you in for Planet Fibre" in text
    assert "asked for Office mail, without a login" in text
    assert "sign-ins of Planet Fibre and the proxy;" in text
    nameless = page(replace(OFFICE, name=""))
    assert any("asked for office," in said for each in worded.page(book(), nameless) for _, said in each.rows)


def test_what_everybody_learns_is_told_once():
    """The address, which nobody can hide; who asks, of those who are asked; nothing of either where nothing leaves."""

    def contacted(*accounts, **more):
        sections = worded.page(book(), page(*accounts, **more))
        return next(each.rows for each in sections if each.title == "Contacted over the network")

    (*_, (thing, said)) = contacted(OFFICE)
    assert (thing, said.startswith("All of them see your internet address")) == ("", True)
    assert "that it is Tocsin that asks, and which version" in said
    (*_, (_, said)) = contacted(line=Line(public=True))
    assert said == "All of them see your internet address, as every website does."
    here = replace(OFFICE, url="http://localhost:8080")
    assert len(contacted(here, line=Line(measure=False))) == 1
