"""A form made from what a provider asks for: its own fields, and the ways there are to sign in to it."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from tocsin.desktop import plain_text
from tocsin.desktop.assistant_page import GAP, line_edit, titled
from tocsin.desktop.widgets import Tone, label
from tocsin.domain.account import AuthKind
from tocsin.ports import FieldType, ProviderField
from tocsin.words import fields as field_words
from tocsin.words.phrasebook import Phrasebook

_NOT_ASKED = ("url", "auth", "secret")  # the address is known; how to sign in has a form of its own, as have groups
_GENERAL = (AuthKind.BEARER, AuthKind.API_KEY, AuthKind.BASIC, AuthKind.OAUTH2)


class OptionsForm(QWidget):
    """A provider's own fields, but for its address and its login."""

    changed = Signal()

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._fields: tuple[ProviderField, ...] = ()
        self._inputs: dict[str, QLineEdit | QComboBox] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)
        self._inside: QWidget | None = None

    @property
    def values(self) -> Mapping[str, str]:
        """What was filled in."""
        given = {name: _value(each) for name, each in self._inputs.items()}
        return MappingProxyType({name: value for name, value in given.items() if value})

    @property
    def has_fields(self) -> bool:
        """Whether there is anything to ask."""
        return bool(self._fields)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing that has to be known."""
        values = self.values
        return all(field.name in values for field in self._fields if field.required)

    def ask(self, fields: tuple[ProviderField, ...], known: Mapping[str, str]) -> None:
        """Ask for these; what is known stands there already."""
        wanted = tuple(field for field in fields if field.name not in _NOT_ASKED and not field.group)
        if wanted == self._fields:
            return
        kept = {**known, **self.values}
        self._fields, self._inputs = wanted, {}
        if self._inside is not None:
            self._column.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for field in wanted:
            column.addLayout(self._asked(field, kept.get(field.name, "")))
        self._column.addWidget(self._inside)

    def _asked(self, field: ProviderField, value: str) -> QVBoxLayout:
        words = self._words
        name = field_words.name(words, field.name)
        if not field.required:
            name = words.gettext("{field} (optional)").format(field=name)
        made = self._input(field, value)
        self._inputs[field.name] = made
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(titled(name, made))
        told = field_words.told(words, field.help)
        made.setAccessibleDescription(told)
        column.addWidget(label(Tone.QUIET, told))
        return column

    def _input(self, field: ProviderField, value: str) -> QLineEdit | QComboBox:
        if field.type is FieldType.CHOICE:
            box = QComboBox()
            for choice in ("", *field.choices) if not field.required else field.choices:
                box.addItem(plain_text.for_button(choice), choice)
            box.setCurrentIndex(max(box.findData(value), 0))
            box.currentIndexChanged.connect(self._on_changed)
            return box
        edit = line_edit()
        edit.setText(value)
        if field.type is FieldType.SECRET:
            edit.setEchoMode(QLineEdit.EchoMode.Password)
        edit.textChanged.connect(self._on_changed)
        return edit

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def ways_in(fields: tuple[ProviderField, ...]) -> tuple[AuthKind, ...]:
    """The ways to sign in that a provider names; for one that names none, those that every API may want."""
    for field in fields:
        if field.name == "auth":
            return tuple(kind for kind in (AuthKind(each) for each in field.choices) if kind is not AuthKind.NONE)
    by_name = {field.name: field for field in fields}
    if "user" in by_name and "secret" in by_name:  # its own login, with a user name of its own
        return (AuthKind.LOGIN,)
    return _GENERAL


def needs_more(fields: tuple[ProviderField, ...]) -> bool:
    """Whether a provider cannot be asked with an address alone."""
    for field in fields:
        if field.name == "auth" and field.choices and AuthKind.NONE.value not in field.choices:
            return True
        if field.required and field.name != "url":
            return True
    return False


def _value(given: QLineEdit | QComboBox) -> str:
    return str(given.currentData() or "") if isinstance(given, QComboBox) else given.text().strip()
