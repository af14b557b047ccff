"""Switches the start with the computer, and tells how it stands: what ``tocsin autostart`` does."""

import asyncio
from collections.abc import Mapping

from tocsin.adapters.autostart import system_autostart
from tocsin.adapters.profile import Profile
from tocsin.errors import AutostartFault, EnvironmentFault
from tocsin.words import starting
from tocsin.words.phrasebook import Phrasebook


def autostart(profile: Profile, environ: Mapping[str, str], words: Phrasebook, *, wanted: bool | None) -> str:
    """How it stands, in words; switched on or off before that, where ``wanted`` is not None.

    Raises ``EnvironmentFault``, in words too, where it cannot be switched, or is on and will not work.
    """
    try:
        way = system_autostart(profile, environ)
        if wanted is not None:
            asyncio.run(way.switch(on=wanted))
        return starting.standing(words, way.is_on())
    except AutostartFault as fault:
        said = starting.in_the_way if wanted is None else starting.not_switched
        raise EnvironmentFault(said(words, fault.obstacle.value, fault.place, fault.problem)) from fault
