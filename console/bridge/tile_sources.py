"""Where the pictures of a raster base map come from: an MBTiles or PMTiles file, or a tile service.

A service is asked politely and only for what the disk does not have: the map works offline with what
was seen before. Threads: `read` any; nothing here knows Qt.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any, Protocol

import httpx

from config.settings import MapSettings
from ingest.errors import GridwallError, Misconfigured, RetryLater

#: Zooms asked of a service that does not say what it has.
SERVICE_ZOOMS = (3, 18)
#: One request may take this long, and a second has at most so many.
REQUEST_S = 8.0
REQUESTS_A_SECOND = 8.0
#: A place the service could not give is not asked for again within this time.
MISSING_S = 120.0
#: Pictures kept on disk; the longest unused go first.
CACHE_BYTES = 512 << 20
_CACHE_LOOK_EVERY = 200
#: A locked file is waited for this long.
LOCK_S = 2.0
_USER_AGENT = "gridwall/0.1 (city command wall)"
_RANGE = re.compile(r"\{(\d)-(\d)\}")


class TileSource(Protocol):
    """A raster base map."""

    @property
    def zooms(self) -> tuple[int, int]:
        """Least and greatest zoom there is."""
        ...

    @property
    def attribution(self) -> str: ...

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        """The encoded picture, row 0 in the north; None where the map has none.

        Raises RetryLater where it may come later, GridwallError where it never will.
        """
        ...

    def close(self) -> None: ...


class MbtilesSource:
    """An MBTiles 1.3 file. Raises Misconfigured where it is none, or holds no pictures."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        if not path.is_file():
            raise Misconfigured(f"map tiles: no file {path}")
        try:
            self._base = sqlite3.connect(
                f"file:{path}?mode=ro", uri=True, timeout=LOCK_S, check_same_thread=False
            )
            facts = dict(self._base.execute("SELECT name, value FROM metadata"))
            zooms = self._base.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles")
            low, high = zooms.fetchone()
        except sqlite3.Error as error:
            raise Misconfigured(
                f"map tiles: {path.name} is no MBTiles file ({error}). The map shows streets instead"
            ) from error
        kind = str(facts.get("format", "png"))
        if kind not in {"png", "jpg", "jpeg", "webp"}:
            raise Misconfigured(
                f"map tiles: {path.name} holds {kind!r} tiles; export it with pictures (png, jpg, webp)"
            )
        if low is None:
            raise Misconfigured(f"map tiles: {path.name} is empty. The map shows streets instead")
        self.zooms = (int(low), int(high))
        self.attribution = str(facts.get("attribution", ""))

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        try:
            with self._lock:
                found = self._base.execute(
                    "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND tile_row=?",
                    (zoom, column, (1 << zoom) - 1 - row),
                ).fetchone()
        except sqlite3.OperationalError as error:
            raise RetryLater(f"map tiles: {self._path.name}: {error}") from error
        except sqlite3.Error as error:
            raise GridwallError(f"map tiles: {self._path.name} is damaged: {error}") from error
        return None if found is None else bytes(found[0])

    def close(self) -> None:
        with self._lock:
            self._base.close()


class PmtilesSource:
    """A PMTiles 3 file. Raises Misconfigured where it is none, or holds no pictures."""

    def __init__(self, path: Path) -> None:
        import pmtiles.reader  # only where the site names such a file
        from pmtiles.tile import TileType

        library: Any = pmtiles.reader  # without types

        try:
            self._file = path.open("rb")
        except OSError as error:
            raise Misconfigured(f"map tiles: {path.name}: {error.strerror}") from error
        try:
            self._reader = library.Reader(library.MmapSource(self._file))
            header = self._reader.header()
            facts = self._reader.metadata()
        except Exception as error:  # the library raises what its parser happens to meet
            self._file.close()
            raise Misconfigured(
                f"map tiles: {path.name} is no PMTiles file ({error}). The map shows streets instead"
            ) from error
        if header["tile_type"] not in {TileType.PNG, TileType.JPEG, TileType.WEBP}:
            self._file.close()
            raise Misconfigured(
                f"map tiles: {path.name} holds {header['tile_type'].name} tiles; "
                "export it with pictures (png, jpg, webp)"
            )
        self._path, self._lock = path, threading.Lock()
        self.zooms = (int(header["min_zoom"]), int(header["max_zoom"]))
        self.attribution = str(facts.get("attribution", ""))

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        try:
            with self._lock:
                found = self._reader.get(zoom, column, row)
        except Exception as error:
            raise GridwallError(f"map tiles: {self._path.name} is damaged: {error}") from error
        return None if found is None else bytes(found)

    def close(self) -> None:
        with self._lock:
            self._file.close()


