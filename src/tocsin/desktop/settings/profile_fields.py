"""The many fields of a product that is told everything: in groups, the first in view, the others folded away.

The settings and the assistant show the same fields, each in its own way.
"""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from tocsin.desktop.settings.checks import Check
from tocsin.desktop.settings.field import TextField
from tocsin.desktop.widgets import Tone, fold, label, relabel
from tocsin.domain.options import OptionFault, OptionMistake
from tocsin.ports import ProviderField
from tocsin.words import profile
from tocsin.words.phrasebook import Phrasebook

Mistakes = Callable[[Mapping[str, str]], tuple[OptionMistake, ...]]
_SPACING = 0.75  # of a line of text


class OptionField(TextField):
    """A line that says what is wrong with it also when that was written into the file. ``typed`` with every key."""

    typed = Signal()

    def __init__(self, name: str, caption: str, check: Check, hint: str, meanwhile: str) -> None:
        super().__init__(name, caption, check, hint, meanwhile)
        self._line.textEdited.connect(self.typed)

    def look_again(self) -> None:
        """Say what is wrong now that another field says something else."""
        problem = self._check(self.text)
        if problem != self.problem:
            self._complain(problem)

    def _put(self, value: object) -> None:
        super()._put(value)
        self.look_again()


class ProfileFields(QWidget):
    """``by_name`` are the fields. ``mistakes`` says what is wrong with options, ``known`` gives those that count now.

    ``changed``: something was typed. ``name`` begins the names of the fields.
    """

    changed = Signal()

    def __init__(
        self,
        words: Phrasebook,
        asked: tuple[ProviderField, ...],
        mistakes: Mistakes,
        known: Callable[[], Mapping[str, str]],
        name: str,
    ) -> None:
        super().__init__()
        self._words, self._mistakes, self._known = words, _Remembering(mistakes), known
        self._groups: dict[str, tuple[QToolButton, list[str]]] = {}
        self.by_name: dict[str, OptionField] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(round(_SPACING * self.fontMetrics().lineSpacing()))
        grouped = [each for each in asked if each.group]
        for group in dict.fromkeys(each.group for each in grouped):
            self._add_group(group, [each for each in grouped if each.group == group], name)

    @property
    def values(self) -> dict[str, str]:
        """What stands there."""
        return {name: field.text for name, field in self.by_name.items() if field.text}

    @property
    def are_right(self) -> bool:
        """Whether an account could be asked with what stands there."""
        return not self._mistakes(self.values)

    def look_again(self) -> None:
        """Say what is wrong, and at each group how many of its fields are filled in."""
        for field in self.by_name.values():
            field.look_again()
        for group, (head, names) in self._groups.items():
            filled = sum(bool(self.by_name[name].text) for name in names)
            said = self._words.ngettext("{n} filled in", "{n} filled in", filled).format(n=filled)
            caption = profile.group(self._words, group)
            relabel(head, self._words.captioned(caption, said) if filled else caption)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What is wrong with options that no field is for."""
        found = self._mistakes(self._known())
        return tuple(profile.mistake(self._words, each) for each in found if each.fault is OptionFault.UNKNOWN)

    def unfold_wrong(self) -> None:
        """Fold out where something is wrong."""
        for head, names in self._groups.values():
            if any(self.by_name[name].problem for name in names):
                head.setChecked(True)

    def unfold(self, name: str) -> None:
        """Fold out where this field is."""
        for head, names in self._groups.values():
            if name in names:
                head.setChecked(True)

    def open_groups(self) -> tuple[bool, ...]:
        """Which groups are unfolded."""
        return tuple(head.isChecked() for head, _ in self._groups.values())

    def fold_as(self, are_open: tuple[bool, ...]) -> None:
        """Fold the groups as those of an earlier one were."""
        for (head, _), is_open in zip(self._groups.values(), are_open, strict=True):
            head.setChecked(is_open)

    def _add_group(self, group: str, asked: list[ProviderField], name: str) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._column.spacing())
        head = fold(profile.group(self._words, group), partial(_on_fold, inside=inside))
        head.toggled.connect(partial(_turn, head))
        column.addWidget(label(Tone.QUIET, profile.lead(self._words, group)))
        for each in asked:
            column.addWidget(self._field(each, name))
        is_first = not self._groups
        self._groups[group] = (head, [each.name for each in asked])
        self._column.addWidget(head)
        self._column.addWidget(inside)
        inside.setVisible(False)
        head.setChecked(is_first)

    def _field(self, asked: ProviderField, name: str) -> OptionField:
        words = self._words
        made = OptionField(
            f"{name}.{asked.name}",
            profile.name(words, asked.name),
            partial(self._wrong, asked.name),
            profile.told(words, asked.name, asked.usual),
            words.gettext("In config.toml it was changed to: {value}"),
        )
        made.typed.connect(self.changed)
        self.by_name[asked.name] = made
        return made

    def _wrong(self, name: str, text: str) -> str:
        """What is wrong with what stands in one field, in the company of the others."""
        rest = {other: said for other, said in self._known().items() if other != name}
        for mistake in self._mistakes(rest | ({name: text} if text else {})):
            is_here = mistake.name == name
            if mistake.fault is OptionFault.NOWHERE:  # told once, and wherever it would come about
                is_here = name in mistake.allowed and not text and (is_here or bool(self._known().get(name)))
            if is_here:
                return profile.mistake(self._words, mistake)
        return ""


class _Remembering:
    """Looks for mistakes once for the same options: thirty fields ask about them."""

    def __init__(self, mistakes: Mistakes) -> None:
        self._mistakes = mistakes
        self._found: tuple[Mapping[str, str], tuple[OptionMistake, ...]] | None = None

    def __call__(self, options: Mapping[str, str]) -> tuple[OptionMistake, ...]:
        if self._found is None or self._found[0] != options:
            self._found = (dict(options), self._mistakes(options))
        return self._found[1]


def _on_fold(is_open: bool, *, inside: QWidget) -> None:  # noqa: FBT001 - what Qt sends
    inside.setVisible(is_open)


def _turn(head: QToolButton, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
    head.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
