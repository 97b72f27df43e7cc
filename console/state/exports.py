"""Exports: snapshots and clips that leave the console, each with a manifest that can be verified.

A manifest names every file with its SHA-256, whose camera it is, which time it shows, who took it
and where, and whether it was transcoded; it carries the hash of itself, so that a changed manifest
is seen as well. It proves that files and manifest belong together unchanged, not who made them.
No Qt; `sealed` and `verified` read files and run on an errand thread or in the command line.
"""

from __future__ import annotations

import enum
import hashlib
import re
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from config.site import CameraId
from ingest.cameras.wants import ClipInfo
from ingest.errors import GridwallError
from ingest.feed.envelope import utc_text

FORMAT = "gridwall.export.v1"
MANIFEST_SUFFIX = ".manifest.json"
_CHUNK_BYTES = 1 << 20


class ExportFailed(GridwallError):
    """Nothing was exported; the text says why and what to do."""


class DiskFull(ExportFailed):
    """No space where it was to be written."""


class ExportCancelled(ExportFailed):
    """The operator ended it; nothing stays."""


class ExportKind(enum.Enum):
    SNAPSHOT = "snapshot"
    CLIP = "clip"


class MarkedFile(Struct, frozen=True):
    """A file with a visible watermark, encoded again from one that was received.

    `source_sha256`: of what it was made from, whether that file is beside it or not. `quality`:
    encoder and setting, in words. `text`: what stands on its first picture.
    """

    clip: ClipInfo
    source_sha256: str
    quality: str
    text: str


class ExportedFile(Struct, frozen=True, omit_defaults=True):
    """One file of an export, beside its manifest. Times are of receipt, of first and last picture.

    The last four only where a file has a visible watermark (see MarkedFile); they are left out
    elsewhere, so that hashes of manifests written before there were watermarks still fit.
    """

    name: str
    sha256: str
    byte_count: int
    from_utc: str
    to_utc: str
    codec: str
    width_px: int
    height_px: int
    picture_count: int
    is_watermarked: bool = False
    made_from_sha256: str = ""
    quality: str = ""
    watermark: str = ""


class Manifest(Struct, frozen=True):
    """What was exported. `is_transcoded`: some file of it was encoded again. `asked_from_utc`, `asked_to_utc`: the span the operator asked for."""

    format: str
    kind: ExportKind
    site: str
    camera_id: CameraId
    camera_name: str
    operator: str
    created_utc: str
    asked_from_utc: str
    asked_to_utc: str
    is_transcoded: bool
    files: tuple[ExportedFile, ...]
    manifest_sha256: str = ""


class Problem(enum.Enum):
    """What verification found."""

    MISSING = "missing"
    CHANGED = "changed"
    MANIFEST_CHANGED = "manifest changed"


class Finding(Struct, frozen=True):
    """One file (or the manifest itself) and what is wrong with it; None: nothing."""

    name: str
    problem: Problem | None


def file_stem(camera_id: str, utc_ns: int) -> str:
    """`cam-0412_20260102-030405` in local time, safe on every file system."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", camera_id).strip("._") or "camera"
    moment = time.strftime("%Y%m%d-%H%M%S", time.localtime(utc_ns // 1_000_000_000))
    return f"{safe}_{moment}"


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """A name nobody has in the folder: a second export in one second gets `-b`, `-c` …"""
    for letter in ("", *(f"-{chr(code)}" for code in range(ord("b"), ord("z") + 1))):
        path = folder / f"{stem}{letter}{suffix}"
        if not path.exists() and not path.with_suffix(MANIFEST_SUFFIX).exists():
            return path
    raise ExportFailed(f"{folder} has two dozen exports of {stem} already: choose another folder")


def sealed(
    manifest: Manifest, clips: Sequence[ClipInfo], marked: Sequence[MarkedFile] = ()
) -> Path:
    """Hashes what was written, writes the manifest beside it and returns its path.

    The manifest has the name of the first file; `clips` come before `marked`. Raises ExportFailed when a file cannot be read or the manifest not written.
    """
    first = clips[0] if clips else marked[0].clip
    try:
        files = (*map(_exported, clips), *map(_exported_marked, marked))
        whole = structs.replace(manifest, files=files, manifest_sha256="")
        whole = structs.replace(whole, manifest_sha256=_own_hash(whole))
        target = Path(first.path).with_suffix(MANIFEST_SUFFIX)
        fresh = target.with_name(f".{target.name}.part")
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=2))
        fresh.replace(target)
    except OSError as error:
        raise ExportFailed(
            f"the manifest cannot be written ({error.strerror}): the files are there, unproven; "
            f"free space or choose another folder, and export again"
        ) from error
    return target


def verified(manifest_path: Path) -> tuple[Manifest, tuple[Finding, ...]]:
    """A manifest and one finding per file, the manifest itself first.

    Raises ExportFailed when there is no manifest of this format.
    """
    try:
        manifest = msgspec.json.decode(manifest_path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise ExportFailed(f"{manifest_path} is no export manifest: {error}") from error
    if manifest.format != FORMAT:
        raise ExportFailed(f"{manifest_path} is of format {manifest.format!r}, expected {FORMAT}")
    own = _own_hash(structs.replace(manifest, manifest_sha256=""))
    changed = None if own == manifest.manifest_sha256 else Problem.MANIFEST_CHANGED
    findings = [Finding(manifest_path.name, changed)]
    for file in manifest.files:
        findings.append(Finding(file.name, _problem(manifest_path.parent, file)))  # noqa: PERF401
    return manifest, tuple(findings)


def _problem(folder: Path, file: ExportedFile) -> Problem | None:
    path = folder / Path(file.name).name  # a name with a folder in it leads nowhere else
    try:
        return None if file_hash(path) == file.sha256 else Problem.CHANGED
    except OSError:
        return Problem.MISSING


def _exported_marked(marked: MarkedFile) -> ExportedFile:
    return structs.replace(
        _exported(marked.clip),
        is_watermarked=True,
        made_from_sha256=marked.source_sha256,
        quality=marked.quality,
        watermark=marked.text,
    )


def _exported(clip: ClipInfo) -> ExportedFile:
    path = Path(clip.path)
    end_utc_ns = clip.start_utc_ns + (clip.end_mono_ns - clip.start_mono_ns)
    return ExportedFile(
        path.name,
        file_hash(path),
        path.stat().st_size,
        utc_text(clip.start_utc_ns),
        utc_text(end_utc_ns),
        clip.codec,
        clip.width_px,
        clip.height_px,
        clip.packet_count,
    )


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            found.update(piece)
    return found.hexdigest()


def _own_hash(manifest: Manifest) -> str:
    return hashlib.sha256(msgspec.json.encode(manifest)).hexdigest()