class ServiceSource:
    """An XYZ or WMTS service by its template; `{key}` is the site's own.

    Understands {z} {x} {y} {-y}, {TileMatrix} {TileCol} {TileRow}, {s} (a, b, c) and ranges as {0-7}.
    """

    def __init__(self, template: str, settings: MapSettings, cache: Path) -> None:
        """Raises Misconfigured."""
        if "{key}" in template and not settings.key:
            raise Misconfigured(
                "map tiles: the template wants {key}, but site.toml [map] has no key. "
                "The map shows streets instead"
            )
        if not template.startswith(("http://", "https://")):
            raise Misconfigured(
                f"map tiles: {template[:60]!r} is neither a file nor an http address"
            )
        self.zooms = SERVICE_ZOOMS
        self.attribution = settings.attribution
        self._template, self._key = template, settings.key or ""
        self._folder = cache / hashlib.sha256(template.encode()).hexdigest()[:12]
        self._client = httpx.Client(
            timeout=REQUEST_S, headers={"User-Agent": _USER_AGENT}, follow_redirects=True
        )
        self._lock = threading.Lock()
        self._next_s = 0.0
        self._missing_until: dict[tuple[int, int, int], float] = {}
        self._written = 0

    def address(self, zoom: int, column: int, row: int) -> str:
        """The URL of one picture."""
        names = {
            "z": zoom, "x": column, "y": row, "-y": (1 << zoom) - 1 - row,
            "TileMatrix": zoom, "TileCol": column, "TileRow": row, "key": self._key,
            "s": "abc"[(column + row) % 3],
        }  # fmt: skip
        text = _RANGE.sub(
            lambda m: str(int(m[1]) + (column + row) % (int(m[2]) - int(m[1]) + 1)), self._template
        )
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        path = self._folder / str(zoom) / str(column) / str(row)
        with contextlib.suppress(OSError):
            kept = path.read_bytes()
            os.utime(path)
            return kept
        where = (zoom, column, row)
        if time.monotonic() < self._missing_until.get(where, 0.0):
            return None
        self._wait_turn()
        try:
            answer = self._client.get(self.address(zoom, column, row))
        except httpx.HTTPError as error:
            self._miss(where)
            raise RetryLater(
                f"map tiles: the service does not answer ({type(error).__name__}); "
                "the map shows what is on disk, and streets"
            ) from error
        if answer.status_code == 404 or (answer.status_code == 200 and not answer.content):
            self._miss(where)
            return None
        if answer.status_code != 200:
            self._miss(where)
            hint = ": check the key in site.toml [map]" if answer.status_code in (401, 403) else ""
            raise RetryLater(f"map tiles: the service answers {answer.status_code}{hint}")
        self._keep(path, answer.content)
        return answer.content

    def close(self) -> None:
        self._client.close()

    def _wait_turn(self) -> None:
        """No more than so many requests a second, whoever asks."""
        with self._lock:
            now_s = time.monotonic()
            wait_s = max(0.0, self._next_s - now_s)
            self._next_s = max(now_s, self._next_s) + 1 / REQUESTS_A_SECOND
        if wait_s:
            time.sleep(wait_s)

    def _miss(self, where: tuple[int, int, int]) -> None:
        with self._lock:
            if len(self._missing_until) > 10_000:
                self._missing_until.clear()
            self._missing_until[where] = time.monotonic() + MISSING_S

    def _keep(self, path: Path, content: bytes) -> None:
        """A full disk costs the cache, not the map."""
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{threading.get_ident()}")
            part.write_bytes(content)
            part.replace(path)
        with self._lock:
            self._written += 1
            is_due = self._written % _CACHE_LOOK_EVERY == 1
        if is_due:
            trim(self._folder, CACHE_BYTES)


def trim(folder: Path, bytes_most: int) -> None:
    """Removes the longest unused files until the rest fits."""
    files = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                facts = path.stat()
                files.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= bytes_most:
            return
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size


def open_tiles(folder: Path, tiles: str, settings: MapSettings, cache: Path) -> TileSource:
    """The source that site.toml names. Raises Misconfigured: why, and what the map shows instead."""
    if "://" in tiles or "{z}" in tiles:
        return ServiceSource(tiles, settings, cache)
    path = folder / tiles
    if path.suffix == ".pmtiles":
        return PmtilesSource(path)
    return MbtilesSource(path)
