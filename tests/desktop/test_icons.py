"""The bell: every state by shape and colour, at every size, on light and dark panels."""

import itertools
import xml.etree.ElementTree as ET

import pytest
from PySide6.QtGui import QColor, QImage, QPalette

from support.painting import warm_painter
from tocsin import APP_ID, resources
from tocsin.desktop.bell import FRAMES, SIZES, Bells, Face, application_icon
from tocsin.desktop.portrait import bells_on
from tocsin.domain.terms import Level

__all__ = ["warm_painter"]  # a fixture for all of this module

LIGHT, DARK = QColor("#f2f2f2"), QColor("#26292c")
ALL = [Face(level, muted=muted) for level in Level for muted in (False, True)]
SWING = [Face(Level.OUTAGE, frame=frame) for frame in range(FRAMES)]


@pytest.fixture
def bells(qapp):
    """Bells for a light panel."""
    return Bells(QColor("#202020"), LIGHT)


def solid(image: QImage) -> list[QColor]:
    """The colours of the pixels that hide what is behind them."""
    pixels = itertools.product(range(image.width()), range(image.height()))
    colours = (image.pixelColor(x, y) for x, y in pixels)
    return [colour for colour in colours if colour.alpha() > 250]


def shape(image: QImage) -> set[tuple[int, int]]:
    """Where there is ink, whatever its colour."""
    pixels = itertools.product(range(image.width()), range(image.height()))
    return {(x, y) for x, y in pixels if image.pixelColor(x, y).alpha() > 110}


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of WCAG 2.1."""

    def luminance(colour: QColor) -> float:
        parts = [colour.redF(), colour.greenF(), colour.blueF()]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("face", [*ALL, *SWING], ids=str)
def test_every_face_shows_at_every_size(bells, face):
    """No face is blank or cut off to nothing, down to 16 px."""
    for size in SIZES:
        assert 0.12 < len(shape(bells.image(face, size))) / size**2 < 0.75, size


def test_levels_differ_in_shape_and_not_only_in_colour(bells):
    """Who sees no colours tells all the levels apart at 16 px, notice and maintenance (both blue) included."""
    shapes = {level: shape(bells.image(Face(level), 16)) for level in Level}
    for one, other in itertools.combinations(Level, 2):
        assert len(shapes[one] ^ shapes[other]) >= 8, (one, other)


@pytest.mark.parametrize("face", SWING, ids=str)
@pytest.mark.parametrize("size", SIZES)
def test_the_outage_bell_is_solid_red(bells, face, size):
    """The contract: red at 200 or more, green and blue at 80 or less, in every frame and size; and it is filled."""
    image = bells.image(face, size)
    colours = solid(image)
    assert len(colours) / size**2 > 0.22
    assert all(each.red() >= 200 and each.green() <= 80 and each.blue() <= 80 for each in colours)
    assert image.pixelColor(size // 2, size // 2).alpha() == 255


def test_no_bell_is_ever_green(bells):
    """Nothing here is green: not when all is well, and surely not when it is muted."""
    for face in (*ALL, *SWING):
        for colour in solid(bells.image(face, 32)):
            assert not (colour.green() > colour.red() + 20 and colour.green() > colour.blue() + 20), face


@pytest.mark.parametrize(
    ("level", "is_so"),
    [
        (Level.NOTICE, lambda c: c.blue() > c.green() > c.red()),
        (Level.MAINTENANCE, lambda c: c.blue() > c.green() > c.red()),
        (Level.UNKNOWN, lambda c: c.red() == c.green() == c.blue()),
        (Level.DEGRADED, lambda c: c.red() > c.green() > c.blue() and c.green() > 90),
    ],
)
def test_colours_are_those_of_the_levels(bells, level, is_so):
    """Blue, grey and amber, as they are documented."""
    colours = solid(bells.image(Face(level), 64))
    assert colours
    assert all(is_so(colour) for colour in colours)


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.OK])
def test_colours_read_on_light_and_on_dark_panels(bells, level):
    """A contrast of 3 to 1, what WCAG asks of graphics, on both; nobody tells us which panel it is."""
    colour = solid(bells.image(Face(level), 64))[0]
    assert contrast(colour, LIGHT) >= 3
    assert contrast(colour, DARK) >= 3


@pytest.mark.parametrize(("ink", "paper"), [("#202020", "#f2f2f2"), ("#eeeeee", "#26292c")])
def test_the_quiet_bell_takes_the_panels_foreground(qapp, ink, paper):
    """On a panel of the palette's own colours the bell is an outline in its foreground."""
    colours = {colour.name() for colour in solid(Bells(QColor(ink), QColor(paper)).image(Face(Level.OK), 64))}
    assert ink in colours


