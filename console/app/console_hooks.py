"""The console's last nets: no exception and no Qt warning is silent, and a signal closes in order.

Threads: installed from the GUI thread.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from console.state.session import ConsoleSession, Severity
from console.views import words

_log = logging.getLogger(__name__)


def install_hooks(session: ConsoleSession, leave: Callable[[], None]) -> None:
    """An exception is logged and shown, the windows go on; SIGINT and SIGTERM call `leave`."""

    def on_exception(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            leave()
            return
        _log.error("unexpected in the console", exc_info=(kind, error, trace))
        text = words.translate("Commands", "Something went wrong inside the console: {0}")
        session.say(text.format(error), Severity.PROBLEM)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        leave()

    sys.excepthook = on_exception
    threading.excepthook = _on_thread_exception
    qInstallMessageHandler(_on_qt_message)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)


def remove_hooks() -> None:
    """Python's and Qt's own again."""
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
    qInstallMessageHandler(None)


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }.get(kind, logging.ERROR)
    _log.log(level, "Qt: %s", text)


def _on_thread_exception(arguments: threading.ExceptHookArgs) -> None:
    error = arguments.exc_value
    if error is None:
        return
    _log.error(
        "unexpected in thread %s",
        arguments.thread,
        exc_info=(arguments.exc_type, error, arguments.exc_traceback),
    )
