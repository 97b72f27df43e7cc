"""Live desk: whose phone sends pictures, and the camera they go under.

A phone's pictures are a camera of the register (`phone-<inspector>`), so that everything a wall does
with cameras works with them: the row is written when its owner goes live for the first time. Who is
live is the gateway's to say; it is kept in memory, as the calls end with the gateway.
Threads: the hub's acting thread; `snapshot` also the read thread (a mapping that is swapped whole).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from config.paths import hub_state_folder
from config.site import CameraId, Inspector, InspectorId, Language, Site
from console.desk import field_access, unit_store
from console.desk.acts import refused
from console.desk.desk_context import DeskContext
from console.desk.field_checkpoints import AddRow
from console.desk.live_data import LiveVideoData
from console.desk.messages import ActRefused, Message
from console.desk.queries import convert
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Answerer,
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
)
from ingest.phones.address import CAMERA_PREFIX, camera_of, url_of

SOURCE = "gridwall/desk"


class _Asked(Struct, frozen=True):
    token: str


class _Report(Struct, frozen=True):
    """`live.report`: every camera of a phone whose pictures there are now."""

    cameras: tuple[str, ...]


class LiveDesk:
    """Operations of live phones. `add_row` writes registers; without it nobody new goes live."""

    def __init__(self, context: Callable[[], DeskContext], add_row: AddRow | None = None) -> None:
        self._context = context
        self._add_row = add_row
        self._live: Mapping[str, LiveVideoData] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {"field.live": self._begin, "live.report": self._report}

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {"live": list(self._live.values())}

    def _begin(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """The camera the holder's pictures go under, made where it is not there."""
        asked: _Asked = convert(request, _Asked)
        context = self._context()
        site = context.directory.site
        try:
            inspector = field_access.holder_of(tx, asked.token, context.directory)
        except ActRefused as refusal:
            raise refused(refusal.message, None) from refusal
        if not site.settings.field_page.live:
            raise refused(Message("no_live"), None)
        listen = site.settings.field_page.live_rtsp
        try:
            url = url_of(inspector.id, listen, hub_state_folder(site))
        except OSError as error:
            raise OperationRefused(f"the password of live phones is not there: {error}") from error
        reply = {"inspector_id": inspector.id, "camera_id": camera_of(inspector.id)}
        camera = context.directory.camera(CameraId(camera_of(inspector.id)))
        if camera is not None:
            if camera.main_url != url:
                raise refused(Message("live_row", {"camera_id": camera.id}), None)
            return OperationResult(reply)
        if self._add_row is None:
            raise refused(Message("no_live"), None)
        return OperationResult({}, (), _adding(self._add_row, row_of(inspector, site, url), reply))

    def _report(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """From the gateway: what changed becomes events."""
        if "publisher" not in caller.roles:
            raise OperationRefused("the gateway says who is live", who_may="publisher")
        asked: _Report = convert(request, _Report)
        before = self._live
        now = {
            camera_id: before.get(camera_id) or self._data(tx, camera_id)
            for camera_id in asked.cameras
            if camera_id.startswith(CAMERA_PREFIX)
        }
        ended = [
            msgspec.structs.replace(data, is_live=False)
            for camera_id, data in before.items()
            if camera_id not in now
        ]
        begun = [data for camera_id, data in now.items() if camera_id not in before]
        self._live = now
        return OperationResult({}, [self._event(tx, data) for data in (*ended, *begun)])

    def _data(self, tx: Transaction, camera_id: str) -> LiveVideoData:
        inspector_id = InspectorId(camera_id.removeprefix(CAMERA_PREFIX))
        unit = unit_store.unit_of(tx, inspector_id)
        case_id = unit.case_id if unit is not None else None
        since_utc = utc_text(tx.now_utc_ns)
        return LiveVideoData(inspector_id, CameraId(camera_id), True, since_utc, case_id)

    def _event(self, tx: Transaction, data: LiveVideoData) -> Event:
        return new_event(Noun.UNIT, "live", data, source=SOURCE, utc_ns=tx.now_utc_ns)


def _adding(
    add_row: AddRow, row: dict[str, Any], reply: dict[str, Any]
) -> Callable[[Answerer], None]:
    """Writes the row in a thread of its own, then answers."""

    def later(answer: Answerer) -> None:
        def write() -> None:
            try:
                add_row("cameras", row, str(reply["inspector_id"]))
            except OperationRefused as refusal:
                answer(refusal)
            else:
                answer(reply)

        threading.Thread(target=write, name="register-phone", daemon=True).start()

    return later


def row_of(inspector: Inspector, site: Site, url: str) -> dict[str, Any]:
    """The register's row of a phone."""
    is_chinese = site.language is Language.CHINESE
    return {
        "id": camera_of(inspector.id),
        "name": f"{inspector.name} · 手机" if is_chinese else f"{inspector.name} · phone",
        "main_url": url,
        "grid_id": inspector.grid_id,
        "group": "移动视频" if is_chinese else "Phones",
    }
