"""`python -m ingest.phones`: the process of live phones; the gateway starts it with the first call.

Media of strangers' phones is decoded here, so a picture that breaks a decoder breaks this process
only: the gateway goes on, calls are made again. Leaves with its input.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Final

import msgspec

from ingest.cameras.rtsp_auth import Gate
from ingest.cameras.rtsp_out import RtspServer, ServerUnusable
from ingest.logs import configure_logging
from ingest.phones.address import RTSP_USER
from ingest.phones.call import OfferRefused, PhoneCall
from ingest.phones.messages import LINE_MOST, Answer, Ask, HangUp, LiveList, News, Offer, Setup

log = logging.getLogger("ingest.phones")

#: Who watches is told this often, so that a phone can say "watched"; and so much at most to answer.
NEWS_S: Final = 1.0
ANSWER_S: Final = 8.0


class Phones:
    """All calls. Threads: the event loop's."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        host, _, port = setup.rtsp.rpartition(":")
        self.server = RtspServer(host, int(port), Gate(RTSP_USER, setup.password))
        self._calls: dict[str, PhoneCall] = {}
        self._told: dict[str, int] | None = None

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Until the input ends. Raises ServerUnusable."""
        await self.server.start()
        telling = asyncio.create_task(self._tell_for_ever())
        answering: set[asyncio.Task[None]] = set()
        try:
            while line := await reader.readline():
                ask = msgspec.json.decode(line, type=Ask)
                if isinstance(ask, Setup):
                    continue
                task = asyncio.create_task(self._take(ask))
                answering.add(task)
                task.add_done_callback(answering.discard)
        finally:
            telling.cancel()
            for call in tuple(self._calls.values()):
                await call.close()
            await self.server.close()

    async def _take(self, ask: Offer | HangUp) -> None:
        former = self._calls.pop(ask.camera_id, None)
        if former is not None:
            await former.close()
        if isinstance(ask, HangUp):
            self._tell()
            return
        try:
            say(Answer(ask.number, sdp=await self._call(ask)))
        except OfferRefused as refusal:
            say(Answer(ask.number, error=str(refusal)))
        except TimeoutError:
            say(Answer(ask.number, error="no way to the phone was found in time"))

    async def _call(self, offer: Offer) -> str:
        if len(self._calls) >= self._setup.calls_most:
            raise OfferRefused(f"{self._setup.calls_most} phones are live already: the site's most")
        call = PhoneCall(offer.camera_id, self.server, self._setup.ice, self._tell)
        self._calls[offer.camera_id] = call
        try:
            async with asyncio.timeout(ANSWER_S):
                return await call.answer(offer.sdp)
        except (OfferRefused, TimeoutError):
            self._calls.pop(offer.camera_id, None)
            await call.close()
            raise

    async def _tell_for_ever(self) -> None:
        while True:
            await asyncio.sleep(NEWS_S)
            for camera_id, call in tuple(self._calls.items()):
                if call.is_over:
                    del self._calls[camera_id]
                    await call.close()
            self._tell()

    def _tell(self) -> None:
        """Whose pictures there are, when that or the number of watchers changed."""
        found = {
            camera_id: call.watchers
            for camera_id, call in self._calls.items()
            if call.watchers is not None
        }
        if found != self._told:
            self._told = found
            say(LiveList(found))


def say(news: News) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(news) + b"\n")
    sys.stdout.buffer.flush()


async def run() -> int:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_MOST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    setup = msgspec.json.decode(await reader.readline(), type=Setup)
    try:
        await Phones(setup).serve(reader)
    except ServerUnusable as error:
        log.error("live phones: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    configure_logging("phones")
    sys.exit(asyncio.run(run()))
