"""Which language to speak: from what the user set and what the system says, among those that there are."""

import re
from collections.abc import Collection, Iterable, Mapping

SOURCE = "en"

_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z0-9]{2,8}))?(?:[.@].*)?")
_NEUTRAL = frozenset({"c", "posix"})


def wishes(environ: Mapping[str, str], system: str | None = None) -> tuple[str, ...]:
    """The locales that the environment asks for, most wanted first, by gettext's rules.

    ``system`` is what the system itself says where there are no such variables (Windows, macOS). ``LANGUAGE`` counts
    only beside a locale that is not ``C``.
    """
    named = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((value for value in named if value), system or "")
    if not locale or locale.split(".")[0].lower() in _NEUTRAL:
        return ()
    preferred = tuple(each for each in environ.get("LANGUAGE", "").split(":") if each)
    return (*preferred, locale)


def language_of(wanted: Iterable[str | None], available: Collection[str]) -> str:
    """The first wish that there are words for, as a name in ``available``; English where there is none.

    A wish is a locale as in ``nl_BE.UTF-8`` or ``nl-BE``; its region counts where a catalogue has that very name.
    """
    names = {name.lower().replace("-", "_"): name for name in (*available, SOURCE)}
    for wish in wanted:
        found = _LOCALE.fullmatch(wish.strip()) if wish else None
        if found is None:
            continue
        language, region = found.group(1).lower(), (found.group(2) or "").lower()
        for name in (f"{language}_{region}", language):
            if name in names:
                return names[name]
    return SOURCE
