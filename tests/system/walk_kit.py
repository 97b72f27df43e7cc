"""A wall that is walked by real keys: RTSP server, hub, ONVIF camera, two monitors, one seat for a module."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from config.geometry import GeoPoint, moved
from config.load import load_site
from config.site import DeviceId, InspectorId
from ingest.cameras.packet_feed import LoopingFeed
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.feed.envelope import Noun, new_event, utc_text
from ingest.feed.publisher import Publisher
from ingest.positions.fix import PositionEntry, PositionFixedData
from tests.console.arrange.real_seat import RealSeat
from tests.hub_process import HubProcess, write_site
from tests.media import looping_feed, paint, read_number
from tests.monitors import two_monitors_on, window_manager_on
from tests.onvif_kit import CameraNetwork

CAMERAS, FPS, PICTURES = 64, 5, 300
PLACE = GeoPoint(36.0895, 120.3690)
#: Cameras that the left monitor does not show: one whose ground is known, one that can be turned.
SEEN, TURNED = 30, 31
#: Of camera SEEN: how the ground under its picture lies, metres east and north of PLACE.
GROUND = (
    ((0.1, 0.95), (10, 10)),
    ((0.9, 0.95), (30, 10)),
    ((0.7, 0.4), (30, 40)),
    ((0.3, 0.4), (10, 40)),
)
NAMES = (
    "延吉路口东北角",
    "台东步行街北口",
    "登州路中段",
    "威海路桥下",
    "昌平路菜市场",
    "利津路广场",
)
#: Keys of `home` and how many tiles they make.
_HOME_TILES = {"F1": 1, "F2": 4}
LEFT, RIGHT = "monitor LEFT", "monitor RIGHT"
SEAT = "wall-1"
GONE_S = 20.0


def street(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A street of greys with the moving bar and the number of `paint`."""
    painted = paint(number, width, height)
    band = height // 8
    rows = np.linspace(150, 70, height - band)[:, None].astype(np.uint8)
    picture = np.repeat(rows, width, axis=1)
    picture[-height // 3 :] = 60
    picture[-height // 6 : -height // 6 + max(1, height // 60), ::1] = 170
    below = painted[band:]
    picture[below == 200] = 200
    return np.vstack((painted[:band], picture))


@cache
def _feed(width: int, height: int) -> LoopingFeed:
    return looping_feed(
        width_px=width, height_px=height, fps=FPS, picture_count=PICTURES, key_interval=FPS,
        picture_of=street,
    )  # fmt: skip


def name_of(number: int) -> str:
    return f"{NAMES[(number - 1) % len(NAMES)]} {number}"


def _write_cameras(site: Path, server: RtspServerThread, ptz_url: str) -> None:
    rows = ["id,name,main_url,sub_url,lat,lon,bearing_deg,fov_deg,group,ptz_url"]
    for number in range(1, CAMERAS + 1):
        camera = f"cam-{number:04d}"
        server.mount(camera, _feed(640, 360))
        server.mount(f"{camera}-sub", _feed(192, 108))
        main, sub = server.url(camera), server.url(f"{camera}-sub")
        at = moved(PLACE, 120.0 * ((number - 1) % 8), 120.0 * ((number - 1) // 8))
        turns = ptz_url if number == TURNED else ""
        rows.append(
            f"{camera},{name_of(number)},{main},{sub},{at.lat_deg:.6f},{at.lon_deg:.6f},"
            f"{number * 50 % 360},62,公安/一所,{turns}"
        )
    (site / "cameras.csv").write_text("\n".join(rows) + "\n")
    places = [(image, moved(PLACE, *metres)) for image, metres in GROUND]
    pairs = ", ".join(f"[{x}, {y}, {p.lat_deg:.7f}, {p.lon_deg:.7f}]" for (x, y), p in places)
    (site / "calibration.toml").write_text(
        f'[[camera]]\nid = "cam-{SEEN:04d}"\npairs = [{pairs}]\n'
    )


class Walk(RealSeat):
    """The seat, and what surrounds it: `server`, `hub`, `site`, `folder` of exports; `turns`: there is PTZ."""

    server: RtspServerThread
    site: Path
    folder: Path
    turns: bool

    def home(self, layout: str = "F2") -> None:
        """As at the start: nothing open, the first tile of the right monitor, four tiles."""
        for _ in range(3):
            self.keys("Escape")
        self.click(1920 + 100, 160)
        self.keys(layout)
        self.until(lambda s: not (s["dialog"] or s["popup"] or s["map"] or s["editing"]))
        self.until(lambda s: s["windows"][RIGHT]["tiles"] == _HOME_TILES[layout])

    def tile(self, index: int = 0, window: str = RIGHT) -> dict[str, Any]:
        found: dict[str, Any] = self.until(lambda s: len(s["shown"][window]) > index)["shown"][
            window
        ][index]
        return found

    def until_tile(self, met: Callable[[dict[str, Any]], Any], index: int = 0) -> dict[str, Any]:
        """Waits for something of a tile of the right monitor."""
        state = self.until(lambda s: met(s["shown"][RIGHT][index]))
        found: dict[str, Any] = state["shown"][RIGHT][index]
        return found

    def screen(self) -> NDArray[np.uint8]:
        """What is on all monitors, BGRA."""
        file = self.folder / "screen.png"
        self.say(f"grab {file}")
        image = QImage(str(file)).convertToFormat(QImage.Format.Format_RGB32)
        lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
        return lines.copy()

    def pixels(self, index: int = 0, window: str = RIGHT) -> NDArray[np.uint8]:
        """A tile's picture as it is on the screen."""
        x, y, width, height = self.tile(index, window)["rect"]
        return self.screen()[y : y + height, x : x + width]

    def number(self, index: int = 0, window: str = RIGHT) -> int:
        """The number painted in a tile's whole picture."""
        return read_number(self.pixels(index, window))

    def choose(self, *texts: str, at: tuple[int, int] = (1920 + 300, 300)) -> None:
        """Goes down the menu of a tile by mouse: a right click, then the rows that say so."""
        self.click(*at, button=3)
        for text in texts:
            state = self.until(lambda s, t=text: any(t in row[0] for row in s["menu"]))
            x, y = next(row[1:] for row in state["menu"] if text in row[0])
            self.click(x, y)

    def fix(self, number: int, east_m: float, north_m: float) -> None:
        """An inspector's phone tells where it is."""
        site, now = load_site(self.site), time.time_ns()
        place = moved(PLACE, east_m, north_m)
        entry = PositionEntry(
            inspector_id=InspectorId(f"p-{number}"), device_id=DeviceId(f"000{number + 6}"),
            lat_deg=place.lat_deg, lon_deg=place.lon_deg, speed_mps=0.0, course_deg=None,
            accuracy_m=5.0, fix_utc=utc_text(now), source="osmand", live=True,
        )  # fmt: skip
        publisher = Publisher(site.hub.intake, f"phone-{number}", self.folder / "spool")
        publisher.start()
        data = PositionFixedData((entry,))
        publisher.publish(new_event(Noun.POSITION, "fixed", data, source="phone", utc_ns=now))
        publisher.close(5)


def _ptz(stack: ExitStack, folder: Path) -> str:
    """Address of a simulated camera; empty where there can be none."""
    network = CameraNetwork(7)
    try:
        network.open()
        stack.callback(network.close)
        network.camera(folder / "ptz")
    except pytest.skip.Exception:
        return ""
    return network.url()


@contextmanager
def walked(display: str, folder: Path, seat: str = SEAT) -> Iterator[Walk]:
    """Everything started, and ended in order."""
    with ExitStack() as stack:
        stack.enter_context(two_monitors_on(display))
        stack.enter_context(window_manager_on(display))
        server = RtspServerThread()
        server.start()
        stack.callback(server.close)
        site = write_site(folder / "site")
        ptz_url = _ptz(stack, folder)
        _write_cameras(site, server, ptz_url)
        hub = HubProcess(site).start()
        stack.callback(hub.stop)
        exports = folder / "exports"
        walk = Walk(
            display, exports, "wall", seat, str(site), Path(__file__).with_name("walk_seat.py")
        )
        walk.server, walk.site, walk.folder, walk.turns = server, site, exports, bool(ptz_url)

        def leave() -> None:
            family = psutil.Process(walk.process.pid).children(recursive=True)
            walk.close()
            _, alive = psutil.wait_procs(family, timeout=GONE_S)
            assert not alive, f"the seat left processes behind: {alive}"

        stack.callback(leave)
        walk.until(lambda s: s["feed"] and len(s["open"]) == 2)
        yield walk
