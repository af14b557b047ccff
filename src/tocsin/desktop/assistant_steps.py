"""The assistant's steps, each made when it is come to: most people see four of the six, and most runs none."""

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from tocsin.desktop.assistant_page import Step
from tocsin.desktop.assistant_welcome import WelcomeStep
from tocsin.domain.account import Settings
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.assistant_address import AddressStep
    from tocsin.desktop.assistant_profile import ProfileStep
    from tocsin.desktop.assistant_sign_in import SignInStep
    from tocsin.desktop.assistant_things import ThingsStep
    from tocsin.desktop.assistant_use import UseStep
    from tocsin.ports.offering import Offers


class Place(Enum):
    """Where one is."""

    WELCOME = auto()
    ADDRESS = auto()
    SIGN_IN = auto()
    PROFILE = auto()
    THINGS = auto()
    USE = auto()


class Steps:
    """``add`` is handed every step that is made; ``settings`` gives those that run."""

    def __init__(
        self, words: Phrasebook, offers: "Offers", add: Callable[[Step], None], settings: Callable[[], Settings]
    ) -> None:
        self._words = words
        self._offers = offers
        self._add = add
        self._settings = settings
        self._address: AddressStep | None = None
        self._sign_in: SignInStep | None = None
        self._profile: ProfileStep | None = None
        self._things: ThingsStep | None = None
        self._use: UseStep | None = None
        self.has_demo = self.has_start = False
        self.welcome = WelcomeStep(words, offers)
        add(self.welcome)

    @property
    def made(self) -> tuple[Place, ...]:
        """The places that were come to."""
        steps = {
            Place.WELCOME: self.welcome,
            Place.ADDRESS: self._address,
            Place.SIGN_IN: self._sign_in,
            Place.PROFILE: self._profile,
            Place.THINGS: self._things,
            Place.USE: self._use,
        }
        return tuple(place for place, step in steps.items() if step is not None)

    def at(self, place: Place) -> Step:
        """The step of a place."""
        if place is Place.ADDRESS:
            return self.address
        if place is Place.SIGN_IN:
            return self.sign_in
        if place is Place.PROFILE:
            return self.profile
        if place is Place.THINGS:
            return self.things
        return self.use if place is Place.USE else self.welcome

    @property
    def address(self) -> "AddressStep":
        """What answers there."""
        if self._address is None:
            from tocsin.desktop.assistant_address import AddressStep  # noqa: PLC0415 - made when it is come to

            self._address = AddressStep(self._words)
            self._add(self._address)
        return self._address

    @property
    def sign_in(self) -> "SignInStep":
        """Who is asking."""
        if self._sign_in is None:
            from tocsin.desktop.assistant_sign_in import SignInStep  # noqa: PLC0415 - as above

            self._sign_in = SignInStep(self._words, self._offers)
            self._add(self._sign_in)
        return self._sign_in

    @property
    def profile(self) -> "ProfileStep":
        """Where everything stands."""
        if self._profile is None:
            from tocsin.desktop.assistant_profile import ProfileStep  # noqa: PLC0415 - as above

            self._profile = ProfileStep(self._words, self._offers)
            self._add(self._profile)
        return self._profile

    @property
    def things(self) -> "ThingsStep":
        """What is depended on."""
        if self._things is None:
            from tocsin.desktop.assistant_things import ThingsStep  # noqa: PLC0415 - as above

            self._things = ThingsStep(self._words)
            self._add(self._things)
        return self._things

    @property
    def use(self) -> "UseStep":
        """The last questions."""
        if self._use is None:
            from tocsin.desktop.assistant_use import UseStep  # noqa: PLC0415 - as above

            self._use = UseStep(self._words, self._settings(), has_start=self.has_start)
            self._add(self._use)
        return self._use
