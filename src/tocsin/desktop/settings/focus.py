"""The order in which keyboard and screen reader go through a window: as it is read, whenever a part was made."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget

from tocsin.desktop import tab_order


def read_in_order(window: QWidget) -> None:
    """Set the order. Cheap enough for whenever a part was added."""
    for before, after in pairwise(_focusable(window)):
        QWidget.setTabOrder(before, after)
    tab_order.tell_in_order(window)


def _focusable(widget: QWidget) -> Iterator[QWidget]:
    """What can have the keyboard within a widget, as its layouts put it."""
    inside = widget.widget() if isinstance(widget, QScrollArea) else None
    if inside is not None:
        yield from _focusable(inside)
    layout = widget.layout()
    if layout is not None:
        yield from _within(layout)


def _within(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
                yield widget
            yield from _focusable(widget)
        elif inner is not None:
            yield from _within(inner)
