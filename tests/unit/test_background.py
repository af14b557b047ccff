"""Calls that can hang for ever: they cost a deadline, and neither the loop nor the exit waits for them."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from tocsin.adapters.background import DaemonCalls


def test_result_and_error_come_back():
    """A call in a daemon thread behaves like a call."""

    def broken():
        raise LookupError("no")

    async def scenario():
        calls = DaemonCalls("test")
        with pytest.raises(LookupError, match="no"):
            await calls.run("b", broken, timeout=5)
        return await calls.run("a", threading.current_thread, timeout=5)

    thread = asyncio.run(scenario())
    assert thread.daemon
    assert thread.name == "test"


def test_hanging_call_lets_the_loop_go_on():
    """While a call hangs the loop runs, and the deadline holds."""
    release = threading.Event()

    async def scenario():
        hanging = asyncio.ensure_future(DaemonCalls("test").run("a", release.wait, timeout=60))
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert not hanging.done()
        with pytest.raises(TimeoutError):
            await DaemonCalls("test").run("a", release.wait, timeout=0.1)
        hanging.cancel()
        await asyncio.wait([hanging])

    try:
        asyncio.run(scenario())
    finally:
        release.set()


def test_same_key_is_joined_and_may_still_get_the_result():
    """Asking again while a call hangs starts no second one, and gets what the first comes to."""
    release, begun = threading.Event(), []

    def slow():
        begun.append(1)
        release.wait()
        return "late"

    async def scenario():
        calls = DaemonCalls("test")
        with pytest.raises(TimeoutError):
            await calls.run("a", slow, timeout=0.02)
        second = asyncio.ensure_future(calls.run("a", slow, timeout=5))
        third = asyncio.ensure_future(calls.run("a", slow, timeout=5))
        await asyncio.sleep(0)
        release.set()
        results = await asyncio.gather(second, third)
        return results, await calls.run("a", lambda: "anew", timeout=5)

    assert asyncio.run(scenario()) == (["late", "late"], "anew")
    assert len(begun) == 1


def test_cancelled_caller_leaves_the_call_to_the_others():
    """One poll that is called off does not take the lookup away from another."""
    release = threading.Event()

    async def scenario():
        calls = DaemonCalls("test")
        first = asyncio.ensure_future(calls.run("a", release.wait, timeout=5))
        second = asyncio.ensure_future(calls.run("a", release.wait, timeout=5))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        release.set()
        return first.cancelled(), await second

    assert asyncio.run(scenario()) == (True, True)


def test_call_that_outlives_its_loop_ends_quietly():
    """The program's end has come and gone when the resolver answers: nobody is told, nothing breaks."""
    release, begun = threading.Event(), threading.Event()
    threads = []

    def slow():
        threads.append(threading.current_thread())
        begun.set()
        release.wait()

    async def scenario():
        with pytest.raises(TimeoutError):
            await DaemonCalls("test").run("a", slow, timeout=0.02)

    asyncio.run(scenario())
    assert begun.wait(30)
    release.set()
    threads[0].join(30)
    assert not threads[0].is_alive()


def test_process_exits_while_a_lookup_hangs():
    """Asyncio's own executor would hold the exit until the resolver gives up; ours does not."""
    program = """
import asyncio, socket, time
socket.getaddrinfo = lambda *args, **kwargs: time.sleep(60)
from tocsin.adapters.http_connect import LookupFailed, Resolver
async def main():
    try:
        await Resolver(deadline=0.1).addresses("a.example", 443)
    except LookupFailed as failure:
        print(failure, time.time(), sep="|", flush=True)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=50)
    ended = time.time()
    said, at = done.stdout.strip().split("|")
    assert "could not be looked up" in said
    assert ended - float(at) < 20  # the lookup hangs for a minute
    assert done.stderr == ""
