"""SiteService: the site folder as the hub serves it: registers read, written, watched.

The hub's process is the only writer of the folder. `poll` runs in the read thread (reading a
large register takes a second); what it finds becomes events at the next tick of the acting
thread. A folder that became invalid keeps the former state in force, and says so.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from config.directory import SiteDirectory
from config.problems import Problem, Severity, SiteInvalid
from config.site import Site
from config.watch import REGISTER_OF_FIELD, SiteWatcher
from config.writer import REGISTER_FILES, UnknownRegister, append_row, put_register, register_text
from ingest.clock import Clock, SystemClock
from ingest.feed.envelope import Event, Noun, new_event
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)
from ingest.feed.register_data import RegisterChangedData
from ingest.feed.streets import SiteStreets

log = logging.getLogger(__name__)

#: The folder is looked at this often, seconds.
POLL_S = 2.0
#: Changes waiting for the acting thread; the folder changes far less often.
CHANGES_MOST = 100
#: Longest register by the socket: districts have some thousand rows; a check takes its time for each.
ENTRIES_MOST = 50_000
#: Values only operators see: what opens a camera.
SECRET_KEYS = ("main_url", "sub_url", "ptz_url")
_FIELD_OF_REGISTER = {name: field for field, name in REGISTER_OF_FIELD.items()}


class SiteService:
    """A participant that owns the site folder.

    Threads: `poll` and `register.get` the read thread, `add_row` any, the rest the acting thread;
    `site`, `directory`, `streets` any (references are swapped whole).
    """

    nouns: frozenset[Noun] = frozenset()

    def __init__(self, site: Site, clock: Clock | None = None) -> None:
        self._watcher = SiteWatcher(site)
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._changes: deque[tuple[str, str]] = deque(maxlen=CHANGES_MOST)
        self._next_poll_ns = 0
        self.directory = SiteDirectory(site)
        self.streets = SiteStreets(self.directory)
        self.problem_text = ""

    @property
    def site(self) -> Site:
        return self.directory.site

    def poll(self) -> None:
        """Looks for changed files, when it is time to."""
        if self._clock.mono_ns() < self._next_poll_ns:
            return
        self._next_poll_ns = self._clock.mono_ns() + round(POLL_S * 1e9)
        self._look("the site folder")

    def _look(self, by: str) -> None:
        with self._lock:
            diff = self._watcher.poll()
            if diff is None:
                return
            if not diff.is_valid:
                self.problem_text = str(SiteInvalid(diff.problems))
                log.warning("the changed site folder is not taken: %s", self.problem_text)
                return
            self.problem_text = ""
            self.directory = SiteDirectory(diff.site)
            self.streets = SiteStreets(self.directory)
            self._changes.extend((name, by) for name in sorted(diff.changed))

    def create_tables(self, tx: Transaction) -> None:
        """Keeps nothing in the database."""

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        return ()

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {}

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        return self._take_changes()

    def operations(self) -> Mapping[str, Operation]:
        return {"register.get": ReadingOperation(self._get), "register.put": self._put}

    def _take_changes(self) -> list[Event]:
        found: list[Event] = []
        while self._changes:
            name, by = self._changes.popleft()
            data = RegisterChangedData(name, by, self._version(name))
            found.append(
                new_event(
                    Noun.REGISTER, "changed", data, source="/hub", utc_ns=self._clock.utc_ns()
                )
            )
        return found

    def _version(self, name: str) -> str:
        return hashlib.sha256(register_text(self.site.folder, name).encode()).hexdigest()[:12]

    def _get(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        name = _name_of(request)
        shows_secrets = "operator" in caller.roles
        reply: dict[str, Any] = {
            "register": name,
            "version": self._version(name),
            "content": self._content(name, shows_secrets),
        }
        if request.get("text") is True and shows_secrets:
            reply["text"] = register_text(self.site.folder, name)
        return OperationResult(reply)

    def _content(self, name: str, shows_secrets: bool) -> Any:
        if name == "site":
            return self._site_header(shows_secrets)
        values = msgspec.to_builtins(getattr(self.site, _FIELD_OF_REGISTER[name]), enc_hook=str)
        if not shows_secrets:
            for value in values:
                for key in SECRET_KEYS:
                    value.pop(key, None)
        return values

    def _site_header(self, shows_secrets: bool) -> dict[str, Any]:
        site = self.site
        header: dict[str, Any] = {
            "name": site.name,
            "language": site.language.value,
            "coordinates": site.datum.value,
            "linkage": site.settings.linkage,
            "attention": site.settings.attention,
            "hub": site.hub,
            "tiles": site.tiles,
        }
        if shows_secrets:
            without_url = msgspec.structs.replace(site.settings.store, url=None)  # holds a password
            header["settings"] = msgspec.structs.replace(site.settings, store=without_url)
        built: dict[str, Any] = msgspec.to_builtins(header, enc_hook=str)
        return built

    def _put(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        name = _name_of(request)
        if "operator" not in caller.roles:
            raise OperationRefused("registers are changed by operators", who_may="operator")
        if request.get("version") not in (None, self._version(name)):
            raise OperationRefused(
                f"{name} was changed meanwhile; read it again and repeat your change"
            )
        by = str(request.get("by") or caller.name)[:100]
        with self._writing:
            warnings = self._write(name, request.get("content"))
        self._look(by)
        reply = {"register": name, "version": self._version(name), "warnings": warnings}
        return OperationResult(reply, self._take_changes())

    def add_row(self, name: str, row: Mapping[str, Any], by: str) -> None:
        """Adds one row to a CSV register and takes it into force; its event leaves with the next tick.

        Blocks while the whole site is checked. Threads: any but the acting thread, which must not
        wait so long. Raises OperationRefused.
        """
        with self._writing:
            _written(name, lambda: append_row(self.site.folder, name, row))
        self._look(by)

    def _write(self, name: str, content: Any) -> list[str]:
        if not isinstance(content, str | list):
            raise OperationRefused("content must be the file's text or a list of its entries")
        is_table = isinstance(content, list) or REGISTER_FILES[name].endswith(".csv")
        count = content.count("\n") if isinstance(content, str) else len(content)
        if is_table and count > ENTRIES_MOST:  # each is checked while publishers wait
            raise OperationRefused(f"{name} would have {count} entries; at most {ENTRIES_MOST}")
        return _written(name, lambda: put_register(self.site.folder, name, content))


def _written(name: str, write: Callable[[], Sequence[Problem]]) -> list[str]:
    """The warnings of the written register. Raises OperationRefused with its mistakes."""
    try:
        problems = write()
    except SiteInvalid as error:
        texts = [p.text for p in error.problems if p.severity is Severity.ERROR]
        raise OperationRefused(
            f"{name} was not written, it has mistakes", fields={"problems": texts[:100]}
        ) from error
    except (UnknownRegister, OSError, KeyError, TypeError, AttributeError) as error:
        raise OperationRefused(f"{name} was not written: {error}") from error
    return [problem.text for problem in problems[:100]]


def _name_of(request: dict[str, Any]) -> str:
    name = request.get("name")
    if not isinstance(name, str) or name not in REGISTER_FILES:
        raise OperationRefused(f"name must be one of {', '.join(sorted(REGISTER_FILES))}")
    return name
