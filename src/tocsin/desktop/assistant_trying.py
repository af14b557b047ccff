"""One address after the other is tried by the engine; here is remembered which one, and what came of it."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from tocsin.domain.account import Auth
from tocsin.domain.state import AppState, Command, EndTrial, TryAddress
from tocsin.domain.trial import Trial, TrialStep, TrialView

if TYPE_CHECKING:
    from tocsin.desktop.assistant_sign_in import Login
    from tocsin.desktop.assistant_welcome import Choice
    from tocsin.ports.offering import Offers


class Trying:
    """At most one trial. ``view`` is what it came to so far, None where none was begun."""

    def __init__(self, offers: "Offers", command: Callable[[Command], None]) -> None:
        self._offers = offers
        self._command = command
        self._number = 0
        self.view: TrialView | None = None

    @property
    def is_begun(self) -> bool:
        """Whether there is a trial, over or not."""
        return self._number != 0

    def begin(self, choice: "Choice", login: "Login | None", *, allow_insecure: bool) -> None:
        """Try this; what was tried before is forgotten."""
        self.end()
        self._number = time.monotonic_ns()  # no other assistant of this run has it
        self._command(TryAddress(self.trial(choice, login, allow_insecure=allow_insecure)))

    def trial(self, choice: "Choice", login: "Login | None", *, allow_insecure: bool = False) -> Trial:
        """What would be tried."""
        offer = choice.offer
        known = offer.provider if offer is not None else ""
        return Trial(
            self._number,
            choice.url,
            provider=known if login is None else login.provider or known,
            auth=Auth() if login is None else login.auth,
            secret="" if login is None else login.secret,
            options=self._options(choice, login),
            allow_insecure=allow_insecure,
        )

    def end(self) -> None:
        """Break it off, and forget it."""
        if self._number:
            number, self._number, self.view = self._number, 0, None
            self._command(EndTrial(number))

    def news(self, state: AppState) -> TrialView | None:
        """What this state says of the trial, None for nothing new."""
        view = state.trial
        if view is not None and self._is_waiting and view.number > self._number:  # a test began in the settings
            view = TrialView(self._number, TrialStep.FAILED)
        if view is None or view.number != self._number or view == self.view:
            return None
        self.view = view
        return view

    @property
    def _is_waiting(self) -> bool:
        return self.is_begun and (self.view is None or self.view.step not in (TrialStep.FOUND, TrialStep.FAILED))

    def _options(self, choice: "Choice", login: "Login | None") -> Mapping[str, str]:
        """What the product is told beside the address: the catalogue's page id too, so that no other page is taken."""
        options = {} if login is None else dict(login.options)
        offer = choice.offer
        if offer is not None and offer.page_id:
            fields = self._offers.fields(offer.provider)
            if any(field.name == "page_id" for field in fields):
                options.setdefault("page_id", offer.page_id)
        return MappingProxyType(options)
