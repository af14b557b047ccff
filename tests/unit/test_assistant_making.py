"""From what was chosen to settings: kinds that are guessed, ids that nobody else has, the line."""

import pytest

from tocsin.desktop import assistant_making as making
from tocsin.domain.account import Account, Connection, Help, Line, Settings, Usage
from tocsin.domain.terms import ConnectionKind

HOME = Account("home", "tmf656", "Planet Fibre", "https://status.example.net", connections=(Connection("api", "API"),))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Outgoing mail (SMTP)", ConnectionKind.MAIL),
        ("E-mail", ConnectionKind.MAIL),
        ("VoIP Utrecht", ConnectionKind.PHONE),
        ("IPTV", ConnectionKind.TV),
        ("Mobiel 5G", ConnectionKind.MOBILE),
        ("Glasvezel", ConnectionKind.INTERNET),
        ("Siphon", ConnectionKind.SERVICE),
        ("Dashboard", ConnectionKind.SERVICE),
    ],
)
def test_a_name_tells_the_kind(name, kind):
    """Whole words only; without a hint what most such pages are about."""
    assert making.guessed_kind(name, is_isp=False) is kind


def test_an_internet_provider_provides_internet():
    """Unless the name says otherwise."""
    assert making.guessed_kind("Utrecht", is_isp=True) is ConnectionKind.INTERNET
    assert making.guessed_kind("Mail", is_isp=True) is ConnectionKind.MAIL


@pytest.mark.parametrize("text", ["SVC-1, SVC-2", "SVC-1 SVC-2", "SVC-1;SVC-2,,SVC-1 "])
def test_ids_are_typed_as_people_do(text):
    """Each once, in their order."""
    assert making.typed_ids(text) == ("SVC-1", "SVC-2")


def test_ids_of_connections_are_unique_over_all_accounts():
    """One id in two accounts is one connection seen from two sides."""
    pick = making.Pick(("x",), "API", ConnectionKind.SERVICE)
    new = Account("mail", "statuspage", "Mail", "https://mail.example.net")
    made = making.with_account(Settings(accounts=(HOME,)), new, (pick, pick), Help(phone="1"))
    assert [each.id for each in made.accounts[1].connections] == ["api-2", "api-3"]
    assert made.accounts[0] == HOME
    assert made.accounts[1].help.phone == "1"


def test_the_line_alone_gets_a_connection_and_beside_an_account_none():
    """There has to be something that is green; an account's own connections are."""
    alone = making.with_line(Settings(), "My line")
    assert [(each.provider, each.connections) for each in alone.accounts] == [
        ("line", (Connection("line", "My line"),))
    ]
    beside = making.with_line(Settings(accounts=(HOME,), line=Line(measure=False)), "My line")
    assert beside == Settings(accounts=(HOME,), line=Line(public=True, measure=True))


def test_what_was_answered_before_stays():
    """Whoever adds an account is not asked again, and nothing is changed behind their back."""
    before = Settings(line=Line(public=True))
    assert making.with_use(before, Usage.BUSINESS, public=None).line.public is True
    assert making.with_use(before, Usage.BUSINESS, public=False).line.public is False
