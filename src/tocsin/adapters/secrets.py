"""Where secrets are looked up: this run's environment, then the keyring, then this run's memory.

A keyring can be absent, locked or hang for ever. None of that may stop the program: every call to it runs in a daemon
thread with a deadline. Nothing is ever written to a file from here.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from tocsin.adapters.background import DaemonCalls
from tocsin.adapters.environment import variable
from tocsin.domain.terms import Obstacle
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef

SERVICE = "tocsin"
DEADLINE = 8.0
"""Seconds; long enough for a keyring that starts, too short for one that asks a person, who is waited for elsewhere."""

_PAUSE_AFTER_REFUSAL = 300.0
"""Seconds. A poll a minute must not bring up the unlock dialog every minute."""

_MOST_HIDDEN = 256
"""Tokens come and go by the hour: those of long ago are void, and need not be looked for in every line of the log."""

_PLAIN_FILE_BACKENDS = "keyrings.alt."

log = logging.getLogger(__name__)


class NotKept(SecretUnavailable):
    """The keyring answers, and holds nothing under that name."""


class NoKeyring(SecretUnavailable):
    """There is no keyring, or one that no secret is trusted to."""


class Keyring(Protocol):
    """As much of a ``keyring`` backend as is used here."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret. Raises ``keyring.errors.PasswordDeleteError`` where there is none."""
        ...


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
        self._found: dict[str, str] = {}  # what the keyring holds, too
        self._lent: set[str] = set()  # what is to stay in memory
        self._written: dict[str, str] = {}  # what the keyring has taken, perhaps when nobody waited any more
        self._known: tuple[str, ...] = tuple(dict.fromkeys(self._given.values()))
        self._hidden: deque[str] = deque(maxlen=_MOST_HIDDEN)
        self._backend = backend
        self._deadline = deadline
        self._calls: DaemonCalls[str | None] = DaemonCalls("tocsin-keyring")
        self._one_at_a_time = threading.Lock()
        self._refused_at: float | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._known)}>"

    async def get(self, ref: SecretRef) -> str:
        """The secret. Raises ``SecretUnavailable``, whose advice says what the user can do.

        An account's own secret is asked for once. One with a name is asked for anew each time, for ``tocsin login``
        in another process may have replaced it.
        """
        entry = _entry(ref)
        secret = self._given.get(entry) or self._memory.get(entry) or self._found.get(entry)
        if secret is None:
            found = await self._from_keyring(ref)
            if ref.name:
                return self._memory.get(entry, found)
            # What was set while the keyring was being asked is newer.
            secret = self._memory.get(entry) or self._found.setdefault(entry, found)
            self._remember(secret)
        return secret

    async def set(self, ref: SecretRef, value: str) -> None:
        """Keep it in the keyring; where that cannot be had, for this run only, which is logged.

        In the place of one that is lent it is lent as well.

        Raises ``SecretUnavailable`` for an empty secret.
        """
        if not value:
            raise SecretUnavailable("The secret is empty")
        entry = _entry(ref)
        if not ref.name:
            self._remember(value)
        self._given.pop(entry, None)
        self._memory[entry] = value
        if entry in self._lent:
            return
        try:
            await self.keep(ref, value)
        except SecretUnavailable as error:
            log.warning("The secret of %s is kept for this run only: %s", ref.account, error.title)

    async def keep(self, ref: SecretRef, value: str) -> None:
        """Put it into the keyring, and nowhere else. Raises ``SecretUnavailable`` where that cannot be had."""
        entry = _entry(ref)
        self._refused_at = None
        self._lent.discard(entry)

        def put(backend: Keyring) -> None:
            backend.set_password(SERVICE, entry, value)
            self._written[entry] = value

        # A key of its own: who sets a second value must not be given the outcome of the first.
        await self._ask(object(), ref.account, put)
        if self._memory.get(entry) == value:
            del self._memory[entry]
        if not ref.name:
            self._remember(value)
            self._found[entry] = value

    def is_kept(self, ref: SecretRef) -> bool:
        """Whether the keyring has taken what this run uses for it; it may answer long after nobody waits any more."""
        entry = _entry(ref)
        written = self._written.get(entry)
        return written is not None and self._memory.get(entry, written) == written

    def look_again(self) -> None:
        """Ask the keyring anew for what it told before: another process may have put something else into it."""
        self._refused_at = None
        self._found.clear()

    def lend(self, ref: SecretRef, value: str) -> None:
        """Keep it in this run's memory only, before all other places; an empty one is forgotten there."""
        entry = _entry(ref)
        if not value:
            self._memory.pop(entry, None)
            self._lent.discard(entry)
            return
        if not ref.name:
            self._remember(value)
        self._given.pop(entry, None)
        self._memory[entry] = value
        self._lent.add(entry)

    async def drop(self, ref: SecretRef) -> None:
        """Forget it, in the keyring too; where there is no keyring it cannot be in one.

        With an account's own secret goes what a sign-in has left behind. Raises ``SecretUnavailable`` where the keyring
        does not let go of it.
        """
        from tocsin.adapters.oauth_tokens import NAME  # noqa: PLC0415 - seldom needed

        refs = dict.fromkeys((ref, ref if ref.name else SecretRef(ref.account, NAME)))
        self._forget(*refs)
        try:
            for each in refs:
                await self.erase(each)
        except NoKeyring:
            log.info("There is no keyring that could hold a secret of %s", ref.account)
        finally:
            self._forget(*refs)  # what was on its way from the keyring meanwhile

    async def erase(self, ref: SecretRef) -> bool:
        """Take it out of the keyring, and from nowhere else: false if it was not there.

        Raises ``SecretUnavailable`` where the keyring cannot be had, ``NoKeyring`` where there is none.
        """
        entry = _entry(ref)
        self._refused_at = None
        return await self._ask(object(), ref.account, lambda backend: _erased(backend, entry)) is not None

    def _forget(self, *refs: SecretRef) -> None:
        for entry in map(_entry, refs):
            self._given.pop(entry, None)
            self._memory.pop(entry, None)
            self._lent.discard(entry)
            self._found.pop(entry, None)
            self._written.pop(entry, None)

    def known(self) -> tuple[str, ...]:
        """Every secret value of this run, for the log's redaction."""
        return (*self._known, *self._hidden.copy())

    def hide(self, *values: str) -> None:
        """Count these among the known."""
        self._hidden.extend(value for value in values if value not in self._hidden)

    async def _from_keyring(self, ref: SecretRef) -> str:
        entry = _entry(ref)
        secret = await self._ask(entry, ref.account, lambda backend: backend.get_password(SERVICE, entry))
        if secret:
            return secret
        if ref.name:
            raise NotKept(
                f"Nobody is signed in to the account {ref.account}",
                f"sign in: tocsin login {ref.account}",
                obstacle=Obstacle.SIGN_IN,
                place=ref.account,
            )
        raise NotKept(
            f"There is no secret for the account {ref.account}",
            f"keep one with 'tocsin secret set {ref.account}', or start Tocsin with {variable(ref.account)} set",
        )

    async def _ask(self, key: object, account: str, use: Callable[[Keyring], str | None]) -> str | None:
        """What ``use`` gets from the keyring, in a thread of its own. Raises ``SecretUnavailable``."""
        if self._refused_at is not None and time.monotonic() - self._refused_at < _PAUSE_AFTER_REFUSAL:
            raise _locked()
        try:
            return await self._calls.run(key, lambda: self._use(use), timeout=self._deadline)
        except TimeoutError:
            raise SecretUnavailable(
                "The keyring does not answer",
                f"unlock it, or start Tocsin with {variable(account)} set",
                obstacle=Obstacle.KEYRING_SILENT,
                place=variable(account),
            ) from None
        except _RefusedError:
            raise _locked() from None
        except _AbsentError:
            raise _unusable(NoKeyring, "NoKeyringError", account) from None
        except Exception as error:  # noqa: BLE001 - backends have errors of their own, and their text could quote a secret
            raise _unusable(SecretUnavailable, type(error).__name__, account) from None

    def _use(self, use: Callable[[Keyring], str | None]) -> str | None:
        """Runs in the daemon thread, and may end long after its caller gave up: hence it notes a refusal itself."""
        with self._one_at_a_time:  # several accounts at once would make several unlock dialogs
            from keyring.errors import InitError, KeyringLocked, NoKeyringError  # noqa: PLC0415 - as in system_keyring

            try:
                return use(self._backend())
            except (InitError, KeyringLocked):
                self._refused_at = time.monotonic()
                raise _RefusedError from None
            except NoKeyringError:
                raise _AbsentError from None

    def _remember(self, secret: str) -> None:
        if secret not in self._known:
            self._known = (*self._known, secret)


