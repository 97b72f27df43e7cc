"""LibraryLine: what this seat reads from and keeps on the hub's library (layouts, scenes, tours).

Sends what the operator decided; decides nothing. Threads: GUI thread; questions run on errand threads.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from console.bridge.desk_line import Asks
from console.bridge.gui_thread import Errands
from console.desk.library_items import LibraryKind
from console.desk.scene_messages import SeatHere
from console.state.arrangement import Arrangement
from console.state.layout_book import LayoutEntry, LayoutOrigin
from console.state.layouts import Layout
from console.state.scenes import Scene, SceneContent
from console.state.tours import Tour, TourContent
from ingest.errors import GridwallError
from ingest.feed.envelope import parse_utc_ns

_log = logging.getLogger(__name__)


class LibraryLine(QObject):
    """Signals: `kept(kind, name)`, `removed(kind, name)`, `pushed(scene, to)`, `refused(error)`."""

    kept = Signal(object, str)
    removed = Signal(object, str)
    pushed = Signal(str, str)
    refused = Signal(object)

    def __init__(
        self,
        client: Asks,
        errands: Errands,
        arrangement: Arrangement,
        seat: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._errands = errands
        self._arrangement = arrangement
        self._seat = seat

    def read(self) -> None:
        """Reads the whole library: after a snapshot, and when it changed."""
        self._errands.run(
            lambda: self._client.ask("library.list"), self._take, self._on_read_failed
        )

    def put(self, kind: LibraryKind, name: str, content: Any, number: int | None = None) -> None:
        """Keeps a layout, scene or tour for all seats; one of the same name is replaced."""
        fields = {
            "kind": kind.value, "name": name, "number": number, "by": self._seat,
            "content": msgspec.to_builtins(content),
        }  # fmt: skip
        self._ask("library.put", fields, lambda: self.kept.emit(kind, name))

    def rename(self, kind: LibraryKind, name: str, to: str, number: int | None) -> None:
        fields = {"kind": kind.value, "name": name, "to": to, "number": number, "by": self._seat}
        self._ask("library.rename", fields, lambda: self.kept.emit(kind, to))

    def remove(self, kind: LibraryKind, name: str) -> None:
        fields = {"kind": kind.value, "name": name, "by": self._seat}
        self._ask("library.remove", fields, lambda: self.removed.emit(kind, name))

    def push(
        self, scene: str, to: str, *, text: str, priority: int, expires_s: float | None
    ) -> None:
        """Sends a scene to a seat, a window or some of its tiles."""
        fields: dict[str, Any] = {
            "scene": scene, "to": to, "text": text, "priority": priority, "by": self._seat,
        }  # fmt: skip
        if expires_s is not None:
            fields["expires_s"] = expires_s
        self._ask("scene.push", fields, lambda: self.pushed.emit(scene, to))

    def withdraw(self, scene: str, to: str) -> None:
        """Takes back what was sent, everywhere."""
        self._ask(
            "scene.withdraw", {"scene": scene, "to": to, "by": self._seat},
            lambda: self.removed.emit(LibraryKind.SCENE, scene),
        )  # fmt: skip

    def tell_here(self, here: SeatHere) -> None:
        """Says that this seat is there, and hears who else is and how late it is at the hub."""
        sent_ns = time.time_ns()

        def take(reply: Mapping[str, Any]) -> None:
            middle_ns = (sent_ns + time.time_ns()) // 2
            pushes = self._arrangement.pushes
            pushes.set_hub_offset(parse_utc_ns(str(reply["now_utc"])) - middle_ns)
            seats = msgspec.convert(reply.get("seats", ()), tuple[SeatHere, ...], strict=False)
            self._arrangement.seats.set(seats)

        self._errands.run(
            lambda: self._client.ask("seats", here=msgspec.to_builtins(here)),
            take,
            self._on_read_failed,
        )

    def _ask(self, op: str, fields: dict[str, Any], then: Callable[[], None]) -> None:
        def done(_reply: Mapping[str, Any]) -> None:
            then()
            self.read()

        self._errands.run(lambda: self._client.ask(op, **fields), done, self.refused.emit)

    def _take(self, reply: Mapping[str, Any]) -> None:
        layouts: list[LayoutEntry] = []
        scenes: list[Scene] = []
        tours: list[Tour] = []
        for item in reply.get("items", ()):
            try:
                read = msgspec.convert(item, _Read, strict=False)
                if read.kind is LibraryKind.LAYOUT:
                    layouts.append(_layout_entry(read))
                elif read.kind is LibraryKind.SCENE:
                    scenes.append(_scene(read))
                else:
                    tours.append(_tour(read))
            except (msgspec.ValidationError, ValueError) as error:
                _log.info("something on the hub's library does not fit this console: %s", error)
        self._arrangement.layouts.take_site(layouts)
        self._arrangement.scenes.take(scenes)
        self._arrangement.tours.take(tours)

    def _on_read_failed(self, error: GridwallError) -> None:
        _log.info("the hub's library cannot be read: %s", error)


class _Read(msgspec.Struct, frozen=True):
    """A `console.desk.library.LibraryItem` with its content as it came in an answer."""

    kind: LibraryKind
    name: str
    number: int | None
    version: int
    by: str
    saved_utc: str
    content: dict[str, Any]


def _layout_entry(item: _Read) -> LayoutEntry:
    layout = msgspec.convert({**item.content, "id": item.name}, Layout, strict=False)
    return LayoutEntry(layout, LayoutOrigin.SITE, item.by)


def _scene(item: _Read) -> Scene:
    content = msgspec.convert(item.content, SceneContent, strict=False)
    return Scene(item.name, item.number, content, item.by, item.version)


def _tour(item: _Read) -> Tour:
    content = msgspec.convert(item.content, TourContent, strict=False)
    return Tour(item.name, item.number, content, item.by, item.version)
