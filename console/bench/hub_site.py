"""A hub process of its own for a bench: a small site on free ports, gone afterwards."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil

from ingest.errors import GridwallError

LEAVE_S = 20.0


@contextlib.contextmanager
def running_hub(
    folder: Path,
    *,
    gateway: bool,
    registers: dict[str, str] | None = None,
    database: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Yields the hub's ready line with `http` and `jt808` (host:port) and `process` (psutil).

    Args:
        registers: further files of the site by name.
        database: URL of the store, else a file in the folder.

    Raises:
        GridwallError: hub or gateway did not start.
    """
    ports = [_free_port() for _ in range(5)]
    (folder / "site.toml").write_text(
        f'name = "bench"\n[hub]\nintake = "tcp://127.0.0.1:{ports[0]}"\n'
        f'feed = "tcp://127.0.0.1:{ports[1]}"\nquery = "tcp://127.0.0.1:{ports[2]}"\n'
        f'http = "127.0.0.1:{ports[3]}"\njt808 = "127.0.0.1:{ports[4]}"\n'
    )
    if database is not None:
        with (folder / "site.toml").open("a") as file:
            file.write(f'[store]\nurl = "{database}"\n')
    for name, text in {"cameras.csv": "id,name,main_url\n", **(registers or {})}.items():
        (folder / name).write_text(text)
    more = () if gateway else ("--no-gateway",)
    process = subprocess.Popen(
        [sys.executable, "-m", "console.app.cli", "hub", "--site", str(folder), "--json",
         "--leave-with-parent", *more],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise GridwallError("the hub did not start; see the messages above")
        told = msgspec.json.decode(line)
        if gateway and not told["gateway"]:
            raise GridwallError("the gateway did not open in time")
        yield {
            **told,
            "http": f"127.0.0.1:{ports[3]}",
            "jt808": f"127.0.0.1:{ports[4]}",
            "process": psutil.Process(process.pid),
        }
    finally:
        process.terminate()
        process.wait(LEAVE_S)
        process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
