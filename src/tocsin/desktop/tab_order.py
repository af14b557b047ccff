"""The Tab key and screen readers go through a window as eyes do: from the top, whenever each part was made."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


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


def tell_in_order(parent: QWidget) -> None:
    """Let a screen reader come by what stands in here as the layouts put it.

    It is told of a widget's children in the order that they were taken in, and whoever is raised comes last.
    """
    inside = parent.widget() if isinstance(parent, QScrollArea) else parent
    layout = inside.layout() if inside is not None else None
    if inside is None or layout is None:
        return
    wanted = list(_laid_out(layout))
    if [each for each in inside.children() if each in wanted] != wanted:
        for each in wanted:
            each.raise_()
    for each in wanted:
        tell_in_order(each)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    """The widgets of a layout and of those within it."""
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget, inner = (None, None) if item is None else (item.widget(), item.layout())
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)
