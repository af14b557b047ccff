"""Finds text that does not fit where it stands: labels, buttons, boxes and fields whose words are longer than they."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyleOptionFrame,
    QWidget,
)

from tocsin.desktop.history_model import Role
from tocsin.desktop.history_rows import EDGE, SIDE, Rows, arranged

_SLACK = 1  # of a pixel: sizes are rounded


def cut_texts(parent: QWidget) -> list[str]:
    """What is cut in this window, as "kind: text, needs so much, has so much"; empty where everything can be read."""
    return [
        f"{type(each).__name__}: {text!r} needs {need.width()}x{need.height()}, has {has.width()}x{has.height()}"
        for each, text, need, has in _measured(parent)
        if need.width() > has.width() + _SLACK or need.height() > has.height() + _SLACK
    ]


def _measured(parent: QWidget) -> Iterator[tuple[QWidget, str, QSize, QSize]]:
    """Each text that shows, the room that it needs, and the room that it has."""
    for each in parent.findChildren(QWidget):
        if not each.isVisible():
            continue
        if isinstance(each, QLabel) and each.text():
            yield each, _whole(each), _label_needs(each), each.contentsRect().size()
        elif isinstance(each, QAbstractButton) and each.text():
            yield each, each.text(), each.sizeHint(), each.size()
        elif isinstance(each, QComboBox):
            longest = max((each.itemText(row) for row in range(each.count())), key=len, default="")
            yield each, longest, each.sizeHint(), each.size()
        elif isinstance(each, QLineEdit) and (each.text() or each.placeholderText()):
            text = each.text() or each.placeholderText()
            yield each, text, QSize(_width(each, text), each.fontMetrics().height()), _field(each).size()
        if isinstance(each, QListView) and isinstance(each.itemDelegate(), Rows):
            yield from _rows(each)
        if isinstance(each, QAbstractScrollArea) and not isinstance(each, QAbstractItemView):
            yield from _sideways(each)
        yield from _beyond(each)


def _rows(view: QListView) -> Iterator[tuple[QWidget, str, QSize, QSize]]:
    """Each text of the history, with the room that it is drawn in; one below the row's end has none."""
    for row in range(view.model().rowCount()):
        index = view.model().index(row, 0)
        room = view.visualRect(index).adjusted(SIDE, EDGE, -SIDE, 0)
        is_open = bool(index.data(Role.IS_OPEN))
        for placed in arranged(index.data(Role.TEXTS), room.width(), view.font(), is_open=is_open):
            font = QFont(view.font())
            if is_open and placed.is_upper:
                font.setWeight(QFont.Weight.DemiBold)
            wide = QRect(0, 0, max(placed.area.width(), 1), 100_000)
            need = QFontMetrics(font).boundingRect(wide, placed.flags, placed.text).size()
            has = placed.area.intersected(QRect(0, 0, room.width(), room.height())).size()
            yield view, placed.text, need, has


def _whole(label: QLabel) -> str:
    return str(getattr(label, "whole", label.text()))


def _label_needs(label: QLabel) -> QSize:
    if label.wordWrap():
        width = label.contentsRect().width()
        text = label.text()
        widest = max((_width(label, word) for word in text.split()), default=0)
        needed = label.fontMetrics().boundingRect(QRect(0, 0, max(width, 1), 100_000), Qt.TextFlag.TextWordWrap, text)
        return QSize(min(widest, needed.width()), needed.height())
    return QSize(_width(label, _whole(label)), label.fontMetrics().height())


def _width(widget: QWidget, text: str) -> int:
    return max((widget.fontMetrics().horizontalAdvance(line) for line in text.split("\n")), default=0)


def _field(edit: QLineEdit) -> QRect:
    option = QStyleOptionFrame()
    edit.initStyleOption(option)
    return edit.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, edit)


def _sideways(area: QAbstractScrollArea) -> Iterator[tuple[QWidget, str, QSize, QSize]]:
    """A page that is wider than what shows of it."""
    content = area.widget() if hasattr(area, "widget") else None
    if content is not None:
        has = area.viewport().size()
        yield area, area.objectName() or "page", QSize(content.minimumSizeHint().width(), 0), has


def _beyond(each: QWidget) -> Iterator[tuple[QWidget, str, QSize, QSize]]:
    """A text that begins or ends outside of what holds it."""
    holder = each.parentWidget()
    if holder is None or not isinstance(each, QLabel | QAbstractButton) or not each.text():
        return
    over = each.geometry().right() - holder.rect().right()
    if over > _SLACK or each.x() < -_SLACK:
        yield each, each.text(), QSize(each.width() + max(over, -each.x()), 0), each.size()


@pytest.fixture(params=[1.0, 2.0], ids=["100 %", "200 %"])
def letters(request, qapp):
    """The desktop's letters at their usual size, and at twice that as for one who sees badly."""
    before = QFont(qapp.font())
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * request.param)
    qapp.setFont(larger)
    yield request.param
    qapp.setFont(before)
