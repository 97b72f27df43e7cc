"""EvidenceTokens: a client's grant for the evidence door, asked of the hub when it is needed."""

from __future__ import annotations

import threading

from config.site import HubAddresses
from ingest.errors import RetryLater
from ingest.evidence import EvidenceClient
from ingest.evidence_grants import Purpose
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.sockets import CurveClient
from ingest.stop import StopToken

ASK_S = 5.0


class EvidenceTokens:
    """Gives `EvidenceClient` a token after the door asked for one. Threads: any."""

    def __init__(self, query_address: str, keys: CurveClient | None, purpose: Purpose) -> None:
        self._query_address = query_address
        self._keys = keys
        self._purpose = purpose
        self._lock = threading.Lock()
        self._token = ""

    def __call__(self, refused: str) -> str:
        """A token other than the `refused` one. Raises RetryLater, also where the hub gives none."""
        with self._lock:  # of several threads that were refused one asks, the others get its token
            if self._token == refused:
                self._token = self._asked()
            return self._token

    def _asked(self) -> str:
        try:
            with QueryClient(self._query_address, self._keys) as query:
                answer = query.ask("evidence.grant", ASK_S, purpose=self._purpose.value)
        except QueryRefused as error:
            raise RetryLater(f"the hub gives no grant for evidence: {error}") from error
        return str(answer["token"])


def evidence_reader(hub: HubAddresses, keys: CurveClient | None) -> EvidenceClient:
    """Gets evidence of the hub at these addresses; `keys` where it has CURVE."""
    return EvidenceClient(hub.http, EvidenceTokens(hub.query, keys, Purpose.GET))


def evidence_writer(hub: HubAddresses, keys: CurveClient | None, stop: StopToken) -> EvidenceClient:
    """Stores evidence at the hub, until `stop`."""
    return EvidenceClient(hub.http, EvidenceTokens(hub.query, keys, Purpose.PUT), stop=stop)
