"""Erasing everything, in words: what will go, what went, and what is left for whom."""

from tocsin.words import plain, system
from tocsin.words.voice import Voice

_WHERE = 400  # characters of a place: a path is not to be cut


def word(voice: Voice) -> str:
    """What has to be typed to go on."""
    # Translators: one word, in small letters, that a person types to agree to erasing everything.
    return voice.pgettext("typed to agree", "erase")


def question(voice: Voice) -> str:
    """What is asked before anything is removed."""
    return voice.gettext("Type “{word}” to remove all of this for good: ").format(word=word(voice))


def left(voice: Voice, what: str, key: str, problem: str) -> str:
    """Something that remains, why, and who has to remove it."""
    said = {
        "keyring": voice.gettext("{what}, in your keyring: open the keyring and remove it there"),
        "link": voice.gettext(
            "{what}: only a link leads there, and it is outside Tocsin's folders; remove it yourself if it is Tocsin's"
        ),
        "foreign": voice.gettext("{what}: something is in it that is not Tocsin's"),
        "denied": voice.gettext("{what}: the system does not let it be removed"),
        "autostart": voice.gettext(
            "{what}: it starts Tocsin with the computer, and was not made by Tocsin alone; remove it yourself"
        ),
    }.get(key, "{what}")
    return system.behind(voice, said.format(what=plain.clean(what, _WHERE)), plain.clean(problem))
