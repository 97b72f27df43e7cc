"""Model file: a suggestion model as a .npz of plain numbers, in `suggester/` of the site folder.

Nothing in it can run: no pickle; arrays are read with their kinds and sizes checked against the head,
and all of it against the head's own SHA-256, before anything is believed. A new training is a new
file; a few former ones stay, so that a bad one is undone by deleting it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from console.desk.suggester.features import COLUMNS
from console.desk.suggester.model import Head, ModelFacts, SuggestionModel, Target
from ingest.errors import GridwallError

FOLDER = "suggester"
#: What a file of this make begins with; another number is another file format.
FORMAT = "gridwall-suggester-1"
KEPT_FILES = 3
#: Longer than any model this version makes (3 × 256 labels), as a file and unpacked.
FILE_BYTES_MOST, UNPACKED_BYTES_MOST = 256 << 20, 512 << 20
LABELS_MOST = 2_048


class ModelFileInvalid(GridwallError):
    """A file that is no model of this version, or was changed or cut."""


class _HeadFacts(Struct, frozen=True):
    labels: tuple[str, ...]
    sharpness: float


class _FileHead(Struct, frozen=True):
    """`head` of the file: JSON."""

    format: str
    columns: int
    facts: ModelFacts
    heads: dict[str, _HeadFacts]
    sha256: str


def newest_file(site_folder: Path) -> Path | None:
    """The model in force: the last by name, which is its time."""
    with contextlib.suppress(OSError):
        return max((site_folder / FOLDER).glob("suggester-*.npz"), default=None)
    return None


def save(model: SuggestionModel, site_folder: Path) -> Path:
    """Writes a model as the newest of the site, whole or not at all. Raises GridwallError."""
    stamp = "".join(c for c in model.facts.trained_utc if c.isalnum())
    path = site_folder / FOLDER / f"suggester-{stamp}.npz"
    arrays = _arrays(model)
    heads = {t.value: _HeadFacts(h.labels, h.sharpness) for t, h in model.heads.items()}
    head = _FileHead(FORMAT, COLUMNS, model.facts, heads, "")
    head = msgspec.structs.replace(head, sha256=_hash_of(head, arrays))
    arrays["head"] = np.frombuffer(msgspec.json.encode(head), dtype=np.uint8)
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        for old in sorted(path.parent.glob("suggester-*.npz"))[:-KEPT_FILES]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise GridwallError(f"the model cannot be kept in {path}: {error.strerror}") from error
    return path


def load(path: Path) -> SuggestionModel:
    """The model of a file. Raises ModelFileInvalid."""
    try:
        arrays = _read(path)
        head = msgspec.json.decode(arrays.pop("head").tobytes(), type=_FileHead)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise ModelFileInvalid(f"{path.name} cannot be read: {error}") from error
    if head.format != FORMAT or head.columns != COLUMNS:
        raise ModelFileInvalid(f"{path.name} is of another version ({head.format}): train again")
    if head.sha256 != _hash_of(msgspec.structs.replace(head, sha256=""), arrays):
        raise ModelFileInvalid(f"{path.name} was changed or damaged: train again")
    heads = {Target(name): _head(path, name, one, arrays) for name, one in head.heads.items()}
    return SuggestionModel(head.facts, heads)


def _arrays(model: SuggestionModel) -> dict[str, Any]:
    return {
        f"{target.value}_{name}": getattr(head, name)
        for target, head in model.heads.items()
        for name in ("weights", "intercept", "counts")
    }


def _read(path: Path) -> dict[str, Any]:
    """Every array, none of them larger than a model can be. Raises OSError, ValueError."""
    if path.stat().st_size > FILE_BYTES_MOST:
        raise ValueError("too large for a model")
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_BYTES_MOST:
            raise ValueError("too large for a model")
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _head(path: Path, name: str, facts: _HeadFacts, arrays: dict[str, Any]) -> Head:
    count = len(facts.labels)
    expected = {
        "weights": ((COLUMNS, count), np.float16),
        "intercept": ((count,), np.float32),
        "counts": ((count,), np.int64),
    }
    found = {}
    for part, (shape, kind) in expected.items():
        array = arrays.get(f"{name}_{part}")
        if (
            array is None or not 0 < count <= LABELS_MOST or array.shape != shape
            or array.dtype != kind or not np.isfinite(array).all()
        ):  # fmt: skip
            raise ModelFileInvalid(f"{path.name}: {name}_{part} is not what its head says")
        found[part] = array
    return Head(facts.labels, sharpness=facts.sharpness, **found)


def _hash_of(head: _FileHead, arrays: dict[str, Any]) -> str:
    digest = hashlib.sha256(msgspec.json.encode(head))
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
