"""The frame round the assistant's steps: a title, the step, and the buttons that lead from one to the next."""

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from tocsin.desktop import tab_order
from tocsin.desktop.assistant_page import Step
from tocsin.desktop.borders import keep_seen
from tocsin.desktop.focus_ring import FocusRing
from tocsin.desktop.widgets import Stack, Tone, button, label, relabel
from tocsin.words.phrasebook import Phrasebook

_CHARACTERS = 66  # wide enough for as many of the desktop's font, whatever its size
_LINES = 44
_SIDE = 16
_AROUND = QSize(32, 72)  # what a panel and a window's own frame take of a screen


class Frame(QDialog):
    """Shows one step at a time. Who inherits it says where "Back", "Skip" and "Next" lead to.

    ``commanded`` carries the commands of the steps and of who inherits it.
    """

    commanded = Signal(object)
    settings_wanted = Signal()

    def __init__(self, words: Phrasebook, parent: QWidget | None) -> None:
        super().__init__(parent)
        keep_seen()
        self._words = words
        self._around: dict[Step, Stack] = {}
        self._outside = QVBoxLayout(self)
        self._outside.setContentsMargins(0, 0, 0, 0)
        self._body = self._built()
        back = QAction(self)
        back.setShortcut(QKeySequence(QKeySequence.StandardKey.Back))
        back.triggered.connect(self._on_back_key)
        self.addAction(back)
        if parent is None:  # else the window's own goes round in here too
            FocusRing(self)
        self.resize(self._fitting())

    def _built(self) -> QWidget:
        words, body = self._words, QWidget()
        self.setWindowTitle(words.gettext("Set up - Tocsin"))
        self._title = label(Tone.TITLE)
        self._stack = QStackedLayout()
        self._back = button(words.gettext("Back"), self.on_back)
        self._skip = button(words.gettext("Skip"), self.on_skip)
        self._next = button(words.gettext("Next"), self.on_next)
        self._next.setDefault(True)
        foot = QHBoxLayout()
        foot.addWidget(self._back)
        foot.addStretch(1)
        foot.addWidget(self._skip)
        foot.addWidget(self._next)
        column = QVBoxLayout(body)
        column.setContentsMargins(_SIDE, _SIDE, _SIDE, _SIDE)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addLayout(self._stack, 1)
        column.addLayout(foot)
        self._outside.addWidget(body)
        return body

    def make_anew(self, words: Phrasebook) -> None:
        """Make every widget anew: for another language or another font. Who inherits it fills the steps in again."""
        old, self._words, self._around = self._body, words, {}
        self._outside.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._body = self._built()
        self.resize(self.size().expandedTo(self._fitting()).boundedTo(self._most()))

    @property
    def step(self) -> Step:
        """The step that shows."""
        around = self._stack.currentWidget()
        return next(step for step, each in self._around.items() if each is around)

    @property
    def has_back(self) -> bool:
        """Whether there is a step to go back to."""
        raise NotImplementedError

    def add_step(self, step: Step) -> None:
        """Take a step in, to be shown later."""
        around = Stack(step)
        self._around[step] = around
        self._stack.addWidget(around)
        step.changed.connect(self._on_changed)
        step.wanted.connect(self.on_next)
        step.broken_off.connect(self.on_back)
        step.commanded.connect(self.commanded)
        step.settings_wanted.connect(self.settings_wanted)
        step.told.connect(self._on_told)

    def show_step(self, step: Step) -> None:
        """Show this one."""
        self._stack.setCurrentWidget(self._around[step])
        self._title.say(step.title)
        self.setAccessibleDescription(step.title)
        self._on_changed()
        tab_order.tell_in_order(self)
        step.enter()

    def on_back(self) -> None:
        """Go to the step before."""
        raise NotImplementedError

    def on_skip(self) -> None:
        """Go on without this step."""
        raise NotImplementedError

    def on_next(self) -> None:
        """Go on."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape takes one thing back at a time: what is being looked for, what runs, the step; at last it closes."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self.step.take_back():
            if self.has_back:
                self.on_back()
            else:
                super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the desktop's fonts."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._on_font)

    @Slot()
    def _on_font(self) -> None:
        if self._around:
            self.make_anew(self._words)

    @Slot()
    def _on_back_key(self) -> None:
        if self.has_back:
            self.on_back()

    @Slot()
    def _on_changed(self) -> None:
        """What the buttons say and whether they can be pressed; the default button stays where Enter is expected."""
        if self._stack.currentWidget() is None:
            return
        step = self.step
        self._back.setVisible(self.has_back)
        self._skip.setVisible(bool(step.skip_text))
        relabel(self._skip, step.skip_text)
        relabel(self._next, step.next_text)
        had_focus = self._next.hasFocus()
        self._next.setEnabled(step.can_go_on)
        if had_focus and not step.can_go_on:
            step.enter()

    @Slot(QWidget)
    def _on_told(self, widget: QWidget) -> None:
        """Scroll there, once it has its place."""
        QTimer.singleShot(0, widget, partial(self._around[self.step].ensureWidgetVisible, widget))

    def _fitting(self) -> QSize:
        metrics = self.fontMetrics()
        wanted = QSize(_CHARACTERS * metrics.averageCharWidth(), _LINES * metrics.lineSpacing())
        return wanted.boundedTo(self._most())

    def _most(self) -> QSize:
        return self.screen().availableSize() - _AROUND
