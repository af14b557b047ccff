"""An engine that answers the assistant as a test has scripted it, and a catalogue that is the real one."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from support.desktop_scenes import StillClock
from tocsin.domain.account import Account, Settings
from tocsin.domain.account_ids import suggested_id
from tocsin.domain.message import Fault, Message
from tocsin.domain.signing_in import EndSignIn, KeepSignIn, SignIn, SigningIn, SignInStep
from tocsin.domain.snapshot import Component
from tocsin.domain.state import (
    AppState,
    EndTrial,
    KeepSecret,
    Kept,
    SaveSettings,
    SecretKept,
    TryAddress,
)
from tocsin.domain.terms import FailureKind, Level, Obstacle
from tocsin.domain.trial import Trial, TrialStep, TrialView

GROUPED = (
    Component("grp-mail", "Mail", Level.OK, "operational", is_group=True),
    Component("smtp", "Outgoing mail (SMTP)", Level.OK, "operational", group="grp-mail"),
    Component("imap", "Mailboxes (IMAP)", Level.DEGRADED, "degraded_performance", group="grp-mail"),
    Component("fibre", "Fibre Utrecht", Level.OK, "operational"),
    Component("voip", "VoIP", Level.OUTAGE, "major_outage"),
)


def found(trial: Trial, *, name: str = "Planet Fibre", components=GROUPED, lists: bool = True, **changes) -> TrialView:
    """What the engine says of a trial that something answered."""
    provider = trial.provider or "statuspage"
    account = Account(
        suggested_id(name, ()), provider, name, trial.url, auth=trial.auth, options=trial.options,
        allow_insecure=trial.allow_insecure,
    )  # fmt: skip
    view = TrialView(
        trial.number,
        TrialStep.FOUND,
        provider=provider,
        provider_name="Statuspage",
        page_name=name,
        account=account,
        components=components,
        lists_things=lists,
        level=Level.OK,
    )
    return replace(view, **changes)


def failed(trial: Trial, kind: FailureKind, text: str = "") -> TrialView:
    """What the engine says of a trial that nothing came of."""
    return TrialView(trial.number, TrialStep.FAILED, failure=kind, text=text)


def signed_in(asked: SignIn) -> SigningIn:
    """What the engine says of a sign-in that a person carried out."""
    return SigningIn(asked.number, SignInStep.DONE, asked.account)


def looking(trial: Trial) -> TrialView:
    """A trial that goes on and on."""
    return TrialView(trial.number, TrialStep.LOOKING)


@dataclass
class StandIn:
    """Answers commands by states, at once. ``answer`` makes of a trial what comes of it, ``sign_in`` of a sign-in.

    ``problem`` is why the settings cannot be written, ``keyring_problem`` why a secret cannot be kept.
    """

    answer: Callable[[Trial], TrialView] = found
    sign_in: Callable[[SignIn], SigningIn] = signed_in
    settings: Settings = field(default_factory=Settings)
    problem: str = ""
    keyring_problem: str = ""
    can_save: bool = True
    clock: StillClock = field(default_factory=StillClock)
    commands: list[Any] = field(default_factory=list)
    trial: TrialView | None = None
    kept: SecretKept | None = None
    signing_in: SigningIn | None = None
    shown: list[Any] = field(default_factory=list)

    def serve(self, assistant) -> None:
        """Hear what this assistant wants, and show it what comes of it."""
        self.shown.append(assistant)
        assistant.commanded.connect(self.take)
        self.publish()

    def take(self, command: Any) -> None:
        """One command."""
        self.commands.append(command)
        if isinstance(command, TryAddress):
            self.trial = self.answer(command.trial)
        elif isinstance(command, EndTrial):
            self.trial = None
        elif isinstance(command, SaveSettings) and not self.problem:
            self.settings = command.settings
        elif isinstance(command, KeepSecret):
            by_run = command.run_only or bool(self.keyring_problem)
            where = Kept.RUN_ONLY if by_run else Kept.KEYRING
            self.kept = SecretKept(command.account, where, self.keyring_problem)
        elif isinstance(command, SignIn):
            self.signing_in = self.sign_in(command)
        elif isinstance(command, EndSignIn):
            self.signing_in = None
        elif isinstance(command, KeepSignIn) and self.signing_in is not None:
            obstacle = Obstacle.KEYRING_ABSENT if self.keyring_problem else None
            done = replace(self.signing_in, step=SignInStep.DONE, account=command.account, obstacle=obstacle)
            self.signing_in = replace(done, run_only=command.run_only or obstacle is not None)
        else:
            return
        self.publish()

    @property
    def state(self) -> AppState:
        """The state as it is published."""
        faults = (Fault(Message("settings", {"problem": self.problem})),) if self.problem else ()
        return AppState(
            self.clock.now(),
            settings=self.settings,
            can_save=self.can_save,
            trial=self.trial,
            secret_kept=self.kept,
            signing_in=self.signing_in,
            faults=faults,
        )

    def publish(self) -> None:
        """Show it."""
        for assistant in self.shown:
            assistant.render_state(self.state, self.clock.now())

    def of(self, kind: type) -> list[Any]:
        """The commands of a kind so far."""
        return [each for each in self.commands if isinstance(each, kind)]
