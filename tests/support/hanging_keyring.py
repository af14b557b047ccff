"""A keyring backend that never answers, to be named in ``PYTHON_KEYRING_BACKEND``."""

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
