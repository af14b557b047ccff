"""Where secrets are looked up: this run's environment, then the keyring, then this run's memory.

A keyring can be absent, locked or hang for ever. None of that may stop the program: every call to it runs in a daemon
thread with a deadline. Nothing is ever written to a file from here.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Protocol

from tocsin.adapters.background import DaemonCalls
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef

PREFIX = "TOCSIN_SECRET_"
SERVICE = "tocsin"
DEADLINE = 8.0
"""Seconds; long enough for a keyring that starts, too short for one that asks a person, who is waited for elsewhere."""

_PAUSE_AFTER_REFUSAL = 300.0
"""Seconds. A poll a minute must not bring up the unlock dialog every minute."""

_PLAIN_FILE_BACKENDS = "keyrings.alt."

log = logging.getLogger(__name__)


class Keyring(Protocol):
    """As much of a ``keyring`` backend as is used here."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        ...


def take_secrets_from_environment(environ: MutableMapping[str, str]) -> dict[str, str]:
    """The secrets given as ``TOCSIN_SECRET_<ACCOUNT ID>``, by account id; they are removed from ``environ``.

    Called once, before anything else is started, so that no child process inherits one.
    """
    taken = {}
    for name in [name for name in environ if name.upper().startswith(PREFIX)]:
        value = environ.pop(name).strip("\r\n")
        if value:
            taken[name[len(PREFIX) :].lower().replace("_", "-")] = value
    return taken


def system_keyring() -> Keyring:
    """The user's own keyring. Blocks, perhaps for ever. Raises ``keyring.errors.KeyringError`` when there is none.

    ``keyring`` looks for one once in a run; at log-in the keyring may well start after us, hence the second look.
    """
    import keyring  # noqa: PLC0415 - costs 60 ms and 8 MB, and many accounts have no secret
    from keyring.backend import KeyringBackend  # noqa: PLC0415
    from keyring.backends import fail  # noqa: PLC0415
    from keyring.errors import NoKeyringError  # noqa: PLC0415

    found = keyring.get_keyring()
    if isinstance(found, fail.Keyring):
        viable = [backend() for backend in KeyringBackend.get_viable_backends()]
        found = max(viable, key=lambda backend: backend.priority, default=found)
        keyring.set_keyring(found)
    if type(found).__module__.startswith(_PLAIN_FILE_BACKENDS):
        raise NoKeyringError("the only keyring is a plain file")
    return found


class KeyringSecrets:
    """Implements ``ports.Secrets``. ``given`` are the secrets of this run's environment, by account id.

    One instance belongs to one event loop, but ``known`` may be called from any thread. ``deadline`` is in seconds.
    """

    def __init__(
        self,
        given: Mapping[str, str],
        *,
        backend: Callable[[], Keyring] = system_keyring,
        deadline: float = DEADLINE,
    ) -> None:
        self._given = dict(given)
        self._memory: dict[str, str] = {}
        self._known: tuple[str, ...] = tuple(dict.fromkeys(self._given.values()))
        self._backend = backend
        self._deadline = deadline
        self._calls: DaemonCalls[str | None] = DaemonCalls("tocsin-keyring")
        self._one_at_a_time = threading.Lock()
        self._refused_at: float | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._known)}>"

    async def get(self, ref: SecretRef) -> str:
        """The secret. Raises ``SecretUnavailable``, whose advice says what the user can do."""
        secret = self._given.get(ref.account) or self._memory.get(ref.account)
        if secret is None:
            found = await self._from_keyring(ref.account)
            # What was set while the keyring was being asked is newer.
            secret = self._memory.setdefault(ref.account, found)
            self._remember(secret)
        return secret

    async def set(self, ref: SecretRef, value: str) -> None:
        """Keep it in the keyring; where that cannot be had, for this run only, which is logged.

        Raises ``SecretUnavailable`` for an empty secret.
        """
        if not value:
            raise SecretUnavailable("The secret is empty")
        self._remember(value)
        self._given.pop(ref.account, None)
        self._memory[ref.account] = value
        self._refused_at = None
        try:
            # A key of its own: who sets a second value must not be given the outcome of the first.
            await self._ask(object(), ref.account, lambda backend: backend.set_password(SERVICE, ref.account, value))
        except SecretUnavailable as error:
            log.warning("The secret of %s is kept for this run only: %s", ref.account, error.title)

    def known(self) -> tuple[str, ...]:
        """Every secret value of this run, for the log's redaction."""
        return self._known

    async def _from_keyring(self, account: str) -> str:
        secret = await self._ask(account, account, lambda backend: backend.get_password(SERVICE, account))
        if not secret:
            raise SecretUnavailable(
                f"There is no secret for the account {account}",
                f"keep one with 'keyring set {SERVICE} {account}', or start Tocsin with {variable(account)} set",
            )
        return secret

    async def _ask(self, key: object, account: str, use: Callable[[Keyring], str | None]) -> str | None:
        """What ``use`` gets from the keyring, in a thread of its own. Raises ``SecretUnavailable``."""
        if self._refused_at is not None and time.monotonic() - self._refused_at < _PAUSE_AFTER_REFUSAL:
            raise _locked()
        try:
            return await self._calls.run(key, lambda: self._use(use), timeout=self._deadline)
        except TimeoutError:
            raise SecretUnavailable(
                "The keyring does not answer", f"unlock it, or start Tocsin with {variable(account)} set"
            ) from None
        except _RefusedError:
            raise _locked() from None
        except Exception as error:  # noqa: BLE001 - backends have errors of their own, and their text could quote a secret
            raise SecretUnavailable(
                f"No keyring can be used ({type(error).__name__})", f"start Tocsin with {variable(account)} set"
            ) from None

    def _use(self, use: Callable[[Keyring], str | None]) -> str | None:
        """Runs in the daemon thread, and may end long after its caller gave up: hence it notes a refusal itself."""
        with self._one_at_a_time:  # several accounts at once would make several unlock dialogs
            backend = self._backend()
            from keyring.errors import InitError, KeyringLocked  # noqa: PLC0415 - loaded by now

            try:
                return use(backend)
            except (InitError, KeyringLocked):
                self._refused_at = time.monotonic()
                raise _RefusedError from None

    def _remember(self, secret: str) -> None:
        if secret not in self._known:
            self._known = (*self._known, secret)


class _RefusedError(Exception):
    """The keyring stays locked: there is nobody to unlock it, or somebody said no."""


def variable(account: str) -> str:
    """The environment variable that supplies an account's secret."""
    return PREFIX + account.upper().replace("-", "_")


def _locked() -> SecretUnavailable:
    return SecretUnavailable("The keyring is locked", "unlock it; Tocsin asks again within five minutes")
