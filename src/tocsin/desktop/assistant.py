"""The assistant: from an address to a watched connection in a few steps. Every step can be passed over or gone back to.

It works by commands alone: an address is tried by the engine, and nothing is written before "Finish".
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from tocsin.desktop import assistant_making as making
from tocsin.desktop.assistant_frame import Frame
from tocsin.desktop.assistant_saving import Saving
from tocsin.desktop.assistant_steps import Place, Steps
from tocsin.desktop.assistant_trying import Trying
from tocsin.desktop.assistant_welcome import Choice
from tocsin.domain.account import Account, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.signing_in import KeepSignIn
from tocsin.domain.state import AppState, KeepSecret, StartWithComputer
from tocsin.domain.terms import FailureKind
from tocsin.domain.trial import TrialStep, TrialView
from tocsin.words import plain, signing_in, trials
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.assistant_page import Step
    from tocsin.desktop.assistant_sign_in import Login
    from tocsin.ports.offering import Offers

_Asked = tuple[str, Callable[[Phrasebook], str]]


class Assistant(Frame):
    """To be shown with ``open()``. ``commanded`` carries commands, ``demo_wanted`` is the wish for the demo.

    ``can_start`` says whether the program can be started with the computer. It has to be shown every state; without
    one nothing can be saved. Who closes it after "Finish" takes nothing back: the engine carries everything out.
    """

    demo_wanted = Signal()

    def __init__(
        self,
        words: Phrasebook,
        offers: "Offers",
        parent: QWidget | None = None,
        *,
        can_start: bool = False,
        has_demo: bool = False,
    ) -> None:
        super().__init__(words, parent)
        self._offers = offers
        self._can_start = can_start
        self._has_demo = has_demo
        self._shown: tuple[AppState, Instant] | None = None
        self._choice = Choice("")
        self._login: Login | None = None
        self._profile: Mapping[str, str] = MappingProxyType({})
        self._account: Account | None = None
        self._asked: _Asked = ("", str)
        self._trying = Trying(offers, self.commanded.emit)
        self._saving = Saving(self.commanded.emit)
        self._trail = [Place.WELCOME]
        self._steps = self._new_steps()
        self.show_step(self._steps.welcome)

    def _new_steps(self) -> Steps:
        made = Steps(self._words, self._offers, self.add_step, lambda: self._settings)
        made.has_start = self._can_start
        made.welcome.offer_demo(available=self._has_demo)
        made.welcome.line_wanted.connect(self._on_line_wanted)
        made.welcome.demo_wanted.connect(self._on_demo_wanted)
        return made

    def add_step(self, step: "Step") -> None:
        """Take a step in, to be shown later."""
        super().add_step(step)
        step.profile_wanted.connect(self._on_profile_wanted)

    @property
    def place(self) -> Place:
        """The step that shows."""
        return self._trail[-1]

    @property
    def has_back(self) -> bool:
        """Whether there is a step to go back to."""
        return len(self._trail) > 1 and not self._saving.is_on

    def render_state(self, state: AppState, now: Instant) -> None:
        """Show what came of the commands."""
        self._shown = (state, now)
        self._steps.welcome.render_state(state, now)
        if Place.SIGN_IN in self._steps.made:
            self._steps.sign_in.render_state(state)
        view = self._trying.news(state)
        if view is not None:
            self._on_trial(view)
        if Place.USE in self._steps.made:
            self._steps.use.render_state(state, now)
        self._show_end(state, now)

    def make_anew(self, words: Phrasebook) -> None:
        """Speak another language, or use other letters; what was chosen stays, and so does the step."""
        super().make_anew(words)
        before, self._steps = self._steps, self._new_steps()
        for place in before.made:
            if place is Place.SIGN_IN:
                self._steps.sign_in.ask(self._asked[0], self._asked[1](words))
            self._steps.at(place).take_over(before.at(place))
        if Place.USE in before.made:
            self._prepare_use()
        if self._shown is not None:
            self._steps.welcome.render_state(*self._shown)
            self._show_end(*self._shown)
        self._arrive()

    def _show_end(self, state: AppState, now: Instant) -> None:
        end = self._saving.end(state, now, self._words)
        if end is not None and end.is_saved and not end.told:
            self.accept()
        elif end is not None and end.is_lost:
            self._sign_in_anew()
        elif end is not None and self.place is Place.USE:
            self._steps.use.show_end(end.told, is_saving=False, is_over=end.is_saved)

    # --- from step to step ---

    def on_next(self) -> None:
        """Go on from the step that shows."""
        going: dict[Place, Callable[[], None]] = {
            Place.WELCOME: self._from_welcome,
            Place.ADDRESS: self._from_address,
            Place.SIGN_IN: self._from_sign_in,
            Place.PROFILE: self._from_profile,
            Place.THINGS: self._to_use,
            Place.USE: self._finish,
        }
        if self.step.can_go_on:
            going[self.place]()

    def on_skip(self) -> None:
        """Go on without what this step asks for."""
        if self.place is Place.SIGN_IN:
            self._watch_unseen()
        else:
            self._watch_nothing()

    def on_back(self) -> None:
        """Go to the step before; what is being tried is broken off."""
        if self.place is Place.ADDRESS:
            self._trying.end()
        elif self.place is Place.SIGN_IN:
            self._steps.sign_in.leave()
        elif self.place is Place.USE:
            self._saving.forget()
            self._steps.use.show_end("", is_saving=False)
        self._trail.pop()
        if self.place is Place.ADDRESS and not self._trying.is_begun:  # what was found there is forgotten
            self._trail.pop()
        self._arrive()

    def _go(self, place: Place) -> None:
        self._trail.append(place)
        self._arrive()

    def _arrive(self) -> None:
        self.show_step(self._steps.at(self.place))

    def _from_welcome(self) -> None:
        from tocsin.desktop.assistant_fields import needs_more  # noqa: PLC0415 - each step when it is come to

        choice = self._steps.welcome.choice
        if choice is None:
            return
        self._choice, self._login, offer = choice, None, choice.offer
        self._profile = MappingProxyType({})
        if offer is not None and needs_more(self._offers.fields(offer.provider)):
            self._ask_to_sign_in(offer.provider, partial(_tells_the_signed_in, name=offer.name))
            self._go(Place.SIGN_IN)
        else:
            self._try()

    def _from_address(self) -> None:
        address, view = self._steps.address, self._trying.view
        if address.is_found and view is not None and view.account is not None:
            self._account = view.account
            self._to_things(view)
            return
        if address.url != self._choice.url:
            self._choice, self._login, self._profile = Choice(address.url), None, MappingProxyType({})
        self._trail.pop()
        self._try(allow_insecure=address.allow_insecure)

    def _from_sign_in(self) -> None:
        step = self._steps.sign_in
        step.end_search()
        self._login = self._profiled(step.login)
        if self._login.is_by_person and not step.is_signed:
            step.begin(self._trying.trial(self._choice, self._login))
        elif self._lacks_profile(self._login):
            self._go(Place.PROFILE)
        else:
            self._try()

    def _from_profile(self) -> None:
        from tocsin.desktop.assistant_profile import PRODUCT  # noqa: PLC0415 - few come here
        from tocsin.desktop.assistant_sign_in import Login  # noqa: PLC0415 - as above

        self._profile = MappingProxyType(self._steps.profile.values)
        self._login = replace(self._login or Login(), provider=PRODUCT, options=self._profile)
        self._trail = [each for each in self._trail if each is not Place.ADDRESS]
        self._try(allow_insecure=self._steps.address.allow_insecure)

    def _profiled(self, login: "Login") -> "Login":
        """The login with what was said of the document it is for."""
        return replace(login, options=self._profile) if self._has_profile(login) else login

    def _lacks_profile(self, login: "Login") -> bool:
        """Whether its product cannot be asked before it is told where to look."""
        return self._has_profile(login) and bool(self._offers.mistakes(login.provider, login.options))

    def _has_profile(self, login: "Login") -> bool:
        return any(each.group for each in self._offers.fields(login.provider))

    @Slot()
    def _on_profile_wanted(self) -> None:
        """To where everything is said, or back to it."""
        if Place.PROFILE in self._trail:
            self.on_back()
        else:
            self._go(Place.PROFILE)

    @property
    def _has_signed_in(self) -> bool:
        """Whether a person has signed in to what is going to be watched."""
        login = self._login
        return login is not None and login.is_by_person and self._steps.sign_in.is_signed

    def _watch_unseen(self) -> None:
        """Go on with an account that could not be asked yet, if it is known what asks it."""
        self._trying.end()
        self._steps.sign_in.leave()
        self._login = login = self._profiled(self._steps.sign_in.login_for_later)
        if not login.provider or self._lacks_profile(login):
            self._watch_nothing()
            return
        offer, url = self._choice.offer, self._choice.url
        name = offer.name if offer is not None else trials.place(self._words, url)
        self._account = making.unseen(self._settings, name, url, login)
        self._to_things(TrialView(0, TrialStep.FOUND, page_name=name))

    def _watch_nothing(self) -> None:
        self._trying.end()
        self._account = None
        self._to_use()

    def _to_things(self, view: TrialView) -> None:
        offer = self._choice.offer
        is_own = self._login is not None and bool(view.provider) and not view.lists_things  # one's own lines, by ids
        is_isp = is_own or (offer is not None and offer.is_isp)
        name = view.page_name or view.provider_name
        self._steps.things.offer(name, view.components, lists=view.lists_things, is_isp=is_isp)
        self._go(Place.THINGS)

    def _to_use(self) -> None:
        self._prepare_use()
        self._go(Place.USE)

    def _prepare_use(self) -> None:
        account, login = self._account, self._login
        is_left = login is not None and login.is_by_person and not self._has_signed_in
        use = self._steps.use
        use.tell_command(self._words.command(f"login {account.id}") if account is not None and is_left else "")
        use.ask_for_help(is_wanted=account is not None)

    def _ask_to_sign_in(self, provider: str, why: Callable[[Phrasebook], str]) -> None:
        self._asked = (provider, why)
        self._steps.sign_in.ask(provider, why(self._words))

    # --- trying ---

    def _try(self, *, allow_insecure: bool = False) -> None:
        self._steps.address.begin(self._choice.url)
        self._go(Place.ADDRESS)
        self._trying.begin(self._choice, self._login, allow_insecure=allow_insecure)

    def _on_trial(self, view: TrialView) -> None:
        signed = self._login is not None and bool(self._login.secret)
        now = self._shown[1].wall if self._profile and self._shown is not None else None
        self._steps.address.show_trial(view, signed=signed, now=now)
        if self.place is not Place.ADDRESS or view.failure is not FailureKind.UNAUTHORIZED:
            return
        chosen = self._login.provider if self._login is not None else ""
        self._ask_to_sign_in(
            chosen or view.provider, partial(_is_refused, view=view, url=self._choice.url, login=self._login)
        )
        self._trying.end()
        self._trail.pop()
        if Place.SIGN_IN not in self._trail:
            self._trail.append(Place.SIGN_IN)
        self._arrive()

    # --- the end ---

    @property
    def _settings(self) -> Settings:
        settings = self._shown[0].settings if self._shown is not None else None
        return settings if settings is not None else Settings()

    @Slot()
    def _on_line_wanted(self) -> None:
        self._saving.begin(making.with_line(self._settings, self._words.gettext("My line")))

    @Slot()
    def _on_demo_wanted(self) -> None:
        self.demo_wanted.emit()
        self.reject()

    def _finish(self) -> None:
        use, account, login = self._steps.use, self._account, self._login
        if use.is_over:
            self.accept()
            return
        wished = making.with_use(self._settings, use.usage, public=use.public)
        secret = signed = None
        if account is not None:
            account = making.with_own_id(account, wished)
            wished = making.with_account(wished, account, self._steps.things.picks, use.help)
            if login is not None and login.secret:
                secret = KeepSecret(account.id, login.secret, run_only=login.run_only)
            if login is not None and self._has_signed_in:
                signed = KeepSignIn(account.id, run_only=login.run_only)
        use.show_end(self._words.gettext("Saving"), is_saving=True)
        self._saving.begin(wished, secret, signed, StartWithComputer(on=True) if use.starts else None)
        self._on_changed()  # there is no way back any more

    def _sign_in_anew(self) -> None:
        """Nothing was saved: what was signed in to is not held any more. What was filled in still stands there."""
        self._saving.forget()
        self._steps.use.show_end("", is_saving=False)
        provider = self._login.provider if self._login is not None else ""
        self._ask_to_sign_in(provider or self._asked[0], signing_in.lost)
        self._trail = [*self._trail[: self._trail.index(Place.SIGN_IN)], Place.SIGN_IN]
        self._arrive()

    def done(self, result: int) -> None:
        """Close; nothing goes on being tried, and the secret that was typed for it is forgotten."""
        self._trying.end()
        if Place.SIGN_IN in self._steps.made:
            self._steps.sign_in.leave()
        super().done(result)


def _tells_the_signed_in(words: Phrasebook, *, name: str) -> str:
    why = words.gettext("{name} tells how things stand to those who are signed in.")
    return why.format(name=words.clean(name, plain.NAME))


def _is_refused(words: Phrasebook, *, view: TrialView, url: str, login: "Login | None") -> str:
    if login is not None and login.is_by_person:
        return signing_in.not_taken(words, url)
    return trials.told(words, view, url, signed=login is not None and bool(login.secret))[0]
