"""Looks at every address of the catalogue again: what answers there now, is it still the same product.

usage: .venv/bin/python packaging/catalogue.py [NAME ...]

Asks each page once, one after the other, over the network; it is run by hand and never by tests. It prints a line for
each entry that has changed or does not answer, and changes nothing: whoever maintains the catalogue decides.
"""

import asyncio
import sys
from collections.abc import Sequence

from tocsin import single
from tocsin.domain.account import Auth
from tocsin.domain.snapshot import Failure
from tocsin.providers import catalogue, known


def look(entry: catalogue.Entry) -> str:
    """What is to be said about one entry; empty when it is as listed."""
    answer = single.check(single.CheckRequest(entry.url, None, (), Auth(), {}))
    if isinstance(answer.result, Failure):
        return f"{answer.result.kind.value}: {answer.result.message}"
    return "" if answer.provider == entry.product else f"is {answer.provider} now, listed as {entry.product}"


def main(wanted: Sequence[str]) -> int:
    """Look at those named, or at all that can be read. Returns how many there is something to say about, 99 at most."""
    entries = catalogue.load()
    chosen = [entry for name in wanted for entry in catalogue.search(entries, name)] or [
        entry for entry in entries if entry.product in known()
    ]
    said = 0
    for entry in chosen:
        problem = look(entry)
        if problem:
            said += 1
            print(f"{entry.name}\t{entry.url}\t{problem}", flush=True)
    return min(said, 99)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
