"""run_console: one seat from its first window to the last. Threads: GUI thread only."""

from __future__ import annotations

import logging
import sys
import time

from console.app.console_options import ConsoleOptions
from console.app.seat_entry import enter
from ingest.heap import settle_heap

_log = logging.getLogger(__name__)


def run_console(options: ConsoleOptions) -> int:
    """Runs a seat until its window is closed or the process is asked to leave."""
    began = time.monotonic()
    entry = enter(options)
    # loaded while the cameras' processes load
    from PySide6.QtWidgets import QApplication

    from console.app.console_app import ConsoleApp
    from console.app.console_hooks import install_hooks, remove_hooks

    application = QApplication(sys.argv[:1])
    application.setApplicationName("gridwall")
    try:
        console = ConsoleApp(application, options, entry)
    except BaseException:
        entry.lease.close()
        raise
    # exit, not quit: a signal is no question that an editor with unsaved changes may refuse
    install_hooks(console.session, lambda: application.exit(0))
    try:
        console.start()
        settle_heap()
        _log.info("windows are open after %.2f s", time.monotonic() - began)
        return application.exec()
    finally:
        console.close()
        remove_hooks()
