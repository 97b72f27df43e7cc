"""Live reload: tells what changed in a site folder, on demand.

`poll()` looks at sizes and times of the few files (cheap enough for every 2 s) and reads the site
again when one moved. An invalid new state is reported and the old site stays in force. One thread;
no thread of its own.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from config.load import SITE_FILES, STREETS_FILE, check_site
from config.problems import Problem
from config.site import Site

#: Field of `Site` → register name as in `register.changed` (CONTRACT §5).
REGISTER_OF_FIELD = {
    "cameras": "cameras",
    "zones": "zones",
    "calibrations": "calibration",
    "ptz_mounts": "ptz",
    "grid": "grid",
    "inspectors": "inspectors",
    "items": "items",
    "dispatch_rules": "rules",
    "checkpoints": "checkpoints",
    "fences": "fences",
    "rounds": "rounds",
}
_SITE_FIELDS = (
    "name",
    "language",
    "hub",
    "streets_file",
    "tiles",
    "layer_files",
    "settings",
    "operators",  # told as "site": what stands in them is not read over the socket
    "partners",
    "datum",
)

_Stamp = tuple[int, int, int]


class SiteDiff(Struct, frozen=True):
    """What one poll found.

    Attributes:
        site: the site in force from now on (the old one where the new state is invalid).
        changed: registers whose values differ, by name; "site" for site.toml itself.
        problems: of the new state; errors mean that `site` is still the old one.
        is_valid: whether the new state was taken.
    """

    site: Site
    changed: frozenset[str]
    problems: tuple[Problem, ...]
    is_valid: bool


def changed_registers(old: Site, new: Site) -> frozenset[str]:
    """Names of the registers whose values differ."""
    changed = {
        register
        for field, register in REGISTER_OF_FIELD.items()
        if getattr(old, field) != getattr(new, field)
    }
    if any(getattr(old, field) != getattr(new, field) for field in _SITE_FIELDS):
        changed.add("site")
    return frozenset(changed)


class SiteWatcher:
    """Watches the folder of one site. `site` is always a valid state."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._stamps = _stamps(site.folder)
        self._problems: tuple[Problem, ...] = ()

    def poll(self) -> SiteDiff | None:
        """None while nothing changed; a diff once per change, also for a change to the invalid.

        A touched file with the same values, and no problems before or after, is no change.
        """
        stamps = _stamps(self.site.folder)
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        site, problems = check_site(self.site.folder)
        previous, self._problems = self._problems, problems
        if site is None:
            return SiteDiff(self.site, frozenset(), problems, is_valid=False)
        changed = changed_registers(self.site, site)
        self.site = site
        if not changed and problems == previous:
            return None
        return SiteDiff(site, changed, problems, is_valid=True)


def _stamps(folder: Path) -> dict[str, _Stamp]:
    """Identity, time and size of every file that makes a site; a replaced file has a new inode."""
    found: dict[str, _Stamp] = {}
    paths = [folder / file for file in (*SITE_FILES, STREETS_FILE)]
    for path in (*paths, *folder.glob("layers/*.geojson")):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        found[path.name] = (status.st_ino, status.st_mtime_ns, status.st_size)
    return found