def _entry(ref: SecretRef) -> str:
    """The name of a secret in the keyring; no account's id has a slash."""
    return f"{ref.account}/{ref.name}" if ref.name else ref.account


def _erased(backend: Keyring, entry: str) -> str | None:
    """The entry if it was there and is not any more. Runs where the keyring is asked."""
    from keyring.errors import PasswordDeleteError  # noqa: PLC0415 - loaded by now

    if backend.get_password(SERVICE, entry) is None:
        return None
    try:
        backend.delete_password(SERVICE, entry)
    except PasswordDeleteError:
        if backend.get_password(SERVICE, entry) is not None:
            raise
    return entry


def _unusable(kind: type[SecretUnavailable], why: str, account: str) -> SecretUnavailable:
    return kind(
        f"No keyring can be used ({why})",
        f"start Tocsin with {variable(account)} set",
        obstacle=Obstacle.KEYRING_ABSENT,
        place=variable(account),
    )


class _AbsentError(Exception):
    """There is no keyring."""


class _RefusedError(Exception):
    """The keyring stays locked: there is nobody to unlock it, or somebody said no."""


def _locked() -> SecretUnavailable:
    return SecretUnavailable(
        "The keyring is locked", "unlock it; Tocsin asks again within five minutes", obstacle=Obstacle.KEYRING_LOCKED
    )
