"""Settings to edit, the window to edit them in, and the engine's own desk behind it with a real file."""

from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTimeEdit,
    QToolButton,
    QWidget,
)

from support.desktop_scenes import StillClock, english, quiet
from tocsin.adapters.settings import TomlSettings
from tocsin.desktop.settings.backstage import Backstage
from tocsin.desktop.settings.field import Field
from tocsin.desktop.settings_window import SettingsWindow
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Help, Line, Notifications, Settings
from tocsin.domain.privacy import Asked, Places, Privacy, privacy
from tocsin.domain.state import AppState, SaveSettings
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.engine.settings_desk import SettingsDesk
from tocsin.ports import FieldType, ProviderField
from tocsin.providers.json import GenericJson

FILE = "/home/anna/.config/tocsin/config.toml"
PROVIDERS = ("tmf656", "statuspage", "line", "json")
FIELDS = {
    "tmf656": (
        ProviderField("url", FieldType.URL, required=True, help="Where"),
        ProviderField("version", FieldType.CHOICE, required=False, help="Which", choices=("v4", "v5")),
        ProviderField("secret", FieldType.SECRET, required=False, help="The token"),
    ),
    "statuspage": (ProviderField("page_id", FieldType.TEXT, required=True, help="Which page"),),
    "json": GenericJson.fields,
}


def settings(**changes) -> Settings:
    """Two accounts with three connections, and something in most tables."""
    made = Settings(
        accounts=(
            Account(
                id="home",
                provider="tmf656",
                name="Planet Fibre",
                url="https://api.planetfibre.example.net",
                auth=Auth(AuthKind.BEARER),
                connections=(
                    Connection("fibre", "Home fibre", match=("svc-1029",)),
                    Connection("sim", "Office SIM", ConnectionKind.MOBILE, Role.BACKUP, ("svc-2030", "svc-2031")),
                ),
                help=Help(phone="0800 1234", steps=("Restart the router",)),
            ),
            Account(
                id="host",
                provider="statuspage",
                name="Mail & More",
                url="https://status.mailandmore.example.net",
                interval=timedelta(seconds=120),
                connections=(Connection("mail", "Mail host", ConnectionKind.MAIL),),
            ),
        ),
        line=Line(targets=("tcp://192.0.2.10:443",), public=True),
        notifications=Notifications(time(22, 0), time(7, 0)),
    )
    return replace(made, **changes)


def backstage(**changes) -> Backstage:
    """Everything there, without a network."""
    told = {"settings_file": FILE, "privacy": meant, "report": lambda _: "Tocsin 0.1.0: all is well"}
    told |= {"fields": lambda key: FIELDS.get(key, ()), "product": lambda key: {"tmf656": "TMF656"}.get(key, key)}
    told |= {"mistakes": lambda key, options: GenericJson.mistakes(options) if key == "json" else ()}
    return Backstage(**(told | changes))


def meant(chosen: Settings) -> Privacy:
    """What settings mean for privacy."""
    asked = {account.id: Asked((account.url,), account.interval) for account in chosen.accounts}
    return privacy(
        chosen, Places(FILE, "/home/anna/.local/share/tocsin", "/home/anna/tocsin.log", "/run/tocsin"), asked
    )


