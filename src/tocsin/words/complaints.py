"""What the environment did wrong, for who sits at a terminal or in the settings window: by the key of its message."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tocsin.words import plain, system
from tocsin.words.values import Values
from tocsin.words.voice import Voice

_WHERE = 400  # characters of a place: a path is not to be cut


def told(voice: Voice, key: str, values: Values) -> str:
    """The complaint with its remedy; empty for a key that is not known here."""
    say = _SENTENCES.get(key)
    if say is None:
        return ""
    names = {name: values.text(name, _WHERE) or "?" for name in ("place", "name", "choices", "text")}
    return system.behind(voice, say(voice).format(**names), values.text("problem", plain.BODY))


_SENTENCES: Mapping[str, Callable[[Voice], str]] = MappingProxyType(
    {
        "folder_unmade": lambda voice: voice.gettext(
            "The folder {place} cannot be made. Name another one with --profile."
        ),
        "folder_foreign": lambda voice: voice.gettext(
            "{place} is not a folder of yours. Name another one with --profile."
        ),
        "lock_unopened": lambda voice: voice.gettext(
            "{place} cannot be opened. Check the folder's permissions, or name another one with --profile."
        ),
        "lock_refused": lambda voice: voice.gettext("{place} cannot be locked. Name another folder with --profile."),
        "running": lambda voice: voice.gettext("Tocsin is running already, with the folder {place}."),
        "running_quit": lambda voice: voice.gettext("Tocsin is running. Quit it first."),
        "no_window": lambda voice: voice.gettext(
            "Tocsin is running already and does not open its window. If “tocsin watch” runs in a terminal, end that "
            "first."
        ),
        "no_answer": lambda voice: voice.gettext("The Tocsin that runs does not answer. Quit it, then try again."),
        "other_version": lambda voice: voice.gettext(
            "The Tocsin that runs is of another version. Quit it, then start this one."
        ),
        "record_full": lambda voice: voice.gettext("The record cannot be written. Make room on the disk."),
        "record_damaged": lambda voice: voice.gettext(
            "The record is damaged. Start Tocsin: it sets the file aside and begins a new one."
        ),
        "record_too_new": lambda voice: voice.gettext(
            "The record was written by a newer Tocsin. Install that version again, or name another profile with "
            "--profile."
        ),
        "record_older": lambda voice: voice.gettext(
            "The record was written by an older Tocsin. Start Tocsin once to bring it up to date."
        ),
        "record_unusable": lambda voice: voice.gettext(
            "The record cannot be used. Check the folder's permissions and the free space on the disk."
        ),
        "port_taken": lambda voice: voice.gettext(
            "The port {name} cannot be used. Name another one with --port, or 0 for any that is free."
        ),
    }
)
