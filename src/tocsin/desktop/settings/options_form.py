"""What an account's provider is told beside the address, and whether it may be asked by plain http: folded away."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from tocsin.desktop.settings.changes import account_of, put_account, with_option
from tocsin.desktop.settings.checks import Checks, is_loopback_address, split
from tocsin.desktop.settings.controls import CheckField, ChoiceField
from tocsin.desktop.settings.field import Field, TextField
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import fold
from tocsin.domain.account import Account, AuthKind, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.ports import FieldType, ProviderField
from tocsin.words import fields as field_words
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.settings.profile_fields import Mistakes

_ELSEWHERE = ("url", "auth", "secret")  # they have fields of their own
_USER = "user"


class OptionsForm(Page):
    """The fields that a provider declares, bound to an account's ``options``, and ``allow_insecure``.

    Those in groups stand above the fold, in a form of their own.
    """

    def __init__(
        self, words: Phrasebook, account: Account, asked: tuple[ProviderField, ...], mistakes: "Mistakes | None" = None
    ) -> None:
        super().__init__(words)
        self._id = account.id
        self._needs_plain = False
        if any(each.group for each in asked):
            from tocsin.desktop.settings.profile_form import ProfileForm  # noqa: PLC0415 - one product in a few dozen

            profile = ProfileForm(words, account, asked, mistakes)
            self.column.addWidget(profile)
            self.adopt(profile)
        self._fold = fold(words.gettext("More about this account"), self._on_fold)
        self.column.addWidget(self._fold)
        self._inside = Page(words)
        self.column.addWidget(self._inside)
        self.adopt(self._inside)
        self._fields: dict[str, Field] = {}
        for each in asked:
            if each.name not in _ELSEWHERE and not each.group:
                self._ask(each)
        self._insecure = CheckField(
            f"account.{self._id}.allow_insecure", words.gettext("Allow http without encryption")
        )
        self._inside.add(self._insecure, self._get(lambda account: account.allow_insecure), self._put(_insecure))
        for field in (*self._fields.values(), self._insecure):
            field.resumed.connect(self._open)
        missing = any(each.required and not account.options.get(each.name) for each in asked if self._has(each.name))
        is_open = account.allow_insecure or missing or any(name in account.options for name in self._fields)
        self._fold.setChecked(is_open)
        self._on_fold(is_open)

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """A user name that the login has is not asked for twice; what the address needs cannot be taken away."""
        del state, now
        account = account_of(settings, self._id)
        if account is None:
            return
        parts = split(account.url)
        is_plain = parts is not None and parts.scheme == "http" and not is_loopback_address(account.url)
        self._needs_plain = is_plain and account.allow_insecure
        words = self.words
        self._insecure.explain(
            words.gettext("The address above begins with http: change that first.")
            if self._needs_plain
            else words.gettext("Whoever is in between can then read and change everything, a token too.")
        )
        if _USER in self._fields:
            self._fields[_USER].setVisible(account.auth.kind not in (AuthKind.LOGIN, AuthKind.BASIC))

    def lock(self, *, locked: bool) -> None:
        """What the address needs stays."""
        super().lock(locked=locked)
        if self._needs_plain:
            self._insecure.lock(locked=True)

    def _ask(self, asked: ProviderField) -> None:
        words, name = self.words, f"account.{self._id}.options.{asked.name}"
        caption, told = field_words.name(words, asked.name), field_words.told(words, asked.help)
        if not asked.required:
            caption = words.gettext("{field} (optional)").format(field=caption)
        field: Field
        if asked.type is FieldType.CHOICE:
            none = () if asked.required else (("", words.gettext("Not set")),)
            field = ChoiceField(name, caption, (*none, *((each, each) for each in asked.choices)), told)
        else:
            check = Checks(words)
            meanwhile = words.gettext("In config.toml it was changed to: {value}")
            field = TextField(name, caption, check.needed if asked.required else check.anything, told, meanwhile)
        self._fields[asked.name] = field
        self._inside.add(field, self._get(lambda account: account.options.get(asked.name, "")), self._put_option(asked))

    def _has(self, name: str) -> bool:
        return name in self._fields

    def _open(self) -> None:
        self._fold.setChecked(True)

    def _on_fold(self, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._inside.setVisible(is_open)

    def _get(self, get: Callable[[Account], object]) -> Callable[[Settings], object]:
        def got(settings: Settings) -> object:
            account = account_of(settings, self._id)
            return None if account is None else get(account)

        return got

    def _put(self, put: Callable[[Account, object], Account]) -> Callable[[Settings, object], Settings]:
        return lambda settings, value: put_account(settings, self._id, lambda account: put(account, value))

    def _put_option(self, asked: ProviderField) -> Callable[[Settings, object], Settings]:
        return self._put(lambda account, value: with_option(account, asked.name, str(value)))


def _insecure(account: Account, value: object) -> Account:
    return replace(account, allow_insecure=bool(value))
