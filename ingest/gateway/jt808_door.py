"""JT/T 808 over TCP: terminals register, authenticate where the site asks for it, and report.

A known device needs no authentication unless `[jt808] require_auth = true` (CONTRACT §4). Every
message is answered; wrong frames are counted and never end a connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import itertools
import logging
import secrets
from collections.abc import Callable

from config.registers import canonical_device_id
from ingest.clock import Clock
from ingest.feed.registers import SiteService
from ingest.gateway.counters import Counters
from ingest.gateway.positions_door import PositionsDoor
from ingest.positions.fix import FixSource
from ingest.positions.jt808 import (
    FrameInvalid,
    FrameReader,
    Message,
    MessageId,
    Result,
    auth_code_of,
    batch_of,
    fix_of,
    frame_of,
    general_reply,
    parse,
    register_reply,
    text_message,
)

log = logging.getLogger(__name__)

READ_BYTES = 4_096
#: Connections the system holds until we take them: a district's terminals come back at once.
BACKLOG = 4_096
#: Numbers one connection may speak for (a relay of many terminals).
NUMBERS_MOST = 2_000
#: Terminals connected at once; more are refused.
CONNECTIONS_MOST = 10_000
#: An answer must leave within this time, seconds.
SEND_S = 10.0


class _Terminal:
    """What a connection has shown of itself."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.frames = FrameReader()
        #: Numbers that gave the code on this connection; others on it may not borrow it.
        self.authenticated: set[str] = set()
        self.has_spoken = False
        self.writer = writer
        self.phone = ""
        self.is_2019 = False