@pytest.mark.parametrize(("ink", "paper"), [("#fefefe", "#202020"), ("#fefefe", "#010101"), ("#010101", "#fefefe")])
def test_a_desktop_may_use_the_colours_that_the_drawings_use_for_others(qapp, ink, paper):
    """Some dark desktops write in #fefefe, which in the drawing stands for the ground: the bell is seen there too."""
    colours = [each.name() for each in solid(Bells(QColor(ink), QColor(paper)).image(Face(Level.OK), 64))]
    assert colours.count(ink) > 200
    assert paper not in colours


def test_the_quiet_bell_reads_on_a_panel_of_the_other_brightness(qapp):
    """A dark panel under a light desktop: its inside, not its outline, shows the bell there."""
    image = Bells(QColor("#202020"), LIGHT).image(Face(Level.OK), 64)
    inside = image.pixelColor(32, 30)
    assert inside.lightness() > 200
    assert inside.alpha() > 100


def test_a_muted_bell_is_struck_through_in_its_own_colour(bells):
    """The stroke is a shape of its own and keeps the level's colour."""
    for level in Level:
        plain, muted = bells.image(Face(level), 22), bells.image(Face(level, muted=True), 22)
        assert len(shape(plain) ^ shape(muted)) >= 12, level
        if level is not Level.OK:
            assert {colour.hue() // 12 for colour in solid(muted)} == {colour.hue() // 12 for colour in solid(plain)}


def test_the_mark_at_the_foot_survives_the_stroke(bells):
    """Muted or not, a question mark stays a question mark: the lower right corner is left alone."""
    for level in (Level.NOTICE, Level.MAINTENANCE, Level.UNKNOWN, Level.DEGRADED):
        plain, muted = shape(bells.image(Face(level), 32)), shape(bells.image(Face(level, muted=True), 32))
        corner = {(x, y) for x, y in plain if x >= 25 and y >= 22}
        assert corner <= muted, level


def test_the_frames_of_the_swing_differ(bells):
    """Four frames, each another picture; whatever does not ring has one."""
    assert len({frozenset(shape(bells.image(face, 22))) for face in SWING}) == FRAMES
    still = bells.image(Face(Level.DEGRADED), 22)
    assert bells.image(Face(Level.DEGRADED, frame=2), 22) == still


def test_an_icon_has_few_sizes_and_is_drawn_once(bells):
    """Every size goes over D-Bus at every change."""
    icon = bells.icon(Face(Level.OUTAGE))
    assert sorted(size.width() for size in icon.availableSizes()) == sorted(SIZES)
    assert sum(size**2 * 4 for size in SIZES) < 27_000
    assert bells.icon(Face(Level.OUTAGE)) is icon


def test_pictures_are_sharp_on_a_screen_of_twice_the_density(bells):
    """A picture of 40 points has 80 pixels there."""
    picture = bells.pixmap(Face(Level.OUTAGE), 40, 2.0)
    assert (picture.width(), picture.deviceIndependentSize().width()) == (80, 40)


@pytest.mark.parametrize("ground", ["#ffffff", "#3c3c3c", "#404040", "#000000"])
def test_the_alarm_is_the_same_red_in_every_window(qapp, ground):
    """The contract holds on the screen, not in the tray alone; what is less than an outage may be lighter or darker."""
    palette = QPalette(QColor(ground))
    colours = solid(bells_on(palette).image(Face(Level.OUTAGE), 48))
    assert colours
    assert all(each.red() >= 200 and each.green() <= 80 and each.blue() <= 80 for each in colours)


@pytest.mark.parametrize("file", sorted(resources.path("icons").glob("*.svg")), ids=lambda file: file.stem)
def test_drawings_refer_to_nothing_outside(file):
    """Each is well-formed, sized on its grid, and loads no other file and no script."""
    root = ET.parse(file).getroot()  # noqa: S314 - our own file
    assert root.get("viewBox") in ("0 0 16 16", "0 0 128 128")
    for element in root.iter():
        assert element.tag.rpartition("}")[2] not in ("script", "image", "use", "style", "text")
        assert not any("href" in name or "file:" in value for name, value in element.items())


def test_every_state_has_its_drawing():
    """The names are those of the levels."""
    names = {file.stem for file in resources.path("icons").glob("*.svg")}
    frames = {f"outage-{number}" for number in range(2, FRAMES + 1)}
    assert names == {level.word for level in Level} | frames | {"muted", APP_ID}


def test_the_program_has_an_icon_of_its_own(qapp):
    """The window and the task list show it."""
    assert not application_icon().pixmap(48).isNull()
