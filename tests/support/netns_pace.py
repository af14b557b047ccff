"""Real time on a machine that is busy: what fails because it had to wait for a processor is tried at a slower pace.

    @paced
    def test_something(network): ...

The demands stay: at a pace of 3 a line is measured three times as slowly, and has three times as long to turn.
"""

import contextlib
import functools
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support.netns import Network
from tocsin.domain.line_policy import LinePolicy

PACES = (1.0, 3.0, 6.0)
_BUSY = 0.1
"""Seconds for which the processes of a test waited for a processor: with less the machine was not what went wrong."""
_SPEEDS = ("slow_bad", "slow_good")
"""What of a policy is no time to wait, but a round trip to be judged."""


def paced(test: Callable[..., None]) -> Callable[..., None]:
    """The same test, tried again more slowly where it fails on a machine that is too busy for its pace."""

    @functools.wraps(test)
    def tried(network: Network, **more: Any) -> None:
        try:
            for network.pace in PACES:
                before, network.waited = waited("self"), 0.0
                try:
                    test(network=network, **more)
                except (AssertionError, pytest.fail.Exception):
                    if network.pace == PACES[-1] or waited("self") - before + network.waited < _BUSY:
                        raise
                else:
                    return
                network.mend()
        finally:
            network.pace = PACES[0]  # the next test has a network of its own pace

    return tried


def waited(process: int | str) -> float:
    """For how many seconds the threads of a process that run could have run and had to wait (proc(5), schedstat)."""
    total = 0
    for each in _threads(process):
        with contextlib.suppress(OSError):
            total += int((each / "schedstat").read_text().split()[1])
    return total / 1e9


def _threads(process: int | str) -> Iterable[Path]:
    return Path(f"/proc/{process}/task").glob("*")


def slowed(policy: LinePolicy, pace: float) -> LinePolicy:
    """A policy with all of its waits longer by this factor."""
    values = {each.name: getattr(policy, each.name) for each in fields(policy) if each.name not in _SPEEDS}
    waits: dict[str, Any] = {key: value * pace for key, value in values.items() if isinstance(value, timedelta)}
    return replace(policy, **waits)
