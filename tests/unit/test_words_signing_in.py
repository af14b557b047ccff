"""What is said of signing in: every step, every reason, and the command where it names one."""

import gettext
from datetime import UTC, datetime, timedelta

import pytest

from support.phrases import book
from tocsin import resources
from tocsin.domain.message import Message
from tocsin.domain.signing_in import SignInFault, SigningIn, SignInPrompt, SignInStep
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.words import signing_in
from tocsin.words.phrasebook import Phrasebook

SERVER = "https://login.example.net/token"
PROMPT = SignInPrompt("https://login.example.net/authorize?x", "WDJB", lasts=timedelta(minutes=5))
TECHNICAL = "https://login.example.net refused the sign-in (invalid_scope): check scope"


def of_fault(fault: SignInFault) -> SigningIn:
    return SigningIn(1, SignInStep.FAILED, "home", SERVER, fault=fault, text=TECHNICAL)


def of_kind(kind: FailureKind) -> SigningIn:
    return SigningIn(1, SignInStep.FAILED, "home", SERVER, failure=kind, text=TECHNICAL)


@pytest.mark.parametrize("language", resources.languages())
def test_every_step_and_every_reason_has_a_sentence_of_its_own(language):
    """None is empty, none is said of two things, and none has a gap that was not filled."""
    words = book(language)
    views = [
        *(SigningIn(1, step, "home", SERVER, PROMPT) for step in SignInStep if step is not SignInStep.FAILED),
        *map(of_fault, SignInFault),
        *map(of_kind, FailureKind),
        *(SigningIn(1, SignInStep.DONE, run_only=True, obstacle=each) for each in Obstacle if "keyring" in each.value),
    ]
    said = [signing_in.told(words, view) for view in views]
    assert all(said)
    assert len(set(said)) == len(said)
    assert not any("{" in each for each in said)


def test_the_technical_reason_stands_behind_what_it_explains():
    """A client or a scope that is not known: its word is what one looks for; "cancelled" needs none."""
    words = book("en")
    assert "(https://login.example.net refused" in signing_in.failed(words, of_fault(SignInFault.SCOPE))
    assert "login.example.net" not in signing_in.failed(words, of_fault(SignInFault.REFUSED))


def test_a_certificate_or_a_proxy_in_the_way_is_named():
    """With the remedy, as when a provider is asked."""
    view = SigningIn(
        1,
        SignInStep.FAILED,
        server=SERVER,
        failure=FailureKind.TLS,
        obstacle=Obstacle.CERTIFICATE_EXPIRED,
        place="login.example.net",
    )
    assert "The certificate of login.example.net has expired" in signing_in.told(book("en"), view)


def test_what_ends_by_itself_says_so():
    """The provider gave nothing to renew it with."""
    done = SigningIn(1, SignInStep.DONE, "home", renews=False)
    assert signing_in.told(book("en"), done).endswith("so it will end by itself.")


@pytest.mark.parametrize(
    ("profile", "command"),
    [
        ("", "“tocsin login home”"),
        ("/home/anna/work", "“tocsin login home --profile /home/anna/work”"),
        ("/home/anna/my work", '“tocsin login home --profile "/home/anna/my work"”'),
    ],
)
def test_a_fault_names_the_settings_and_the_command_of_this_profile(profile, command):
    """Typed as it stands there it signs in to this account, not to another profile's."""
    words = Phrasebook("en", gettext.NullTranslations(), UTC, profile)
    values = {"provider": "Planet Fibre", "since": None, "obstacle": Obstacle.SIGN_IN.value, "place": "home"}
    said = words.fault(Message("unreachable", values), datetime(2026, 11, 21, tzinfo=UTC))
    assert "sign in under “Accounts and connections” in the settings" in said
    assert command in said
