"""Text from outside is text: markup, bidi controls, ten thousand characters, emoji, in window, tooltips, tray and menu.

A picture that hostile markup names is painted in a colour that nothing of ours has; if it shows, it loaded.
"""

import ast
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolTip, QWidget

import tocsin.desktop
from support.desktop_scenes import StillClock, account, english, incident, local, outage, outage_incident, quiet, view
from support.offline_scenes import draft, fibre, line, line_incident, signing_in, state
from support.painting import warm_painter
from tocsin.desktop import plain_text
from tocsin.desktop.draft_dialog import DraftDialog
from tocsin.desktop.history_model import Role
from tocsin.desktop.tray import Tray
from tocsin.desktop.window import Window
from tocsin.domain.account import Help
from tocsin.domain.message import Fault, Message
from tocsin.domain.snapshot import Update
from tocsin.domain.terms import Level, LineState, Phase
from tocsin.ports import Outgoing

__all__ = ["warm_painter"]  # a fixture for all of this module

mightBeRichText = GuiQt.mightBeRichText  # noqa: N816 - Qt's name
MAGENTA = QColor(255, 0, 255)
BIDI = "\u202e\u2066\u200f"
BRIGHT = bytes(value > 230 for value in range(256))
DIM = bytes(value < 40 for value in range(256))
MODULES = sorted(Path(tocsin.desktop.__file__).parent.rglob("*.py"))


@pytest.fixture
def bait(tmp_path) -> Path:
    """A picture in the colour that must never show."""
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(MAGENTA)
    place = tmp_path / "bait.png"
    assert image.save(str(place))
    return place


def texts_of(bait: Path) -> dict[str, str]:
    return {
        "picture": f'<img src="file://{bait}" width=64 height=64>',
        "bare picture": f"<img src=file://{bait}>",
        "bold": "<b>bold</b> <h1>large</h1> <a href='https://example.net'>link</a>",
        "style": f"<div style='background:url(file://{bait})'>x</div><table bgcolor=#ff00ff><tr><td>cell</table>",
        "entities": "&lt;b&gt; &amp;amp; &#x202e; &nbsp;",
        "bidi": f"{BIDI}drawkcab{BIDI}",
        "controls": "a\x00b\x1b[31mc\x07\r\nd\te",
        "long": "lorem ipsum " * 900,
        "one word": "W" * 10_000,
        "emoji": "\U0001f525\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1f3\U0001f1f1" * 300,
        "towers": "Z" + "\u0335\u0321\u0489" * 3000,
        "mnemonic": "AT&T && R&D [*] %1 {name} {0} {}",
        "surrogate": "a\ud800b",
    }


NAMES = sorted(texts_of(Path("x")))


@pytest.fixture(params=NAMES)
def hostile(request, bait) -> str:
    return texts_of(bait)[request.param]


@pytest.fixture
def window(qtbot):
    made = Window(english(), StillClock(), "/etc/<b>config.toml", lambda: True)
    yield made
    made.close()
    made.deleteLater()


def everywhere(text: str):
    """A state that has this text wherever text comes from outside."""
    updates = (Update(local(21, 18), Phase.IDENTIFIED, text), Update(local(21, 18, 5), Phase.IDENTIFIED, text + "!"))
    bad = outage_incident(title=text, updates=updates, advice=text)
    planned = incident("two", title=text, began=False, start=local(22, 2), planned=(local(22, 2), local(22, 5)))
    connections = (
        view("a", text, Level.OUTAGE, incidents=(bad, incident("three", title=text), planned)),
        view("b", text, Level.NOTICE, incidents=(incident("four", title=text, connection="b"),)),
        view("c", text, confirmed=None),
    )
    faults = (Fault(Message("settings", {"problem": text})), Fault(Message("match_missing", {"ids": (text,)})))
    return quiet(
        connections=connections,
        accounts=(account(name=text), account("other", text, failing_since=local(21, 18), failure_text=text)),
        history=(bad, planned, incident("five", title=text, start=local(2, 1), end=local(2, 2))),
        faults=faults,
        ringing=frozenset({"one"}),
    )


