"""Finding a sign-in server's addresses: how it goes, what was found, and if nothing was, why and what to do."""

from tocsin.domain.finding import FindFault, Finding, FindStep
from tocsin.words import obstacles, plain, trials
from tocsin.words.voice import Voice


def told(voice: Voice, view: Finding, wanted: str = "") -> str:
    """How it stands, with what to do. ``wanted`` is what the chosen way to sign in needs: authorize, device, token."""
    if view.step is FindStep.LOOKING:
        host = trials.place(voice, view.address)
        return voice.gettext("Asking {host} for its addresses").format(host=host)
    return _found(voice, view, wanted) if view.found is not None else _failed(voice, view)


def _found(voice: Voice, view: Finding, wanted: str) -> str:
    done = voice.gettext("The addresses are filled in as this server names them. Check them, and go on.")
    if view.found is None or wanted not in ("authorize", "device") or getattr(view.found, wanted):
        return done
    if wanted == "authorize":
        missing = voice.gettext(
            "This server names no address to sign in at in the browser. Sign in in another way, or ask your provider "
            "for that address."
        )
    else:
        missing = voice.gettext(
            "This server names no address that gives out codes. Sign in in the browser, or ask your provider for that "
            "address."
        )
    return f"{done} {missing}"


def _failed(voice: Voice, view: Finding) -> str:
    if view.obstacle is not None:
        return obstacles.sentence(view.obstacle, view.place, voice.gettext, voice.command)
    if view.fault is None:
        return trials.failure(voice, view.failure, view.address)
    host, issuer = trials.place(voice, view.address), plain.clean(view.issuer, plain.NAME)
    return voice.begun(_by_fault(voice, view.fault).format(host=host, issuer=issuer))


def _by_fault(voice: Voice, fault: FindFault) -> str:
    return {
        FindFault.NO_ADDRESS: voice.gettext(
            "This is not the address of a server to sign in at. It begins with https://, as in "
            "https://login.example.net."
        ),
        FindFault.NOTHING: voice.gettext(
            "{host} does not say which addresses it has. Check the address. If it is right, ask your provider for them "
            "and type them in."
        ),
        FindFault.OTHER_ISSUER: voice.gettext(
            "{host} speaks for another server, which was not asked: {issuer}. If you know that one as your provider's, "
            "type it in instead, and look again."
        ),
        FindFault.UNSAFE: voice.gettext(
            "{host} names addresses that are not encrypted, or not whole. None was filled in. Ask your provider for "
            "the right ones."
        ),
        FindFault.INCOMPLETE: voice.gettext(
            "{host} does not name the address that gives out tokens. Ask your provider for it, and type it in."
        ),
    }[fault]
