"""A cable between one machine and one camera, which can be cut and mended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any


class NetworkLeg:
    """Forwards TCP to a port of this machine. Cut: the camera sees its sessions end, the machine sees
    nothing any more, and new connections are accepted and not answered."""

    def __init__(self, camera_port: int) -> None:
        self._camera_port = camera_port
        self._is_cut = False
        self._to_camera: set[asyncio.StreamWriter] = set()
        self._to_machine: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network leg")
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        self._run(self._set_cut(is_cut=True))

    def mend(self) -> None:
        self._run(self._set_cut(is_cut=False))

    def close(self) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _set_cut(self, *, is_cut: bool) -> None:
        self._is_cut = is_cut
        for writer in self._to_camera if is_cut else self._to_machine:
            writer.close()

    async def _end(self) -> None:
        self._server.close()
        for writer in (*self._to_camera, *self._to_machine):
            writer.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._to_machine.add(writer)
        try:
            if self._is_cut:
                await reader.read(-1)
                return
            answers, questions = await asyncio.open_connection("127.0.0.1", self._camera_port)
            self._to_camera.add(questions)
            await asyncio.gather(self._pump(reader, questions), self._pump(answers, writer))
            self._to_camera.discard(questions)
        finally:
            self._to_machine.discard(writer)
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if not self._is_cut:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass
        if not self._is_cut:
            writer.close()
