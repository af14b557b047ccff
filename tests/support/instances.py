"""An instance's socket that serves, and clients that ask there."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from tocsin.adapters.instance_client import Reply, send_command
from tocsin.adapters.instance_socket import InstanceServer
from tocsin.adapters.profile import Profile


@pytest.fixture
def profile(home):
    made = Profile.at(home / "profile")
    made.make()
    return made


@asynccontextmanager
async def serving(profile, dispatch=lambda _: None, status=dict, **options):
    server = InstanceServer(profile, dispatch, status, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


async def ask(profile, cmd, **options) -> Reply:
    return await asyncio.to_thread(send_command, profile, cmd, 30.0, **options)


async def say(profile, *lines: bytes) -> list[dict]:
    """Send raw lines on one connection; the answers until there are as many, or the server hangs up."""
    reader, writer = await asyncio.open_unix_connection(str(profile.socket))
    answers = []
    try:
        for line in lines:
            writer.write(line)
            await writer.drain()
            answer = await reader.readline()
            if not answer:
                break
            answers.append(json.loads(answer))
    except ConnectionError:
        pass  # hung up on, as some tests want it
    finally:
        writer.transport.abort()
    return answers
