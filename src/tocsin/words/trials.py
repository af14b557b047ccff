"""What comes of trying an address before it is watched: how far it got, and if it failed, why and what to do."""

from urllib.parse import urlsplit

from tocsin.domain.terms import FailureKind
from tocsin.domain.trial import TrialStep, TrialView
from tocsin.words import obstacles, plain
from tocsin.words.reach import technical
from tocsin.words.voice import Voice


def progress(voice: Voice, step: TrialStep, url: str, product: str) -> str:
    """What is being done: "Finding out what answers at status.example.net"."""
    host = place(voice, url)
    if step is TrialStep.LOOKING or not product:
        return voice.gettext("Finding out what answers at {host}").format(host=host)
    return voice.gettext("Asking {host} as {product}").format(host=host, product=plain.clean(product, plain.NAME))


def told(voice: Voice, view: TrialView, url: str, *, signed: bool) -> tuple[str, str]:
    """Why nothing came of a trial with the remedy, and the technical reason where that says more; else empty."""
    if view.obstacle is not None:
        return obstacles.sentence(view.obstacle, view.place, voice.gettext, voice.command), ""
    kind = view.failure.value if view.failure is not None else ""
    return failure(voice, view.failure, url, signed=signed), technical(kind, plain.clean(view.text, plain.BODY))


def failure(voice: Voice, kind: FailureKind | None, url: str, *, signed: bool = False) -> str:
    """Why nothing came of it, and the remedy. ``signed``: a secret was sent along."""
    if kind is FailureKind.UNAUTHORIZED and signed:
        sentence = voice.gettext(
            "{host} refuses this sign-in. Check the token or the password, and that it may read the status."
        )
    else:
        sentence = _plainly(voice, kind)
    return voice.begun(sentence.format(host=place(voice, url)))


def _plainly(voice: Voice, kind: FailureKind | None) -> str:
    known = {
        FailureKind.DNS: voice.gettext(
            "The name {host} was not found. Check the address for a typing error, then your network."
        ),
        FailureKind.CONNECT: voice.gettext("{host} does not answer. Check the address, then your network."),
        FailureKind.TLS: voice.gettext(
            "No secure connection to {host} could be made. Check the address, and this computer's date."
        ),
        FailureKind.TIMEOUT: voice.gettext("{host} takes too long to answer. Try again, or check the address."),
        FailureKind.TOO_LARGE: voice.gettext("{host} answers with more than a status page has. Check the address."),
        FailureKind.HTTP_STATUS: voice.gettext(
            "{host} answers with an error. Check the address; if it is right, try again later."
        ),
        FailureKind.UNAUTHORIZED: voice.gettext("{host} wants to know who is asking: sign in."),
        FailureKind.RATE_LIMITED: voice.gettext(
            "{host} was asked too often lately. Wait a few minutes, then try again."
        ),
        FailureKind.REDIRECT: voice.gettext(
            "{host} leads to another place. Open it in a browser, and paste the address where you end up."
        ),
        FailureKind.NOT_STATUS_API: voice.gettext(
            "{host} answers, but not as a status page that Tocsin can read. Paste the address of the status page "
            "itself. On a public Wi-Fi sign in there first."
        ),
        FailureKind.MALFORMED: voice.gettext(
            "The answer of {host} makes no sense. Try again; if it stays so, check the address."
        ),
        FailureKind.UNSUPPORTED: voice.gettext("This address cannot be asked. It should begin with https://."),
    }
    general = voice.gettext("Nothing came of asking {host}. Check the address, then try again.")
    return general if kind is None else known.get(kind, general)


def place(voice: Voice, url: str) -> str:
    """The host of an address, with its port if it names one; a general word where there is none."""
    stated = url.strip()
    try:
        host = urlsplit(stated if "://" in stated else f"https://{stated}").netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return plain.clean(host, plain.NAME) or voice.gettext("this address")
