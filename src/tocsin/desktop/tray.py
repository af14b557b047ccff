"""The bell in the system tray: drawn from the latest state and the clock, a menu, and a click that opens the window."""

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from tocsin.desktop import picture, plain_text
from tocsin.desktop.bell import Bells, Face
from tocsin.desktop.first_bell import FirstBell, panel_colours
from tocsin.desktop.swing import FRAME_SECONDS, Swing
from tocsin.domain.freshness import Shown, shown, tray_level
from tocsin.domain.state import Acknowledge, AppState, CheckNow, MuteUntilResolved, ReloadSettings, Unmute
from tocsin.domain.terms import Level
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.ports import Clock

_LONG_AGO = float("-inf")
_LOOK_MS = 1000
_TOOLTIP_EVERY = 30.0  # seconds: a tooltip whose only change is an age is not worth more traffic


class Tray(QObject):
    """The icon and its menu.

    ``opened``: the window is wanted. ``add_wanted``: something more is to be watched. ``settings_wanted``,
    ``quit_asked``: what they say.
    ``commanded`` carries a command of ``domain.state``. ``swing_began`` lets others find out, once more, whether this
    person wants stillness; ``turned``: something stands otherwise than before. ``first`` is the bell that is out
    already.
    """

    opened = Signal()
    add_wanted = Signal()
    settings_wanted = Signal()
    quit_asked = Signal()
    commanded = Signal(object)
    swing_began = Signal()
    turned = Signal()

    def __init__(
        self, words: Phrasebook, clock: "Clock", parent: QObject | None = None, first: FirstBell | None = None
    ) -> None:
        super().__init__(parent)
        first = first or FirstBell()
        self._words = words
        self._clock = clock
        self._state: AppState | None = None
        self._swing = Swing()
        self._bells = first.bells
        self._face = first.face
        self._tooltip = ""
        self._tooltip_at = _LONG_AGO
        self._standing: tuple[Shown, ...] = ()
        self._menu = first.menu
        self._icon = self._dressed(first.icon)
        self._look = _timer(self, _LOOK_MS, Qt.TimerType.CoarseTimer)
        self._look.timeout.connect(self._on_look)
        self._frames = _timer(self, round(FRAME_SECONDS * 1000), Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self._on_frame)

    @property
    def face(self) -> Face:
        """What the bell looks like now."""
        return self._face

    @property
    def tooltip(self) -> str:
        """What the icon says when it is pointed at."""
        return self._icon.toolTip()

    @property
    def menu(self) -> QMenu:
        """The menu that is now shown by the icon."""
        return self._menu

    def show(self) -> None:
        """Put the icon into the tray and begin to look at the clock."""
        self._icon.show()
        self._look.start()

    def render(self, state: AppState) -> None:
        """Draw this state from now on."""
        self._state = state
        before = self._swing.is_moving(time.monotonic())
        self._swing.rest(still=state.settings is not None and not state.settings.appearance.swing)
        self._swing.follow(picture.ringing(state, self._clock.now()), time.monotonic())
        if not before and self._swing.is_moving(time.monotonic()):
            from tocsin.desktop.motion import wants_stillness  # noqa: PLC0415 - most runs never ring

            if wants_stillness(os.environ):
                self._swing.keep_still()
            else:
                self._frames.start()
                self.swing_began.emit()
        self._label_menu()
        self._tooltip_at = _LONG_AGO
        self._draw()

    def set_words(self, words: Phrasebook) -> None:
        """Speak another language."""
        self._words = words
        self._tooltip_at = _LONG_AGO
        self._label_menu()
        self._draw()

    @Slot()
    def keep_still(self) -> None:
        """Do not swing in this run."""
        self._swing.keep_still()
        self._draw()

    @Slot()
    def make_anew(self) -> None:
        """Give the icon to a tray that came after it was made; see ``tray_host``."""
        old, old_menu = self._icon, self._menu
        old.hide()
        old.setContextMenu(None)  # type: ignore[arg-type]  # Qt takes none, its stubs do not say so
        old.deleteLater()
        old_menu.deleteLater()
        self._menu = QMenu()
        self._icon = self._dressed(QSystemTrayIcon(self._bells.icon(self._face)))
        self._icon.show()

    def close(self) -> None:
        """Take the icon away and stop every timer."""
        self._look.stop()
        self._frames.stop()
        self._icon.hide()
        self._icon.deleteLater()
        self._menu.deleteLater()

    def _dressed(self, icon: QSystemTrayIcon) -> QSystemTrayIcon:
        icon.setParent(self)
        icon.setToolTip(self._tooltip or plain_text.for_tray(self._words.gettext("Tocsin is starting")))
        self._fill_menu()
        icon.setContextMenu(self._menu)
        icon.activated.connect(self._on_activated)
        return icon

    def _fill_menu(self) -> None:
        menu = self._menu
        self._open = menu.addAction("", self.opened.emit)
        menu.setDefaultAction(self._open)
        menu.addSeparator()
        self._acknowledge = menu.addAction("", self._on_acknowledge)
        self._check = menu.addAction("", partial(self.commanded.emit, CheckNow()))
        self._mute = menu.addAction("", self._on_mute)
        menu.addSeparator()
        self._add = menu.addAction("", self.add_wanted.emit)
        self._settings = menu.addAction("", self.settings_wanted.emit)
        self._reload = menu.addAction("", partial(self.commanded.emit, ReloadSettings()))
        self._quit = menu.addAction("", self.quit_asked.emit)
        self._label_menu()

    def _label_menu(self) -> None:
        words, state = self._words, self._state
        muted = self._is_all_muted()
        _label(self._open, words.gettext("Open Tocsin"))
        _label(self._acknowledge, words.gettext("Acknowledge"))
        _label(self._check, words.gettext("Check now"))
        _label(self._mute, words.gettext("Unmute") if muted else words.gettext("Mute until resolved"))
        _label(self._add, words.gettext("Add a provider or a service"))
        _label(self._settings, words.gettext("Settings"))
        _label(self._reload, words.gettext("Reload settings"))
        _label(self._quit, words.gettext("Quit"))
        self._acknowledge.setEnabled(state is not None and bool(state.ringing))
        self._mute.setEnabled(muted or (state is not None and bool(picture.open_incidents(state))))

    def _is_all_muted(self) -> bool:
        state = self._state
        return state is not None and bool(state.muted) and picture.open_incidents(state) <= state.muted

    @Slot()
    def _on_acknowledge(self) -> None:
        self._swing.stop()
        self._draw()
        self.commanded.emit(Acknowledge())

    @Slot()
    def _on_mute(self) -> None:
        self.commanded.emit(Unmute() if self._is_all_muted() else MuteUntilResolved())

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.opened.emit()

    @Slot()
    def _on_look(self) -> None:
        colours = panel_colours()
        if colours != self._bells.colours:
            self._bells = Bells(*colours)
            self._icon.setIcon(self._bells.icon(self._face))
        self._draw()

    @Slot()
    def _on_frame(self) -> None:
        if not self._swing.is_moving(time.monotonic()):
            self._frames.stop()
        self._draw()

    def _draw(self) -> None:
        """Bring icon and tooltip up to date; does nothing when nothing changed."""
        now, mono, state = self._clock.now(), time.monotonic(), self._state
        level = Level.UNKNOWN if state is None else tray_level(state, now)
        standing = () if state is None else tuple(shown(view, now) for view in state.connections)
        muted = state is not None and picture.is_muted(state, now)
        frame = self._swing.frame(mono) if level is Level.OUTAGE and not muted else 0
        face = Face(level, muted, frame)
        if face != self._face:
            self._face = face
            self._icon.setIcon(self._bells.icon(face))
        if state is not None and (standing != self._standing or mono - self._tooltip_at >= _TOOLTIP_EVERY):
            has_turned, self._standing, self._tooltip_at = standing != self._standing, standing, mono
            if has_turned:
                self.turned.emit()
            self._say(plain_text.for_tray(self._words.tooltip(state, now)))

    def _say(self, tooltip: str) -> None:
        if tooltip != self._tooltip:
            self._tooltip = tooltip
            self._icon.setToolTip(tooltip)


def _label(action: QAction, text: str) -> None:
    label = plain_text.for_button(text)
    if action.text() != label:
        action.setText(label)


def _timer(parent: QObject, interval: int, kind: Qt.TimerType) -> QTimer:
    timer = QTimer(parent)
    timer.setTimerType(kind)
    timer.setInterval(interval)
    return timer
