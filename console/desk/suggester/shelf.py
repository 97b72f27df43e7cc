"""SuggesterShelf: the site's newest model, read in the background; or why there is none.

Threads: any may call `current`; one short-lived reader thread per file. Without a usable model the
rules of dispatch decide alone, and the answer says so.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from msgspec import Struct

from console.desk.messages import Message
from console.desk.suggester.features import Facts, matrix
from console.desk.suggester.model import SuggestionModel
from console.desk.suggester.model_file import ModelFileInvalid, load, newest_file
from ingest.feed.envelope import parse_utc_ns

log = logging.getLogger(__name__)

_DAY_NS = 86_400 * 10**9


class Shelved(Struct, frozen=True, eq=False):
    """The model in force, or None and why."""

    model: SuggestionModel | None
    reason: Message | None = None


class SuggesterShelf:
    """Keeps the model of one site folder."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[Path, int] | None = None
        self._shelved = Shelved(None, Message("suggester_none"))
        self._reader: threading.Thread | None = None

    def current(self, site_folder: Path, now_utc_ns: int, days_most: float) -> Shelved:
        """The newest file's model; reads it later when it is new."""
        key = _key_of(newest_file(site_folder))
        with self._lock:
            if key != self._key:
                self._key = key
                self._shelved = Shelved(None, Message("suggester_none"))
                if key is not None:
                    self._read_later(key)
            shelved = self._shelved
        if shelved.model is None:
            return shelved
        age_days = (now_utc_ns - parse_utc_ns(shelved.model.facts.trained_utc)) / _DAY_NS
        if age_days > days_most:
            values = {"days": round(age_days), "limit_days": round(days_most)}
            return Shelved(None, Message("suggester_stale", values))
        return shelved

    def wait_read(self, timeout_s: float) -> bool:
        """Waits until the file is read or has failed; False when it takes longer."""
        reader = self._reader
        if reader is not None:
            reader.join(timeout_s)
        return reader is None or not reader.is_alive()

    def _read_later(self, key: tuple[Path, int]) -> None:
        self._shelved = Shelved(None, Message("suggester_loading"))
        self._reader = threading.Thread(
            target=self._read, args=(key,), name="suggester", daemon=True
        )
        self._reader.start()

    def _read(self, key: tuple[Path, int]) -> None:
        try:
            shelved = Shelved(load(key[0]))
            matrix([""], [Facts()])  # scikit-learn is imported here, not under the first question
        except (ModelFileInvalid, ImportError) as error:
            log.warning("the suggester is not used: %s", error)
            shelved = Shelved(None, Message("suggester_broken", {"cause": str(error)}))
        with self._lock:
            if self._key == key:
                self._shelved = shelved


def _key_of(path: Path | None) -> tuple[Path, int] | None:
    try:
        return None if path is None else (path, path.stat().st_mtime_ns)
    except OSError:
        return None