class Jt808Door:
    """Threads: the event loop's."""

    def __init__(
        self,
        positions: PositionsDoor,
        service: SiteService,
        counters: Counters,
        clock: Clock,
        on_event: Callable[[str, int], None] = lambda inspector_id, number: None,
    ) -> None:
        """`on_event(inspector_id, number)`: somebody pressed an event key of their terminal."""
        self._positions = positions
        self._service = service
        self._counters = counters
        self._clock = clock
        self._serials = itertools.count(1)
        self._own_code = secrets.token_hex(8)  # where the site names none
        self._connections: set[asyncio.Task[None]] = set()
        self._by_device: dict[str, _Terminal] = {}
        self._on_event = on_event

    async def open(self, address: str) -> asyncio.Server:
        """Listens at host:port. Raises OSError."""
        host, _, port = address.rpartition(":")
        return await asyncio.start_server(self._connected, host or None, int(port), backlog=BACKLOG)

    async def close(self) -> None:
        """Ends every connection."""
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
        try:
            if len(self._connections) <= CONNECTIONS_MOST:
                await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the terminal left, fell silent, or we do
        finally:
            if task is not None:
                self._connections.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        terminal = _Terminal(writer)
        try:
            await self._converse(terminal, reader, writer)
        finally:
            if self._by_device.get(canonical_device_id(terminal.phone)) is terminal:
                del self._by_device[canonical_device_id(terminal.phone)]

    async def _converse(
        self, terminal: _Terminal, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        settings = self._service.site.settings.jt808
        loop = asyncio.get_running_loop()
        first_until_s = loop.time() + settings.first_message_s
        while True:
            silent_until_s = loop.time() + settings.idle_timeout_s
            until_s = silent_until_s if terminal.has_spoken else first_until_s
            async with asyncio.timeout_at(min(until_s, silent_until_s)):
                data = await reader.read(READ_BYTES)
            if not data:
                return
            for frame in terminal.frames.feed(data):
                answer = self._handle(terminal, frame)
                if answer is not None:
                    writer.write(frame_of(answer))
            async with asyncio.timeout(SEND_S):
                await writer.drain()

    def _handle(self, terminal: _Terminal, frame: bytes) -> Message | None:
        """The answer to a frame; None where nobody can be answered."""
        try:
            message = parse(frame)
        except FrameInvalid as error:
            self._count("invalid")
            log.debug("a JT808 frame is wrong: %s", error)
            return None
        serial = next(self._serials) & 0xFFFF
        terminal.has_spoken = True
        if message.variant is not None:
            self._counters.add("gridwall_jt808_variants_total", variant=message.variant.value)
        self._note(terminal, message)
        match message.message_id:
            case MessageId.TERMINAL_REPLY:
                return None
            case MessageId.REGISTER:
                return register_reply(message, self._register(message), self._code(), serial)
            case MessageId.AUTHENTICATE:
                return general_reply(message, self._authenticate(terminal, message), serial)
            case MessageId.POSITION | MessageId.POSITION_BATCH:
                return general_reply(message, self._take(terminal, message), serial)
            case MessageId.EVENT_REPORT:
                return general_reply(message, self._event(terminal, message), serial)
            case MessageId.HEARTBEAT | MessageId.UNREGISTER:
                return general_reply(message, Result.OK, serial)
            case _:
                return general_reply(message, Result.UNSUPPORTED, serial)

    def _note(self, terminal: _Terminal, message: Message) -> None:
        """Which connection a device is reached by: the newest one that may report for it."""
        if message.phone == terminal.phone or not self._may_report(terminal, message):
            return
        terminal.phone, terminal.is_2019 = message.phone, message.is_2019
        self._by_device[canonical_device_id(message.phone)] = terminal

    def send_text(self, device_id: str, text: str) -> bool:
        """Puts a text onto a terminal's display; False where the terminal is not connected."""
        terminal = self._by_device.get(canonical_device_id(device_id))
        if terminal is None or terminal.writer.is_closing():
            return False
        serial = next(self._serials) & 0xFFFF
        message = text_message(terminal.phone, text, serial, is_2019=terminal.is_2019)
        terminal.writer.write(frame_of(message))
        self._counters.add("gridwall_jt808_texts_total", result="sent")
        return True

    def _event(self, terminal: _Terminal, message: Message) -> Result:
        """0x0301: the number of a key; the site says which state it stands for."""
        if not message.body or not self._may_report(terminal, message):
            return Result.FAILED
        inspector = self._service.directory.inspector_of_device(message.phone)
        if inspector is None:
            return Result.FAILED
        self._on_event(inspector.id, message.body[0])
        return Result.OK

    def _code(self) -> str:
        return self._service.site.settings.jt808.auth_code or self._own_code

    def _is_known(self, message: Message) -> bool:
        return self._service.directory.inspector_of_device(message.phone) is not None

    def _register(self, message: Message) -> Result:
        """Where the site asks for authentication only known terminals are told the code."""
        if self._service.site.settings.jt808.require_auth and not self._is_known(message):
            return Result.NO_TERMINAL
        return Result.OK

    def _authenticate(self, terminal: _Terminal, message: Message) -> Result:
        number = canonical_device_id(message.phone)
        terminal.authenticated.discard(number)
        given, wanted = auth_code_of(message).encode(), self._code().encode()
        if not hmac.compare_digest(given, wanted) or len(terminal.authenticated) >= NUMBERS_MOST:
            return Result.FAILED
        terminal.authenticated.add(number)
        return Result.OK

    def _may_report(self, terminal: _Terminal, message: Message) -> bool:
        if canonical_device_id(message.phone) in terminal.authenticated:
            return True
        if self._service.site.settings.jt808.require_auth:
            return False
        return self._is_known(message)

    def _take(self, terminal: _Terminal, message: Message) -> Result:
        if not self._may_report(terminal, message):
            self._count("unauthenticated")
            return Result.FAILED
        try:
            is_single = message.message_id == MessageId.POSITION
            for body in (message.body,) if is_single else batch_of(message.body):
                fix = fix_of(message, body, self._clock.utc_ns())
                self._count("no_fix" if fix is None else self._positions.accept(fix).value)
        except FrameInvalid as error:
            self._count("invalid")
            log.debug("a JT808 position is wrong: %s", error)
            return Result.WRONG
        return Result.OK

    def _count(self, result: str) -> None:
        self._counters.add("gridwall_positions_total", source=FixSource.JT808.value, result=result)
