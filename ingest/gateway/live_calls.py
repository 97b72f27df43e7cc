"""LiveCalls: the gateway's hold on the process of live phones: started with the first call, supervised.

Most sites never need it, so it does not run until a phone asks; a process that ended is started
again by the next call. Every answer has a deadline; who is live is told whenever it changes.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from ingest.errors import RetryLater
from ingest.phones.messages import (
    LINE_MOST,
    Answer,
    Ask,
    HangUp,
    LiveList,
    News,
    Offer,
    Setup,
)

log = logging.getLogger(__name__)

#: From the offer to the answer, with the start of the process and its libraries, seconds.
ANSWER_S: Final = 12.0
LEAVE_S: Final = 3.0


class LiveRefused(Exception):
    """The phone's offer cannot be taken; says why."""


class LiveCalls:
    """Threads: the event loop's."""

    def __init__(
        self, setup: Callable[[], Setup], on_live: Callable[[Mapping[str, int]], None]
    ) -> None:
        """`setup`: of a process to be started; `on_live(watchers by camera)`: who is live now."""
        self._setup = setup
        self._on_live = on_live
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._starting = asyncio.Lock()

    async def offer(self, camera_id: str, sdp: str) -> str:
        """The answer to a phone's offer. Raises LiveRefused, RetryLater."""
        number = next(self._numbers)
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = waiting
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._say(Offer(number, camera_id, sdp))
                answer = await waiting
        except TimeoutError as error:
            raise RetryLater("the process of live phones does not answer") from error
        finally:
            self._asked.pop(number, None)
        if answer.error:
            raise LiveRefused(answer.error)
        return answer.sdp

    async def hang_up(self, camera_id: str) -> None:
        """The phone stops. Raises RetryLater."""
        if self._process is not None:
            await self._say(HangUp(camera_id))

    async def close(self) -> None:
        """Ends the process; kills it when it does not leave. Twice is harmless."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(LEAVE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _say(self, ask: Ask) -> None:
        async with self._starting:
            if self._process is None:
                await self._start()
        process = self._process
        if process is None or process.stdin is None:
            raise RetryLater("the process of live phones has ended")
        try:
            process.stdin.write(msgspec.json.encode(ask) + b"\n")
            await process.stdin.drain()
        except OSError as error:
            raise RetryLater("the process of live phones has ended") from error

    async def _start(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ingest.phones", limit=LINE_MOST,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(self._setup()) + b"\n")
        self._process = process
        self._reading = asyncio.create_task(self._read(process), name="live phones")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """News until the process ends; then nobody is live and nobody waits any longer."""
        assert process.stdout is not None
        while line := await process.stdout.readline():
            news = msgspec.json.decode(line, type=News)
            if isinstance(news, LiveList):
                self._on_live(news.watchers)
                continue
            waiting = self._asked.get(news.number)
            if waiting is not None and not waiting.done():
                waiting.set_result(news)
        code = await process.wait()
        if self._process is process:
            self._process = None
            log.warning("the process of live phones ended (code %s)", code)
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(RetryLater("the process of live phones has ended"))
        self._on_live({})
