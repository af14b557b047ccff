"""How far a search for a server's addresses got, and which logins take a person."""

import pytest

from tocsin.domain.account import Auth, AuthKind, OAuthFlow
from tocsin.domain.finding import FindStep


@pytest.mark.parametrize("step", FindStep)
def test_a_search_goes_on_until_something_was_found_or_not(step):
    """Nothing else ends it."""
    assert step.is_over is (step in {FindStep.FOUND, FindStep.FAILED})


@pytest.mark.parametrize("kind", AuthKind)
@pytest.mark.parametrize("flow", OAuthFlow)
def test_a_person_signs_in_by_the_browser_or_a_code_alone(kind, flow):
    """A flow that stands beside another kind of login says nothing."""
    by_person = kind is AuthKind.OAUTH2 and flow in {OAuthFlow.CODE, OAuthFlow.DEVICE}
    assert Auth(kind, flow=flow).is_by_person is by_person
