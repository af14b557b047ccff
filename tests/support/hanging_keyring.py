"""A keyring backend that never answers, to be named in ``PYTHON_KEYRING_BACKEND``."""

import sys
import time

from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    """Hangs as D-Bus does when the service behind it is stuck."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(3600)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        time.sleep(3600)

    def delete_password(self, service: str, username: str) -> None:
        time.sleep(3600)


class Writing(Keyring):
    """Holds nothing, and says when it is being written to: it hangs then, and nobody knows what it has by that."""

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        sys.stdout.write("the keyring is being written to\n")
        sys.stdout.flush()
        super().set_password(service, username, password)
