"""What every page is made of: headings, fields bound to a place in the settings, and buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tocsin.desktop.settings.field import Field
from tocsin.desktop.settings.ledger import Change
from tocsin.desktop.widgets import PlainLabel, Tone, label
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

Get = Callable[[Settings], object]
_Value = TypeVar("_Value")
_SPACING = 0.75  # of a line of text
_BEFORE_HEADING = 0.5


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that the user made. ``field`` is where, None for a button; ``said`` is what was done, for below."""

    change: Change
    field: Field | None = None
    said: str = ""


class Page(QWidget):
    """A column of fields.

    ``edited`` carries an ``Edit``, ``commanded`` a command, ``told`` a line for below; ``turned``: another part of the
    page shows now and has to be drawn.
    """

    edited = Signal(object)
    commanded = Signal(object)
    told = Signal(str)
    turned = Signal()

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self.words = words
        self._bound: list[tuple[Field, Get]] = []
        self._lockable: list[QWidget] = []
        self._parts: list[Page] = []
        self._locked = False
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(round(_SPACING * self.fontMetrics().lineSpacing()))

    # --- what the window asks of it ---

    def render_state(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Show these settings; ``state`` has what else there is to see."""
        for field, get in self._bound:
            value = get(settings)
            if value is not None:
                field.show_value(value)
        self.refresh(settings, state, now)
        for part in self._parts:
            part.render_state(settings, state, now)

    def lock(self, *, locked: bool) -> None:
        """Take changes, or only show."""
        self._locked = locked
        for field, _ in self._bound:
            field.lock(locked=locked)
        for each in self._lockable:
            each.setEnabled(not locked)
        for part in self._parts:
            part.lock(locked=locked)

    @property
    def place(self) -> str:
        """Where within the page the user is; empty for its beginning."""
        return ""

    def go_to(self, place: str) -> None:
        """Go back to a place."""

    def step_back(self) -> bool:
        """Go back by a step within the page; false where there is none."""
        return False

    def tick(self, now: Instant) -> None:
        """Bring what depends on the time up to date."""

    def let_go(self) -> None:
        """Expect nothing any more: the page is about to go."""
        for part in self._parts:
            part.let_go()

    # --- for the pages themselves ---

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Show what is not a field."""

    def add(self, field: Field, get: Callable[[Settings], object], put: Callable[[Settings, _Value], Settings]) -> None:
        """A field that shows one value of the settings and changes it. ``get`` returns None where it is gone."""
        self.bind(field, get, put)
        self.column.addWidget(field)

    def bind(
        self, field: Field, get: Callable[[Settings], object], put: Callable[[Settings, _Value], Settings]
    ) -> None:
        """The same for a field that has its place already."""
        self._bound.append((field, get))
        field.settled.connect(partial(self._on_settled, field, put))

    def _on_settled(self, field: Field, put: Callable[[Settings, _Value], Settings], value: _Value) -> None:
        self.edited.emit(Edit(lambda settings: put(settings, value), field))

    def adopt(self, part: "Page") -> None:
        """Count another page as a part of this one. Where it stands is the caller's to say."""
        self._parts.append(part)
        part.edited.connect(self.edited)
        part.commanded.connect(self.commanded)
        part.told.connect(self.told)
        part.turned.connect(self.turned)
        part.lock(locked=self._locked)

    def dismiss(self, part: "Page") -> None:
        """Let go of a part."""
        self._parts.remove(part)
        part.hide()
        part.deleteLater()

    def say(self, text: str, tone: Tone = Tone.NORMAL) -> PlainLabel:
        """A line of text."""
        made = label(tone, text)
        self.column.addWidget(made)
        return made

    def heading(self, text: str) -> PlainLabel:
        """The heading of a group."""
        before = round(_BEFORE_HEADING * self.fontMetrics().lineSpacing())
        self.column.addSpacing(before if self.column.count() else 0)
        return self.say(text, Tone.STRONG)

    def beside(self, *fields: Field) -> None:
        """Put fields that belong together into one row."""
        for each in fields:
            self.column.removeWidget(each)
        row = self.row(*fields)
        row.setSpacing(2 * self.column.spacing())
        for each in fields:
            row.setAlignment(each, Qt.AlignmentFlag.AlignTop)

    def row(self, *widgets: QWidget) -> QHBoxLayout:
        """Widgets beside each other, at the left."""
        made = QHBoxLayout()
        for each in widgets:
            made.addWidget(each)
        made.addStretch(1)
        self.column.addLayout(made)
        return made

    def locks(self, *widgets: QWidget) -> None:
        """These cannot be used while the settings cannot be changed."""
        self._lockable.extend(widgets)
