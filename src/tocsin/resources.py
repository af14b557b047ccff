"""Where icons and catalogues lie: inside the wheel when installed, at the top of a checkout otherwise.

hatchling's ``force-include`` copies the top-level ``resources/`` into the wheel as ``tocsin/_resources`` but does
nothing for an editable install; hence the second place.
"""

import gettext
import re
from functools import cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_DOMAIN = "tocsin"
_SOURCE = "en"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:_[A-Za-z0-9]{2,8})?")


@cache
def root() -> Path:
    """The folder of all resources. Raises ``FileNotFoundError`` for an installation that lacks them."""
    for place in (_HERE / "_resources", _HERE.parents[1] / "resources"):
        if place.is_dir():
            return place
    raise FileNotFoundError("Tocsin's resources are missing: the installation is incomplete")


def path(*parts: str) -> Path:
    """The path of one resource, as ``path("icons", "outage.svg")``."""
    return root().joinpath(*parts)


def languages() -> tuple[str, ...]:
    """The languages that there are words for, by name: a compiled catalogue makes one."""
    return tuple(sorted(found.parents[1].name for found in path("locale").glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")))


def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language. One that there are no words for speaks the source's English.

    English itself needs none, and keeps none in memory: its catalogue repeats the source.
    """
    if language == _SOURCE or _LANGUAGE.fullmatch(language) is None:
        return gettext.NullTranslations()
    return gettext.translation(_DOMAIN, path("locale"), [language], fallback=True)
