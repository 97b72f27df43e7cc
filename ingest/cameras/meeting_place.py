"""RuntimeInfo, MeetingPlace: where leases and the broker of one machine, user and site find each other.

One folder (0700) holds the election lock, the socket, the key file (0600) and the rings.
The channel carries whole byte messages; both ends prove that they can read the key file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sys
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from msgspec import Struct

from config.settings import CameraSettings
from ingest.errors import RetryLater
from ingest.frames.file_lock import try_lock

_CHALLENGE_BYTES = 32
_HANDSHAKE_S = 5.0


class RuntimeInfo(Struct, frozen=True):
    """What a lease tells a broker that it has to start.

    Attributes:
        site_folder: names the site; cameras of two sites never share a broker.
        runtime_folder: `config.paths.runtime_folder(site_folder)`.
        intake: the hub's intake address for camera.health events, None: no events.
        spool_folder: where unacknowledged events wait; None: beside the runtime files.
        linger_s: how long a broker stays after its last lease.
        key_file: CURVE key for the intake, where the site uses CURVE.
        is_exact: decode everything; without it small tiles leave out the loop filter.
        cameras: the site's `[cameras]`; who starts the broker decides for all.
        expected_count: cameras that will be asked for at once; the processes for them are loaded
            while the asker is still loading itself.
    """

    site_folder: str
    runtime_folder: str
    intake: str | None = None
    spool_folder: str | None = None
    linger_s: float = 2.0
    is_exact: bool = False
    key_file: str | None = None
    cameras: CameraSettings = CameraSettings()
    expected_count: int = 0


class BrokerAway(RetryLater):
    """No broker answers at the meeting place."""


class MeetingPlace:
    """The folder and the names in it."""

    def __init__(self, runtime_folder: Path) -> None:
        self.folder = runtime_folder
        self.rings_folder = runtime_folder / "rings"
        self._lock_path = runtime_folder / "broker.lock"
        self._key_path = runtime_folder / "broker.key"
        self.log_path = runtime_folder / "broker.log"

    @property
    def address(self) -> str:
        """A socket file, or on Windows a pipe named after the folder."""
        if sys.platform == "win32":
            name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:24]
            return rf"\\.\pipe\gridwall-{name}"
        return str(self.folder / "broker.sock")

    def make(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.rings_folder.mkdir(mode=0o700, exist_ok=True)

    def elect(self) -> int | None:
        """Takes the election lock; the descriptor holds it until closed. None: another has it."""
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        if try_lock(descriptor):
            return descriptor
        os.close(descriptor)
        return None

    def listen(self) -> Listener:
        """Opens the door; only the elected broker may call this."""
        descriptor = os.open(self._key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as key_file:
            key_file.write(secrets.token_bytes(32))
        if sys.platform != "win32":
            Path(self.address).unlink(missing_ok=True)
            return Listener(self.address, family="AF_UNIX", backlog=16)
        return Listener(self.address, family="AF_PIPE", backlog=16)

    def connect(self) -> Connection:
        """A proven connection to the broker. Raises BrokerAway when there is none."""
        try:
            key = self._key_path.read_bytes()
            connection = Client(self.address)
        except OSError as error:
            raise BrokerAway(f"no broker at {self.folder}: {error}") from error
        try:
            _answer(connection, key)
        except (OSError, EOFError) as error:
            connection.close()
            raise BrokerAway(f"the broker at {self.folder} does not answer") from error
        return connection

    def admit(self, connection: Connection) -> bool:
        """The broker's side of the proof; closes the connection and says False on failure."""
        try:
            challenge = secrets.token_bytes(_CHALLENGE_BYTES)
            connection.send_bytes(challenge)
            if connection.poll(_HANDSHAKE_S):
                proof = connection.recv_bytes(maxlength=64)
                if hmac.compare_digest(proof, _proof(self._key_path.read_bytes(), challenge)):
                    connection.send_bytes(b"welcome")
                    return True
        except (OSError, EOFError):
            pass
        connection.close()
        return False


def _proof(key: bytes, challenge: bytes) -> bytes:
    return hmac.new(key, challenge, hashlib.sha256).digest()


def _answer(connection: Connection, key: bytes) -> None:
    if not connection.poll(_HANDSHAKE_S):
        raise EOFError
    challenge = connection.recv_bytes(maxlength=_CHALLENGE_BYTES)
    connection.send_bytes(_proof(key, challenge))
    if not connection.poll(_HANDSHAKE_S) or connection.recv_bytes(maxlength=64) != b"welcome":
        raise EOFError
