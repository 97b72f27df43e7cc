"""/evidence/<sha256>: GET for everybody, PUT for workers; hash checked, atomic, bounded."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from aiohttp import web

from ingest.errors import RetryLater
from ingest.evidence import EvidenceInvalid, EvidenceStore, Incoming
from ingest.gateway.counters import Counters

#: First bytes → content type; what evidence is made of.
MAGIC = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG", 0, "image/png"),
    (b"ftyp", 4, "video/mp4"),
)
PIECE_BYTES = 256 << 10
#: One piece of a body must arrive within this time, seconds.
PIECE_S = 15.0


class EvidenceDoor:
    """Threads: the event loop's; the disk is touched in worker threads."""

    def __init__(self, store: EvidenceStore, counters: Counters) -> None:
        self._store = store
        self._counters = counters

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/evidence/{sha}", self.get), web.put("/evidence/{sha}", self.put)]

    async def get(self, request: web.Request) -> web.StreamResponse:
        try:
            path = self._store.path(request.match_info["sha"])
        except EvidenceInvalid as error:
            return self._answer(400, "invalid", str(error))
        kind = await asyncio.to_thread(content_type_of, path)
        if kind is None:
            return self._answer(404, "missing", "no evidence of that name")
        self._counters.add("gridwall_evidence_total", op="get", result="ok")
        headers = {"Content-Type": kind, "Cache-Control": "public, max-age=31536000, immutable"}
        return web.FileResponse(path, headers=headers)

    async def put(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        try:
            if await asyncio.to_thread(self._store.is_wanted_again, sha):
                return self._answer(200, "known", sha)
            incoming = await asyncio.to_thread(self._store.incoming, sha)
            try:
                await self._receive(request, incoming)
            finally:
                await asyncio.to_thread(incoming.__exit__)
        except EvidenceInvalid as error:
            return self._answer(400, "invalid", str(error))
        except RetryLater as error:
            return self._answer(507, "full", str(error))
        except TimeoutError:
            return self._answer(408, "slow", "the body did not arrive in time")
        return self._answer(201, "ok", sha)

    async def _receive(self, request: web.Request, incoming: Incoming) -> None:
        while True:
            async with asyncio.timeout(PIECE_S):
                piece = await request.content.read(PIECE_BYTES)
            if not piece:
                break
            await asyncio.to_thread(incoming.write, piece)
        await asyncio.to_thread(incoming.keep)

    def _answer(self, status: int, result: str, text: str) -> web.Response:
        self._counters.add("gridwall_evidence_total", op="answer", result=result)
        return web.Response(status=status, text=text + "\n")


def content_type_of(path: Path) -> str | None:
    """By the first bytes; None where there is no such file."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        head = file.read(16)
        for magic, offset, kind in MAGIC:
            if head[offset : offset + len(magic)] == magic:
                return kind
        return "application/octet-stream"
    return None
