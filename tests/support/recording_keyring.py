"""A keyring that tests look into, and what a program gets out of one."""

import asyncio
import threading

import pytest
from keyring.errors import PasswordDeleteError

from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef, Secrets


class RecordingKeyring:
    """A keyring in memory that writes down what it is asked, and can be made to fail."""

    def __init__(self, held=None, failure=None):
        self.held = dict(held or {})
        self.failure = failure
        self.asked = []

    def __call__(self):
        return self

    def get_password(self, service, username):
        self.asked.append(("get", service, username))
        if self.failure:
            raise self.failure
        return self.held.get(username)

    def set_password(self, service, username, password):
        self.asked.append(("set", service, username))
        if self.failure:
            raise self.failure
        self.held[username] = password

    def delete_password(self, service, username):
        self.asked.append(("delete", service, username))
        if self.held.pop(username, None) is None:
            raise PasswordDeleteError("there is none")


class SlowKeyring(RecordingKeyring):
    """Takes a secret, or refuses it, only after it was let go. ``is_asked`` is set once somebody waits for it."""

    def __init__(self, held=None, failure=None):
        super().__init__(held, failure)
        self.is_asked, self.let_go = threading.Event(), threading.Event()

    def set_password(self, service, username, password):
        self.is_asked.set()
        self.let_go.wait(60)
        super().set_password(service, username, password)


def get(secrets: Secrets, account="home"):
    return asyncio.run(secrets.get(SecretRef(account)))


def refusal(secrets: Secrets, account="home") -> SecretUnavailable:
    with pytest.raises(SecretUnavailable) as caught:
        get(secrets, account)
    return caught.value
