"""The catalogue: names that people know, with the product and the address of their status page.

Data lies in ``resources/catalogue/services.tsv``: name, product (a provider's key, or a product that none can read),
url, the page's own id where it has one, and kind (``isp`` or ``service``).
"""

import csv
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from tocsin import resources


@dataclass(frozen=True, slots=True)
class Entry:
    """One name. ``page_id`` guards against a page that is another one by now; empty where the product has none."""

    name: str
    product: str
    url: str
    page_id: str
    kind: str


def load(path: Path | None = None) -> tuple[Entry, ...]:
    """Every entry, by name. ``path`` None is the catalogue that is shipped."""
    place = path or resources.path("catalogue", "services.tsv")
    with place.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Entry(row["name"], row["product"], row["url"], row["id"], row["kind"]) for row in rows)


def search(entries: tuple[Entry, ...], wanted: str) -> tuple[Entry, ...]:
    """Those whose name has every word of ``wanted``, without regard to case and accents; the best first.

    A name that begins with the words comes before one that has them inside, then the shorter one.
    """
    words = _folded(wanted).split()
    found = [entry for entry in entries if all(word in _folded(entry.name) for word in words)]
    whole = " ".join(words)
    return tuple(sorted(found, key=lambda entry: (not _folded(entry.name).startswith(whole), len(entry.name))))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
