"""What can be filled in or pressed has a border that is seen: in every palette, and more where more is asked for."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QTimeEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from support.atspi import Reader
from support.atspi_rules import ENOUGH, contrast
from support.atspi_stage import Stage
from support.framebuffer import Box, Picture
from support.offline_window import settle
from support.palettes import NAMES, palette_of
from support.virtual_desktop import VirtualDesktop
from tocsin.desktop.borders import Borders, bordered, keep_seen
from tocsin.desktop.contrast import asked_for, ratio

PORTAL, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SETTINGS, MOCK = "org.freedesktop.portal.Settings", "org.freedesktop.DBus.Mock."
STRONG = 7.0
PATIENCE = 30.0


@pytest.fixture
def form(qtbot):
    """One of everything that has a border, and is not chosen, checked or the default."""
    keep_seen()
    before = QApplication.palette()
    made = QWidget()
    column = QFormLayout(made)
    tree = QTreeWidget()
    tree.setHeaderHidden(True)
    item = QTreeWidgetItem(tree, [""])
    item.setCheckState(0, item.checkState(0))
    combo = QComboBox()
    combo.addItem("")
    column.addRow(QWidget())  # what has the keyboard has another border
    for each in (QLineEdit(), QPlainTextEdit(), QTimeEdit(), combo, QCheckBox(), QRadioButton(), QPushButton(), tree):
        column.addRow(each)
    yield made
    made.close()
    made.deleteLater()
    QApplication.setPalette(before)


def edges(form: QWidget) -> dict[str, float]:
    """The contrast of each one's left edge with the window, where it is strongest."""
    form.show()
    form.setFocus()
    settle()
    image = form.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    ground = form.palette().color(form.backgroundRole())
    found = {}
    for each in form.findChildren(QWidget, options=form_children()):
        if type(each) is not QWidget:
            found[type(each).__name__] = edge(image, each, QRect(each.mapTo(form, QPoint(0, 0)), each.size()), ground)
    return found


def form_children():
    from PySide6.QtCore import Qt

    return Qt.FindChildOption.FindDirectChildrenOnly


def edge(image: QImage, widget: QWidget, area: QRect, ground: QColor) -> float:
    """The strongest pixel in the middle of the left edge of a widget, or of its box."""
    if isinstance(widget, QCheckBox | QRadioButton):
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        of_box = isinstance(widget, QCheckBox)
        part = QStyle.SubElement.SE_CheckBoxIndicator if of_box else QStyle.SubElement.SE_RadioButtonIndicator
        area = widget.style().subElementRect(part, option, widget).translated(area.topLeft())
    middle = area.center().y()
    return max(ratio(image.pixelColor(x, middle), ground) for x in range(area.left(), area.left() + 4))


@pytest.mark.parametrize("name", NAMES)
def test_every_border_is_seen(form, name):
    """3 to 1 between a border and the window (WCAG 2.2, 1.4.11), 7 to 1 in high contrast, whatever was before."""
    for each in (NAMES[0], NAMES[-1], name):
        QApplication.setPalette(palette_of(each))
    found = edges(form)
    least = STRONG if name.startswith("high") else ENOUGH
    assert len(found) == 8
    assert {kind: seen for kind, seen in found.items() if seen < least} == {}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_the_colour_of_borders_is_touched(qapp, name):
    """Every other colour is the palette's own; the border differs from what is inside it, too."""
    palette = palette_of(name)
    made, roles = bordered(palette), {role for role in palette.ColorRole if role is not palette.ColorRole.NColorRoles}
    groups = (palette.ColorGroup.Active, palette.ColorGroup.Inactive, palette.ColorGroup.Disabled)
    for group in groups:
        assert {each for each in roles if made.color(group, each) != palette.color(group, each)} <= {
            palette.ColorRole.Window
        }
    border = made.color(palette.ColorRole.Window).darker(140)
    assert ratio(border, palette.color(palette.ColorRole.Base)) >= (STRONG if asked_for(palette) else ENOUGH)
    assert asked_for(palette) is name.startswith("high")


def test_borders_are_kept_by_one_alone(qapp):
    """However many windows ask for it."""
    keep_seen()
    keep_seen()
    assert len(qapp.findChildren(Borders)) == 1


class Seen:
    """The settings, on a desktop whose portal says how much contrast is wished for."""

    def __init__(self, desktop: VirtualDesktop, reader: Reader) -> None:
        self.desktop, self.reader = desktop, reader

    def wish(self, number: int) -> None:
        """0 for none in particular, 1 for more: as when somebody throws GNOME's switch."""
        call = ("gdbus", "call", "--session", "--dest", PORTAL, "--object-path", PATH, "--method", MOCK + "EmitSignal")
        values = f"[<'org.freedesktop.appearance'>, <'contrast'>, <uint32 {number}>]"
        self.desktop.run(*call, SETTINGS, "SettingChanged", "ssv", values)

    def wait_for(self, border: tuple[float, float], muted: tuple[float, float]) -> None:
        """Wait until a field's border and a muted sentence have a contrast between these."""
        window = self.reader.window("Tocsin")
        field = window.find("text", "Help desk, by telephone").box
        hint = next(each.box for each in window.walk() if each.role == "label" and each.name.startswith("Kept on this"))

        def is_so() -> bool:
            edge = self._strongest(Box(field.x - 3, field.y + field.height // 2, 6, 1))
            text = self._strongest(hint)
            return border[0] <= edge <= border[1] and muted[0] <= text <= muted[1]

        self.desktop.wait_until(is_so, PATIENCE, f"a border of {border} and a text of {muted}")

    def _strongest(self, box: Box) -> float:
        picture: Picture = self.desktop.picture(box)
        pixels = picture.pixels()
        return max(contrast(pixels[0], each) for each in set(pixels))


@pytest.mark.desktop
def test_more_contrast_is_there_as_soon_as_the_desktop_asks_for_it():
    """GNOME's switch for high contrast, thrown while the window is open, and back again: borders and muted texts."""
    with VirtualDesktop(panel=None, dunst=False, size=(1280, 1000)) as desktop, Reader(desktop) as reader:
        desktop.spawn(["/usr/bin/python3", "-m", "dbusmock", "--session", PORTAL, PATH, SETTINGS])
        desktop.wait_until(lambda: desktop.owner(PORTAL), PATIENCE, "the portal")
        with Stage(desktop, env={"XDG_CURRENT_DESKTOP": "GNOME"}) as stage:
            stage.settings()
            stage.page(3)
            seen = Seen(desktop, reader)
            seen.wait_for((ENOUGH, STRONG - 0.1), (4.5, 14.9))
            seen.wish(1)
            seen.wait_for((STRONG, 21), (15, 21))
            seen.wish(0)
            seen.wait_for((ENOUGH, STRONG - 0.1), (4.5, 14.9))
