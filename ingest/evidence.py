"""Evidence: pictures and clips by the SHA-256 of their content; stored before they are named.

`EvidenceStore` is the folder (the gateway's process), `EvidenceClient` the way there over HTTP
for workers and consoles. Content never changes under a name, so a second put is no work.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ingest.errors import GridwallError, RetryLater
from ingest.stop import StopToken

#: Longest evidence: a minute of a 4K main stream.
BYTES_MOST = 256 << 20
#: Longest `get` a client takes into memory.
GET_MOST = BYTES_MOST
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
#: Between two tries of a client, seconds.
RETRY_S = 0.5


#: Gives a grant for the evidence door other than the one that was refused.
Tokens = Callable[[str], str]


class EvidenceInvalid(GridwallError):
    """The content is not what its name says, or too long."""


class EvidenceMissing(GridwallError):
    """Nothing is stored under that name."""


def is_name(text: str) -> bool:
    """Whether `text` is a SHA-256 in lower-case hex."""
    return _SHA256.match(text) is not None


class EvidenceStore:
    """A folder of evidence. Threads and processes: any number; every step is atomic."""

    def __init__(self, folder: Path, *, free_space_min_mb: int = 0) -> None:
        self._folder = folder
        self._free_min_bytes = free_space_min_mb << 20
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, sha: str) -> Path:
        """Where evidence of that name lies, or would. Raises EvidenceInvalid for no name."""
        if not is_name(sha):
            raise EvidenceInvalid(f"{sha[:80]!r} is no SHA-256 in lower-case hex")
        return self._folder / sha[:2] / sha

    def has(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def is_wanted_again(self, sha: str) -> bool:
        """Whether it is here; then it counts as new, since somebody is about to name it."""
        try:
            os.utime(self.path(sha))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise RetryLater(f"evidence cannot be kept: {error}") from error
        return True

    def put(self, content: bytes) -> str:
        """Stores `content`, on disk when this returns. Raises RetryLater when it cannot."""
        sha = hashlib.sha256(content).hexdigest()
        if not self.is_wanted_again(sha):
            with self.incoming(sha) as incoming:
                incoming.write(content)
                incoming.keep()
        return sha

    def incoming(self, sha: str) -> Incoming:
        """Takes content piece by piece; nothing is visible before `keep`. Raises RetryLater."""
        target = self.path(sha)
        try:
            if shutil.disk_usage(self._folder).free < self._free_min_bytes:
                raise RetryLater("too little free space for evidence; free the hub's disk")
            target.parent.mkdir(exist_ok=True, mode=0o700)
            return Incoming(target, sha)
        except OSError as error:
            raise RetryLater(f"evidence cannot be stored: {error}") from error


class Incoming:
    """Evidence while it arrives. Use as a context manager; without `keep` nothing stays."""

    def __init__(self, target: Path, sha: str) -> None:
        self._target = target
        self._sha = sha
        self._hash = hashlib.sha256()
        self._size = 0
        handle, name = tempfile.mkstemp(prefix=".incoming-", dir=target.parent)
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self._temporary = Path(name)

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(FileNotFoundError):
            self._temporary.unlink()

    def write(self, piece: bytes) -> None:
        """Raises EvidenceInvalid when it grows too long, RetryLater when the disk says no."""
        self._size += len(piece)
        if self._size > BYTES_MOST:
            raise EvidenceInvalid(f"evidence may have at most {BYTES_MOST >> 20} MiB")
        self._hash.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise RetryLater(f"evidence cannot be stored: {error}") from error

    def keep(self) -> None:
        """Makes it visible under its name. Raises EvidenceInvalid when the content differs."""
        if self._hash.hexdigest() != self._sha:
            raise EvidenceInvalid("the content's SHA-256 is not the one in the address")
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._temporary.replace(self._target)
        except OSError as error:
            raise RetryLater(f"evidence cannot be stored: {error}") from error


class EvidenceClient:
    """Evidence of a hub over HTTP, host:port of its gateway. Threads: any."""

    def __init__(
        self, http_address: str, tokens: Tokens | None = None, *, stop: StopToken | None = None
    ) -> None:
        """`tokens` is asked for a grant when the door wants one, with the one it refused ("")."""
        self._tokens = tokens
        self._token = ""
        self._address = http_address.removeprefix("http://").rstrip("/")
        self._stop = stop or StopToken()

    def put(
        self,
        content: bytes,
        content_type: str = "application/octet-stream",
        *,
        deadline_s: float = 20.0,
    ) -> str:
        """Stores `content` and returns its name; tries again until `deadline_s` is over.

        Raises:
            RetryLater: the hub was away or full all the time; nothing is stored for sure.
            EvidenceInvalid: refused for good.
        """
        sha = hashlib.sha256(content).hexdigest()
        end_s = time.monotonic() + deadline_s
        while True:
            try:
                self._put_once(sha, content, content_type)
                return sha
            except RetryLater:
                if time.monotonic() + RETRY_S > end_s or self._stop.wait(RETRY_S):
                    raise

    def get(self, sha: str, *, timeout_s: float = 10.0) -> bytes:
        """The content. Raises EvidenceMissing, RetryLater."""
        status, body = self._ask("GET", sha, None, {}, timeout_s)
        if status == http.client.NOT_FOUND:
            raise EvidenceMissing(f"no evidence {sha}")
        if status != http.client.OK:
            raise RetryLater(f"evidence {sha}: the gateway answered {status}")
        return body

    def _put_once(self, sha: str, content: bytes, content_type: str) -> None:
        status, body = self._ask("PUT", sha, content, {"Content-Type": content_type}, 10.0)
        if status in (http.client.OK, http.client.CREATED):
            return
        text = body.decode(errors="replace")[:200]
        if status in (http.client.BAD_REQUEST, http.client.REQUEST_ENTITY_TOO_LARGE):
            raise EvidenceInvalid(f"the gateway refused evidence: {text}")
        raise RetryLater(f"the gateway cannot store evidence now ({status}): {text}")

    def _ask(
        self, method: str, sha: str, body: bytes | None, headers: dict[str, str], timeout_s: float
    ) -> tuple[int, bytes]:
        """Asks once more with a new grant where the door refuses the one it was shown."""
        token = self._token
        answer = self._ask_with(token, method, sha, body, headers, timeout_s)
        if answer[0] != http.client.UNAUTHORIZED or self._tokens is None:
            return answer
        self._token = self._tokens(token)
        return self._ask_with(self._token, method, sha, body, headers, timeout_s)

    def _ask_with(
        self,
        token: str,
        method: str,
        sha: str,
        body: bytes | None,
        headers: dict[str, str],
        timeout_s: float,
    ) -> tuple[int, bytes]:
        if token:
            headers = {**headers, "Authorization": f"Bearer {token}"}
        connection = http.client.HTTPConnection(self._address, timeout=timeout_s)
        try:
            connection.request(method, f"/evidence/{sha}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(GET_MOST)
        except (OSError, http.client.HTTPException) as error:
            raise RetryLater(f"the gateway at {self._address} is away: {error}") from error
        finally:
            connection.close()
