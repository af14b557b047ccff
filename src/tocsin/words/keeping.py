"""What became of a secret that was to be kept, or forgotten; and where that failed, what helps."""

from collections.abc import Callable, Mapping

from tocsin.domain.state import Kept, SecretKept
from tocsin.domain.terms import Obstacle
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
    return known.get(kept.obstacle or Obstacle.KEYRING_ABSENT, known[Obstacle.KEYRING_ABSENT])()


def not_taken(voice: Voice, obstacle: Obstacle, variable: str) -> str:
    """Why a secret cannot be kept, to who sits at a terminal. ``variable`` is the one that would give it as well."""
    sentence = {
        Obstacle.KEYRING_LOCKED: voice.gettext(
            "The keyring is locked, and a secret is kept nowhere else: unlock it, or start Tocsin with {variable} set"
        ),
        Obstacle.KEYRING_SILENT: voice.gettext(
            "The keyring does not answer, and a secret is kept nowhere else: unlock or restart it, or start Tocsin "
            "with {variable} set"
        ),
    }.get(obstacle) or voice.gettext(
        "There is no keyring that can be used, and a secret is kept nowhere else: install or start one, or start "
        "Tocsin with {variable} set"
    )
    return sentence.format(variable=variable)


def no_login(voice: Voice, obstacle: Obstacle) -> str:
    """Why what comes of signing in cannot be kept, to who sits at a terminal."""
    return {
        Obstacle.KEYRING_LOCKED: voice.gettext("The keyring is locked, and a login is kept nowhere else: unlock it"),
        Obstacle.KEYRING_SILENT: voice.gettext(
            "The keyring does not answer, and a login is kept nowhere else: unlock or restart it"
        ),
    }.get(obstacle) or voice.gettext(
        "There is no keyring that can be used, and a login is kept nowhere else: install or start one"
    )


def not_let_go(voice: Voice, obstacle: Obstacle) -> str:
    """Why a secret cannot be removed, to who sits at a terminal."""
    return {
        Obstacle.KEYRING_LOCKED: voice.gettext(
            "The keyring is locked, and the secret may still be in it: unlock it, then try again"
        ),
        Obstacle.KEYRING_SILENT: voice.gettext(
            "The keyring does not answer, and the secret may still be in it: unlock or restart it, then try again"
        ),
    }.get(obstacle) or voice.gettext(
        "There is no keyring that can be used: if the secret is in one, start it, then try again"
    )


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
