"""`gridwall demo --videos DIR`: the user's own clips become the cameras of a demonstration site.

H.264 and H.265 files are served as they are; anything else PyAV opens is transcoded once.
Every camera gets default zones over its whole picture.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from console.demo.roster import RULES
from console.demo.site_files import (
    CAMERA_COLUMNS,
    DemoAddresses,
    write_default_zones,
    write_items,
    write_rows,
    write_site_toml,
)
from ingest.cameras.source import StreamLost, read_packets, transcode_clip
from ingest.errors import Misconfigured

#: More would only show that one machine has limits.
MOST_VIDEOS = 64


def write_videos_site(folder: Path, videos: Path, addresses: DemoAddresses) -> None:
    """Writes a site of the clips in `videos`; their streams go to FOLDER/videos.

    Raises Misconfigured when there is no folder or no clip in it.
    """
    if not videos.is_dir():
        raise Misconfigured(f"--videos {videos}: there is no such folder")
    target = folder / "videos"
    target.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str | None, ...]] = []
    refused: list[str] = []
    for path in sorted(each for each in videos.iterdir() if each.is_file())[:MOST_VIDEOS]:
        camera_id = f"video-{len(rows) + 1:02d}"
        try:
            _prepare(path, target / f"{camera_id}.mp4")
        except StreamLost as error:
            refused.append(f"{path.name} ({error})")
            continue
        url = f"rtsp://127.0.0.1:{addresses.rtsp_port}/{camera_id}"
        rows.append((camera_id, path.stem, url, *([None] * 8), "true"))
    if not rows:
        detail = "; ".join(refused) or "the folder is empty"
        raise Misconfigured(f"--videos {videos}: no clip can be played: {detail}")
    write_site_toml(folder, addresses, name=videos.resolve().name)
    write_rows(folder / "cameras.csv", CAMERA_COLUMNS, rows)
    write_items(folder, [(code, None, unit, 0) for code, unit in RULES])
    write_default_zones(folder, [str(row[0]) for row in rows])


def _prepare(source: Path, target: Path) -> None:
    """Makes `target` a clip the camera server can serve."""
    try:
        read_packets(source)
    except StreamLost:
        transcode_clip(source, target)
        return
    try:
        target.symlink_to(os.path.abspath(source))
    except OSError:  # a system without links for this user
        shutil.copyfile(source, target)
