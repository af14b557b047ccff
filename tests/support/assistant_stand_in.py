"""An engine that answers the assistant as a test has scripted it, and a catalogue that is the real one."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from support.desktop_scenes import StillClock
from tocsin.domain.account import Account, Settings
from tocsin.domain.account_ids import suggested_id
from tocsin.domain.finding import EndFinding, FindAddresses, Finding, FindStep
from tocsin.domain.message import Fault, Message
from tocsin.domain.signing_in import EndSignIn, KeepSignIn, SignIn, SigningIn, SignInStep
from tocsin.domain.snapshot import Component
from tocsin.domain.state import (
    AppState,
    EndTrial,
    KeepSecret,
    Kept,
    SecretKept,
    SettingUp,
    SetUp,
    SetUpStep,
    StartWithComputer,
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


def still_asking(asked: FindAddresses) -> Finding:
    """What the engine says of a search that goes on and on."""
    return Finding(asked.number, FindStep.LOOKING, asked.address)


@dataclass
class StandIn:
    """Answers commands by states, at once.

    ``answer`` makes of a trial what comes of it, ``sign_in`` of a sign-in, ``find`` of a search for addresses.
    ``problem`` is why the settings cannot be written, ``keyring_problem`` why a secret cannot be kept. ``is_lost``:
    nobody is signed in any more. ``is_slow``: what is kept takes until ``catch_up``. ``started`` are the wishes to
    start with the computer that it carried out.
    """

    answer: Callable[[Trial], TrialView] = found
    sign_in: Callable[[SignIn], SigningIn] = signed_in
    find: Callable[[FindAddresses], Finding] = still_asking
    settings: Settings = field(default_factory=Settings)
    problem: str = ""
    keyring_problem: str = ""
    is_lost: bool = False
    is_slow: bool = False
    can_save: bool = True
    clock: StillClock = field(default_factory=StillClock)
    commands: list[Any] = field(default_factory=list)
    trial: TrialView | None = None
    setting_up: SettingUp | None = None
    finding: Finding | None = None
    signing_in: SigningIn | None = None
    shown: list[Any] = field(default_factory=list)
    started: list[StartWithComputer] = field(default_factory=list)
    _outcome: SettingUp | None = None

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
        elif isinstance(command, SetUp):
            self._outcome = self._set_up(command)
            begun = SettingUp(command.number, SetUpStep.KEEPING)
            self.setting_up = begun if self.is_slow else self._outcome
        elif isinstance(command, SignIn):
            self.signing_in = self.sign_in(command)
        elif isinstance(command, EndSignIn):
            self.signing_in = None
        elif isinstance(command, FindAddresses):
            self.finding = self.find(command)
        elif isinstance(command, EndFinding):
            self.finding = None
        else:
            return
        self.publish()

    def catch_up(self) -> None:
        """What was to be kept is."""
        self.setting_up = self._outcome
        self.publish()

    def _set_up(self, wished: SetUp) -> SettingUp:
        if self.is_lost and wished.signed is not None:
            return SettingUp(wished.number, SetUpStep.LOST)
        if self.problem:
            return SettingUp(wished.number, SetUpStep.REFUSED)
        self.settings = wished.settings
        self.started += [] if wished.start is None else [wished.start]
        return SettingUp(wished.number, SetUpStep.DONE, self._kept(wished.secret), self._signed(wished.signed))

    def _kept(self, secret: KeepSecret | None) -> SecretKept | None:
        if secret is None:
            return None
        by_run = secret.run_only or bool(self.keyring_problem)
        return SecretKept(secret.account, Kept.RUN_ONLY if by_run else Kept.KEYRING, self.keyring_problem)

    def _signed(self, signed: KeepSignIn | None) -> SigningIn | None:
        if signed is None or self.signing_in is None:
            return None
        obstacle = Obstacle.KEYRING_ABSENT if self.keyring_problem else None
        done = replace(self.signing_in, step=SignInStep.DONE, account=signed.account, obstacle=obstacle)
        return replace(done, run_only=signed.run_only or obstacle is not None)

    @property
    def state(self) -> AppState:
        """The state as it is published."""
        faults = (Fault(Message("settings", {"problem": self.problem})),) if self.problem else ()
        return AppState(
            self.clock.now(),
            settings=self.settings,
            can_save=self.can_save,
            trial=self.trial,
            signing_in=self.signing_in,
            finding=self.finding,
            setting_up=self.setting_up,
            faults=faults,
        )

    def publish(self) -> None:
        """Show it."""
        for assistant in self.shown:
            assistant.render_state(self.state, self.clock.now())

    @property
    def secrets(self) -> list[KeepSecret]:
        """The secrets that were to be kept so far."""
        return [each.secret for each in self.of(SetUp) if each.secret is not None]

    def of(self, kind: type) -> list[Any]:
        """The commands of a kind so far."""
        return [each for each in self.commands if isinstance(each, kind)]
