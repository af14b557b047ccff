"""Signing a person in to an account, in the browser or with a code: what was asked for, and how far it got."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.domain.trial import Trial


class SignInStep(StrEnum):
    """How far a sign-in got. In ``BROWSER`` and ``CODE`` the person is waited for, in ``KEEPING`` the keyring."""

    STARTING = "starting"
    BROWSER = "browser"
    CODE = "code"
    KEEPING = "keeping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """True where nothing more comes of it."""
        return self in (SignInStep.DONE, SignInStep.FAILED, SignInStep.CANCELLED)

    @property
    def is_running(self) -> bool:
        """True where it can be broken off."""
        return self in (SignInStep.STARTING, SignInStep.BROWSER, SignInStep.CODE)


class SignInFault(StrEnum):
    """Why nobody was signed in, where that is known better than by a ``FailureKind``.

    For each there is a remedy, which ``words.signing_in`` says.
    """

    NOBODY_CAME = "nobody_came"
    CODE_RAN_OUT = "code_ran_out"
    REFUSED = "refused"
    CLIENT = "client"
    SCOPE = "scope"
    DISTURBED = "disturbed"
    NO_WAY_BACK = "no_way_back"
    NOT_BY_PERSON = "not_by_person"
    NO_ACCOUNT = "no_account"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SignInPrompt:
    """What the person has to do: open ``address``, and type ``code`` in there unless that is empty.

    ``whole_address`` has the code in it already, where there is such a one. ``lasts`` is how long there is time for
    it. ``is_open`` is whether the address was opened on this computer, None while that is not known.
    """

    address: str = field(repr=False)
    code: str = field(default="", repr=False)
    whole_address: str = field(default="", repr=False)
    lasts: timedelta = timedelta()
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """Have a person sign in: to the account of this id, or else to what ``trial`` describes.

    ``number`` tells one sign-in from the next; a later one ends an earlier one.
    """

    number: int
    account: str = ""
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class EndSignIn:
    """Break a sign-in off; of one that is over, forget what it came to. ``number`` None is whichever there is."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class KeepSignIn:
    """What a trial was signed in with is to be this account's, and to be kept: with ``run_only`` for this run.

    A part of a ``SetUp``.
    """

    account: str
    run_only: bool = False


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What a sign-in came to so far. ``account`` is empty for a trial's; ``server`` is the address that gives tokens.

    After ``FAILED`` ``failure`` and ``text`` say why, ``fault``, ``obstacle`` and ``place`` where that is known better.
    After ``DONE``: ``run_only`` is true where it lasts until the program ends, ``obstacle`` and ``text`` say why if
    nobody wished that; ``renews`` is false for one that ends by itself.
    """

    number: int
    step: SignInStep
    account: str = ""
    server: str = ""
    prompt: SignInPrompt | None = None
    failure: FailureKind | None = None
    fault: SignInFault | None = None
    text: str = ""
    obstacle: Obstacle | None = None
    place: str = ""
    run_only: bool = False
    renews: bool = True
