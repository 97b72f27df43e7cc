"""Where the pictures of a phone are found: its camera's id, its RTSP address and its password."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

#: The one user of the RTSP server of live phones.
RTSP_USER: Final = "gridwall"
CAMERA_PREFIX: Final = "phone-"
_SECRET_FILE: Final = "phones.secret"


def camera_of(inspector_id: str) -> str:
    """The camera a phone's pictures go under."""
    return CAMERA_PREFIX + inspector_id


def url_of(inspector_id: str, listen: str, folder: Path) -> str:
    """The stream of a phone as cameras.csv has it. `listen`: host:port. Raises OSError."""
    return f"rtsp://{RTSP_USER}:{password(folder)}@{listen}/{camera_of(inspector_id)}"


def password(folder: Path) -> str:
    """Random, made once and kept in the hub's state `folder` for its user only. Raises OSError."""
    path = folder / _SECRET_FILE
    if not path.exists():
        own = path.with_suffix(f".{os.getpid()}")
        own.touch(mode=0o600)
        own.write_text(secrets.token_urlsafe(18))
        with contextlib.suppress(FileExistsError):  # hub and gateway begin together: one wins
            path.hardlink_to(own)
        own.unlink()
    return path.read_text().strip()
