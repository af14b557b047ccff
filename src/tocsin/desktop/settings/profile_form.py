"""Where everything stands in the document of an account: a product's grouped fields, bound to ``options``."""

from collections.abc import Callable, Mapping
from functools import partial

from tocsin.desktop.settings.changes import account_of, put_account, with_option
from tocsin.desktop.settings.page import Page
from tocsin.desktop.settings.profile_fields import Mistakes, ProfileFields
from tocsin.desktop.widgets import Tone
from tocsin.domain.account import Account, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.options import OptionMistake
from tocsin.domain.state import AppState
from tocsin.ports import ProviderField
from tocsin.words.phrasebook import Phrasebook


class ProfileForm(Page):
    """Groups of fields, each of which is saved by itself."""

    def __init__(
        self, words: Phrasebook, account: Account, asked: tuple[ProviderField, ...], mistakes: Mistakes | None
    ) -> None:
        super().__init__(words)
        self._id = account.id
        self._options: Mapping[str, str] = account.options
        self.heading(words.gettext("Where everything stands in the document"))
        self._unknown = self.say("", Tone.STRONG)
        self._fields = ProfileFields(
            words, asked, mistakes or _nothing, lambda: self._options, f"account.{self._id}.options"
        )
        self.column.addWidget(self._fields)
        self._was_shown = False
        for name, field in self._fields.by_name.items():
            self.bind(field, self._get(name), self._put(name))
            field.resumed.connect(partial(self._fields.unfold, name))

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Say what is wrong in the file, and fold that out when the form is come to."""
        del state, now
        account = account_of(settings, self._id)
        if account is None:
            return
        if account.options == self._options and self._was_shown:
            return
        self._options = account.options
        self._unknown.say("\n".join(self._fields.unknown))
        self._fields.look_again()
        if not self._was_shown:
            self._was_shown = True
            self._fields.unfold_wrong()

    def _get(self, name: str) -> Callable[[Settings], object]:
        def got(settings: Settings) -> object:
            account = account_of(settings, self._id)
            return None if account is None else account.options.get(name, "")

        return got

    def _put(self, name: str) -> Callable[[Settings, object], Settings]:
        return lambda settings, value: put_account(
            settings, self._id, lambda account: with_option(account, name, str(value))
        )


def _nothing(_: Mapping[str, str]) -> tuple[OptionMistake, ...]:
    return ()
