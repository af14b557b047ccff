"""Whether the user's keyring can be used. It is asked for something that nobody ever kept there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tocsin.adapters.doctor_bus import is_keyring_locked, session_address
from tocsin.adapters.secrets import SERVICE, system_keyring

_NOBODY = "nobody/doctor"
_OF_THE_SERVICE = "SecretService"


class KeyringIs(StrEnum):
    """How the keyring is."""

    OPEN = "open"
    LOCKED = "locked"
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class KeyringState:
    """How the keyring is, what it calls itself, and the kind of error for one that is broken."""

    state: KeyringIs
    name: str = ""
    problem: str = ""


def look(environ: Mapping[str, str], within: float) -> KeyringState:
    """Ask it. Blocks, perhaps for ever; a locked one is not asked, for that would bring up its dialog."""
    from keyring.errors import InitError, KeyringLocked, NoKeyringError  # noqa: PLC0415 -- costs 60 ms and 8 MB

    name = ""
    try:
        backend = system_keyring()
        name = str(getattr(backend, "name", type(backend).__name__))
        if _OF_THE_SERVICE in type(backend).__module__ and is_keyring_locked(session_address(environ), within):
            return KeyringState(KeyringIs.LOCKED, name)
        backend.get_password(SERVICE, _NOBODY)
    except NoKeyringError:
        return KeyringState(KeyringIs.ABSENT, name)
    except (InitError, KeyringLocked):
        return KeyringState(KeyringIs.LOCKED, name)
    except Exception as error:  # noqa: BLE001 -- backends have errors of their own, and their text could quote a secret
        return KeyringState(KeyringIs.BROKEN, name, type(error).__name__)
    return KeyringState(KeyringIs.OPEN, name)
