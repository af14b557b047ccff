"""The assistant's second step: an address is tried, with its progress, what was found, or why nothing was."""

from datetime import datetime
from typing import Self

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from tocsin.desktop.assistant_page import Step, line_edit, titled
from tocsin.desktop.bell import Face, colour
from tocsin.desktop.portrait import Portrait, bells_on
from tocsin.desktop.widgets import Card, Tone, button, label
from tocsin.domain.terms import FailureKind, Level, Obstacle
from tocsin.domain.trial import TrialStep, TrialView
from tocsin.words import found, obstacles, plain, trials
from tocsin.words.phrasebook import Phrasebook

_STRANGE = (FailureKind.NOT_STATUS_API, FailureKind.MALFORMED)
_RUNNING = (TrialStep.LOOKING, TrialStep.ASKING)
_BELL = 40


class AddressStep(Step):
    """Shows a trial. Without a result, or with another address, to go on is to try again."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words, words.gettext("What is at this address"))
        self._view: TrialView | None = None
        self._tried = ""
        self._is_signed = False
        self._now: datetime | None = None
        self._address = line_edit()
        self._address.textChanged.connect(self._on_typed)
        self._insecure = QCheckBox(words.gettext("Ask it without encryption"))
        self._doing = label(Tone.NORMAL)
        self._bar = QProgressBar()
        self._bar.setRange(0, len(_RUNNING) + 1)  # a bar that moves by itself would be all that moves here
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(words.gettext("Progress"))
        self._stop = button(words.gettext("Cancel"), self.broken_off.emit)
        self._running = self._running_part()
        self._found = self._found_part()
        self._said = label(Tone.NORMAL)
        self._reason = label(Tone.QUIET)
        self._failed = Card(colour(Level.DEGRADED))
        inside = QVBoxLayout(self._failed)
        inside.setContentsMargins(14, 8, 10, 8)
        self._settings = button(words.gettext("Settings"), self.settings_wanted.emit)
        self._by_hand = label(Tone.NORMAL)
        self._profile = button(words.gettext("Say where everything stands"), self.profile_wanted.emit)
        for each in (self._said, self._reason, self._by_hand):
            inside.addWidget(each)
        for remedy in (self._settings, self._profile):
            inside.addWidget(remedy, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(titled(words.gettext("Address"), self._address))
        self.column.addWidget(self._running)
        self.column.addWidget(self._found)
        self.column.addWidget(self._failed)
        self.column.addWidget(self._insecure)
        self.column.addStretch(1)

    def _running_part(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._doing)
        column.addWidget(self._bar)
        column.addWidget(self._stop, 0, Qt.AlignmentFlag.AlignLeft)
        return made

    def _found_part(self) -> Card:
        made = Card()
        row = QHBoxLayout(made)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(12)
        self._bell = Portrait(_BELL)
        self._name = label(Tone.LARGE)
        self._product = label(Tone.QUIET)
        self._level = label(Tone.NORMAL)
        column = QVBoxLayout()
        self._details = label(Tone.NORMAL)
        for each in (self._name, self._level, self._product, self._details):
            column.addWidget(each)
        row.addWidget(self._bell, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self._card = made
        return made

    @property
    def url(self) -> str:
        """The address as it stands in the field."""
        return self._address.text().strip()

    @property
    def allow_insecure(self) -> bool:
        """Whether it may be asked without encryption."""
        return self._insecure.isChecked() and not self._insecure.isHidden()

    @property
    def is_running(self) -> bool:
        """Whether it is being tried."""
        return self._view is not None and self._view.step in _RUNNING

    @property
    def is_found(self) -> bool:
        """Whether the address in the field is one that something answered at."""
        return self._view is not None and self._view.step is TrialStep.FOUND and self.url == self._tried

    @property
    def next_text(self) -> str:
        """Go on with what was found, or try."""
        if self.is_found or self.is_running:
            return super().next_text
        return self._words.gettext("Try again") if self.url == self._tried else self._words.gettext("Try it")

    @property
    def skip_text(self) -> str:
        """There is nothing to pass over in what was found."""
        return "" if self.is_found else super().skip_text

    @property
    def can_go_on(self) -> bool:
        """Not while it is being tried."""
        return bool(self.url) and not self.is_running

    def enter(self) -> None:
        """What runs can be stopped, what failed can be mended; what was found needs nothing but "Next"."""
        if self.is_running:
            self._stop.setFocus()
        elif not self.is_found:
            self._address.setFocus()

    def take_over(self, before: Self) -> None:
        """What was tried, what came of it, and what was typed since."""
        self._tried = before._tried
        self._insecure.setChecked(before._insecure.isChecked())
        if before._view is not None:
            self.show_trial(before._view, signed=before._is_signed, now=before._now)
        self._address.setText(before.url)

    def begin(self, url: str) -> None:
        """Another address is being tried, and nothing of it is known yet."""
        self._tried = url
        self._address.setText(url)
        self.show_trial(TrialView(0, TrialStep.LOOKING), signed=False)

    def show_trial(self, view: TrialView, *, signed: bool, now: datetime | None = None) -> None:
        """Show how far it got. ``signed``: a secret was sent along. ``now``: tell all that was found, as of now."""
        was_running = self.is_running
        self._view, self._is_signed, self._now = view, signed, now
        running = self.is_running
        self._address.setReadOnly(running)
        self._running.setVisible(running)
        if running:
            self._bar.setValue(_RUNNING.index(view.step) + 1)
            self._doing.say(trials.progress(self._words, view.step, self._tried, view.provider_name))
        self._found.setVisible(view.step is TrialStep.FOUND)
        if view.step is TrialStep.FOUND:
            self._show_found(view)
        self._show_failed(view, signed=signed)
        if was_running and not running and self.isVisible():
            self.enter()
        self.changed.emit()

    def _show_found(self, view: TrialView) -> None:
        words, name = self._words, self._words.clean(view.page_name, plain.TITLE)
        product = words.clean(view.provider_name, plain.NAME)
        self._card.set_colour(colour(view.level))
        self._bell.show_face(bells_on(self.palette()), Face(view.level))
        self._name.say(name or product)
        self._product.say(words.gettext("Recognised as {product}").format(product=product))
        self._level.say(words.gettext("Now: {level}").format(level=words.level_word(view.level)))
        self._details.say("" if self._now is None else found.told(words, view, self._now))

    def _show_failed(self, view: TrialView, *, signed: bool) -> None:
        failed = view.step is TrialStep.FAILED
        self._failed.setVisible(failed)
        is_plain = failed and self._tried.casefold().startswith("http://") and view.failure is FailureKind.UNSUPPORTED
        self._insecure.setVisible(is_plain or (self._insecure.isChecked() and not self.is_found))
        if not failed:
            return
        said, reason = trials.told(self._words, view, self._tried, signed=signed)
        self._said.say(said)
        self._settings.setVisible(obstacles.is_mended_in_the_settings(view.obstacle))
        is_strange = view.failure in _STRANGE or view.obstacle in (Obstacle.OPTION, Obstacle.PATH)
        by_hand = self._words.gettext("If this is a JSON document, you can say where everything stands in it.")
        self._by_hand.say(by_hand if is_strange else "")
        self._profile.setVisible(is_strange)
        # Translators: the technical reason of a failure, which stays in English.
        self._reason.say(self._words.gettext("({reason})").format(reason=reason) if reason else "")

    @Slot()
    def _on_typed(self) -> None:
        self.changed.emit()
