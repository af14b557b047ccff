"""Looks at everything that Tocsin stands on, and tells how it is: what ``tocsin doctor`` does.

Every probe runs in a daemon thread of its own, all at once, and has two seconds. One that fails or hangs says so, and
the others are told all the same.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tocsin import privacy
from tocsin.adapters import doctor_record
from tocsin.adapters.instance_client import send_command
from tocsin.adapters.profile import Profile
from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.tidy import Tidy, tidy_for
from tocsin.doctor_probes import Findings, Patient, Probe, found, probes
from tocsin.domain.account import LINE_PROVIDER, Account, Settings
from tocsin.domain.diagnosis import Diagnosis, Finding, Mark, Topic, in_order
from tocsin.domain.message import Message, Value
from tocsin.domain.privacy import Privacy
from tocsin.domain.targets import host_of
from tocsin.errors import EnvironmentFault, StoreError
from tocsin.ports import LoadedSettings
from tocsin.providers.registry import Registry

PATIENCE = 2.0
"""Seconds that a probe has."""

_OF_THAT = 0.8
"""The share of it that a probe may wait for one service, so that it can still say what it waited for."""


@dataclass(slots=True)
class _Run:
    """A probe on its way: ``findings`` None until it is done."""

    topic: Topic
    what: str
    probe: Probe
    done: threading.Event = field(default_factory=threading.Event)
    findings: tuple[Finding, ...] | None = None
    error: Exception | None = None

    def start(self) -> None:
        """Begin, in a thread that does not hold up the process's end."""
        threading.Thread(target=self._work, name=f"doctor {self.topic.value}", daemon=True).start()

    def _work(self) -> None:
        try:
            self.findings = tuple(self.probe())
        except Exception as error:  # noqa: BLE001 -- said as a finding; the other probes go on
            self.error = error
        finally:
            self.done.set()

    def outcome(self, deadline: float) -> tuple[Finding, ...]:
        """What it found by a time of the monotonic clock, or that it found nothing."""
        if not self.done.wait(max(0.0, deadline - time.monotonic())) or isinstance(self.error, TimeoutError):
            return (found(self.topic, Mark.ATTENTION, "silent", what=self.what),)
        if self.findings is not None:
            return self.findings
        problem = str(self.error) if isinstance(self.error, EnvironmentFault) else type(self.error).__name__
        return (found(self.topic, Mark.ATTENTION, "failed", what=self.what, problem=problem),)


def diagnose(
    profile: Profile, environ: Mapping[str, str], *, known: Iterable[str] = (), patience: float = PATIENCE
) -> Diagnosis:
    """Look at everything. ``known`` are secrets of this run, to be taken out wherever they turn up. Raises nothing."""
    patient = _patient(profile, environ, patience)
    asked = (*probes(patient), (Topic.INSTANCE, "", lambda: _standing(patient)))
    running = [_Run(topic, what, probe) for topic, what, probe in asked]
    deadline = time.monotonic() + patience
    for each in running:
        each.start()
    findings = [finding for each in running for finding in each.outcome(deadline)]
    tidy = tidy_for(environ, known)
    return Diagnosis(datetime.now(UTC), tuple(_tidied(each, tidy) for each in in_order(findings)))


def _patient(profile: Profile, environ: Mapping[str, str], patience: float) -> Patient:
    """What is to be looked at; without settings where reading them does not come to an end."""
    read: list[tuple[LoadedSettings, Privacy]] = []

    def load() -> Findings:
        registry = Registry(environ)
        loaded = TomlSettings(profile.settings, provider_keys=registry.keys()).load()
        read.append((loaded, privacy.of_settings(loaded.settings, profile, registry)))
        return ()

    run = _Run(Topic.SETTINGS, "", load)
    run.start()
    run.outcome(time.monotonic() + patience)
    loaded, page = read[0] if read else (LoadedSettings(Settings()), Privacy())
    return Patient(profile, environ, loaded.settings, loaded.problems, page, patience * _OF_THAT)


def _tidied(finding: Finding, tidy: Tidy) -> Finding:
    """The same with nothing in it that others need not know."""
    values = MappingProxyType({name: _tidy_value(value, tidy) for name, value in finding.message.values.items()})
    return replace(finding, message=replace(finding.message, values=values))


def _tidy_value(value: Value, tidy: Tidy) -> Value:
    if isinstance(value, str):
        return tidy(value)
    return tuple(tidy(each) for each in value) if isinstance(value, tuple) else value


# --- how the accounts stand: the running instance knows, else the record ---


def _standing(patient: Patient) -> Findings:
    try:
        status = send_command(patient.profile, "status", patient.patience).status
    except EnvironmentFault:
        yield found(Topic.INSTANCE, Mark.ASIDE, "instance_none")
        yield from _as_recorded(patient)
        return
    yield found(Topic.INSTANCE, Mark.FINE, "instance", level=str(status.get("level", "")))
    now = datetime.now(UTC)
    told = {each.get("id"): each for each in status.get("accounts", ()) if isinstance(each, dict)}
    for account in patient.settings.accounts:
        yield from _as_told(account, told.get(account.id), now)


def _as_told(account: Account, told: Mapping[str, Any] | None, now: datetime) -> Findings:
    """What the running instance says of an account."""
    if account.paused:
        yield _account(account, Mark.ASIDE, "account_paused")
        return
    if told is None:
        yield _account(account, Mark.ATTENTION, "account_not_run")
        return
    age = told.get("last_success_age")
    last = now - timedelta(seconds=age) if isinstance(age, int | float) else None
    failure = told.get("failure")
    if failure:
        yield _account(account, Mark.ATTENTION, "account_failing", kind=str(failure), last=last)
    elif last is None:
        yield _account(account, Mark.ASIDE, "account_never")
    else:
        yield _account(account, Mark.FINE, "account", last=last)
    skew = told.get("skew")
    if isinstance(skew, int) and skew:
        yield _account(account, Mark.ATTENTION, "account_skew", seconds=skew)


def _as_recorded(patient: Patient) -> Findings:
    """What the record says of the accounts: when each was last asked with success."""
    try:
        lasts = doctor_record.last_successes(patient.profile.data)
    except StoreError:
        lasts = {}  # the record's own finding says what is wrong with it
    for account in patient.settings.accounts:
        if account.provider == LINE_PROVIDER:
            continue
        last = lasts.get(account.id)
        if last is None:
            yield _account(account, Mark.ASIDE, "account_never")
        else:
            yield _account(account, Mark.FINE, "account", last=last)


def _account(account: Account, mark: Mark, key: str, **values: Value) -> Finding:
    whole = account.url if "://" in account.url else f"https://{account.url}"
    its = {"provider": account.provider, "host": host_of(whole)}
    return Finding(Topic.ACCOUNT, mark, Message(key, MappingProxyType({**its, **values})), account.id)
