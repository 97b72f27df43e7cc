"""Raster base maps: files and services, what is told when they fail, how politely a service is asked."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from config.settings import MapSettings
from console.bridge.tile_sources import (
    REQUESTS_A_SECOND,
    MbtilesSource,
    PmtilesSource,
    ServiceSource,
    open_tiles,
    trim,
)
from ingest.errors import GridwallError, Misconfigured, RetryLater

PNG = b"\x89PNG picture"


def mbtiles(path: Path, *, kind: str = "png", rows: int = 1) -> Path:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        base.execute(
            "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)"
        )
        base.executemany(
            "INSERT INTO metadata VALUES (?, ?)", [("format", kind), ("attribution", "© test")]
        )
        if rows:
            base.execute("INSERT INTO tiles VALUES (3, 2, ?, ?)", ((1 << 3) - 1 - 5, PNG))
    base.close()
    return path


def pmtiles_file(path: Path, kind: TileType = TileType.PNG) -> Path:
    with path.open("wb") as out:
        writer = Writer(out)
        writer.write_tile(zxy_to_tileid(3, 2, 5), PNG)
        writer.finalize(
            {"tile_type": kind, "tile_compression": Compression.NONE, "min_zoom": 3, "max_zoom": 3,
             "min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 10, "max_lat_e7": 10,
             "center_zoom": 3, "center_lon_e7": 0, "center_lat_e7": 0},
            {"attribution": "© test"},
        )  # fmt: skip
    return path


def test_a_tile_of_an_mbtiles_file_counts_rows_from_the_north(tmp_path: Path) -> None:
    source = open_tiles(tmp_path, mbtiles(tmp_path / "m.mbtiles").name, MapSettings(), tmp_path)
    assert source.read(3, 2, 5) == PNG
    assert source.read(3, 2, 2) is None
    assert source.zooms == (3, 3)
    assert source.attribution == "© test"
    source.close()


def test_a_tile_of_a_pmtiles_file(tmp_path: Path) -> None:
    source = open_tiles(
        tmp_path, pmtiles_file(tmp_path / "m.pmtiles").name, MapSettings(), tmp_path
    )
    assert source.read(3, 2, 5) == PNG
    assert source.read(3, 3, 5) is None
    assert source.zooms == (3, 3)
    source.close()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.mbtiles", None, "no file"),
        ("x.mbtiles", b"GIF89a, not a database", "no MBTiles file"),
        ("x.mbtiles", b"", "no MBTiles file"),
        ("x.pmtiles", b"too short", "no PMTiles file"),
        ("gone.pmtiles", None, "No such file"),
    ],
)
def test_a_file_that_is_none_says_what_the_map_does(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Misconfigured, match=words):
        open_tiles(tmp_path, name, MapSettings(), tmp_path)


def test_vector_tiles_and_empty_files_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="export it with pictures"):
        MbtilesSource(mbtiles(tmp_path / "v.mbtiles", kind="pbf"))
    with pytest.raises(Misconfigured, match="is empty"):
        MbtilesSource(mbtiles(tmp_path / "e.mbtiles", rows=0))
    with pytest.raises(Misconfigured, match="export it with pictures"):
        PmtilesSource(pmtiles_file(tmp_path / "v.pmtiles", TileType.MVT))


def test_a_locked_file_is_told_and_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.bridge.tile_sources.LOCK_S", 0.05)
    path = mbtiles(tmp_path / "m.mbtiles")
    source = MbtilesSource(path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RetryLater, match="locked"):
        source.read(3, 2, 5)
    writer.execute("ROLLBACK")
    assert source.read(3, 2, 5) == PNG
    writer.close()
    source.close()


class Service:
    """A tile service on this machine; `answers` by path, `seen` what was asked and when."""

    def __init__(self) -> None:
        self.status = 200
        self.seen: list[tuple[str, float]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.seen.append((self.path, time.monotonic()))
                self.send_response(service.status)
                body = PNG if service.status == 200 else b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, name="Dummy-tiles")
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


def test_a_service_is_asked_once_and_then_the_disk_answers(
    service: Service, tmp_path: Path
) -> None:
    template = service.address + "/{z}/{x}/{y}.png?tk={key}"
    source = open_tiles(tmp_path, template, MapSettings(key="secret"), tmp_path / "cache")
    assert source.read(15, 27300, 12800) == PNG
    assert source.read(15, 27300, 12800) == PNG
    source.close()
    assert [path for path, _ in service.seen] == ["/15/27300/12800.png?tk=secret"]
    service.close()
    again = ServiceSource(template, MapSettings(key="secret"), tmp_path / "cache")
    assert again.read(15, 27300, 12800) == PNG  # the service is gone, the map is not
    with pytest.raises(RetryLater, match="does not answer"):
        again.read(15, 27301, 12800)
    assert again.read(15, 27301, 12800) is None  # and is not asked again at once
    again.close()


@pytest.mark.parametrize(("status", "words"), [(403, "check the key"), (500, "answers 500")])
def test_a_service_that_refuses_says_why(
    service: Service, tmp_path: Path, status: int, words: str
) -> None:
    service.status = status
    source = ServiceSource(service.address + "/{z}/{x}/{y}", MapSettings(), tmp_path)
    with pytest.raises(RetryLater, match=words):
        source.read(1, 0, 0)
    source.close()


def test_a_service_is_asked_no_faster_than_is_polite(service: Service, tmp_path: Path) -> None:
    source = ServiceSource(service.address + "/{z}/{x}/{y}", MapSettings(), tmp_path)
    threads = [
        threading.Thread(target=lambda start=start: [source.read(9, start, n) for n in range(3)])
        for start in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    source.close()
    times = sorted(at for _, at in service.seen)
    assert len(times) == 9
    assert times[-1] - times[0] >= 8 / REQUESTS_A_SECOND - 0.05


def test_every_way_to_write_a_template(tmp_path: Path) -> None:
    cases = {
        "http://t{0-7}.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={TileMatrix}&TILEROW={TileRow}"
        "&TILECOL={TileCol}&tk={key}": "http://t3.tianditu.gov.cn/vec_w/wmts?TILEMATRIX=4&TILEROW=6"
        "&TILECOL=5&tk=k",
        "https://{s}.tiles.example/{z}/{x}/{-y}.png": "https://c.tiles.example/4/5/9.png",
    }
    for template, wanted in cases.items():
        source = ServiceSource(template, MapSettings(key="k"), tmp_path)
        assert source.address(4, 5, 6) == wanted
        source.close()


def test_a_template_without_its_key_or_address_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no key"):
        open_tiles(tmp_path, "https://t/{z}/{x}/{y}?tk={key}", MapSettings(), tmp_path)
    with pytest.raises(Misconfigured, match="neither a file nor an http address"):
        open_tiles(tmp_path, "ftp://t/{z}/{x}/{y}", MapSettings(), tmp_path)


def test_the_longest_unused_pictures_leave_the_disk_first(tmp_path: Path) -> None:
    for number in range(6):
        path = tmp_path / str(number)
        path.write_bytes(b"x" * 100)
        import os

        os.utime(path, (number, number))
    trim(tmp_path, 250)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["4", "5"]


def test_a_damaged_picture_file_is_told_not_raised_into_the_map(tmp_path: Path) -> None:
    path = pmtiles_file(tmp_path / "m.pmtiles")
    source = PmtilesSource(path)
    with path.open("r+b") as file:
        file.seek(127)
        file.write(b"\xff" * 40)
    with pytest.raises(GridwallError, match="damaged"):
        source.read(3, 2, 5)
    source.close()
