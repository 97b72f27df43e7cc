"""What a machine's camera broker must know of a site, for everybody who may have to start it."""

from __future__ import annotations

from pathlib import Path

from config.paths import runtime_folder, worker_state_folder
from config.site import Site
from ingest.cameras.lease import RuntimeInfo


def runtime_of(site: Site, key_file: Path | None = None) -> RuntimeInfo:
    """`key_file`: CURVE key of who speaks to the hub's intake; None: in the clear."""
    return RuntimeInfo(
        site_folder=str(site.folder),
        runtime_folder=str(runtime_folder(site.folder)),
        intake=site.hub.intake,
        spool_folder=str(worker_state_folder(site) / "broker-spool"),
        key_file=None if key_file is None else str(key_file),
        cameras=site.settings.cameras,
    )
