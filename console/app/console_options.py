"""What the command line said about a seat, and what follows from it: language, name, folders.

Pure but for the environment. Any thread.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path

from config.settings import WallCompositor
from config.site import Language, Site
from console.state.profiles import Profile
from console.state.seat_memory import SeatMemory
from ingest.errors import Misconfigured
from ingest.feed.keys import LOCAL_FILE, keys_folder, read_client_key
from ingest.feed.sockets import CurveClient


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """What the command line said. One of `site_folder` and `hub` is set.

    `key_file`: the seat's CURVE key; with a site folder the site's own local key is the default.
    """

    site_folder: Path | None
    hub: str | None
    profile: Profile
    screen_count: int | None = None
    language: Language | None = None
    seat: str | None = None
    key_file: Path | None = None
    compositor: WallCompositor | None = None


def language_of(options: ConsoleOptions, memory: SeatMemory, site: Site) -> Language:
    """As asked for, else as the person left it, else the site's."""
    if options.language is not None:
        return options.language
    known = {language.value: language for language in Language}
    return known.get(memory.language, site.language)


def site_key_of(options: ConsoleOptions, site: Site) -> str:
    """What tells one site from another in a person's own folders."""
    return str(options.hub or site.folder)


def seat_of(options: ConsoleOptions) -> str:
    """Who acts, in the audit."""
    return options.seat or os.environ.get("GRIDWALL_SEAT") or getpass.getuser()


def key_file_of(options: ConsoleOptions, site: Site | None = None) -> Path | None:
    """The CURVE key of this seat; None: the hub is spoken to in the clear."""
    if options.key_file is not None or site is None or options.site_folder is None:
        return options.key_file
    return keys_folder(site) / LOCAL_FILE if site.settings.curve.enabled else None


def keys_of(options: ConsoleOptions, site: Site | None = None) -> CurveClient | None:
    """What its sockets need. Raises Misconfigured: the key is missing or unreadable."""
    file = key_file_of(options, site)
    if file is None:
        return None
    if not file.exists():
        raise Misconfigured(
            f"the key {file} is not there: the hub makes its own when it starts, "
            "`gridwall keys new operator NAME` makes one for another machine"
        )
    return read_client_key(file)
