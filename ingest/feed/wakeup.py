"""Wakeup: any thread ends another one's wait on its sockets."""

from __future__ import annotations

import contextlib
import socket


class Wakeup:
    """Lets any thread end a `Sockets.wait` at once. Threads: `wake` any, the rest the owner."""

    def __init__(self) -> None:
        self._receiving, self._sending = socket.socketpair()
        self._receiving.setblocking(False)
        self._sending.setblocking(False)
        self._is_called = False

    def fileno(self) -> int:
        return self._receiving.fileno()

    def wake(self) -> None:
        """A call that is not answered yet counts for all: the owner looks around after `drain`."""
        if self._is_called:
            return
        self._is_called = True
        with contextlib.suppress(BlockingIOError, OSError):  # full means: already awake
            self._sending.send(b"\0")

    def drain(self) -> None:
        self._is_called = False  # first: a call that comes now is one more, never one less
        with contextlib.suppress(BlockingIOError):
            while self._receiving.recv(4096):
                pass

    def close(self) -> None:
        self._receiving.close()
        self._sending.close()
