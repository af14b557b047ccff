"""A round's tasks: waited for until a time, called off, and what became of them."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, TypeVar

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


async def waited(tasks: Sequence[asyncio.Task[Any]], until: float) -> None:
    """Wait for all of them, until a time of the loop's clock."""
    if tasks:
        await asyncio.wait(tasks, timeout=max(0.0, until - asyncio.get_running_loop().time()))


async def call_off(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """End those that still run, and wait for it."""
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def result(task: asyncio.Task[T] | None, otherwise: T) -> T:
    """What a task came to, or that in its place when it did not. What it raised is a mistake of ours: it is logged."""
    if task is None or not task.done() or task.cancelled():
        return otherwise
    error = task.exception()
    if error is None:
        return task.result()
    _LOG.error("a probe failed", exc_info=error)
    return otherwise
