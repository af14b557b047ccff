"""The settings for everybody: by keyboard alone, in the order they are read in, and with letters twice as large."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QListWidget, QScrollArea, QWidget

from support.painting import warm_painter
from support.settings_scenes import Rig, settle
from tocsin.desktop.settings.book import PageName

__all__ = ["warm_painter"]  # a fixture for all of this module


@pytest.fixture
def rig(qtbot, tmp_path):
    made = Rig(tmp_path / "config.toml")
    yield made
    made.window.let_go()
    made.window.close()
    made.window.deleteLater()


def focusable(window: QWidget) -> list[QWidget]:
    """Everything that Tab comes to, in its order."""
    found, each = [], window.nextInFocusChain()
    while each is not window:
        is_inner = isinstance(each.parentWidget(), QComboBox) or each.focusProxy() is not None
        if each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and not is_inner:
            found.append(each)
        each = each.nextInFocusChain()
    return found


@pytest.mark.parametrize("page", list(PageName), ids=lambda page: page.name.lower())
def test_the_keyboard_goes_through_a_page_as_it_is_read(rig, page):
    """From top to bottom, in one column, and everything it comes to has a name."""
    rig.show(page, "home" if page is PageName.ACCOUNTS else "")
    rig.window.resize(rig.window.width(), 4000)  # so that nothing has to be scrolled to
    settle()
    chain = focusable(rig.window)
    first = chain.index(rig.window.navigation.list)
    chain = chain[first + 1 :] + chain[:first]
    places = [each.mapTo(rig.window, QPoint(0, each.height() // 2)) for each in chain]
    rows = [(place.y() // 8, place.x()) for place in places]
    assert rows == sorted(rows)
    assert [each for each in chain if not (each.accessibleName() or getattr(each, "text", str)())] == []


def test_every_page_can_be_reached_and_changed_by_keyboard(rig):
    """The list, its arrows, Tab, Space: no mouse."""
    rig.show()
    rig.window.navigation.list.setFocus()
    QTest.keyClick(rig.window.navigation.list, Qt.Key.Key_Down)
    assert rig.window.number is PageName.NOTIFICATIONS
    QTest.keyClick(rig.window, Qt.Key.Key_F6)
    quiet = rig.field("notifications.quiet").editor
    assert rig.window.focusWidget() is quiet
    QTest.keyClick(quiet, Qt.Key.Key_Space)
    assert rig.on_disk.notifications.quiet_from is None
    QTest.keyClick(rig.window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert rig.window.number is PageName.LINE
    assert rig.window.focusWidget() is rig.window.navigation.list  # not on what does not show any more
    QTest.keyClick(rig.window, Qt.Key.Key_F6)
    assert rig.window.focusWidget() is rig.field("line.measure").editor
    QTest.keyClick(rig.window, Qt.Key.Key_F6)
    assert rig.window.focusWidget() is rig.window.navigation.list


def test_an_account_is_edited_by_keyboard_and_escape_goes_back(rig):
    """Enter opens it, Escape closes the form, then the window."""
    rig.show()
    entries = rig.window.page.findChild(QListWidget)
    entries.setFocus()
    QTest.keyClick(entries, Qt.Key.Key_Return)
    settle()
    assert rig.window.page.place == "home"
    assert rig.window.focusWidget().text() == "Back to the accounts"
    QTest.keyClick(rig.window, Qt.Key.Key_Escape)
    settle()
    assert rig.window.page.place == ""
    assert rig.window.focusWidget() is entries
    QTest.keyClick(rig.window, Qt.Key.Key_Escape)
    assert not rig.window.isVisible()


def test_a_choice_is_not_made_by_passing_over_it(rig):
    """Arrow keys open the list, the wheel scrolls the page: only Enter or a click sets anything."""
    rig.show(PageName.NETWORK)
    box = rig.field("network.proxy").editor
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    settle()
    assert box.view().isVisible()
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Escape)
    settle()
    assert rig.sent == []
    assert box.currentText() == "The proxy of this computer"


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [420, 900])
def test_no_text_is_cut(rig, qapp, scale, width):
    """At twice the size of the letters too, in a narrow window as in a wide one."""
    before = qapp.font()
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * scale)
    qapp.setFont(larger)
    try:
        for page in PageName:
            rig.show(page, "home" if page is PageName.ACCOUNTS else "")
            rig.window.resize(round(width * scale), 700)
            settle()
            settle()
            for each in rig.window.findChildren(QAbstractButton) + rig.window.findChildren(QLabel):
                if each.isVisible() and each.text() and each.objectName() != "qt_spinbox_lineedit":
                    needs = each.heightForWidth(each.width()) if isinstance(each, QLabel) else each.sizeHint().height()
                    assert each.height() >= needs, each.text()
                    if not isinstance(each, QLabel):
                        assert each.width() >= each.minimumSizeHint().width(), each.text()
            area = next(each for each in rig.window.findChildren(QScrollArea) if each.isVisible())
            assert area.widget().minimumSizeHint().width() <= area.viewport().width()
    finally:
        qapp.setFont(before)
        settle()


def test_where_there_is_no_room_the_list_of_pages_gives_way(rig):
    """One line on top in its place, which works the same."""
    rig.show()
    rig.window.resize(400, 600)
    settle()
    assert not rig.window.navigation.list.isVisible()
    box = rig.window.navigation.box
    box.setCurrentIndex(PageName.LINE)
    assert rig.window.number is PageName.LINE
    rig.window.resize(1000, 600)
    settle()
    assert rig.window.navigation.list.isVisible()
    assert rig.window.navigation.list.currentRow() == PageName.LINE
