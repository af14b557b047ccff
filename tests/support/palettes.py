"""The palettes that a desktop may give its programs: light, dark, and both in high contrast."""

from PySide6.QtGui import QColor, QPalette

_ROLES = {
    QPalette.ColorRole.Window: 0, QPalette.ColorRole.Base: 1, QPalette.ColorRole.AlternateBase: 1,
    QPalette.ColorRole.Button: 2, QPalette.ColorRole.ToolTipBase: 1,
    QPalette.ColorRole.WindowText: 3, QPalette.ColorRole.Text: 3, QPalette.ColorRole.ButtonText: 3,
    QPalette.ColorRole.ToolTipText: 3, QPalette.ColorRole.BrightText: 3,
    QPalette.ColorRole.Highlight: 4, QPalette.ColorRole.HighlightedText: 5, QPalette.ColorRole.PlaceholderText: 6,
}  # fmt: skip
_COLOURS = {  # window, base, button, text, highlight, text on it, placeholder
    "light": ("#efefef", "#ffffff", "#efefef", "#000000", "#2b6cb0", "#ffffff", "#6a6a6a"),
    "dark": ("#2d2d2d", "#1e1e1e", "#353535", "#ffffff", "#2a82da", "#ffffff", "#a8a8a8"),
    "high contrast light": ("#ffffff", "#ffffff", "#ffffff", "#000000", "#000080", "#ffffff", "#000000"),
    "high contrast dark": ("#000000", "#000000", "#000000", "#ffffff", "#ffff00", "#000000", "#ffffff"),
}
NAMES = tuple(_COLOURS)


def palette_of(name: str) -> QPalette:
    """A palette by its name."""
    colours = [QColor(each) for each in _COLOURS[name]]
    made = QPalette(colours[2], colours[0])
    for role, index in _ROLES.items():
        made.setColor(role, colours[index])
    return made
