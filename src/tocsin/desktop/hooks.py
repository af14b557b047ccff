"""Nothing goes wrong unseen: whatever nobody caught is logged with its traceback and shown as a fault.

An exception in a Qt slot or in a thread does not stop the program; without these it would be a line on a terminal that
nobody looks at.
"""

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_LOG = logging.getLogger(__name__)
_QT_LOG = logging.getLogger("tocsin.qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.DEBUG,
    QtMsgType.QtWarningMsg: logging.INFO,  # Qt warns of the desktop's fonts and themes; that is no fault of ours
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class ExceptHooks:
    """The hooks of Python, its threads, its garbage collector and Qt. ``on_bug`` is called in whatever thread it was.

    ``on_bug`` is given the kind of the exception and the place, and nothing of its text: that may hold a secret.
    """

    def __init__(self, on_bug: Callable[[str], None]) -> None:
        self._on_bug = on_bug
        self._busy = threading.local()
        self._before: tuple[Any, Any, Any, Any] | None = None

    def install(self) -> None:
        """Take the places of the hooks that are there."""
        if self._before is None:
            qt = qInstallMessageHandler(self._on_qt_message)
            self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook, qt)
            sys.excepthook = self._on_exception
            threading.excepthook = self._on_thread_exception
            sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        """Put the former hooks back."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook, qt = self._before
            qInstallMessageHandler(qt)
            self._before = None

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._report("an exception that nobody caught", kind, error, trace)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            name = args.thread.name if args.thread is not None else "?"
            self._report(f"an exception in the thread {name!r}", args.exc_type, args.exc_value, args.exc_traceback)

    def _on_unraisable(self, args: "UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            message = args.err_msg or "an exception where none can be raised"
            self._report(message, args.exc_type, args.exc_value, args.exc_traceback)

    def _report(self, what: str, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if getattr(self._busy, "on", False):
            return  # what goes wrong in reporting is not reported
        self._busy.on = True
        try:
            _LOG.critical("%s", what, exc_info=(kind, error, trace))
            self._on_bug(f"{kind.__name__}{_place(trace)}")
        finally:
            self._busy.on = False

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        category = getattr(context, "category", None) or "default"
        _QT_LOG.log(_LEVELS.get(kind, logging.INFO), "%s: %s", category, message)


def _place(trace: TracebackType | None) -> str:
    """File and line of the innermost frame, as " in window.py, line 12"."""
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f" in {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}"
