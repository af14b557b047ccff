"""Which language this computer's user is spoken to in, and the sentences of it."""

import locale
from collections.abc import Mapping

from tocsin import resources
from tocsin.words.languages import language_of, wishes
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.zones import SystemZone


def phrasebook(language: str | None, environ: Mapping[str, str], profile: str = "") -> Phrasebook:
    """The sentences of a language, None for the system's, in the computer's own time zone.

    ``profile`` is the folder to name in commands, empty for the user's own profile.
    """
    system = locale.getlocale()[0]
    chosen = language_of((language, *wishes(environ, system)), resources.languages())
    return Phrasebook(chosen, resources.translations(chosen), SystemZone(), profile)
