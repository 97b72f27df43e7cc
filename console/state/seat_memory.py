"""SeatMemory: how a person left the windows, so that the next start looks the same.

One small JSON file per site and profile in the user's own state folder, written whole and
renamed into place: a kill at any moment leaves the former or the new one, never half of it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from console.desk.case import CaseId
from console.state.case_filters import EVERYTHING, CaseChoice
from console.state.export_ask import ExportForm
from console.state.grouping import Grouping
from console.state.layouts import Layout
from console.state.map_layers import FIRST_OFF
from console.state.tour_runs import TourMemory

_log = logging.getLogger(__name__)

VERSION = 1


class SeatMemory(Struct, frozen=True):
    """Everything a restart brings back. Sizes in device-independent pixels."""

    version: int = VERSION
    language: str = ""
    light_theme: bool = False
    geometry: tuple[int, int, int, int] | None = None
    is_maximized: bool = True
    is_full_screen: bool = False
    splitters: dict[str, tuple[int, ...]] = {}
    hidden_layers: tuple[str, ...] = FIRST_OFF
    map_centre: tuple[float, float] | None = None
    map_zoom: float | None = None
    open_case: CaseId | None = None
    acknowledged: tuple[CaseId, ...] = ()
    wall: str = ""
    export_folder: str = ""
    export_form: ExportForm = ExportForm.AS_RECEIVED
    layouts: tuple[Layout, ...] = ()
    tours: tuple[TourMemory, ...] = ()
    bezel_mm: float = 0.0
    filters: tuple[CaseChoice, ...] = ()
    shown_cases: CaseChoice = EVERYTHING
    subscription: CaseChoice = EVERYTHING
    grouping: Grouping = Grouping.NONE


def memory_path(folder: Path, site_key: str, profile: str) -> Path:
    """The file of one site and profile; `site_key` is a folder or a hub address."""
    identity = hashlib.sha256(site_key.encode()).hexdigest()[:12]
    return folder / f"console-{profile}-{identity}.json"


def read_memory(path: Path) -> SeatMemory:
    """What was remembered; a first start, or a file that cannot be read, is an empty memory."""
    try:
        memory = msgspec.json.decode(path.read_bytes(), type=SeatMemory)
    except FileNotFoundError:
        return SeatMemory()
    except (OSError, msgspec.DecodeError) as error:
        _log.warning("the window layout in %s cannot be read (%s): starting afresh", path, error)
        return SeatMemory()
    return memory if memory.version == VERSION else SeatMemory()


def write_memory(path: Path, memory: SeatMemory) -> None:
    """Writes the file whole. Raises OSError (disk full, folder gone)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_bytes(msgspec.json.encode(memory))
    fresh.replace(path)
