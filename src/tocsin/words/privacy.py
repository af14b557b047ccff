"""What is stored where, and who is contacted with what, in sentences: the page on privacy."""

from dataclasses import dataclass
from functools import partial, reduce

from tocsin.domain.account import AuthKind
from tocsin.domain.privacy import Contact, Kept, Kind, Privacy, Purpose, Service
from tocsin.words import plain, times, verdicts
from tocsin.words.voice import Voice

_WHERE = 400  # characters of a place: a path is not to be cut


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the rows under it. A row is a thing and what is said of it; either may be empty."""

    title: str
    rows: tuple[tuple[str, str], ...]


def page(voice: Voice, found: Privacy) -> tuple[Section, ...]:
    """The whole page, in the order in which it is read. Sections that have nothing to say are left out."""
    sections = (
        Section(voice.gettext("Kept on this computer"), tuple(_kept(voice, each) for each in found.kept)),
        Section(voice.gettext("Contacted over the network"), _contacts(voice, found)),
        Section(voice.gettext("Contacted only if you agree"), tuple((host, "") for host in found.offered)),
        Section(voice.gettext("Spoken to on this computer"), tuple(("", _here(voice, each)) for each in found.here)),
        Section(voice.gettext("Nobody else"), (("", nobody_else(voice)),)),
    )
    return tuple(each for each in sections if each.rows)


def nobody_else(voice: Voice) -> str:
    """The promise that the list is whole."""
    return voice.gettext(
        "Tocsin contacts nobody but these and the addresses that you have it try: no telemetry, no advertising, no "
        "search for updates. Links open in your browser, and only when you click them."
    )


def _kept(voice: Voice, kept: Kept) -> tuple[str, str]:
    said = {
        Kind.SETTINGS: voice.gettext(
            "your settings, without passwords and keys; beside them a copy from before an older file was changed"
        ),
        Kind.RECORD: voice.gettext(
            "the record: incidents as the provider told them, your reports, and a value for each minute of your line "
            "for 400 days; beside it a copy from before an older one was brought up to date, and any that was damaged"
        ),
        Kind.LOG: voice.gettext("the log: three files of 1 MiB at the most, with secrets taken out"),
        Kind.RUN: voice.gettext("the lock and the socket of the running program"),
        Kind.SECRETS: voice.gettext("the passwords, keys and sign-ins of {accounts}; without a keyring in memory only"),
    }[kept.kind]
    if kept.kind is Kind.SECRETS:
        names = [each or voice.pgettext("whose password", "the proxy") for each in kept.names]
        return voice.gettext("your keyring"), said.format(accounts=voice.names(names, len(names)))
    return plain.clean(kept.where, _WHERE), said


def _contacts(voice: Voice, found: Privacy) -> tuple[tuple[str, str], ...]:
    if not found.contacts:
        return (("", voice.gettext("nobody")),)
    rows: list[tuple[str, str]] = []
    before = ""
    for each in found.contacts:
        said = contact(voice, each)
        rows.append((_whom(voice, each), voice.pgettext("as the line above", "the same") if said == before else said))
        before = said
    if any(not each.is_here for each in found.contacts):
        rows.append(("", _of_everyone(voice, found)))
    return tuple(rows)


def _of_everyone(voice: Voice, found: Privacy) -> str:
    """What everybody in the list learns, beside what stands behind each."""
    said = voice.gettext("All of them see your internet address, as every website does.")
    if all(each.purpose is not Purpose.POLL for each in found.contacts):
        return said
    told = voice.gettext(
        "Who is asked for an account is told that it is Tocsin that asks, and which version, and is given back what it "
        "sent itself: the mark of a page that has not changed, the cookie of a login."
    )
    return f"{said} {told}"


def _whom(voice: Voice, each: Contact) -> str:
    return plain.clean(each.host, _WHERE) or voice.gettext("your router")


def contact(voice: Voice, each: Contact) -> str:
    """How often somebody is contacted, what for, and with what."""
    said = [how_often(voice, each), _what_for(voice, each)]
    if each.via:
        said.append(voice.gettext("through the proxy {proxy}").format(proxy=plain.clean(each.via, _WHERE)))
    if each.is_here:
        said.append(voice.gettext("it is this computer itself"))
    return reduce(partial(verdicts.join, voice), said)


def how_often(voice: Voice, each: Contact) -> str:
    """How often while all is well."""
    if each.every is None:
        return {
            Purpose.TOKEN: voice.gettext("when the sign-in has to be renewed"),
            Purpose.SIGN_IN: voice.gettext("only while you sign in"),
        }.get(each.purpose, voice.gettext("when the line looks bad"))
    usual = voice.gettext("every {time}").format(time=times.duration(voice, each.every))
    if each.seldom is None:
        return usual
    seldom = times.duration(voice, each.seldom)
    return voice.gettext("{usual}, on a metered link every {time}").format(usual=usual, time=seldom)


def _what_for(voice: Voice, each: Contact) -> str:
    account = plain.clean(each.name, plain.NAME) or plain.clean(each.account, plain.NAME)
    return {
        Purpose.POLL: voice.gettext("asked for {account}, {login}"),
        Purpose.TOKEN: voice.gettext("gives access for {account}; your sign-in is sent"),
        Purpose.SIGN_IN: voice.gettext("signs you in for {account}"),
        Purpose.LINE: voice.gettext(
            "whether your line works: a connection, now and then its certificate, and nothing else"
        ),
        Purpose.NAMES: voice.gettext("this name is looked up, and nothing is sent"),
        Purpose.PORTAL: voice.gettext("a fixed page, to notice a network that wants you to sign in"),
        Purpose.ROUTER: voice.gettext("whether it answers"),
    }[each.purpose].format(account=account, login=login(voice, each.login))


def login(voice: Voice, kind: AuthKind) -> str:
    """What is sent along to prove who asks."""
    return {
        AuthKind.NONE: voice.gettext("without a login"),
        AuthKind.BEARER: voice.gettext("with your token"),
        AuthKind.API_KEY: voice.gettext("with your key"),
        AuthKind.BASIC: voice.gettext("with your user name and password"),
        AuthKind.OAUTH2: voice.gettext("with the access that you gave by signing in"),
        AuthKind.LOGIN: voice.gettext("with your user name and password"),
    }[kind]


def _here(voice: Voice, service: Service) -> str:
    return {
        Service.NOTIFICATIONS: voice.gettext("the desktop's notifications: what happened, for you to read"),
        Service.KEYRING: voice.gettext("your keyring: the secrets named above"),
        Service.POWER: voice.gettext("the system: whether it sleeps, saves its battery, or is on a metered link"),
        Service.RESOLVER: voice.gettext("the system's resolver: it looks up the names above, wherever it asks"),
    }[service]
