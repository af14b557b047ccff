"""How far a sign-in got: what can still be broken off, and what nothing more comes of."""

import pytest

from tocsin.domain.signing_in import SignInStep

RUNNING = {SignInStep.STARTING, SignInStep.BROWSER, SignInStep.CODE}
OVER = {SignInStep.DONE, SignInStep.FAILED, SignInStep.CANCELLED}


@pytest.mark.parametrize("step", SignInStep)
def test_a_step_runs_or_is_over_and_only_keeping_is_neither(step):
    """While the keyring is waited for there is nothing to break off: the person is signed in by then."""
    assert (step.is_running, step.is_over) == (step in RUNNING, step in OVER)
    assert step in RUNNING | OVER | {SignInStep.KEEPING}
