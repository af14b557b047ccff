"""Signing in, in the browser or with a code: what to do, how it goes, and if it failed, why and what to do then."""

from dataclasses import dataclass

from tocsin.domain.signing_in import SignInFault, SigningIn, SignInStep
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.words import obstacles, plain, times, trials
from tocsin.words.reach import technical
from tocsin.words.voice import Voice


@dataclass(frozen=True, slots=True)
class Pages:
    """What the browser shows at the end, each as a title and a text; ``language`` is theirs."""

    language: str
    done: tuple[str, str]
    not_done: tuple[str, str]
    not_ours: tuple[str, str]
    nothing: tuple[str, str]


def pages(voice: Voice) -> Pages:
    """The pages that the browser ends on."""
    nothing_done = voice.gettext("Nothing was done.")
    return Pages(
        voice.language,
        done=(voice.gettext("You are signed in"), voice.gettext("You can close this page and go back to Tocsin.")),
        not_done=(
            voice.gettext("You are not signed in"),
            voice.gettext("The provider refused it, or it was cancelled. Go back to Tocsin."),
        ),
        not_ours=(voice.gettext("This is not the answer that Tocsin waits for"), nothing_done),
        nothing=(voice.gettext("There is nothing here"), nothing_done),
    )


def told(voice: Voice, view: SigningIn) -> str:
    """How it stands, with what to do; empty after it was broken off and forgotten."""
    match view.step:
        case SignInStep.STARTING:
            return voice.gettext("Preparing to sign in at {host}").format(host=trials.place(voice, view.server))
        case SignInStep.BROWSER | SignInStep.CODE:
            return _to_do(voice, view)
        case SignInStep.KEEPING:
            return voice.gettext("You are signed in. That is being put into the keyring.")
        case SignInStep.DONE:
            return _done(voice, view)
        case SignInStep.FAILED:
            return failed(voice, view)
        case SignInStep.CANCELLED:
            return voice.gettext("Signing in was broken off. Nothing has changed.")


def hint(voice: Voice, view: SigningIn) -> str:
    """What else helps while the person is waited for; empty for nothing."""
    prompt = view.prompt
    if prompt is None or not view.step.is_running:
        return ""
    if view.step is SignInStep.BROWSER and prompt.is_open is not False:
        return voice.gettext("If no browser opens, copy the address and open it on this computer.")
    return ""


def _to_do(voice: Voice, view: SigningIn) -> str:
    prompt = view.prompt
    if prompt is None:
        return ""
    length = times.duration(voice, prompt.lasts)
    if view.step is SignInStep.CODE:
        sentence = voice.gettext("On any device, open this address and type in the code below, within {duration}:")
    elif prompt.is_open is False:
        sentence = voice.gettext("No browser could be opened. Open this address on this computer, within {duration}:")
    else:
        sentence = voice.gettext("Your browser opens. Sign in there within {duration}, and come back.")
    return sentence.format(duration=length)


def _done(voice: Voice, view: SigningIn) -> str:
    if view.obstacle is not None:
        said = _not_kept(voice, view)
    elif view.run_only:
        said = voice.gettext("You are signed in until Tocsin ends.")
    else:
        said = voice.gettext("You are signed in.")
    return said if view.renews else f"{said} {ends_by_itself(voice)}"


def _not_kept(voice: Voice, view: SigningIn) -> str:
    """The keyring did not take it; what helps."""
    if view.obstacle is Obstacle.KEYRING_LOCKED:
        return voice.gettext(
            "You are signed in until Tocsin ends, for the keyring is locked. To stay signed in for longer unlock it, "
            "and sign in again in the settings."
        )
    if view.obstacle is Obstacle.KEYRING_SILENT:
        return voice.gettext(
            "You are signed in until Tocsin ends, for the keyring does not answer. To stay signed in for longer unlock "
            "or restart it, and sign in again in the settings."
        )
    return voice.gettext(
        "You are signed in until Tocsin ends, for no keyring can be used. To stay signed in for longer install or "
        "start one, such as GNOME Keyring or KWallet, and sign in again in the settings."
    )


def ends_by_itself(voice: Voice) -> str:
    """There is nothing to renew a sign-in with."""
    return voice.gettext("The provider gave nothing to renew it with, so it will end by itself.")


def not_taken(voice: Voice, url: str) -> str:
    """Signed in, and the provider tells nothing all the same."""
    sentence = voice.gettext(
        "{host} does not take this sign-in. Check that you may see the status there, and the scope; then sign in again."
    )
    return voice.begun(sentence.format(host=trials.place(voice, url)))


def lost(voice: Voice) -> str:
    """An account was to be set up with a sign-in that is not held any more."""
    return voice.gettext(
        "Nothing was saved, for what you signed in to is not known any more: another sign-in may have taken its place. "
        "Sign in again."
    )


def failed(voice: Voice, view: SigningIn) -> str:
    """Why nobody was signed in, and the remedy; the technical reason stands behind it where it says more."""
    if view.obstacle is not None:
        return obstacles.sentence(view.obstacle, view.place, voice.gettext, voice.command)
    said = _by_fault(voice, view.fault) if view.fault is not None else _by_kind(voice, view)
    reason = plain.clean(view.text, plain.BODY)
    if view.fault is None and view.failure not in (None, FailureKind.UNAUTHORIZED):  # that one has the server's code
        reason = technical(view.failure.value, reason)
    if not reason or view.fault not in (None, SignInFault.CLIENT, SignInFault.SCOPE):
        return said
    # Translators: the technical reason of a failure, which stays in English.
    beside = voice.gettext("({reason})").format(reason=reason)
    return f"{said} {beside}"


def _by_fault(voice: Voice, fault: SignInFault) -> str:
    return {
        SignInFault.NOBODY_CAME: voice.gettext("Nobody signed in within the time there was. Try again."),
        SignInFault.CODE_RAN_OUT: voice.gettext(
            "The code ran out before anybody signed in with it. Try again: there will be a new one."
        ),
        SignInFault.REFUSED: voice.gettext(
            "Signing in was cancelled, or refused by the provider. Try again, and allow it there."
        ),
        SignInFault.CLIENT: voice.gettext(
            "The provider does not know this client. Check the client id, and the client's secret if it has one."
        ),
        SignInFault.SCOPE: voice.gettext("The provider does not know this scope. Correct it, or leave it empty."),
        SignInFault.DISTURBED: voice.gettext(
            "Something else on this computer keeps answering in the browser's place. Close other programs, then try "
            "again."
        ),
        SignInFault.NO_WAY_BACK: voice.gettext(
            "The browser could not come back: nobody may listen on 127.0.0.1. Check this computer's firewall, or sign "
            "in with a code on another device."
        ),
        SignInFault.NOT_BY_PERSON: voice.gettext("This account signs in by itself: there is nothing to do."),
        SignInFault.NO_ACCOUNT: voice.gettext("This account is not there any more."),
        SignInFault.LOST: voice.gettext("What you signed in to is not known any more. Sign in again."),
    }[fault]


def _by_kind(voice: Voice, view: SigningIn) -> str:
    if view.failure is FailureKind.UNAUTHORIZED:
        sentence = voice.gettext("{host} refuses the sign-in. Check the client id and the addresses.")
        return voice.begun(sentence.format(host=trials.place(voice, view.server)))
    if view.failure is FailureKind.UNSUPPORTED:
        return voice.gettext("The addresses to sign in at cannot be used. They should begin with https://.")
    return trials.failure(voice, view.failure, view.server)
