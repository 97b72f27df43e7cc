"""A real PostgreSQL server in a temporary folder, from Debian's `postgresql` package.

It refuses to run as root: then it runs as the package's own user, or as nobody.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.hub_process import free_port

#: How long the server may take to start or to leave, seconds.
START_S = 40.0


def binaries() -> Path | None:
    """The newest installed version's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def _unprivileged() -> dict[str, Any]:
    """Options of `subprocess` that drop root; empty for anybody else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL refuses root and there is no other user to run it as")


class PostgresServer:
    """Started by `start`; every `database()` is a fresh one."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = _unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="gridwall-pg-"))
        self._numbers = itertools.count(1)
        self._free: list[str] = []
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            os.chown(self._folder, self._user["user"], self._user["group"])
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "gridwall", "-A", "trust",
                  "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True, capture_output=True, timeout=START_S, cwd=self._folder, **self._user,
        )  # fmt: skip

    def start(self) -> PostgresServer:
        """Waits until it answers. The disk is not forced: tests kill the server, not the machine."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self._folder / "data"), "-k", "",
                 "-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
                 "-c", "max_connections=40"],
                stdout=log, stderr=log, cwd=self._folder, **self._user,
            )  # fmt: skip
        self._wait_open()
        return self

    def _wait_open(self) -> None:
        """`pg_isready` asks once; the start-up may take a moment."""
        subprocess.run(
            ["bash", "-c", f"until '{self._programs}/pg_isready' -q -h 127.0.0.1 -p {self.port}; "
             "do sleep 0.05; done"], timeout=START_S, check=True,
        )  # fmt: skip

    def stop(self, *, at_once: bool = False) -> None:
        """Sends everybody away: "fast" (rolls back and leaves), or as a crash would."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        process.wait(START_S)

    def database(self) -> str:
        """URL of an empty database; one that was given back is emptied and used again."""
        if self._free:
            url = self._free.pop()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("CREATE SCHEMA public")
            return url
        name = f"site_{next(self._numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self._url(name)

    def give_back(self, url: str) -> None:
        """Making a database anew takes a second; emptying it milliseconds."""
        self._free.append(url)

    def _url(self, name: str) -> str:
        return f"postgresql://gridwall@127.0.0.1:{self.port}/{name}"

    def remove(self) -> None:
        self.stop(at_once=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def start_or_skip() -> PostgresServer:
    """A running server; skips where the package is missing."""
    programs = binaries()
    if programs is None:
        pytest.skip("needs a PostgreSQL server (Debian package postgresql)")
    return PostgresServer(programs).start()
