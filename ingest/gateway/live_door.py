"""/field/api/live: an inspector's phone sends its camera to the wall (WebRTC, signalled here).

The hub says whose phone it is and under which camera its pictures go (`field.live`); the process of
live phones answers the offer; who is live is told to the hub, which tells everybody. Media never
passes through the gateway's own process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Final

from aiohttp import web

from config.settings import FieldPageSettings
from ingest.errors import GridwallError, RetryLater
from ingest.feed.query import QueryClient, checked_answer
from ingest.gateway.field_door import FieldDoor
from ingest.gateway.live_calls import LiveCalls, LiveRefused
from ingest.phones.address import camera_of
from ingest.phones.messages import IceServers, Setup

log = logging.getLogger(__name__)

HUB_S: Final = 5.0
#: Who is live is told again this often: a hub that was away learns it.
TELL_S: Final = 5.0


class LiveDoor:
    """Threads: the event loop's."""

    def __init__(
        self, field: FieldDoor, query: QueryClient, settings: FieldPageSettings, password: str
    ) -> None:
        self._field = field
        self._query = query
        self._settings = settings
        self._password = password
        self._calls = LiveCalls(self._setup, self._changed)
        self._watchers: Mapping[str, int] = {}
        self._telling: asyncio.Task[None] | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/field/api/live", self.offer),
            web.get("/field/api/live", self.state),
            web.delete("/field/api/live", self.hang_up),
        ]

    def open(self) -> None:
        """Begins to tell the hub who is live: nobody, at first."""
        self._telling = asyncio.create_task(self._tell_for_ever(), name="live news")

    async def close(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
        await self._calls.close()

    async def offer(self, request: web.Request) -> web.Response:
        """The phone's session description in, ours out."""
        body = await self._field.body(request)
        sdp = body.get("sdp")
        if not isinstance(sdp, str):
            return self._field.refusal(400, "sdp is missing")
        known = await self._field.ask("field.live", request, {})
        if isinstance(known, web.Response):
            return known
        try:
            answer = await self._calls.offer(str(known["camera_id"]), sdp)
        except LiveRefused as refusal:
            return self._field.refusal(409, str(refusal), reason="live_refused")
        except RetryLater as error:
            return self._field.refusal(503, str(error))
        return self._field.reply({"ok": True, "sdp": answer, "camera_id": known["camera_id"]})

    async def state(self, request: web.Request) -> web.Response:
        """Whether the holder is live and how many watch; the servers a phone may use."""
        holder = await self._field.holder(request)
        if isinstance(holder, web.Response):
            return holder
        watchers = self._watchers.get(camera_of(holder))
        ice = [
            {"urls": url, "username": self._settings.ice_user or "",
             "credential": self._settings.ice_password or ""}
            for url in self._settings.ice_servers
        ]  # fmt: skip
        live = {"is_live": watchers is not None, "watchers": watchers or 0, "ice": ice}
        return self._field.reply({"ok": True, **live})

    async def hang_up(self, request: web.Request) -> web.Response:
        holder = await self._field.holder(request)
        if isinstance(holder, web.Response):
            return holder
        try:
            await self._calls.hang_up(camera_of(holder))
        except RetryLater as error:
            log.info("%s", error)  # then nothing is live either
        return self._field.reply({"ok": True})

    def _setup(self) -> Setup:
        settings = self._settings
        ice = IceServers(settings.ice_servers, settings.ice_user, settings.ice_password)
        return Setup(settings.live_rtsp, self._password, settings.live_most, ice)

    def _changed(self, watchers: Mapping[str, int]) -> None:
        is_news = watchers.keys() != self._watchers.keys()
        self._watchers = watchers
        if is_news:
            self._tell()

    async def _tell_for_ever(self) -> None:
        while True:
            self._tell()
            await asyncio.sleep(TELL_S)

    def _tell(self) -> None:
        try:
            asked = self._query.submit("live.report", HUB_S, cameras=sorted(self._watchers))
        except GridwallError as error:
            log.info("the hub was not told who is live: %s", error)
            return
        asked.add_done_callback(_told)


def _told(done: Future[bytes]) -> None:
    try:
        checked_answer(done.result())
    except GridwallError as error:
        log.info("the hub did not take who is live: %s", error)
