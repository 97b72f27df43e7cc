"""A site folder to a `Site`: reads every file once, tells every mistake at once.

The one place of config that knows which file makes which field. Reads files only; any thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from config.calibrations import read_calibrations
from config.fences import read_fences
from config.grid import read_grid
from config.operators import read_operators
from config.partners import read_partners
from config.plausibility import centre_of, check_layer, check_places, check_relay, tiles_path
from config.problems import (
    FileProblems,
    Noun,
    Problem,
    Severity,
    SiteInvalid,
    has_errors,
    shown,
)
from config.ptz_mounts import read_mounts
from config.references import REGISTER_OF, check_references
from config.registers import (
    read_cameras,
    read_checkpoints,
    read_inspectors,
    read_items,
    read_rules,
)
from config.rounds import read_rounds
from config.settings import Settings
from config.site import Datum, HubAddresses, Language, Site
from config.site_file import SITE_FILE, SiteFile, read_site_file
from config.zones import read_zones

__all__ = ["Problem", "Severity", "SiteInvalid", "SiteReport", "check_site", "load_site", "report"]

T = TypeVar("T")

#: Every file of a site that is read, in the order it is told about.
SITE_FILES = (
    SITE_FILE,
    "cameras.csv",
    "zones.toml",
    "calibration.toml",
    "ptz.toml",
    "grid.geojson",
    "inspectors.csv",
    "items.csv",
    "rules.csv",
    "checkpoints.csv",
    "fences.toml",
    "rounds.toml",
    "operators.toml",
    "partners.toml",
)
STREETS_FILE = "streets.osm.pbf"
LAYERS_FOLDER = "layers"


class SiteReport(Struct, frozen=True):
    """Everything a check found.

    Attributes:
        site: None where there is an error.
        problems: in the order of the files and their lines.
        counts: entries by register, of what could be read.
    """

    site: Site | None
    problems: tuple[Problem, ...]
    counts: dict[str, int]

    @property
    def error_count(self) -> int:
        return sum(problem.severity is Severity.ERROR for problem in self.problems)


def load_site(folder: Path, environment: Mapping[str, str] | None = None) -> Site:
    """The site of a folder.

    Raises:
        SiteInvalid: the folder has errors; all of them are in `problems`.
    """
    site, problems = check_site(folder, environment)
    if site is None:
        raise SiteInvalid(problems)
    return site


def check_site(
    folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[Site | None, tuple[Problem, ...]]:
    """The site, or None where there is an error, and every problem including warnings."""
    checked = report(folder, environment)
    return checked.site, checked.problems


def report(folder: Path, environment: Mapping[str, str] | None = None) -> SiteReport:
    """Reads and checks the whole folder; never raises for what is in it."""
    reading = _Reading(folder, os.environ if environment is None else environment)
    site = reading.read()
    problems = reading.sorted_problems()
    counts = {
        "cameras": len(site.cameras),
        "zones": len(site.zones),
        "calibrations": len(site.calibrations),
        "ptz": len(site.ptz_mounts),
        "grid": len(site.grid),
        "inspectors": len(site.inspectors),
        "items": len(site.items),
        "rules": len(site.dispatch_rules),
        "checkpoints": len(site.checkpoints),
        "fences": len(site.fences),
        "rounds": len(site.rounds),
        "operators": len(site.operators),
        "partners": len(site.partners),
    }
    return SiteReport(None if has_errors(problems) else site, problems, counts)


class _Reading:
    """One pass over a folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._found: list[Problem] = []
        self._files: dict[str, FileProblems] = {}
        self._unreadable: set[str] = set()

    def read(self) -> Site:
        header = self._header()
        datum, environment = header.datum, self._environment
        site = Site(
            folder=self._folder,
            name=header.name,
            language=header.language,
            hub=header.hub,
            cameras=self._file(
                "cameras.csv", lambda c, p: read_cameras(c, datum, environment, p), (), needed=True
            ),
            zones=self._file("zones.toml", read_zones, ()),
            calibrations=self._file(
                "calibration.toml", lambda c, p: read_calibrations(c, datum, p), ()
            ),
            ptz_mounts=self._file("ptz.toml", lambda c, p: read_mounts(c, datum, p), ()),
            grid=self._file("grid.geojson", lambda c, p: read_grid(c, datum, p), ()),
            inspectors=self._file("inspectors.csv", read_inspectors, ()),
            items=self._file("items.csv", read_items, ()),
            dispatch_rules=self._file("rules.csv", read_rules, ()),
            checkpoints=self._file(
                "checkpoints.csv", lambda c, p: read_checkpoints(c, datum, p), ()
            ),
            fences=self._file("fences.toml", lambda c, p: read_fences(c, datum, p), ()),
            rounds=self._file("rounds.toml", read_rounds, ()),
            operators=self._file("operators.toml", read_operators, ()),
            partners=self._file("partners.toml", read_partners, ()),
            streets_file=self._streets_file(header.streets),
            tiles=header.tiles,
            layer_files=tuple(sorted(self._folder.glob(f"{LAYERS_FOLDER}/*.geojson"))),
            settings=header.settings,
            datum=datum,
        )
        known = {noun: self._known_ids(noun) for noun in Noun}
        readable = [file for file in self._files.values() if file.file not in self._unreadable]
        check_references(readable, known, self._found)
        self._check_plausibility(site)
        return site

    def sorted_problems(self) -> tuple[Problem, ...]:
        order = {name: rank for rank, name in enumerate(SITE_FILES)}
        return tuple(
            sorted(self._found, key=lambda p: (order.get(p.file, len(order)), p.line or 0))
        )

    def _check_plausibility(self, site: Site) -> None:
        centre = centre_of(site)
        cameras = [(camera.id, camera.place) for camera in site.cameras if camera.place]
        check_places(cameras, self._problems("cameras.csv"), centre)
        points = [(point.id, point.place) for point in site.checkpoints]
        check_places(points, self._problems("checkpoints.csv"), centre)
        path = tiles_path(self._folder, site.tiles)
        if path is not None and not path.exists():
            found = f"no file {shown(site.tiles)}"
            self._problems(SITE_FILE).error(found, "a tile file or a URL template", key="tiles")
        check_relay(site, self._problems(SITE_FILE))
        for partner in site.partners:
            for name in partner.secret_files:
                if not (self._folder / name).is_file():
                    found = f"no file {shown(name)}: {partner.name} can neither be told nor heard"
                    expected = "the secret shared with them, 24 bytes or more"
                    self._problems("partners.toml").warning(found, expected, key="secret_files")
        for layer in site.layer_files:
            check_layer(layer, site.datum, self._problems(f"{LAYERS_FOLDER}/{layer.name}"))

    def _header(self) -> SiteFile:
        nothing = SiteFile("", Language.CHINESE, Datum.WGS84, HubAddresses(), Settings())
        if not self._folder.is_dir():
            self._problems(SITE_FILE).error(f"no folder {self._folder}", "a site folder")
            self._unreadable.update(SITE_FILES)
            return nothing
        header = self._file(
            SITE_FILE, lambda c, p: read_site_file(c, self._environment, p), None, needed=True
        )
        return header or nothing

    def _problems(self, file: str) -> FileProblems:
        return self._files.setdefault(file, FileProblems(file, self._found))

    def _file(
        self, file: str, read: Callable[[bytes, FileProblems], T], empty: T, *, needed: bool = False
    ) -> T:
        """What `read` makes of a file; `empty` where there is none."""
        if file in self._unreadable:
            return empty
        problems = self._problems(file)
        try:
            content = (self._folder / file).read_bytes()
        except FileNotFoundError:
            if needed:
                problems.error("no such file", f"a file {file}")
            self._unreadable.add(file)
            return empty
        except OSError as error:
            problems.error(f"a file that cannot be read ({error.strerror})", f"a file {file}")
            self._unreadable.add(file)
            return empty
        return read(content, problems)

    def _known_ids(self, noun: Noun) -> list[str] | None:
        """Every id a register shows; None where the site has no such register."""
        file = REGISTER_OF[noun]
        return None if file in self._unreadable else list(self._problems(file).seen)

    def _streets_file(self, named: str | None) -> Path | None:
        path = self._folder / (named or STREETS_FILE)
        if path.is_file():
            return path
        if named is not None:
            self._problems(SITE_FILE).error(f"no file {named!r}", "an OSM extract", key="streets")
        return None
