"""Asking a server on loopback with nothing of the project's own: requests, raw bytes, and what comes back."""

import contextlib
import http.client
import json
import socket
from datetime import UTC, datetime

import pytest

from support.scenarios import ScriptedProvider, StillTime
from tocsin.simulator.server import DEMO_TOKEN

NOW = datetime(2026, 11, 21, 18, 0, 5, tzinfo=UTC)
RECORDS = "/tmf-api/serviceProblemManagement/v4/serviceProblemEventRecord"


class Answer:
    """What came back."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


def ask(port, path, *, method="GET", token=DEMO_TOKEN, body=None, **headers):
    """One request on a connection of its own."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        return ask_on(connection, path, method=method, token=token, body=body, **headers)


def ask_on(connection, path, *, method="GET", token=DEMO_TOKEN, body=None, **headers):
    """One request on an open connection."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        named["Authorization"] = f"Bearer {token}"
    connection.request(method, path, body=body, headers=named)
    return Answer(connection.getresponse())


def raw(port, data, timeout=30.0):
    """Send bytes, and return everything that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as sock:
        sock.sendall(data)
        chunks = []
        while chunk := sock.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


def is_cut(sock):
    """True when the other side has ended the connection, in whichever way; a timeout is an error."""
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.fixture
def clock():
    return StillTime(NOW)


@pytest.fixture
def provider(clock):
    with ScriptedProvider(clock, page_size=3) as running:
        yield running
