"""A program at a terminal of its own, and a person who types there."""

import os
import pty
import select
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

CTRL_C = b"\x03"
PATIENCE = 60.0
"""Seconds after which what did not happen never will."""

Read = Callable[[bytes], bytes]


@contextmanager
def typing(argv: Sequence[str], environ: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int, Read]]:
    """This at a terminal of its own: the process, our end, and what reads all that it shows up to a word.

    Ctrl-C reaches it also where whoever started the tests had theirs ignore it.
    """
    ours, theirs = pty.openpty()
    shown = bytearray()

    def read_until(word: bytes) -> bytes:
        while word not in shown:
            assert select.select([ours], [], [], PATIENCE)[0], f"no {word!r} after {bytes(shown)!r}"
            try:
                shown.extend(os.read(ours, 1000))
            except OSError as ended:
                raise AssertionError(f"it ended without {word!r}, after {bytes(shown)!r}") from ended
        return bytes(shown)

    command = ["env", "--default-signal=INT", "setsid", "--ctty", *argv]
    with subprocess.Popen(command, env=environ, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        try:
            yield process, ours, read_until
        finally:
            process.kill()  # nothing to one that has ended
    os.close(ours)
