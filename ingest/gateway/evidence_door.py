"""/evidence/<sha256>: GET and, for workers, PUT; hash checked, atomic, bounded.

Where the site has keys or operators both need a grant of the query socket, as `?token=` in the
address or as a bearer token; elsewhere everybody who reaches the door is let in (CONTRACT §4).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from ingest.errors import RetryLater
from ingest.evidence import EvidenceInvalid, EvidenceStore, Incoming
from ingest.evidence_grants import EvidenceGrants, Purpose
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

    def __init__(
        self,
        store: EvidenceStore,
        counters: Counters,
        grants: EvidenceGrants,
        guarded: Callable[[], bool],
    ) -> None:
        """`guarded` tells whether the site asks for grants now: operators may be named meanwhile."""
        self._grants = grants
        self._guarded = guarded
        self._store = store
        self._counters = counters

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/evidence/{sha}", self.get), web.put("/evidence/{sha}", self.put)]

    async def get(self, request: web.Request) -> web.StreamResponse:
        if not self._is_let_in(request, Purpose.GET):
            return self._refused()
        try:
            path = self._store.path(request.match_info["sha"])
        except EvidenceInvalid as error:
            return self._answer(400, "invalid", str(error))
        kind = await asyncio.to_thread(content_type_of, path)
        if kind is None:
            return self._answer(404, "missing", "no evidence of that name")
        self._counters.add("gridwall_evidence_total", op="get", result="ok")
        shared = "private" if self._guarded() else "public"
        headers = {"Content-Type": kind, "Cache-Control": f"{shared}, max-age=31536000, immutable"}
        return web.FileResponse(path, headers=headers)

    async def put(self, request: web.Request) -> web.Response:
        if not self._is_let_in(request, Purpose.PUT):
            return self._refused()
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

    def _is_let_in(self, request: web.Request, purpose: Purpose) -> bool:
        if not self._guarded():
            return True
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        token = bearer.strip() if kind.lower() == "bearer" else request.query.get("token", "")
        return self._grants.allows(token, purpose, request.match_info["sha"])

    def _refused(self) -> web.Response:
        """The body of a refused PUT is not read: the connection ends with the answer."""
        answer = self._answer(
            401, "refused", "evidence of this site needs a grant, and this is none or it is over: "
            "ask the hub's query socket for evidence.grant or evidence.address",
        )  # fmt: skip
        answer.headers["WWW-Authenticate"] = "Bearer"
        answer.force_close()
        return answer

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
