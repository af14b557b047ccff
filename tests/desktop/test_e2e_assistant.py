"""From an empty profile to a live green bell, as a new user would: with a mouse, a clipboard, and nothing else.

Pictures of every step, in English and Dutch, are left in ``build/assistant``.
"""

from functools import partial
from pathlib import Path

import pytest

from support import watchdog, window_reader
from support.netns import Network
from support.own_time import OwnTime
from support.phrases import book
from support.program import PATIENCE, Program
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from support.virtual_desktop import VirtualDesktop
from tocsin import providers
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.terms import FailureKind, Level
from tocsin.simulator.http1 import Manner
from tocsin.words import trials

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(240)]  # some are done over again

PICTURES = Path(__file__).resolve().parents[2] / "build" / "assistant"
WITHIN = 60.0
"""Seconds, beside those in which the program and its desktop got no processor."""
MOST_CLICKS = 6
NAME = "TMF656"
SAID = {
    "next": "Next",
    "finish": "Finish",
    "cancel": "Cancel",
    "line": "Just watch my line",
    "sign": "Sign in",
    "settings": "Settings",
    "welcome": "What should Tocsin watch for you?",
    "accounts": "Accounts and connections",
}


class Newcomer:
    """Somebody who has never seen it: clicks on what it says, pastes, and counts."""

    def __init__(self, desktop: VirtualDesktop, language: str, *, env=None, network: str = "") -> None:
        self.desktop = desktop
        self.words = book(language)
        self._language = language
        self._stall = desktop.directory / "stall"
        hook = window_reader.hook(desktop) + watchdog.hook(self._stall, desktop)
        spoken = {"LANG": f"{language}_{language.upper()}.UTF-8", "LANGUAGE": language}
        self.program = Program(desktop, hook=hook, env=spoken | (env or {}), network=network)
        self.clicks = self.pastes = 0
        self._frame = desktop.picture()
        self.program.start("run")
        self.taken = OwnTime(*desktop.pids)
        desktop.wait_until(self._is_open, PATIENCE, "the assistant")

    def click(self, what: str, picture: str = "") -> None:
        """Click on the button that says this, once it can be pressed and stays where it is."""
        if picture:
            self.picture(picture)
        place = self.desktop.at_rest(lambda: self._button(self.said(what)), PATIENCE, what)
        assert place is not None
        self.desktop.click(*place)
        self.clicks += 1

    def paste(self, text: str) -> None:
        """Type what somebody would paste; it is one paste."""
        self.desktop.run("xdotool", "type", "--delay", "1", text)
        self.pastes += 1

    def picture(self, name: str) -> None:
        """Keep what is on the screen."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.desktop.wait_until(self._is_still, PATIENCE, "the screen to come to rest")
        self.desktop.screenshot(PICTURES / f"{self._language}-{name}.png")

    def said(self, what: str) -> str:
        """What stands there in the language that is spoken."""
        return self.words.gettext(SAID[what])

    def is_live(self) -> None:
        """Return once the bell is green and the window says so: within a minute, by so few clicks."""
        self.program.wait_for_level("ok", WITHIN)
        self.sees(f"{self.words.level_word(Level.OK)}, ")
        assert self.taken.seconds < WITHIN
        assert self.clicks <= MOST_CLICKS

    def opens_the_settings(self) -> None:
        """One more click, after which they are there."""
        self.click("settings")
        self.sees(self.said("accounts"))

    def sees(self, part: str) -> None:
        """Return once it says this."""
        window_reader.wait_for_text(self.desktop, part, WITHIN)

    @property
    def longest_stall(self) -> float:
        """Seconds."""
        return float(self._stall.read_text())

    def _is_still(self) -> bool:
        before, self._frame = self._frame, self.desktop.picture()
        return before == self._frame

    def _button(self, text: str) -> tuple[int, int] | None:
        return next((place for label, place in window_reader.read(self.desktop).buttons if label == text), None)

    def _is_open(self) -> bool:
        """Whether it is there, and what is typed goes into it."""
        try:
            return window_reader.read(self.desktop).focus == self.words.gettext("Name or address")
        except OSError:
            return False


def configured(program: Program):
    return TomlSettings(program.profile.settings, provider_keys=providers.known()).load().settings


@pytest.mark.parametrize("language", ["en", "nl"])
def test_from_an_empty_profile_to_a_live_green_bell(language):
    """Issue: at most six clicks and one paste, under 60 s, and the window is never kept waiting for 50 ms."""
    assert watchdog.never_stalls(partial(from_nothing, language))


def from_nothing(language: str) -> float:
    with StatuspageServer("Planet Mail") as page, VirtualDesktop(panel="lxqt") as desktop:
        page.add_component("smtp", "Outgoing mail")
        page.add_component("imap", "Mailboxes")
        person = Newcomer(desktop, language)
        person.picture("1-welcome")
        person.paste(page.url)
        person.click("next", "2-address-typed")
        person.sees("Planet Mail")
        person.click("next", "3-found")
        person.click("next", "4-things")
        person.click("finish", "5-use")
        person.is_live()
        assert person.pastes == 1
        person.picture("6-live")
        person.opens_the_settings()
        (account,) = configured(person.program).accounts
        assert (account.provider, account.url) == ("statuspage", page.url)
        assert person.program.terminate() == 0
        return person.longest_stall


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_same_with_a_token(language):
    """Issue: a TMF656 provider that wants a token: the form, the id of a service, and a green bell."""
    assert watchdog.never_stalls(partial(by_token, language))


def by_token(language: str) -> float:
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt") as desktop:
        person = Newcomer(desktop, language)
        person.paste(provider.url)
        person.click("next")
        person.sees(trials.failure(person.words, FailureKind.UNAUTHORIZED, provider.url))
        person.paste("a wrong one")
        person.click("sign", "token-1-form")
        person.sees(trials.failure(person.words, FailureKind.UNAUTHORIZED, provider.url, signed=True))
        desktop.run("xdotool", "key", "ctrl+a")
        person.paste(provider.token)
        person.click("sign", "token-2-refused")
        person.sees(NAME)
        person.click("next", "token-3-found")
        person.paste("SVC-1001")
        person.click("next", "token-4-ids")
        person.click("finish")
        person.is_live()
        (account,) = configured(person.program).accounts
        assert (account.provider, account.connections[0].match) == ("tmf656", ("SVC-1001",))
        assert provider.token not in person.program.profile.settings.read_text() + person.program.log
        assert person.program.terminate() == 0
        return person.longest_stall


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_same_with_just_my_line(language):
    """Issue: one click, in a network where the hosts that were named answer."""
    with Network() as network, VirtualDesktop(panel="lxqt") as desktop:
        env = {
            "SSL_CERT_FILE": str(network.trusted),
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={desktop.directory}/none",
        }
        person = Newcomer(desktop, language, env=env, network=network.home)
        person.click("line", "line-1-welcome")
        person.is_live()
        person.picture("line-2-live")
        assert (person.clicks, person.pastes) == (1, 0)
        assert configured(person.program).line.public is True
        assert person.program.terminate() == 0


def test_a_detection_that_hangs_can_be_cancelled():
    """Issue: a server that never answers; the assistant is back at its first step, and the window never stalled."""
    assert watchdog.never_stalls(past_a_hang)


def past_a_hang() -> float:
    with StatuspageServer() as page, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        page.fail(manner=Manner.HANG)
        person = Newcomer(desktop, "en")
        person.paste(page.url)
        person.click("next")
        person.sees("Finding out what answers")
        desktop.wait_until(lambda: page.requests, PATIENCE, "the server to be asked")
        person.click("cancel", "hang-1-looking")
        person.sees(person.said("welcome"))
        page.recover()
        person.click("next")
        person.sees("Now: OK")
        assert person.program.terminate() == 0
        return person.longest_stall
