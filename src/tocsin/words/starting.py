"""Starting with the computer, in words: what is in the way, and what a person can do about it."""

from tocsin.domain.starting import StartObstacle
from tocsin.words import plain, system
from tocsin.words.voice import Voice

_WHERE = 400  # characters of a place: a path is not to be cut


def in_the_way(voice: Voice, obstacle: str, place: str, problem: str) -> str:
    """One sentence or two: why it does not start with the computer as wished, and the remedy.

    ``obstacle`` is a word of ``StartObstacle``; ``problem`` is the system's own word, which is said in ours.
    """
    gettext = voice.gettext
    where = plain.clean(place, _WHERE)
    sentences = {
        StartObstacle.DENIED: gettext(
            "{place} cannot be written. Check its permissions and the free space on the disk."
        ),
        StartObstacle.LINK: gettext(
            "{place} is a link that Tocsin did not make. Remove the link, or change what it leads to yourself."
        ),
        StartObstacle.UNREADABLE: gettext("{place} cannot be read. Correct or remove it."),
        StartObstacle.OWNERS: gettext(
            "{place} was changed by hand, and what stands in it keeps Tocsin from starting. Correct or remove it."
        ),
        StartObstacle.PROGRAM_GONE: gettext(
            "The program that was to be started, {place}, is not there any more. Switch the start off and on again."
        ),
        StartObstacle.OTHER_PROFILE: gettext(
            "Tocsin starts with the computer already, with the profile {place}. Switch that off first: {command}"
        )
        if place
        else gettext(
            "Tocsin starts with the computer already, with your usual profile. Switch that off first: {command}"
        ),
        StartObstacle.BY_HAND: gettext(
            "It was switched off in the Task Manager. Switch it on there, on the page “Startup apps”."
        ),
        StartObstacle.UNWRITABLE: gettext(
            "The path of Tocsin, {place}, is too long, or has characters that cannot be written down. "
            "Install it in another folder."
        ),
        StartObstacle.PORTAL_SILENT: gettext(
            "The desktop does not answer. Try again, or choose it in the settings of your desktop."
        ),
        StartObstacle.PORTAL_REFUSED: gettext(
            "The desktop does not let Tocsin start by itself. Allow it there, in the settings of the app Tocsin."
        ),
        StartObstacle.UNSUPPORTED: gettext(
            "Tocsin does not know how to do that here. Have your system start “tocsin run --background” by itself."
        ),
    }
    said = sentences.get(StartObstacle(obstacle), "") if obstacle in {*StartObstacle} else ""
    said = said.format(place=where, command=voice.command("autostart off", where))
    return system.behind(voice, said, plain.clean(problem)) if said else ""


def not_switched(voice: Voice, obstacle: str, place: str, problem: str) -> str:
    """That the user's wish did not come true, and why."""
    why = in_the_way(voice, obstacle, place, problem)
    return " ".join(filter(None, (voice.gettext("Starting with the computer cannot be switched on or off."), why)))


def standing(voice: Voice, is_on: bool | None) -> str:  # noqa: FBT001 -- three states, not a switch
    """Whether it is on."""
    if is_on is None:
        return voice.gettext("Only your desktop knows whether Tocsin starts with the computer")
    if is_on:
        return voice.gettext("Tocsin starts with the computer")
    return voice.gettext("Tocsin does not start with the computer")