@dataclass
class Rig:
    """The window, and behind it the engine's own desk with a file that is really written and read back."""

    path: Path
    clock: StillClock = field(default_factory=StillClock)
    state: AppState = field(default_factory=quiet)
    sent: list = field(default_factory=list)
    slow: bool = False

    def __post_init__(self) -> None:
        self.source = TomlSettings(self.path, provider_keys=PROVIDERS)
        self.desk = SettingsDesk(self.source, self._on_loaded)
        self.desk.reload()
        self.source.save(settings())
        self.desk.reload()
        self.window = SettingsWindow(english(), self.clock, backstage(settings_file=str(self.path)))
        self.window.commanded.connect(self.on_command)
        self.publish()

    def _on_loaded(self, loaded) -> None:
        self.desk.note(loaded)

    def on_command(self, command) -> None:
        """Carry it out as the engine does, and publish what came of it; a slow engine waits for ``publish``."""
        self.sent.append(command)
        self.desk.command(command)
        if not self.slow:
            self.publish()

    def publish(self, **changes) -> None:
        """Show the state as it is now."""
        told = {
            "settings": self.desk.settings,
            "faults": self.desk.problems,
            "can_save": self.desk.can_save,
            "can_undo": self.desk.can_undo,
        }
        self.state = replace(self.state, **(told | changes))
        self.window.render_state(self.state, self.clock.now())

    def show(self, number: int = 0, place: str = "") -> "Rig":
        """Open the window at a page, and within it at a place."""
        self.window.open()
        self.window.turn_to(number)
        if place:
            self.window.page.go_to(place)
            self.publish()
            settle()
            for each in self.window.findChildren(QToolButton):
                each.setChecked(each.isCheckable())  # folded out
        settle()
        return self

    def field(self, name: str) -> Field:
        """The field of this name that shows."""
        return next(each for each in self.window.findChildren(Field, name) if each.isVisible())

    @property
    def saved(self) -> list[Settings]:
        """What was sent to be saved."""
        return [each.settings for each in self.sent if isinstance(each, SaveSettings)]

    @property
    def on_disk(self) -> Settings:
        """What the file says, read anew."""
        loaded = TomlSettings(self.path, provider_keys=PROVIDERS).load()
        assert loaded.problems == ()
        return loaded.settings


def settle() -> None:
    """Let Qt do what it put off."""
    for _ in range(3):
        QApplication.processEvents()


def enter(shown: Field, value: object) -> None:
    """Give a field another value as a person does: by keys, and by going elsewhere."""
    editor = shown.editor
    editor.setFocus()
    if isinstance(editor, QCheckBox):
        QTest.keyClick(editor, Qt.Key.Key_Space)
    elif isinstance(editor, QComboBox):
        _choose(editor, str(value))
    elif isinstance(editor, QSpinBox):
        editor.selectAll()
        QTest.keyClicks(editor, str(value))
        QTest.keyClick(editor, Qt.Key.Key_Tab)
    else:
        type_over(editor, str(value))
        QTest.keyClick(editor, Qt.Key.Key_Tab)
        if isinstance(editor, QTimeEdit):  # from the hours to the minutes, then on
            QTest.keyClick(editor, Qt.Key.Key_Tab)
    settle()


def type_over(editor: QWidget, text: str) -> None:
    """Replace what stands in a line or in several, without leaving."""
    editor.setFocus()
    if isinstance(editor, QLineEdit):
        editor.selectAll()
        QTest.keyClick(editor, Qt.Key.Key_Delete)
        editor.insert(text)
        editor.textEdited.emit(editor.text())
    elif isinstance(editor, QPlainTextEdit):
        editor.selectAll()
        editor.insertPlainText(text)
    else:
        editor.setTime(time.fromisoformat(text))
    settle()


def _choose(box: QComboBox, text: str) -> None:
    row = box.findText(text)
    assert row >= 0
    QTest.keyClick(box, Qt.Key.Key_Down)
    settle()
    assert box.view().isVisible()
    while box.view().currentIndex().row() != row:
        QTest.keyClick(box.view(), Qt.Key.Key_Down if box.view().currentIndex().row() < row else Qt.Key.Key_Up)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)


def press(rig: Rig, text: str) -> None:
    """The visible button with this label, pressed."""
    there = rig.window.findChildren(QAbstractButton)
    next(each for each in there if each.isVisible() and each.text() == text).click()
    settle()


def labels(parent: QWidget) -> list[str]:
    """What can be read."""
    there = [each for each in parent.findChildren(QLabel) if each.isVisible() and each.text()]
    return [getattr(each, "whole", each.text()) for each in there]
