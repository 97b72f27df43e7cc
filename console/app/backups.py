"""A site's backup as a folder: the database, what it needs beside it, and a manifest of hashes.

`hub.sqlite` is the log with cases and audit; `evidence` and `contacts` are copied with
hard links where the disk allows; `site` holds the registers as they were (never the keys).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from config.paths import hub_state_folder, state_folder
from config.site import Site
from console.app.hub_app import lock_site
from console.app.store_owners import OWNERS
from ingest.errors import Misconfigured
from ingest.feed.backup import BackupFailed, back_up, restore
from ingest.feed.keys import keys_folder

MANIFEST = "manifest.json"
DATABASE = "hub.sqlite"
#: Folders of the hub's state that belong to the log.
BESIDE = ("evidence", "contacts")


class Manifest(Struct, frozen=True):
    """What a backup holds. `files`: path → SHA-256; evidence carries its hash in its name."""

    site: str
    made_utc: str
    epoch: str
    sequence: int
    files: dict[str, str]
    evidence_count: int = 0


def make_backup(site: Site, target: Path, *, with_evidence: bool = True) -> Manifest:
    """A backup in the new folder `target`, beside the running hub.

    Raises:
        Misconfigured: the folder is not empty. BackupFailed: no backup; nothing is left behind.
    """
    if target.exists() and any(target.iterdir()):
        raise Misconfigured(f"{target} is not empty: a backup wants a folder of its own")
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    state = hub_state_folder(site)
    try:
        unfinished.mkdir(parents=True, mode=0o700)
        position = back_up(state / DATABASE, site.settings.store.url, OWNERS, unfinished / DATABASE)
        _copy_site(site, unfinished / "site")
        copied = BESIDE if with_evidence else BESIDE[1:]
        count = sum(_copy_tree(state / name, unfinished / name) for name in copied)
        manifest = Manifest(
            site=site.name,
            made_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            epoch=position.epoch,
            sequence=position.sequence,
            files={name: hash_of(unfinished / name) for name in _listed(unfinished)},
            evidence_count=count,
        )
        (unfinished / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        with contextlib.suppress(FileNotFoundError):
            target.rmdir()
        unfinished.replace(target)
    except OSError as error:
        raise BackupFailed(f"the backup was not made: {error}. Free the disk") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def read_backup(folder: Path) -> Manifest:
    """The manifest of a backup whose files are as they were made. Raises BackupFailed."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        changed = [n for n, sha in manifest.files.items() if hash_of(folder / n) != sha]
    except (OSError, msgspec.DecodeError) as error:
        raise BackupFailed(f"{folder} is no backup: {error}") from error
    if changed:
        raise BackupFailed(f"{folder} was changed after it was made: {', '.join(changed[:5])}")
    return manifest


def restore_backup(site: Site, folder: Path, *, replace: bool) -> dict[str, Any]:
    """Puts a backup in the place of the site's log and evidence. The hub must not run.

    Raises:
        BackupFailed, Misconfigured, StoreBroken, HubRuns.
    """
    manifest = read_backup(folder)
    state = hub_state_folder(site)
    lock = lock_site(state)
    try:
        url = site.settings.store.url
        position = restore(folder / DATABASE, state / DATABASE, url, OWNERS, replace=replace)
        for name in BESIDE:
            _copy_tree(folder / name, state / name)
    except OSError as error:
        raise BackupFailed(f"the backup was not restored: {error}") from error
    finally:
        lock.close()
    return {
        "site": manifest.site,
        "made_utc": manifest.made_utc,
        "epoch": position.epoch,
        "sequence": position.sequence,
    }


def hash_of(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _listed(folder: Path) -> Iterator[str]:
    """Files whose content the manifest vouches for; evidence is named by its hash already."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith("evidence/"):
            yield name


def _copy_site(site: Site, target: Path) -> None:
    """The registers as they are now; state and keys stay where they are."""
    kept_out = {state_folder(site).resolve(), keys_folder(site).resolve()}
    target.mkdir()
    for path in site.folder.iterdir():
        if path.resolve() in kept_out or path.name.startswith("."):
            continue
        if path.is_file():
            shutil.copy2(path, target / path.name)
        elif path.name == "layers":
            shutil.copytree(path, target / path.name)


def _copy_tree(source: Path, target: Path) -> int:
    """Copies what is missing, by hard link where it can; returns how many files there are."""
    count = 0
    for path in source.rglob("*") if source.is_dir() else ():
        if not path.is_file() or path.name.startswith(".incoming-"):
            continue
        to = target / path.relative_to(source)
        count += 1
        if to.exists():
            continue
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            os.link(path, to)
        except OSError:
            shutil.copy2(path, to)
    return count
