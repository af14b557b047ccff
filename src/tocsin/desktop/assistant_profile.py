"""The assistant's step for a document that no product knows: the user says where everything stands in it."""

from functools import partial
from typing import Self

from PySide6.QtCore import Slot

from tocsin.desktop.assistant_page import Step
from tocsin.desktop.settings.profile_fields import ProfileFields
from tocsin.desktop.widgets import Tone, label
from tocsin.ports.offering import Offers
from tocsin.words.phrasebook import Phrasebook

PRODUCT = "json"
"""What reads a document by what is said here."""


class ProfileStep(Step):
    """``values`` are the options of the account."""

    def __init__(self, words: Phrasebook, offers: Offers) -> None:
        super().__init__(words, words.gettext("Where does everything stand?"))
        lead = words.gettext(
            "Tocsin can read any JSON document once it knows where to look. Begin with the list of incidents, and try "
            "it: you are shown what was found, and can come back."
        )
        self.column.addWidget(label(Tone.NORMAL, lead))
        self._fields = ProfileFields(
            words, offers.fields(PRODUCT), partial(offers.mistakes, PRODUCT), lambda: self.values, PRODUCT
        )
        self._fields.changed.connect(self._on_typed)
        self.column.addWidget(self._fields)
        self.column.addStretch(1)
        for field in self._fields.by_name.values():
            field.show_value("")

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields that are filled in."""
        return self._fields.values

    @property
    def next_text(self) -> str:
        """What was typed is tried at once."""
        return self._words.gettext("Try it")

    @property
    def can_go_on(self) -> bool:
        """Whether it is said where to look, and nothing is wrong."""
        return self._fields.are_right

    def enter(self) -> None:
        """Where the incidents are is what has to be known first."""
        next(iter(self._fields.by_name.values())).editor.setFocus()

    def take_over(self, before: Self) -> None:
        """What was typed, and what is folded out."""
        for name, field in self._fields.by_name.items():
            field.resume(before._fields.by_name[name].text)
        self._fields.fold_as(before._fields.open_groups())
        self._on_typed()

    @Slot()
    def _on_typed(self) -> None:
        self._fields.look_again()
        self.changed.emit()
