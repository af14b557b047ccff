"""The assistant's step for what the user depends on: the page's own things, or ids from a contract, or all of it."""

from collections.abc import Iterator
from typing import Self

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHeaderView, QTreeWidget, QTreeWidgetItem

from tocsin.desktop import plain_text
from tocsin.desktop.assistant_chosen import Lines
from tocsin.desktop.assistant_making import Pick, guessed_kind, typed_ids
from tocsin.desktop.assistant_page import Step, Told, boxed, emptied, line_edit, titled
from tocsin.desktop.widgets import Tone, label, let_clear
from tocsin.domain.snapshot import Component
from tocsin.domain.terms import Level
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_ID = Qt.ItemDataRole.UserRole
_MANY = 8
_MOST_LINES = 12
_MOST_UNFOLDED = 40
_ROWS = 6


class _Tree(QTreeWidget):
    """As high as there is room, and content with little."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The least of it."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show which row the keyboard is at: Qt goes to the first one without a mark."""
        super().focusInEvent(event)
        here = self.currentItem()
        if here is not None and not self.selectedItems():
            here.setSelected(True)


class ThingsStep(Step):
    """Chooses. ``picks`` is what is to be watched; with nothing chosen it is one connection that means everything."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words, words.gettext("What do you depend on?"))
        self._page_name = ""
        self._is_isp = self._lists = False
        self._components: tuple[Component, ...] | None = None
        self._chosen: dict[str, str] = {}
        self._lead = label(Tone.NORMAL)
        self._filter = line_edit()
        let_clear(self._filter, words.gettext("Clear"))
        self._filter.setPlaceholderText(words.gettext("Search"))
        self._filter.setAccessibleName(words.gettext("Search"))
        self._filter.textChanged.connect(self._on_filter)
        self._tree = self._made_tree()
        self._nothing = Told(self._tree)
        self._ids = line_edit()
        self._ids.textChanged.connect(self._on_ids)
        told = words.gettext("Ids from your contract or your provider, separated by commas")
        self._ids_part = boxed(titled(told, self._ids))
        self._as_one = QCheckBox(plain_text.for_button(words.gettext("Watch them together, as one connection")))
        self._as_one.toggled.connect(self._on_chosen)
        self._watched = label(Tone.STRONG)
        self._lines = Lines(words)
        self.column.addWidget(self._lead)
        self.column.addWidget(self._filter)
        self.column.addWidget(self._tree, 1)
        self.column.addWidget(self._ids_part)
        self.column.addWidget(self._as_one, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._watched)
        self.column.addWidget(self._lines)
        self.column.addStretch(0)

    def _made_tree(self) -> QTreeWidget:
        made = _Tree()
        made.setAccessibleName(self._words.gettext("What can be watched"))
        made.setColumnCount(2)
        made.setHeaderHidden(True)
        made.setUniformRowHeights(True)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.header().setStretchLastSection(False)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        made.setMinimumHeight(_ROWS * made.fontMetrics().lineSpacing())
        made.itemChanged.connect(self._on_ticked)
        return made

    @property
    def picks(self) -> tuple[Pick, ...]:
        """What is to be watched."""
        return self._lines.picks

    @property
    def skip_text(self) -> str:
        """To choose nothing is to skip."""
        return ""

    def enter(self) -> None:
        """To the list, or to where ids are typed."""
        field = self._ids if self._tree.isHidden() else self._filter if self._filter.isVisible() else self._tree
        field.setFocus()

    def take_back(self) -> bool:
        """What is being looked for."""
        return emptied(self._filter)

    def take_over(self, before: Self) -> None:
        """What was ticked or typed, and how that was named."""
        if before._components is None:
            return
        self.offer(before._page_name, before._components, lists=before._lists, is_isp=before._is_isp)
        self._ids.setText(before._ids.text())
        for item in _all(self._tree.invisibleRootItem()):
            if str(item.data(0, _ID)) in before._chosen:
                item.setCheckState(0, Qt.CheckState.Checked)
        self._as_one.setChecked(before._as_one.isChecked())
        self._filter.setText(before._filter.text())
        self._lines.take_over(before._lines)

    def offer(self, page_name: str, components: tuple[Component, ...], *, lists: bool, is_isp: bool) -> None:
        """Offer these things of a page. ``lists`` false: nothing can be listed, and ids are typed."""
        words = self._words
        if (page_name, components) == (self._page_name, self._components):
            return
        self._page_name, self._is_isp, self._components, self._lists = page_name, is_isp, components, lists
        self._chosen = {}
        has_tree = bool(components)
        if has_tree:
            told = words.gettext("Tick what you depend on. With nothing ticked everything is watched.")
        elif lists:
            told = words.gettext("This page lists nothing to choose from: it is watched as a whole.")
        else:
            told = words.gettext(
                "Your provider cannot list your services. Type the ids of those you depend on; "
                "without one everything is watched."
            )
        self._lead.say(told)
        self._tree.setVisible(has_tree)
        self._filter.setVisible(len(components) > _MANY)
        self._filter.clear()
        self._ids.clear()
        self._ids_part.setVisible(not has_tree and not lists)
        self._fill(components)
        self._on_chosen()

    def _fill(self, components: tuple[Component, ...]) -> None:
        self._tree.blockSignals(True)
        self._tree.clear()
        groups = {each.id: self._item(each) for each in components if each.is_group}
        tops: list[QTreeWidgetItem] = []
        for each in components:
            item = groups.get(each.id) or self._item(each)
            above = groups.get(each.group or "")
            if above is None or above is item:
                tops.append(item)
            else:
                above.addChild(item)
        self._tree.addTopLevelItems(tops)
        self._tree.setRootIsDecorated(bool(groups))
        self._unfold()
        self._tree.blockSignals(False)

    def _unfold(self) -> None:
        """Show what is in the groups; of hundreds of things only what is looked for."""
        if len(self._components or ()) <= _MOST_UNFOLDED or self._filter.text().strip():
            self._tree.expandAll()
        else:
            self._tree.collapseAll()

    def _item(self, component: Component) -> QTreeWidgetItem:
        words = self._words
        state = "" if component.level is Level.OK else words.level_word(component.level)
        made = QTreeWidgetItem([words.clean(component.name, plain.TITLE), state])
        made.setData(0, _ID, component.id)
        made.setData(1, Qt.ItemDataRole.AccessibleTextRole, words.level_word(component.level))
        made.setFlags(made.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        made.setCheckState(0, Qt.CheckState.Unchecked)
        return made

    @Slot(QTreeWidgetItem, int)
    def _on_ticked(self, item: QTreeWidgetItem) -> None:
        own = str(item.data(0, _ID))
        if item.checkState(0) is Qt.CheckState.Checked:
            self._chosen[own] = item.text(0)
        else:
            self._chosen.pop(own, None)
        self._cover(item)
        self._on_chosen()

    def _cover(self, group: QTreeWidgetItem) -> None:
        """Who depends on a group depends on all that is in it."""
        self._tree.blockSignals(True)
        for item in _children(group):
            self._chosen.pop(str(item.data(0, _ID)), None)
            item.setCheckState(0, group.checkState(0))
            item.setDisabled(group.checkState(0) is Qt.CheckState.Checked)
        self._tree.blockSignals(False)
        self._tree.viewport().update()

    @Slot(str)
    def _on_ids(self, text: str) -> None:
        self._chosen = {each: each for each in typed_ids(text)}
        self._on_chosen()

    @Slot()
    def _on_chosen(self) -> None:
        many = len(self._chosen) > _MOST_LINES
        self._as_one.setVisible(len(self._chosen) > 1)
        self._as_one.setEnabled(not many)
        self._lines.show_picks(self._wanted(together=many or self._as_one.isChecked()))
        self._watched.say(self._words.gettext("This is watched, under these names:"))

    def _wanted(self, *, together: bool) -> dict[str, Pick]:
        """A line for each connection to be, by a key that stays while the line means the same."""
        if len(self._chosen) > 1 and not together:
            return {f"id {own}": self._pick((own,), name) for own, name in self._chosen.items()}
        if len(self._chosen) == 1:
            ((own, name),) = self._chosen.items()
            return {f"id {own}": self._pick((own,), name)}
        return {"together" if self._chosen else "all": self._pick(tuple(self._chosen), self._page_name)}

    def _pick(self, ids: tuple[str, ...], name: str) -> Pick:
        named = self._components and ids and name
        kind = guessed_kind(str(named or name), is_isp=self._is_isp)
        return Pick(ids, name, kind)

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        words = text.casefold().split()
        self._tree.setUpdatesEnabled(False)
        shown = [_show_fitting(each, "", words) for each in _children(self._tree.invisibleRootItem())]
        self._unfold()
        self._tree.setUpdatesEnabled(True)
        nothing = self._words.gettext("Nothing here has this name.") if words and not any(shown) else ""
        self._nothing.say(nothing)
        self._tree.setAccessibleDescription(nothing)


def _show_fitting(item: QTreeWidgetItem, above: str, words: list[str]) -> bool:
    """Show an item if it or something in it has all the words, its groups' names counted; whether it shows."""
    name = f"{above} {item.text(0).casefold()}"
    below = [_show_fitting(each, name, words) for each in _children(item)]
    shows = any(below) or all(word in name for word in words)
    item.setHidden(not shows)
    return shows


def _all(above: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
    for item in _children(above):
        yield item
        yield from _all(item)


def _children(item: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
    return (child for n in range(item.childCount()) if (child := item.child(n)) is not None)
