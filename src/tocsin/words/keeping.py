"""What became of a secret that was to be kept, or forgotten; and where that failed, what helps."""

from collections.abc import Callable, Mapping

from tocsin.domain.state import Kept, SecretKept
from tocsin.domain.terms import Obstacle
from tocsin.words import plain
from tocsin.words.voice import Voice


def became(voice: Voice, kept: SecretKept) -> str:
    """Where the secret is now, and why it is nowhere better."""
    if not kept.problem and kept.obstacle is None:
        return {
            Kept.KEYRING: voice.gettext("The secret is in the keyring."),
            Kept.RUN_ONLY: voice.gettext("The secret is kept until Tocsin ends."),
            Kept.NOWHERE: voice.gettext("The secret is forgotten."),
        }[kept.where]
    known = _kept(voice) if kept.where is Kept.RUN_ONLY else _forgotten(voice)
    if kept.obstacle is not None and kept.obstacle in known:
        return known[kept.obstacle]()
    sentence = (
        voice.gettext("The keyring cannot be used ({problem}). The secret is kept until Tocsin ends.")
        if kept.where is Kept.RUN_ONLY
        else voice.gettext("The secret could not be removed from the keyring ({problem}).")
    )
    return sentence.format(problem=plain.clean(kept.problem, plain.BODY).rstrip("."))


def _kept(voice: Voice) -> Mapping[Obstacle, Callable[[], str]]:
    return {
        Obstacle.KEYRING_LOCKED: lambda: voice.gettext(
            "The keyring is locked: the secret is kept until Tocsin ends. To keep it for longer unlock the keyring, "
            "and type it in once more."
        ),
        Obstacle.KEYRING_SILENT: lambda: voice.gettext(
            "The keyring does not answer: the secret is kept until Tocsin ends. To keep it for longer unlock or "
            "restart the keyring, and type it in once more."
        ),
        Obstacle.KEYRING_ABSENT: lambda: voice.gettext(
            "There is no keyring that can be used: the secret is kept until Tocsin ends. To keep it for longer install "
            "or start one, such as GNOME Keyring or KWallet, and type it in once more."
        ),
    }


def _forgotten(voice: Voice) -> Mapping[Obstacle, Callable[[], str]]:
    return {
        Obstacle.KEYRING_LOCKED: lambda: voice.gettext(
            "The keyring is locked: the secret may still be in it. Unlock the keyring, then choose “Forget the secret” "
            "once more."
        ),
        Obstacle.KEYRING_SILENT: lambda: voice.gettext(
            "The keyring does not answer: the secret may still be in it. Unlock or restart the keyring, then choose "
            "“Forget the secret” once more."
        ),
        Obstacle.KEYRING_ABSENT: lambda: voice.gettext(
            "The keyring cannot be used: the secret may still be in it. Start the keyring, then choose “Forget the "
            "secret” once more."
        ),
    }
