"""Everything can be told from what it stands on: light, dark, and in both palettes of high contrast."""

from collections import Counter
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from support import desktop_scenes, line_scenes
from support.atspi_rules import ENOUGH, contrast
from support.desktop_scenes import StillClock, english, view
from support.line_window import opened
from support.offline_window import settle
from support.painting import warm_painter
from support.palettes import NAMES, palette_of
from tocsin.desktop import chart_painting
from tocsin.desktop.bell import colour
from tocsin.desktop.contrast import ON_CARD, ratio, readable
from tocsin.desktop.portrait import Portrait
from tocsin.desktop.widgets import Card, PlainLabel
from tocsin.desktop.window import Window
from tocsin.domain.terms import Level

__all__ = ["warm_painter"]

FOR_TEXT = 4.5
SOLID = 8  # as many pixels of a bell's own colour are more than its blurred edge


@pytest.fixture(params=NAMES)
def palette(request, qapp):
    """A desktop's colours."""
    before = QApplication.palette()
    QApplication.setPalette(palette_of(request.param))
    yield request.param
    QApplication.setPalette(before)


@pytest.fixture
def window(qtbot, palette):
    """The window in these colours."""
    made = Window(english(), StillClock(), "/home/anna/config.toml", lambda: True)
    made.resize(620, 900)
    yield made
    made.do_not_ask()
    made.close()
    made.deleteLater()


def every_level():
    """One connection for each level, its own incident with those that have one."""
    cut = desktop_scenes.outage_incident()
    slow = desktop_scenes.incident("slow", connection="degraded")
    names = {level: view(level.word, f"A line at {level.word}", level) for level in Level}
    names[Level.OUTAGE] = replace(names[Level.OUTAGE], incidents=(cut,))
    names[Level.DEGRADED] = replace(names[Level.DEGRADED], incidents=(slow,))
    return desktop_scenes.outage(connections=tuple(names.values()), faults=(desktop_scenes.settings_fault(),))


def shown(window, state) -> QImage:
    window.render_state(state)
    window.show()
    settle()
    return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def pixels(image: QImage, window: QWidget, part: QWidget) -> Counter:
    """How often each colour is in a part of the picture."""
    area = QRect(part.mapTo(window, QPoint(0, 0)), part.size()).intersected(image.rect())
    colours = (
        image.pixelColor(x, y) for x in range(area.left(), area.right()) for y in range(area.top(), area.bottom())
    )
    return Counter((each.red(), each.green(), each.blue()) for each in colours)


def strongest(found: Counter, least: int = 1) -> float:
    """The greatest contrast with the commonest colour."""
    ((ground, _),) = found.most_common(1)
    return max(contrast(ground, each) for each, count in found.items() if count >= least)


def test_every_text_can_be_read(window):
    """4.5 to 1, quiet words and those on coloured cards too (WCAG 2.2, 1.4.3)."""
    image = shown(window, every_level())
    texts = [each for each in window.findChildren(PlainLabel) if each.isVisible() and each.text()]
    texts += [each for each in window.findChildren(QAbstractButton) if each.isVisible() and each.text()]
    read = {each.text(): strongest(pixels(image, window, each)) for each in texts if each.isEnabled()}
    assert len(read) > 15
    assert {text: found for text, found in read.items() if found < FOR_TEXT} == {}


def test_every_bell_and_card_can_be_seen(window):
    """3 to 1 between a picture and its ground, in every level (WCAG 2.2, 1.4.11)."""
    image = shown(window, every_level())
    bells = [each for each in window.findChildren(Portrait) if each.isVisible()]
    assert len(bells) == len(Level)
    assert [seen for each in bells if (seen := strongest(pixels(image, window, each), SOLID)) < ENOUGH] == []
    for card in window.findChildren(Card):
        bar = card.mapTo(window, QPoint(1, card.height() // 2))
        if card.isVisible() and image.rect().contains(bar):
            ground = window.palette().color(window.backgroundRole())
            assert ratio(image.pixelColor(bar), ground) >= ENOUGH


def test_everything_on_the_chart_can_be_seen(window):
    """What was not measured, and each trouble's mark; their colours are the levels' own where those do."""
    page = opened(window, line_scenes.eventful_day())
    image = page.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = pixels(image, page.chart, page.chart)
    paper = page.palette().color(page.backgroundRole())
    for level in (Level.OUTAGE, Level.DEGRADED, Level.MAINTENANCE):
        drawn = readable(colour(level), paper)
        assert ratio(drawn, paper) >= ENOUGH
        assert found[drawn.red(), drawn.green(), drawn.blue()] >= SOLID, level
    ink = page.palette().color(page.foregroundRole())
    share = chart_painting._FAINT / 255
    mixed = [round(a * share + b * (1 - share)) for a, b in zip(ink.getRgb()[:3], paper.getRgb()[:3], strict=True)]
    assert ratio(QColor(*mixed), paper) >= ENOUGH


def test_a_colour_that_is_seen_stays_as_it_is():
    """Only what is hard to see is made darker or lighter, as little as will do, and never left too faint."""
    for level in Level:
        plain = colour(level)
        for paper in (QColor(each) for each in ("#ffffff", "#efefef", "#808080", "#2d2d2d", "#000000")):
            if plain is not None:
                made = readable(plain, paper)
                assert ratio(made, paper) >= ON_CARD
                assert made == plain or ratio(plain, paper) < ON_CARD
