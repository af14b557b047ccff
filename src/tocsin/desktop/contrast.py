"""How well a colour can be told from the ground it stands on, and one like it that can."""

from typing import Any

from PySide6.QtGui import QColor, QGuiApplication, QPalette, QStyleHints

GRAPHIC = 3.0
"""The least contrast of what is not text (WCAG 2.2, 1.4.11)."""

ON_CARD = 3.5
"""The same, and as much more as a card's faint ground of that colour takes away again."""

STRONG = 7.0
"""What is to be had where more contrast is asked for (WCAG 2.2, 1.4.6)."""

_HIGHEST = 20.0  # black and white have 21; only palettes of high contrast come near it
_STEPS = 20


def ratio(one: QColor, other: QColor) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: QColor, paper: QColor, least: float = ON_CARD) -> QColor:
    """The colour, or where it is hard to see on ``paper`` the nearest of its hue that is not."""
    towards = QColor("black") if ratio(QColor("black"), paper) > ratio(QColor("white"), paper) else QColor("white")
    for step in range(_STEPS):
        made = mixed(colour, towards, step / _STEPS)
        if ratio(made, paper) >= least:
            return made
    return towards


def asked_for(palette: QPalette) -> bool:
    """Whether somebody wants more contrast: the desktop says so (Qt 6.10), or its palette is one of high contrast."""
    style = QGuiApplication.styleHints()
    hints = contrast_hints(style)
    if hints is not None and hints.contrastPreference().name == "HighContrast":
        return True
    return ratio(palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window)) >= _HIGHEST


def contrast_hints(style: QStyleHints) -> Any:  # noqa: ANN401 - QAccessibilityHints, which Qt before 6.10 does not have
    """What the desktop wishes, None where this Qt does not know; good for as long as ``style`` is kept, no longer."""
    accessibility = getattr(style, "accessibility", None)
    return None if accessibility is None else accessibility()


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """The first colour with a share of the other in it, from 0 to 1."""
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)  # noqa: PLR2004 - the formula's own
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
