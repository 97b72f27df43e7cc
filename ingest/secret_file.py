"""A secret of the hub in its state folder: made at the first start, nobody else's to read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

SECRET_BYTES = 32


def secret_of(path: Path) -> bytes:
    """The secret in `path`; two processes that make it at once get the same. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        kept = path.read_bytes()
        if len(kept) >= SECRET_BYTES:
            return kept
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
    try:
        if path.exists():  # shorter than a secret: an earlier start was cut off
            beside.replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path.read_bytes()
