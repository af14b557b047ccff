"""The Tab key goes through a window as its reader does: from the top, whenever each part was made."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def in_layouts(layouts: Iterable[QLayout]) -> list[QWidget]:
    """The widgets that stand in these layouts, in their order."""
    items = (layout.itemAt(index) for layout in layouts for index in range(layout.count()))
    return [widget for item in items if item is not None and (widget := item.widget()) is not None]


def chain(parts: Iterable[QWidget]) -> None:
    """Let Tab go through these parts one after the other; within each it goes as before."""
    stops = [
        each
        for part in parts
        for each in (part, *part.findChildren(QWidget))
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    for one, next_ in pairwise(stops):
        QWidget.setTabOrder(one, next_)
