"""Ids for new accounts. A module of its own: Unicode's tables cost a megabyte, and are needed once in a lifetime."""

import re
import unicodedata
from collections.abc import Collection
from itertools import chain, count

_LONGEST_BASE = 24  # of the 32 characters that an id may have; the rest is for a number


def suggested_id(name: str, taken: Collection[str]) -> str:
    """An id for an account of this name that no other has."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)))
    base = "-".join(words)[:_LONGEST_BASE].strip("-") or "account"
    return next(each for each in chain((base,), (f"{base}-{number}" for number in count(2))) if each not in taken)
