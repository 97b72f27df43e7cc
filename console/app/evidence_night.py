"""EvidenceNight: the nightly clean-up of evidence, beside the hub, and a word when the disk gets low.

Threads: `look` the hub's main thread, often; a run has a short-lived thread of its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from config.site import Site
from console.desk.evidence.cleaning import clean
from console.desk.evidence.disk import low_mb
from ingest.errors import GridwallError
from ingest.feed.keys import local_keys
from ingest.feed.query import QueryClient

log = logging.getLogger(__name__)

#: Local hour of the run: least is looked at then.
HOUR = 3
#: The disk is looked at this often, and told about again after so long, seconds.
DISK_LOOK_S, DISK_TELL_S = 60.0, 3_600.0
PAGE_S = 30.0


class EvidenceNight:
    """Looked after by the hub's main thread."""

    def __init__(
        self,
        site: Site,
        state_folder: Path,
        query: str,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._site, self._folder, self._query, self._now = site, state_folder, query, now
        self._done: date | None = None
        self._thread: threading.Thread | None = None
        self._next_look_s = self._next_tell_s = 0.0

    def look(self) -> None:
        """Starts the night's run when its hour has come, once a night."""
        self._look_at_disk()
        now = self._now()
        if now.hour != HOUR or self._done == now.date():
            return
        self._done = now.date()
        self._thread = threading.Thread(target=self._run, name="evidence-night", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> None:
        """For the run that is under way."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            with QueryClient(self._query, local_keys(self._site)) as query:
                report = clean(
                    lambda request: query.ask("evidence.references", PAGE_S, **request),
                    self._folder,
                    self._site.settings.store,
                    time.time_ns(),
                    dry_run=False,
                )
        except GridwallError as error:
            log.error("the night's clean-up of evidence did not happen: %s", error)
            return
        except Exception:
            log.exception("the night's clean-up of evidence failed")
            return
        log.info("evidence: %s", report)

    def _look_at_disk(self) -> None:
        mono_s = time.monotonic()
        if mono_s < self._next_look_s:
            return
        self._next_look_s = mono_s + DISK_LOOK_S
        least_mb = self._site.settings.store.free_space_min_mb
        free_mb = low_mb(self._folder, least_mb)
        if free_mb is None or mono_s < self._next_tell_s:
            return
        self._next_tell_s = mono_s + DISK_TELL_S
        log.warning(
            "%d MB are left on the disk of %s; below %d MB new evidence is refused. Free the disk, or "
            "shorten [store] evidence_retention_days",
            free_mb, self._folder, least_mb,
        )  # fmt: skip