def offline_everywhere(text: str):
    """The same while the line is cut: in the help, in what was written down, in what is offered and measured."""
    given = Help(text, text, text, text, text, text, (text, text))
    bad = outage_incident(title=text, advice=text)
    cards = (
        fibre(Level.OUTAGE, name=text, incidents=(bad, line_incident()), help=given),
        replace(signing_in().connections[0], id="b", name=text, help=given),
        fibre(id="c", name=text, incidents=(line_incident(uid="own"),), help=Help(phone=f"0800 1234 {text}")),
    )
    waiting = (draft(text, uid="one"), draft(text, uid="gone"))
    return state(*cards, accounts=(account(name=text),), drafts=waiting, line=line(offered=(text,)))


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def has_bait(image: QImage) -> bool:
    """Whether a pixel of the picture, or of the coloured table, shows."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)  # kept: the bits are the image's own
    pixels = bytes(plain.constBits())
    red, green, blue = (
        int.from_bytes(pixels[place::4].translate(marks)) for place, marks in enumerate((BRIGHT, DIM, BRIGHT))
    )
    return red & green & blue != 0


def test_the_bait_would_be_seen(qtbot, bait):
    """The test itself: in a label that guesses, the picture does show."""
    label = QLabel()
    qtbot.addWidget(label)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setText(texts_of(bait)["picture"])
    label.show()
    settle()
    assert has_bait(label.grab().toImage())


def test_the_window_shows_text_as_text(window, hostile):
    """Nothing loads, nothing is styled, nothing is wider than the window, and nothing is endless."""
    window.render_state(everywhere(hostile))
    window.show_message(Outgoing("t", hostile, hostile, "critical", "one", actions=(("acknowledge", hostile),)))
    window.show()
    settle()
    for fold in [each for each in window.findChildren(QWidget) if each.property("checkable")]:
        fold.setProperty("checked", True)
    settle()
    assert not has_bait(window.grab().toImage())
    assert window.width() <= 520
    assert window.minimumSizeHint().width() <= 520
    assert window.overview.minimumSizeHint().width() <= 520
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label
        assert len(label.text()) < 4000
        assert not any(char in label.text() for char in BIDI)
    assert "Tocsin" in window.windowTitle()
    assert not any(char in window.windowTitle() for char in BIDI)


def test_the_window_offline_shows_text_as_text(window, hostile):
    """Help, codes, drafts and the dialog that they are written in: nothing loads and nothing is endless."""
    window.render_state(offline_everywhere(hostile))
    window.show()
    settle()
    press = [each for each in window.findChildren(QPushButton) if each.text() == "Write down what to report"]
    next(each for each in press if each.isVisible()).click()
    settle()
    (dialog,) = window.findChildren(DraftDialog)
    for each in (window, dialog):
        assert not has_bait(each.grab().toImage())
        assert each.minimumSizeHint().width() <= 520
    assert window.overview.minimumSizeHint().width() <= 520
    assert len(dialog.text) < 1000
    for said in (dialog.text, *(each.text() for each in window.findChildren(QLabel))):
        assert not any(char in said for char in BIDI)
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label
        assert len(label.text()) < 4000
    dialog.reject()


def test_what_is_asked_shows_text_as_text(window, hostile):
    """Hosts that the settings name stand in the card that asks for consent."""
    window.render_state(quiet(line=line(LineState.UP, None, offered=(hostile,))))
    window.show()
    settle()
    assert any(label.text() == "May Tocsin measure your line?" for label in window.findChildren(QLabel))
    assert not has_bait(window.grab().toImage())
    assert window.overview.minimumSizeHint().width() <= 520


def test_the_history_shows_text_as_text(window, hostile):
    """Its delegate paints strings, its tooltips are escaped, its filter takes anything."""
    window.render_state(everywhere(hostile))
    window.show()
    window.history.search.setText(hostile[:200])
    window.history.search.clear()
    settle()
    model = window.history.entries.model()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        assert len(index.data()) <= 130
        assert not any(char in str(index.data(Role.SEARCHED)) for char in BIDI)
        tooltip = index.data(Qt.ItemDataRole.ToolTipRole)
        assert set(_tags(tooltip)) <= {"<p>", "</p>"}
    assert not has_bait(window.history.grab().toImage())


def test_tooltips_show_text_as_text(qtbot, window, hostile, bait):
    """A real tooltip, on the screen, of a name that does not fit."""
    tooltip = plain_text.for_widget_tooltip(hostile)
    assert set(_tags(tooltip)) <= {"<p>", "</p>"}
    window.show()
    settle()
    QToolTip.showText(window.mapToGlobal(QPoint(10, 10)), tooltip, window)
    settle()
    shown = [
        each for each in QApplication.allWidgets() if each.metaObject().className() == "QTipLabel" and each.isVisible()
    ]
    assert len(shown) == 1
    assert not has_bait(shown[0].grab().toImage())
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def _tags(text: str) -> list[str]:
    return [f"<{part.partition('>')[0]}>" for part in text.split("<")[1:]]


def test_the_tray_shows_text_as_text(qapp, hostile):
    """Its tooltip has nothing that any host could take for markup, and the menu holds no text from outside."""
    tray = Tray(english(), StillClock())
    try:
        tray.render(everywhere(hostile))
        assert not mightBeRichText(tray.tooltip)
        assert "<" not in tray.tooltip
        assert not any(char in tray.tooltip for char in BIDI)
        assert len(tray.tooltip) <= 140
        entries = {action.text() for action in tray.menu.actions() if not action.isSeparator()}
        assert entries == {
            "Open Tocsin",
            "Acknowledge",
            "Check now",
            "Mute until resolved",
            "Add a provider or a service",
            "Settings",
            "Reload settings",
            "Quit",
        }
    finally:
        tray.close()
        tray.deleteLater()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b > c", "a \u2039 b \u203a c"),
        ("AT&T", "AT& T"),
        ("Mail & More", "Mail & More"),
        ("&lt;b&gt;", "& lt;b& gt;"),
        ("plain", "plain"),
    ],
)
def test_the_trays_tooltip_reads_the_same_with_and_without_markup(text, shown):
    """Some hosts read markup in it and some do not: it is right on both."""
    assert plain_text.for_tray(text) == shown


def test_a_button_has_its_ampersand(window):
    """A label with & is no shortcut."""
    assert plain_text.for_button("R&D") == "R&&D"


def test_long_words_get_places_to_break():
    """And short ones stay as they are, so that they can be copied."""
    assert plain_text.breakable("short words and https://status.example.net/") == (
        "short words and https://status.example.net/"
    )
    broken = plain_text.breakable("W" * 100)
    assert max(len(part) for part in broken.split("\u200b")) <= 16
    assert broken.replace("\u200b", "") == "W" * 100


def test_an_elided_name_is_whole_for_who_asks(window):
    """Cut on the screen, complete in the tooltip and to a screen reader."""
    window.render_state(quiet(connections=(view(name="A connection with a very long name, longer than the line"),)))
    window.show()
    settle()
    label = next(each for each in window.overview.findChildren(QLabel) if each.text().startswith("A connection"))
    assert label.text().endswith("\u2026")
    assert label.accessibleName() == "A connection with a very long name, longer than the line"
    assert "longer than the line" in label.toolTip()


def test_the_default_day_is_not_harmed(window):
    """None of this changes plain text."""
    window.render_state(outage())
    window.show()
    settle()
    shown = {label.text() for label in window.findChildren(QLabel)}
    assert "“The crew has arrived. Splicing takes until half past eight.”" in shown


# --- a lint over the tree ---


@cache
def _nodes(module: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(module.read_text())))


def _calls(module: Path) -> list[tuple[str, ast.Call]]:
    found = []
    for node in _nodes(module):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            found.append((name, node))
    return found


def _names(module: Path) -> set[str]:
    nodes = _nodes(module)
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_labels_are_made_in_one_place(module):
    """Every label is the factory's, which is plain text; nothing switches to rich or guessed text."""
    if module.name != "widgets.py":
        assert "QLabel" not in _names(module)
    assert not {"RichText", "AutoText", "MarkdownText", "setHtml", "QTextBrowser", "insertHtml"} & _names(module)
    assert "setTextFormat" in _names(module) or not {"QMessageBox"} & {name for name, _ in _calls(module)}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_nothing_is_modal_and_no_tooltip_is_bare(module):
    """Dialogs are opened, never executed; tooltips pass through ``plain_text``."""
    for name, call in _calls(module):
        if name == "setToolTip":
            text = ast.unparse(call.args[0])
            assert "plain_text." in text or text in ("tooltip", "self._tooltip"), text
        if name == "exec":
            # The events run in one after the other, and nothing else is left for the last to hold up.
            assert module.name in ("first_bell.py", "application.py", "farewell.py")
        assert name not in ("showMessage", "information", "warning_box", "question", "processEvents", "exec_")
