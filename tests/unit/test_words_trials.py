"""What is said of an address that is tried, and of the fields that a product asks for."""

import gettext
from datetime import UTC

import pytest

from tocsin import providers
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.domain.trial import TrialStep, TrialView
from tocsin.words import fields, trials
from tocsin.words.voice import Voice

URL = "https://anna:secret@status.example.net:8443/page?token=x"


class Marking(gettext.NullTranslations):
    """Shows which texts went through the catalogue."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"


@pytest.fixture
def voice():
    return Voice("en", gettext.NullTranslations(), UTC)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("kind", [*FailureKind, None])
def test_every_failure_names_a_remedy_and_no_secret(voice, kind, signed):
    """What to do stands in every sentence; of the address only the host does."""
    said = trials.failure(voice, kind, URL, signed=signed)
    assert any(word in said for word in ("Check", "Try again", "Wait", "aste the", "sign in", "begin with"))
    assert "secret" not in said
    assert "token=x" not in said
    assert "{" not in said


def test_a_login_that_was_refused_is_told_from_one_that_is_missing(voice):
    """Whoever typed a token is not told to sign in."""
    missing = trials.failure(voice, FailureKind.UNAUTHORIZED, URL)
    refused = trials.failure(voice, FailureKind.UNAUTHORIZED, URL, signed=True)
    assert "wants to know who is asking" in missing
    assert "refuses this sign-in" in refused


@pytest.mark.parametrize("obstacle", [Obstacle.CERTIFICATE_SELF_SIGNED, Obstacle.PROXY_REFUSES])
def test_what_was_exactly_in_the_way_is_said_where_it_is_known(voice, obstacle):
    """With its own remedy, and without the technical reason, which says the same in English."""
    view = TrialView(
        1, TrialStep.FAILED, failure=FailureKind.TLS, text="in English", obstacle=obstacle, place="status.example.net"
    )
    said, reason = trials.told(voice, view, URL, signed=False)
    assert "status.example.net" in said
    assert "in the settings under “Network”." in said
    assert reason == ""


@pytest.mark.parametrize("url", ["", "https://", "https://[", "\u202e"])
def test_what_is_no_address_is_named_all_the_same(voice, url):
    """Nothing that was typed breaks a sentence."""
    assert trials.place(voice, url) == "this address"


def test_every_field_of_every_product_is_in_the_catalogues():
    """All but those of the generic JSON profile, which has no form."""
    marking = Voice("xx", Marking(), UTC)
    for key in providers.known():
        for field in providers.load(key).fields:
            if key != "json" and field.name not in ("url", "auth", "secret"):
                assert fields.name(marking, field.name).startswith("["), (key, field.name)
                assert fields.told(marking, field.help).startswith("["), (key, field.help)


def test_a_field_of_another_package_is_told_in_its_own_words(voice):
    """Cleaned, for it comes from outside."""
    assert fields.name(voice, "customer_site") == "customer site"
    assert fields.told(voice, "Which\u202e site") == "Which site"
