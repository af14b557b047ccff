"""The window's Line page: how the user's own line stands now, and how it did for the last 24 hours."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QHideEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tocsin.desktop import chart_scale, line_marks, line_texts
from tocsin.desktop.bell import Bells, Face
from tocsin.desktop.chart_painting import Chart
from tocsin.desktop.line_chart import LineChart
from tocsin.desktop.portrait import Portrait
from tocsin.desktop.widgets import Stack, Tone, label
from tocsin.domain.freshness import is_fresh, line_state
from tocsin.domain.instant import Instant
from tocsin.domain.minutes import start_of_minute
from tocsin.domain.state import AppState, LineSide, LineView
from tocsin.domain.terms import LineState
from tocsin.words.phrasebook import Phrasebook

_BELL = 22
_SIDE = 12


class _Fact:
    """A caption and what stands beside it; neither shows while there is nothing to say."""

    def __init__(self, caption: str) -> None:
        self.caption = label(Tone.QUIET, caption)
        self.caption.setWordWrap(False)
        self.text = label(Tone.QUIET)

    def say(self, text: str) -> None:
        self.text.say(text)
        self.caption.setVisible(bool(text))


class LinePage(QWidget):
    """Now, the day, and the facts, from the top. Figures are shown only while they are fresh."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._state: AppState | None = None
        self._now: Instant | None = None
        self._bells: Bells | None = None
        self._chart: Chart | None = None
        self._drawn_from: tuple[object, ...] = ()
        self._bell = Portrait(_BELL)
        self._title = label(Tone.LARGE)
        self._since = label(Tone.QUIET)
        self._quality = label(Tone.NORMAL)
        self._backup = label(Tone.NORMAL)
        self._unasked = label(Tone.NORMAL)
        self._heading = label(Tone.STRONG, words.gettext("The last 24 hours"), wrap=False)
        self._picture = LineChart(words)
        self._picture.pointed.connect(self._on_pointed)
        self._says = label(Tone.QUIET)
        self._blank = label(
            Tone.QUIET,
            words.gettext("Round trip, lost packets and the times that were not measured will be shown here."),
        )
        self._way_out = _Fact(words.gettext("Connected through"))
        self._contacts = _Fact(words.gettext("Measured with"))
        self._age = _Fact(words.gettext("Last measured"))
        self._lay_out()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(_SIDE, 6, _SIDE, 8)
        column.setSpacing(4)
        now = QVBoxLayout()
        now.setSpacing(2)
        for each in (self._title, self._quality, self._since, self._backup, self._unasked):
            now.addWidget(each)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._bell, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(now, 1)
        column.addLayout(head)
        column.addSpacing(4)
        for one in (self._heading, self._picture, self._blank, self._says):
            column.addWidget(one, 1 if one is self._picture else 0)
        column.addSpacing(4)
        column.addLayout(self._facts_grid())
        column.addStretch(0)
        self._says.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self._says.setAlignment(Qt.AlignmentFlag.AlignTop)
        stack = Stack(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(stack)
        # The window is as large as its other page wants it; this one scrolls.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)

    def _facts_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(10)
        for place, fact in enumerate((self._way_out, self._contacts, self._age)):
            grid.addWidget(fact.caption, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(fact.text, place, 1)
        grid.setColumnStretch(1, 1)
        return grid

    @property
    def chart(self) -> LineChart:
        """The last 24 hours."""
        return self._picture

    @property
    def says(self) -> str:
        """What stands below the chart."""
        return self._says.whole

    def render_state(self, state: AppState, now: Instant, bells: Bells) -> None:
        """Show the line as it stands; a state without one leaves the page as it is."""
        line = state.line
        if line is None:
            return
        self._state, self._bells = state, bells
        words = self._words
        self._backup.say(line_texts.backup(words, state))
        self._unasked.say(line_texts.unasked(words, line))
        self._way_out.say(line_texts.way_out(words, line))
        self._contacts.say(line_texts.contacts(words, line))
        self.tick(now)

    def tick(self, now: Instant) -> None:
        """Bring what depends on the time up to date; the chart is drawn anew when a minute has passed."""
        if self._state is None or self._state.line is None:
            return
        self._now = now
        words, line = self._words, self._state.line
        if self._bells is not None:
            self._bell.show_face(self._bells, Face(line_marks.level_of(line_state(_side(line), now)[0])))
        self._title.say(words.line_now(line, now))
        is_known = is_fresh(line.measured, line.fresh_for, now)
        works = is_known and line.state is LineState.UP and line.since is not None
        self._since.say(words.since(line.since, now.wall) if works and line.since is not None else "")
        self._quality.say(line_texts.quality(words, line.quality) if is_known else "")
        self._age.say(line_texts.age_of(words, line, now))
        self._draw(self._state, line, now)

    def _draw(self, state: AppState, line: LineView, now: Instant) -> None:
        drawn_from = (line.hours, start_of_minute(now.wall), line.every, line.connections, state.history)
        if drawn_from == self._drawn_from:
            return
        self._drawn_from = drawn_from
        day = chart_scale.day_of(line.hours, now.wall)
        chart = Chart(day, line_marks.ours(state, day), line_marks.providers(state, day))
        is_blank = day.is_blank and not chart.ours and not chart.providers
        self._picture.setVisible(not is_blank)
        self._blank.setVisible(is_blank)
        self._chart = chart
        self._picture.show_chart(chart)
        self._on_pointed(self._picture.index)

    @Slot(int)
    def _on_pointed(self, index: int) -> None:
        """Say what is under the cursor; without one, what the day was like."""
        if self._chart is None or self._state is None or self._now is None:
            return
        if index < 0:
            said = line_texts.summary(self._words, self._chart)
        else:
            said = line_texts.minute(self._words, self._chart, self._state, index, self._now.wall)
        self._says.say(said)
        self._picture.setAccessibleDescription(said)
        if index >= 0 and self._picture.hasFocus() and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._picture, said))

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Hold no day that nobody sees."""
        super().hideEvent(event)
        self._chart, self._drawn_from = None, ()


def _side(line: LineView) -> LineSide:
    return LineSide(line.state, line.cause, line.since, line.measured, line.fresh_for)
