"""The record as a list for Qt's views: one row for each incident, newest start first."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from tocsin.desktop import plain_text
from tocsin.domain.incident import Incident
from tocsin.domain.terms import IncidentKind
from tocsin.words.phrasebook import Phrasebook

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Role(IntEnum):
    """What the delegate asks for beside Qt's own roles."""

    UID = Qt.ItemDataRole.UserRole + 1
    WHEN = Qt.ItemDataRole.UserRole + 2
    LASTED = Qt.ItemDataRole.UserRole + 3
    ESTIMATES = Qt.ItemDataRole.UserRole + 4
    IS_OPEN = Qt.ItemDataRole.UserRole + 5
    SEARCHED = Qt.ItemDataRole.UserRole + 6
    TEXTS = Qt.ItemDataRole.UserRole + 7


class Texts(NamedTuple):
    """All that a row shows."""

    title: str
    lasted: str
    when: str
    estimates: str


class HistoryModel(QAbstractListModel):
    """Incidents as rows. An update touches only the rows that changed: selection and scrolling stay where they are."""

    def __init__(self, words: Phrasebook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._rows: tuple[Incident, ...] = ()
        self._names: dict[str, str] = {}
        self._now = datetime.now(UTC)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """How many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A row's texts; everything is plain text but the tooltip, which Qt would otherwise have to guess about."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        incident = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(incident)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_text.for_widget_tooltip("\n".join(self._sentences(incident)))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(self._sentences(incident))
        return self._own(incident, role)

    def _own(self, incident: Incident, role: int) -> object:
        answers: dict[int, Callable[[Incident], object]] = {
            Role.UID: lambda each: each.uid,
            Role.WHEN: self._when,
            Role.LASTED: lambda each: self._words.lasted(each, self._now),
            Role.ESTIMATES: self._estimates,
            Role.IS_OPEN: lambda each: each.is_open,
            Role.SEARCHED: lambda each: " ".join(self._sentences(each)).casefold(),
            Role.TEXTS: self._texts,
        }
        answer = answers.get(role)
        return None if answer is None else answer(incident)

    def update_rows(self, incidents: Sequence[Incident], names: dict[str, str], now: datetime) -> None:
        """Show these. ``names`` are the connections' names by id."""
        self._now = now
        new, old = tuple(incidents), self._rows
        renamed, self._names = names != self._names, names
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        if len(old) > head + tail:
            self.beginRemoveRows(_NOWHERE, head, len(old) - tail - 1)
            self._rows = old[:head] + old[len(old) - tail :]
            self.endRemoveRows()
        if len(new) > head + tail:
            self.beginInsertRows(_NOWHERE, head, len(new) - tail - 1)
            self._rows = new
            self.endInsertRows()
        self._rows = new
        if new != old or renamed:
            before = {incident.uid: incident for incident in old}
            changed = [row for row, each in enumerate(new) if renamed or before.get(each.uid) != each]
            if changed:
                self._touch(changed[0], changed[-1])

    def tick(self, now: datetime) -> None:
        """Let what goes on grow older."""
        self._now = now
        going_on = [row for row, incident in enumerate(self._rows) if incident.is_open]
        if going_on:
            self._touch(going_on[0], going_on[-1])

    def _touch(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first), self.index(last))

    def _title(self, incident: Incident) -> str:
        return self._words.plain_title(incident) or self._words.gettext("(no title)")

    def _texts(self, incident: Incident) -> Texts:
        lasted = self._words.lasted(incident, self._now)
        return Texts(self._title(incident), lasted, self._when(incident), self._estimates(incident))

    def _sentences(self, incident: Incident) -> list[str]:
        words = self._words
        parts = (
            words.plain_title(incident),
            self._where(incident),
            self._when(incident),
            words.lasted(incident, self._now),
            self._estimates(incident),
        )
        return [part for part in parts if part]

    def _where(self, incident: Incident) -> str:
        return self._words.names([self._names.get(link.connection, link.connection) for link in incident.links])

    def _when(self, incident: Incident) -> str:
        """From when to when, as "21 Nov 17:58 to 20:10", or how it stands."""
        words, now, episode = self._words, self._now, incident.episode
        if not incident.began:
            return words.span(incident.scheduled_start or incident.started_at, incident.scheduled_end, now)
        if episode.ended_at is None:
            start = words.clock(episode.started_at, now)
            # Translators: as in "17:58, ongoing".
            return words.gettext("{start}, {standing}").format(start=start, standing=words.how_word(episode.how))
        return words.span(episode.started_at, episode.ended_at, now)

    def _estimates(self, incident: Incident) -> str:
        """The first estimate and the last, and what became of it."""
        words = self._words
        first, last = incident.first_eta, incident.eta
        if incident.kind is IncidentKind.MAINTENANCE and first in (None, incident.scheduled_end):
            return self._plan(incident)
        if first is None:
            return words.gettext("no estimate was given") if not incident.is_open else ""
        day = incident.episode.started_at  # estimates of that day need no date
        before = words.clock(first, day)
        if last is None:
            return words.gettext("estimate {first}, taken back").format(first=before)
        moves = incident.eta_moves
        if not moves:
            sentence = words.gettext("estimate {first}")
        else:
            sentence = words.ngettext(
                "estimate {first}, then {last}", "estimate {first}, then {last} ({n} moves)", moves
            )
        told = sentence.format(first=before, last=words.clock(last, day), n=moves)
        return self._judged(told, last, incident)

    def _judged(self, told: str, due: datetime, incident: Incident) -> str:
        end = incident.episode.ended_at
        if end is None:
            return told
        kept = self._words.gettext("kept") if end <= due else self._words.gettext("not kept")
        # Translators: as in "estimate 20:30, kept".
        return self._words.gettext("{estimate}, {kept}").format(estimate=told, kept=kept)

    def _plan(self, incident: Incident) -> str:
        words, due = self._words, incident.scheduled_end
        if due is None or not incident.began:
            return words.kind_word(incident.kind)
        # Translators: as in "Planned work, until 05:00".
        told = words.gettext("{kind}, until {end}").format(
            kind=words.kind_word(incident.kind), end=words.clock(due, incident.episode.started_at)
        )
        return self._judged(told, due, incident)


class HistoryFilter(QSortFilterProxyModel):
    """Lets through what has every word that was typed, in whatever order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: tuple[str, ...] = ()

    def look_for(self, text: str) -> None:
        """Filter by this; nothing lets everything through."""
        self._wanted = tuple(text.casefold().split())
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:  # noqa: N802 - Qt's name
        """Whether a row shows."""
        if not self._wanted:
            return True
        source = self.sourceModel()
        searched = str(source.data(source.index(source_row, 0, source_parent), Role.SEARCHED))
        return all(word in searched for word in self._wanted)


def _common(one: tuple[Incident, ...], other: tuple[Incident, ...]) -> int:
    """How many incidents both begin with, by uid."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a.uid != b.uid:
            break
        length += 1
    return length
