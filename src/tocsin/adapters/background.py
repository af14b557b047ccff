"""Calls that can hang for ever (name lookup, keyring), kept away from the loop and from the process's exit.

asyncio's own executor joins its threads when the program ends, so that one hanging ``getaddrinfo`` delays the exit by
seconds. Daemon threads are left behind instead.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[T]):
    """What a call came to: ``error``, or else ``value``."""

    value: T | None = None
    error: Exception | None = None


class DaemonCalls(Generic[T]):
    """Runs blocking calls in daemon threads, at most one at a time under each key.

    Who asks while a call under the same key still runs joins it: a call that hangs costs one thread, however often it
    is asked for. One instance belongs to one event loop.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._running: dict[Hashable, asyncio.Future[_Outcome[T]]] = {}

    async def run(self, key: Hashable, function: Callable[[], T], *, timeout: float) -> T:  # noqa: ASYNC109 - the wait ends, the call goes on
        """Return what ``function`` returns, or raise what it raises; ``TimeoutError`` after ``timeout`` seconds.

        After a timeout the call goes on by itself, and a later ``run`` under the same key may still get its result.
        """
        pending = self._running.get(key)
        if pending is None:
            pending = self._start(key, function)
        done, _ = await asyncio.wait((pending,), timeout=timeout)
        if not done:
            raise TimeoutError(f"{self._name}: no answer within {timeout:g} s")
        outcome = pending.result()
        if outcome.error is not None:
            raise outcome.error
        return outcome.value  # type: ignore[return-value]  # None only where T has None

    def _start(self, key: Hashable, function: Callable[[], T]) -> asyncio.Future[_Outcome[T]]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Outcome[T]] = loop.create_future()
        self._running[key] = future

        def finish(outcome: _Outcome[T]) -> None:
            self._running.pop(key, None)
            if not future.done():
                future.set_result(outcome)

        def work() -> None:
            outcome: _Outcome[T]
            try:
                outcome = _Outcome(value=function())
            except Exception as error:  # noqa: BLE001 - carried over to the caller, who raises it
                outcome = _Outcome(error=error)
            # The loop is closed when the program ended without waiting for us: nobody is left to be told.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(finish, outcome)

        try:
            threading.Thread(target=work, name=self._name, daemon=True).start()
        except RuntimeError:  # no thread to be had: the next call under this key may be luckier
            del self._running[key]
            raise
        return future
