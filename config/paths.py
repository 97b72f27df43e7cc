"""Where state lives: the site's own folders, the user's, and the short-lived runtime folder.

Platform differences stay in here. Makes folders, decides nothing else; any thread.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
import stat
import sys
import tempfile
from pathlib import Path

from config.site import Site

#: Only the user: sockets, locks and pictures of cameras are in there.
_PRIVATE = 0o700


def state_folder(site: Site) -> Path:
    """Base of all state of a site (`[store] folder`, default `state` inside the site folder)."""
    return site.folder / site.settings.store.folder


def hub_state_folder(site: Site) -> Path:
    """Log, cases and evidence of the hub; made where it is missing."""
    return _made(state_folder(site) / "hub")


def worker_state_folder(site: Site) -> Path:
    """Spool of this machine's worker; made where it is missing."""
    return _made(state_folder(site) / f"worker-{_host_name()}")


def user_state_folder() -> Path:
    """The user's own state (window layouts, demonstration site); made where it is missing."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return _made(base / "gridwall")


def runtime_folder(site_folder: Path) -> Path:
    """The private folder of this machine, user and site for sockets, locks and frame rings.

    In memory where the system has a memory file system; the same path for every process.

    Raises:
        PermissionError: somebody else made a folder of that name.
    """
    identity = hashlib.sha256(str(site_folder.resolve()).encode()).hexdigest()[:12]
    folder = _memory_base() / f"gridwall-{_user()}-{identity}"
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    _demand_private(folder)
    return folder


def _memory_base() -> Path:
    shared = Path("/dev/shm")
    if sys.platform.startswith("linux") and os.access(shared, os.W_OK | os.X_OK):
        return shared
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK | os.X_OK):
        return Path(runtime)
    return Path(tempfile.gettempdir())


def _demand_private(folder: Path) -> None:
    """A folder under a guessable name in a shared place must be ours alone."""
    if not hasattr(os, "getuid"):
        return
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else: remove it or use another user")
    if stat.S_IMODE(status.st_mode) != _PRIVATE:
        folder.chmod(_PRIVATE)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()


def _host_name() -> str:
    return socket.gethostname().split(".")[0] or "localhost"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


#: File systems on which SQLite's locks are not to be trusted (CONTRACT §3).
_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs",
     "fuse.glusterfs", "lustre", "gpfs", "ocfs2"}
)  # fmt: skip


def network_file_system(folder: Path) -> str | None:
    """The name of the network file system `folder` is on, or None. Linux knows; others say None."""
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:
        return None
    target = str(folder.resolve())
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        mount = parts[1].encode().decode("unicode_escape")
        inside = target == mount or target.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, parts[2]
    return kind if kind in _NETWORK_FILE_SYSTEMS else None
