"""Assembly of the hub process: lock, log, desk, sockets, gateway child; ordered shutdown.

Runs in the main thread of `gridwall hub`. Without a display and without Qt. A second hub on the
same site is refused; a gateway that ends is started again with back-off.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from config.load import load_site
from config.paths import hub_state_folder, network_file_system
from config.problems import SiteInvalid
from config.site import Site
from console.app.evidence_night import EvidenceNight
from console.desk.desk import Desk
from console.desk.escalation import EscalationService
from console.desk.library import Library
from console.desk.scene_pushes import ScenePushes
from console.desk.shelf import ShelfService
from console.desk.sight_service import SightService
from console.desk.sign_in import SignIn
from ingest.clock import SystemClock
from ingest.errors import GridwallError, Misconfigured
from ingest.evidence_grants import SECRET_FILE, EvidenceGrants, is_guarded
from ingest.feed.evidence_access import EvidenceAccessDesk
from ingest.feed.file_lock import FileLock, LockTaken
from ingest.feed.hub import Hub, HubSettings
from ingest.feed.keys import keys_folder
from ingest.feed.last_values import LastPositions
from ingest.feed.registers import SiteService
from ingest.feed.store import EventStore, open_store
from ingest.heap import settle_heap
from ingest.parent import ParentWatch
from ingest.ptz.onvif import OnvifDevice
from ingest.ptz.service import PtzService
from ingest.secret_file import secret_of
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: The main thread looks after gateway and parent this often, seconds.
ROUND_S = 0.5
#: Waits between two starts of a gateway that ended: first, and at most, seconds.
BACK_OFF_S = 0.5
BACK_OFF_MAX_S = 10.0
#: A gateway that ran this long starts with the first wait again, seconds.
STEADY_S = 30.0
#: How long the gateway may take to leave before it is killed, seconds.
LEAVE_S = 5.0
#: How long `start` waits for the gateway's door, seconds; later it is a warning, not an error.
DOOR_S = 15.0


class HubRuns(GridwallError):
    """Another hub serves this site already."""


class GatewayChild:
    """The gateway process. Threads: the hub's main thread."""

    def __init__(self, site: Site, query: str) -> None:
        self._command = [
            sys.executable, "-m", "ingest.gateway", "--site", str(site.folder), "--query", query,
            "--parent", str(os.getpid()),
        ]  # fmt: skip
        self._http = site.hub.http
        self._process: subprocess.Popen[bytes] | None = None
        self._wait_s = BACK_OFF_S
        self._started_s = 0.0
        self._next_start_s = 0.0
        self.start_count = 0

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def look_after(self) -> None:
        """Starts the gateway when it is not there and its wait is over."""
        now_s = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            if now_s - self._started_s > STEADY_S:
                self._wait_s = BACK_OFF_S
            log.warning("the gateway ended (code %s); next start in %.1f s", code, self._wait_s)
            self._next_start_s = now_s + self._wait_s
            self._wait_s = min(BACK_OFF_MAX_S, 2 * self._wait_s)
        if now_s >= self._next_start_s:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
            self._started_s = now_s
            self.start_count += 1

    def wait_open(self, stop: StopToken) -> bool:
        """True once the gateway answers on its own port, False after `DOOR_S`."""
        end_s = time.monotonic() + DOOR_S
        while time.monotonic() < end_s and not stop.stopped:
            self.look_after()
            if answers(self._http):
                return True
            stop.wait(0.1)
        return False

    def close(self) -> None:
        """Asks the gateway to leave, kills it when it does not. Idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            log.warning("the gateway did not leave in %.0f s and is killed", LEAVE_S)
            process.kill()
            process.wait(LEAVE_S)


def answers(http: str) -> bool:
    """Whether a gateway of ours answers at host:port."""
    try:
        with urllib.request.urlopen(f"http://{http}/healthz?self=1", timeout=1.0) as reply:
            return "gateway" in json.load(reply)
    except (OSError, ValueError):
        return False


class HubApp:
    """Everything of the hub process. Threads: the main thread."""

    def __init__(self, site_folder: Path, *, with_gateway: bool = True) -> None:
        """Raises Misconfigured, HubRuns, StoreBroken."""
        site = read_site(site_folder)
        self._service = SiteService(site)
        try:
            folder = hub_state_folder(site)
            refuse_network(site, folder)
            self._lock = lock_site(folder)
            self._store: EventStore = open_store(folder, url=site.settings.store.url)
        except OSError as error:
            raise GridwallError(
                f"the hub's state folder cannot be written: {error}. Free the disk, or set "
                "[store] folder in site.toml to a folder of this user"
            ) from error
        positions = LastPositions()
        sign_in = SignIn(lambda: self._service.directory, folder)
        evidence = EvidenceAccessDesk(
            EvidenceGrants(secret_of(folder / SECRET_FILE), SystemClock()),
            lambda: is_guarded(self._service.site),
        )
        self._ptz = PtzService(lambda: self._service.directory, OnvifDevice)
        self._hub = Hub(
            HubSettings(
                addresses=site.hub,
                site_name=site.name,
                keep_s=site.settings.store.retention_days * 86_400.0,
                keys_folder=keys_folder(site) if site.settings.curve.enabled else None,
                accept_clear_network=site.hub.accept_unencrypted_network,
            ),
            self._store,
            (
                self._service,
                Desk(lambda: self._service.directory, positions, self._service.add_row),
                self._ptz,
                ShelfService(lambda: self._service.directory),
                SightService(lambda: self._service.directory),
                EscalationService(),
                Library(),
                ScenePushes(),
            ),
            streets=lambda: self._service.streets,
            beside=self._service.poll,
            positions=positions,
            operations={**sign_in.operations(), **evidence.operations()},
            identify=sign_in.identify,
        )
        self._site = site
        self._gateway = GatewayChild(site, site.hub.query) if with_gateway else None
        self._night = EvidenceNight(site, folder, site.hub.query)

    def start(self, stop: StopToken) -> dict[str, Any]:
        """Opens the sockets and the gateway; returns what the ready line says."""
        try:
            self._hub.start()
        except GridwallError:
            self.close()
            raise
        self._ptz.start(self._hub.soon)
        is_open = self._gateway.wait_open(stop) if self._gateway else False
        if self._gateway and not is_open and not stop.stopped:
            log.warning("the gateway does not answer on %s yet", self._site.hub.http)
        settle_heap()
        addresses = self._hub.addresses
        position = self._store.position
        return {
            "site": self._site.name,
            "intake": addresses.intake,
            "feed": addresses.feed,
            "query": addresses.query,
            "http": addresses.http,
            "gateway": is_open,
            "epoch": position.epoch,
            "sequence": position.sequence,
            "pid": os.getpid(),
        }

    def run(self, stop: StopToken, parent: ParentWatch | None) -> None:
        """Looks after the gateway until told to stop or until the parent is gone."""
        while not stop.wait(ROUND_S):
            if not self._hub.is_whole:
                raise GridwallError("a thread of the hub ended; see the log above. Start it again")
            if parent is not None and parent.is_gone():
                log.warning("the process that started the hub is gone; the hub leaves too")
                return
            if self._gateway is not None:
                self._gateway.look_after()
            self._night.look()

    def close(self) -> None:
        """In reverse order of start. Idempotent."""
        if self._gateway is not None:
            self._gateway.close()
        self._night.wait(LEAVE_S)
        self._ptz.close()
        self._hub.close()
        self._store.close()
        self._lock.close()


def read_site(folder: Path) -> Site:
    """The site. Raises Misconfigured with every mistake."""
    try:
        return load_site(folder)
    except SiteInvalid as error:
        raise Misconfigured(str(error)) from error


def refuse_network(site: Site, folder: Path) -> None:
    """SQLite's locks are not to be trusted on network file systems (CONTRACT §3)."""
    if site.settings.store.url is not None:
        return
    kind = network_file_system(folder)
    if kind is not None and not site.settings.store.allow_network_file_system:
        raise Misconfigured(
            f"{folder} is on a network file system ({kind}), where the event log can be "
            "damaged: set [store] folder in site.toml to a local disk"
        )


def lock_site(folder: Path) -> FileLock:
    """One hub a site. Raises HubRuns."""
    owner = f"pid {os.getpid()} on {socket.gethostname()}"
    try:
        return FileLock(folder / "hub.lock", owner)
    except LockTaken as error:
        raise HubRuns(
            f"another hub serves this site already ({error.owner or 'unknown process'}): use "
            "that one, or stop it first"
        ) from error
