"""Parts of `gridwall demo` and `gridwall up`: how each process is started, free addresses, the temporary site."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from config.paths import runtime_folder
from config.site import Site
from console.app.supervisor import ChildFailed, ChildSpec
from console.demo.control import ControlAway, ask_control
from console.demo.site_files import DemoAddresses
from ingest.cameras.wants import CameraSource, source_of
from ingest.errors import GridwallError
from ingest.feed.query import QueryClient
from ingest.relay.address import through_relay

_PREFIX = "gridwall-demo-"


def _with_us() -> tuple[str, str]:
    """By number: a child that still loads when we are killed would ask for its parent too late."""
    return "--leave-with-parent", str(os.getpid())


def hub_spec(site: Site) -> ChildSpec:
    """The hub of a site; ready when its query socket answers."""
    return ChildSpec(
        "hub",
        (*gridwall(), "hub", "--site", str(site.folder), *_with_us()),
        ready=lambda: _answers_query(site.hub.query),
    )


def worker_spec(site: Site, *, beside_wall: bool) -> ChildSpec:
    """The worker of a site; it reports its readiness on the feed, not here."""
    more = ("--beside-wall",) if beside_wall else ()
    return ChildSpec(
        "worker",
        (*gridwall(), "worker", "--site", str(site.folder), *more, *_with_us()),
    )


def relay_spec(site: Site) -> ChildSpec:
    """The relay of a site that has one here."""
    return ChildSpec("relay", (*gridwall(), "relay", "--site", str(site.folder), *_with_us()))


def console_spec(site: Site, profile: str, screens: int | None) -> ChildSpec:
    """The windows; when the person closes them the run is over."""
    more = ("--screens", str(screens)) if screens else ()
    return ChildSpec(
        "console",
        (sys.executable, "-m", "console.app.leaving", str(os.getpid()),
         "console", "--site", str(site.folder), "--profile", profile, *more),
        restarts=False,
    )  # fmt: skip


def gridwall() -> tuple[str, ...]:
    """How this installation runs its own commands."""
    return sys.executable, "-m", "console.app.cli"


@contextmanager
def temporary_site() -> Iterator[Path]:
    """A site folder that goes away with everything in it; those of killed runs go first."""
    base = Path(tempfile.gettempdir())
    for old in base.glob(f"{_PREFIX}*"):
        if not _alive(old):
            _remove(old)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    (folder / "pid").write_text(str(os.getpid()))
    try:
        yield folder
    finally:
        _remove(folder)


def _alive(folder: Path) -> bool:
    """Whether the run that made a demonstration folder still runs."""
    try:
        return bool(psutil.pid_exists(int((folder / "pid").read_text())))
    except (OSError, ValueError):
        return time.time() - folder.stat().st_mtime < 60 if folder.exists() else True


def _remove(folder: Path) -> None:
    """Removes a demonstration's folder and its runtime folder, once its broker has left."""
    shared = runtime_folder(folder)
    end_s = time.monotonic() + 6.0
    while any((shared / "rings").glob("*")) and time.monotonic() < end_s:
        time.sleep(0.1)
    shutil.rmtree(shared, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def free_addresses() -> tuple[DemoAddresses, int]:
    """The contract's addresses where they are free, else others; and the control port."""
    default = DemoAddresses()
    wanted = [7400, 7401, 7402, 7480, 7408, default.rtsp_port, 7490]
    with ExitStack() as stack:
        ports = [_held_port(stack, port) for port in wanted]
    intake, feed, query, http, jt808, rtsp, control = ports
    host = "127.0.0.1"
    return (
        DemoAddresses(
            f"tcp://{host}:{intake}", f"tcp://{host}:{feed}", f"tcp://{host}:{query}",
            f"{host}:{http}", f"{host}:{jt808}", rtsp,
        ),
        control,
    )  # fmt: skip


def _held_port(stack: ExitStack, wanted: int) -> int:
    """`wanted` if nobody has it, else a free one; held until all are chosen."""
    for port in (wanted, 0):
        holder = stack.enter_context(socket.socket())
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            continue
        return int(holder.getsockname()[1])
    raise ChildFailed("no free port on 127.0.0.1")


def sources_of(site: Site) -> list[CameraSource]:
    relay = site.settings.relay
    return [source_of(through_relay(c, relay)) for c in site.cameras if c.enabled]


def answers_control(port: int) -> bool:
    try:
        return ask_control(port, "truth", timeout_s=0.5).ok
    except ControlAway:
        return False


def _answers_query(address: str) -> bool:
    try:
        with QueryClient(address) as client:
            return bool(client.ask("hello", timeout_s=0.7))
    except GridwallError:
        return False
