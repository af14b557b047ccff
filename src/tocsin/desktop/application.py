"""The desktop as the rest of the program sees it: a tray icon at once, a window when it is wanted, and a way out.

Everything Qt lives in one thread, the one that made ``DesktopApplication``. The methods that other threads may call
say so. The window, and all that only a window needs, is imported when it is first wanted: hence the imports inside.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from tocsin.desktop.ahead import Ahead
from tocsin.desktop.aloud import Aloud
from tocsin.desktop.bridge import Bridge
from tocsin.desktop.first_bell import SETTLING_MS, FirstBell
from tocsin.desktop.settings_opener import SettingsOpener
from tocsin.desktop.tray import Tray
from tocsin.domain.message import Fault, Message
from tocsin.domain.state import AppState, Command
from tocsin.domain.terms import Urgency
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.channel import WindowChannel
    from tocsin.desktop.hooks import ExceptHooks
    from tocsin.desktop.settings.backstage import Backstage
    from tocsin.desktop.stop_signals import StopSignals
    from tocsin.desktop.window import Window
    from tocsin.ports import Browser, Channel, Clock, Dispatch, Outgoing
    from tocsin.ports.offering import Offers

_GREETING_MS = 2000  # as long as it may take to know that nothing is set up
_NO_TRAY_MS = 4000  # a panel that starts together with us gets this long before the window shows itself
_MOST_BUGS = 3


class DesktopApplication(QObject):
    """Tray, window and event loop. ``phrasebook`` makes the words of a language, None being the system's.

    ``settings_file`` is what the window names when nothing is set up yet; ``first``, the bell that is shown already.
    ``on_quit`` is called once, in the GUI thread, when the program ends; ``on_demo``, when the user wants the demo:
    without one it is not offered. ``offers`` is what the assistant offers, without which there is none; ``can_start``
    whether the program can be started with the computer. ``settings.backstage`` makes what its pages tell.
    """

    def __init__(
        self,
        *,
        phrasebook: Callable[[str | None], Phrasebook],
        clock: "Clock",
        background: bool,
        settings_file: str = "config.toml",
        first: FirstBell | None = None,
    ) -> None:
        self._settling_ms = SETTLING_MS if first is None else 0
        first = first or FirstBell()
        self._qt = first.application
        super().__init__()
        self.on_quit: Callable[[], None] = _nothing
        self.on_demo: Callable[[], None] | None = None
        self.offers: Offers | None = None
        self.can_start = False
        self._phrasebook = phrasebook
        self._language: str | None = None
        self._words = phrasebook(None)
        self._clock = clock
        self._background = background
        self._settings_file = settings_file
        self._state: AppState | None = None
        self._bugs: tuple[Fault, ...] = ()
        self._dispatch: Dispatch | None = None
        self._waiting: list[Command] = []
        self._window: Window | None = None
        self._ahead = Ahead(self)
        self._is_shown = self._is_over = False
        self._after: list[Callable[[], None]] = []
        self._bridge = Bridge(self._on_state, self)
        self._channel: WindowChannel | None = None
        self._aloud = Aloud()
        self._tray = Tray(self._words, clock, self, first)
        self._had_tray = first.had_tray
        self._was_clicked = first.was_clicked
        self._tray.opened.connect(self._on_clicked)
        self._tray.add_wanted.connect(self.set_up)
        self._tray.settings_wanted.connect(self.open_settings)
        self._tray.quit_asked.connect(self.quit)
        self._tray.commanded.connect(self._command)
        self._tray.turned.connect(self._announce)
        self.settings = SettingsOpener(clock, self._backstage, self)
        self.settings.commanded.connect(self._command)
        self.settings.assistant_wanted.connect(self.set_up)
        self._hooks: ExceptHooks | None = None
        self._signals: StopSignals | None = None
        self._qt.aboutToQuit.connect(self._on_end)
        self._qt.commitDataRequest.connect(self._on_session_end)

    @property
    def channel(self) -> "Channel":
        """The last link of the chain of channels. In the GUI thread."""
        return self._window_channel()

    @property
    def tray(self) -> Tray:
        """The bell."""
        return self._tray

    @property
    def window(self) -> "Window | None":
        """The window, None before it was first wanted."""
        return self._window

    def show(self) -> None:
        """Show the tray, grey, at once. The window follows only where there is no tray, and never in the background."""
        self._tray.show()
        self._is_shown = True
        for callback in (self._on_tray_up, *self._after):
            QTimer.singleShot(self._settling_ms, self, callback)
        self._after = []
        if self._was_clicked:
            QTimer.singleShot(self._settling_ms, self, self.open_window)
        if not self._background:
            QTimer.singleShot(_GREETING_MS, self, self._on_greeting_due)
            QTimer.singleShot(_NO_TRAY_MS, self, self._on_patience_over)

    def when_shown(self, callback: Callable[[], None]) -> None:
        """Call this once, in the GUI thread, after the tray had time to take the icon."""
        if self._is_shown:
            QTimer.singleShot(self._settling_ms, self, callback)
        else:
            self._after.append(callback)

    def publish(self, state: AppState) -> None:
        """Draw this state. From any thread."""
        self._bridge.publish(state)

    def raise_window(self, activation: str = "") -> None:
        """Open the window or bring it to the front, by this token where Wayland wants one. From any thread."""
        self._bridge.post(partial(self._come_forward, activation))

    def _come_forward(self, activation: str) -> None:
        from tocsin.desktop.coming_forward import lend  # noqa: PLC0415 - only with a window

        lend(activation)
        self.open_window()

    @property
    def browser(self) -> "Browser":
        """Opens the page that a person signs in at. To be called from another thread."""
        from tocsin.desktop.page_opener import PageOpener  # noqa: PLC0415 - after the icon

        return PageOpener(self._bridge.post)

    def attach(self, dispatch: "Dispatch") -> None:
        """Send commands there; those given until now first. ``dispatch`` is called in the GUI thread."""
        self._dispatch = dispatch
        waiting, self._waiting = self._waiting, []
        for command in waiting:
            dispatch(command)

    def exec(self) -> int:
        """Run until the end; the exit code."""
        return self._qt.exec()

    @Slot()
    def open_window(self) -> None:
        """Open the window or bring it to the front; it is built at the first time."""
        self._built_window().open()

    @Slot()
    def set_up(self) -> None:
        """Open the window with the assistant over it."""
        self.open_window()
        self._built_window().set_up()

    @Slot()
    def open_settings(self) -> None:
        """Open the settings or bring them to the front."""
        self._speak_in_dialogs()
        self.settings.open(self._words, self._state)

    @Slot(str)
    def _open_account(self, account: str) -> None:
        self.open_settings()
        self.settings.show_account(account)

    @Slot()
    def quit(self) -> None:
        """End the program: icon and window go at once, then ``on_quit`` is called, then the event loop ends."""
        self._on_end()
        self._qt.quit()

    def close(self) -> None:
        """Let go of everything that outlives the event loop. Further calls do nothing."""
        self._on_end()
        if self._window is not None:
            self._window.deleteLater()
            self._window = None
        if self._signals is not None:
            self._signals.close()
        if self._hooks is not None:
            self._hooks.uninstall()

    # --- from the tray, the window and the session ---

    @Slot()
    def _on_tray_up(self) -> None:
        from tocsin.desktop.hooks import ExceptHooks  # noqa: PLC0415 - after the icon
        from tocsin.desktop.stop_signals import StopSignals  # noqa: PLC0415 - the same

        if self._is_over:
            return
        self._hooks = ExceptHooks(self._on_bug)
        self._hooks.install()
        self._signals = StopSignals(self.quit, self)
        if QApplication.platformName().partition("-")[0] in ("xcb", "wayland"):
            self._watch_session()
        if not self._had_tray and QSystemTrayIcon.isSystemTrayAvailable():
            self._tray.make_anew()  # the tray came while nobody watched for it

    def _watch_session(self) -> None:
        """Ask the session bus for what the tray has to know."""
        from tocsin.desktop.portal import PortalMotion  # noqa: PLC0415 - after the icon
        from tocsin.desktop.tray_host import TrayHost  # noqa: PLC0415 - the same

        host = TrayHost(self)
        host.changed.connect(self._tray.make_anew)
        portal = PortalMotion(self)
        portal.stillness_wanted.connect(self._tray.keep_still)
        self._tray.swing_began.connect(portal.ask)

    @Slot()
    def _on_greeting_due(self) -> None:
        if self._state is not None and not self._state.connections and self._was_never_open:
            window = self._built_window()
            QTimer.singleShot(0, window, window.open)  # to lay it out takes as long again as to build it

    @Slot()
    def _on_clicked(self) -> None:
        """Open the window; the first time in parts, which take no longer together and stop nothing for long."""
        if self._was_never_open:
            self._ahead.prepare(self._built_window, self.open_window)
        else:
            self.open_window()

    @Slot()
    def _on_patience_over(self) -> None:
        self._on_greeting_due()
        if self._was_never_open and not QSystemTrayIcon.isSystemTrayAvailable():
            self.open_window()

    @property
    def _was_never_open(self) -> bool:
        """Whether nobody has seen the window yet: who closed it does not get it back for want of a tray."""
        return not self._is_over and self._window is None

    @Slot(object)
    def _command(self, command: Command) -> None:
        if self._dispatch is None:
            self._waiting.append(command)
        else:
            self._dispatch(command)

    @Slot()
    def _on_demo(self) -> None:
        if self.on_demo is not None:
            self.on_demo()

    @Slot(QSessionManager)
    def _on_session_end(self, manager: QSessionManager) -> None:
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
        if self._window is not None:
            self._window.do_not_ask()

    @Slot()
    def _on_end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._ahead.drop()
        self._tray.close()
        if self._window is not None:
            self._window.do_not_ask()
            self._window.hide()
        self.settings.close()
        try:
            self.on_quit()
        finally:
            self._bridge.close()

    # --- through the bridge, in the GUI thread ---

    def _on_state(self, state: AppState) -> None:
        if self._is_over:
            return
        is_other_language = state.language != self._language
        if is_other_language:
            self._language, self._words = state.language, self._phrasebook(state.language)
            self._tray.set_words(self._words)
        self._state = state
        self._tray.render(state)  # the bell first: it waits for no window, and for none that fails
        if is_other_language:
            self._speak()
        if state.settings is not None and not state.connections and self._was_never_open and not self._background:
            self._ahead.prepare_once()
        if self._window is not None:
            self._window.render_state(state, self._bugs)
        self.settings.render_state(state)
        self._announce()

    @Slot()
    def _announce(self) -> None:
        """Have a screen reader, where there is one, say what changed."""
        self._aloud.follow(self._words, self._state, self._clock.now(), self._window or self._qt)

    def _on_message(self, outgoing: "Outgoing") -> None:
        """A message that only the window is left to show: it comes up, and leaves the keyboard where it is."""
        if self._is_over:
            return
        window = self._built_window()
        window.show_message(outgoing)
        self._aloud.came_here(outgoing.uid)
        if outgoing.urgency != Urgency.LOW.value:
            window.draw_attention()

    def _on_withdrawn(self, thread: str) -> None:
        if self._window is not None:
            self._window.withdraw_message(thread)

    def _on_bug(self, problem: str) -> None:
        """A mistake of ours, noticed in any thread."""
        self._bridge.post(partial(self._show_bug, problem))

    def _show_bug(self, problem: str) -> None:
        fault = Fault(Message("bug", {"problem": problem}))
        if fault in self._bugs:
            return
        self._bugs = (*self._bugs, fault)[-_MOST_BUGS:]
        if self._window is not None:
            self._window.render_bugs(self._bugs)

    # --- the window ---

    def _built_window(self) -> "Window":
        if self._window is None:
            from tocsin.desktop.window import Window  # noqa: PLC0415 - the same

            if not self._ahead.is_begun:
                self._ahead.wear_icon()
            self._speak_in_dialogs()
            window = Window(self._words, self._clock, self._settings_file, QSystemTrayIcon.isSystemTrayAvailable)
            window.commanded.connect(self._command)
            window.quit_asked.connect(self.quit)
            window.demo_wanted.connect(self._on_demo)
            window.settings_wanted.connect(self.open_settings)
            window.account_wanted.connect(self._open_account)
            window.acted.connect(self._window_channel().act)
            window.offer_demo(available=self.on_demo is not None)
            if self.offers is not None:
                window.let_set_up(self.offers, can_start=self.can_start)
            self._window = window
            if self._state is not None:
                window.render_state(self._state, self._bugs)
            elif self._bugs:
                window.render_bugs(self._bugs)
        return self._window

    def _window_channel(self) -> "WindowChannel":
        if self._channel is None:
            from tocsin.desktop.channel import WindowChannel  # noqa: PLC0415 - after the icon

            self._channel = WindowChannel(self._bridge.post, self._on_message, self._on_withdrawn)
        return self._channel

    def _speak(self) -> None:
        if self._window is not None or self.settings.window is not None:
            self._speak_in_dialogs()
        if self._window is not None:
            self._window.set_words(self._words)
        self.settings.set_words(self._words)

    def _speak_in_dialogs(self) -> None:
        from tocsin.desktop.translations import speak  # noqa: PLC0415 - needed with a window only

        speak(self._qt, self._words.language)

    def _backstage(self) -> "Backstage":
        from tocsin.desktop.settings.backstage import Backstage  # noqa: PLC0415 - with the settings window only

        return Backstage(self._settings_file)


def _nothing() -> None:
    """Stands in until somebody wants to know."""
