"""Sign-ins as the engine publishes them, step by step."""

from datetime import timedelta

from tocsin.domain.account import Auth, AuthKind, OAuthFlow
from tocsin.domain.signing_in import SignIn, SignInFault, SigningIn, SignInPrompt, SignInStep
from tocsin.domain.terms import FailureKind

LOGIN = "https://login.example.net"
ADDRESS = f"{LOGIN}/authorize?state=abc&code_challenge=" + "x" * 300
BY_BROWSER = Auth(
    AuthKind.OAUTH2,
    token_url=f"{LOGIN}/token",
    authorize_url=f"{LOGIN}/authorize",
    client_id="tocsin",
    flow=OAuthFlow.CODE,
)


def prompted(asked: SignIn, *, is_open: bool | None = None) -> SigningIn:
    """A browser is opening, or could not be opened."""
    prompt = SignInPrompt(ADDRESS, lasts=timedelta(minutes=5), is_open=is_open)
    return SigningIn(asked.number, SignInStep.BROWSER, asked.account, f"{LOGIN}/token", prompt)


def with_code(asked: SignIn) -> SigningIn:
    """A code is to be typed in on another device."""
    prompt = SignInPrompt(f"{LOGIN}/activate", "WDJB-MJHT", lasts=timedelta(minutes=10))
    return SigningIn(asked.number, SignInStep.CODE, asked.account, f"{LOGIN}/token", prompt)


def refused(asked: SignIn) -> SigningIn:
    """The person said no in the browser."""
    return SigningIn(
        asked.number,
        SignInStep.FAILED,
        asked.account,
        f"{LOGIN}/token",
        failure=FailureKind.UNAUTHORIZED,
        fault=SignInFault.REFUSED,
    )
