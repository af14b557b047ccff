"""Why nobody was signed in: each with what a person can do about it."""

from tocsin.domain.signing_in import SignInFault
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed, SignInFailed


def nobody_came(within: float) -> SignInFailed:
    """The browser did not come back within so many seconds."""
    text = f"Nobody signed in within {within / 60:.0f} minutes"
    return SignInFailed(FailureKind.TIMEOUT, SignInFault.NOBODY_CAME, text)


def ran_out() -> SignInFailed:
    """The life of a code is over."""
    text = "The code ran out before anybody signed in with it: start again"
    return SignInFailed(FailureKind.TIMEOUT, SignInFault.CODE_RAN_OUT, text)


def disturbed() -> SignInFailed:
    """Nothing but wrong answers came to the port."""
    text = "Something else keeps answering in the browser's place"
    return SignInFailed(FailureKind.UNAUTHORIZED, SignInFault.DISTURBED, text)


def no_way_back(why: str | None) -> SignInFailed:
    """There is no port to come back to."""
    text = f"This computer lets nobody listen on 127.0.0.1 ({why})"
    return SignInFailed(FailureKind.CONNECT, SignInFault.NO_WAY_BACK, text)


def refused(word: str, text: str) -> PollFailed:
    """The server said no with a word of the RFCs, or one of its own; ``text`` is what is known beside it."""
    match word:
        case "access_denied":
            fault, text = SignInFault.REFUSED, "The sign-in was cancelled, or refused by the provider (access_denied)"
        case "invalid_client" | "unauthorized_client":
            fault, text = SignInFault.CLIENT, f"{text}: check client_id, and the client's secret if it has one"
        case "invalid_scope":
            fault, text = SignInFault.SCOPE, f"{text}: check scope"
        case _:
            return PollFailed(FailureKind.UNAUTHORIZED, text)
    return SignInFailed(FailureKind.UNAUTHORIZED, fault, text)
