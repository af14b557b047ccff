"""Where the published API descriptions lie: ``../shared/samples`` beside the checkout, or the folder ``TOCSIN_SPECS``.

They are no part of the project. A test that needs one says so where it is not there, and tries nothing.
"""

import os
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
SPECS = Path(os.environ.get("TOCSIN_SPECS") or _BESIDE)


def published(*names: str) -> tuple[Path, ...]:
    """The files of these names; none at all, said aloud, where one of them is not there."""
    found = tuple(SPECS / name for name in names)
    missing = [path.name for path in found if not path.is_file()]
    if missing:
        print(f"\nnot tried: {', '.join(missing)} not found in {SPECS}")  # noqa: T201 - the reader is to see it
        return ()
    return found
