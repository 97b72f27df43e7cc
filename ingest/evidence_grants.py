"""Grants: who was let in at the query socket opens the evidence door with one, for a few minutes.

A grant is text that can stand in an address: `<end>.<get|put>.<sha or *>.<seal>`. The hub seals it
with a secret of its state folder, the gateway (which can read that folder) checks it; nobody keeps
a list. Pure but for the clock.
"""

from __future__ import annotations

import enum
import hashlib
import hmac

from msgspec import Struct

from config.site import Site
from config.store_settings import EvidenceAccess
from ingest.clock import Clock

#: The file of the secret in the hub's state folder.
SECRET_FILE = "evidence.key"
#: How long a grant holds unless somebody asks for less or more, seconds; and the most.
GRANT_S = 600.0
GRANT_MOST_S = 3_600.0
EVERY = "*"
_GRANT_CHARS = 400


class Purpose(enum.Enum):
    """What evidence is opened for."""

    GET = "get"
    PUT = "put"


class Grant(Struct, frozen=True):
    """`token` opens the door until `until_utc_ns`."""

    token: str
    until_utc_ns: int


class EvidenceGrants:
    """Threads: any."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def give(self, purpose: Purpose, sha: str = EVERY, lasts_s: float = GRANT_S) -> Grant:
        """A grant for one piece of evidence, or for every one."""
        end_s = int(self._clock.utc_ns() / 1e9 + min(max(1.0, lasts_s), GRANT_MOST_S)) + 1
        body = f"{end_s}.{purpose.value}.{sha}"
        return Grant(f"{body}.{self._seal(body)}", end_s * 10**9)

    def allows(self, token: str, purpose: Purpose, sha: str) -> bool:
        """Whether `token` is a grant of ours for this that has not ended."""
        body, _, seal = token[:_GRANT_CHARS].rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(body).encode()):
            return False
        end_s, granted, which = body.split(".")
        is_open = int(end_s) * 10**9 > self._clock.utc_ns()
        return is_open and granted == purpose.value and which in (EVERY, sha)

    def _seal(self, body: str) -> str:
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()


def is_guarded(site: Site) -> bool:
    """Whether evidence needs a grant: where the site says so, or says who may do what at all."""
    access = site.settings.store.evidence_access
    if access is EvidenceAccess.AUTO:
        return site.settings.curve.enabled or bool(site.operators)
    return access is EvidenceAccess.GUARDED
