"""The evidence door of a site with keys: a grant of the query socket, or nothing."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterator

import pytest
from hub_process import HubProcess, write_site

from config.site import HubAddresses
from ingest.errors import RetryLater
from ingest.evidence import EvidenceClient
from ingest.feed.evidence_tokens import evidence_reader, evidence_writer
from ingest.feed.keys import KeyRole, new_client_key, read_client_key
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.sockets import CurveClient
from ingest.stop import StopToken

pytestmark = [pytest.mark.system, pytest.mark.beside]

PICTURE = b"\xff\xd8\xff" + b"a street stall" * 100
SHA = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    site = write_site(tmp_path_factory.mktemp("door") / "site", more="[curve]\nenabled = true\n")
    process = HubProcess(site, gateway=True).start()
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def _hub_first(hub: HubProcess) -> None:
    """The module's hub is there before a test's own look at child processes."""


@pytest.fixture
def addresses(hub: HubProcess) -> HubAddresses:
    return HubAddresses(query=hub.ready["query"], http=hub.ready["http"])


def key_of(hub: HubProcess, role: KeyRole, name: str) -> CurveClient:
    folder = hub.site / "keys"
    key = new_client_key(role, name, folder, replace=True)
    return CurveClient(key.public_key, key.secret_key, key.hub_public_key)


def ask(hub: HubProcess, method: str, path: str, token: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(hub.ready["http"], timeout=10)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request(method, path, PICTURE if method == "PUT" else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def stored(hub: HubProcess, addresses: HubAddresses) -> None:
    local = read_client_key(hub.site / "keys" / "local.toml")
    assert evidence_writer(addresses, local, StopToken()).put(PICTURE, "image/jpeg") == SHA


def test_a_hash_alone_opens_nothing(hub: HubProcess, addresses: HubAddresses) -> None:
    stored(hub, addresses)
    status, text = ask(hub, "GET", f"/evidence/{SHA}")
    assert status == 401
    assert b"evidence.grant" in text, "it says what to do next"
    assert ask(hub, "GET", f"/evidence/{'0' * 64}")[0] == 401, "nor tells what there is"
    assert ask(hub, "PUT", f"/evidence/{SHA}")[0] == 401
    with pytest.raises(RetryLater):
        EvidenceClient(hub.ready["http"]).get(SHA)


def test_workers_store_and_readers_read(hub: HubProcess, addresses: HubAddresses) -> None:
    worker = key_of(hub, KeyRole.PUBLISHER, "worker")
    reader = key_of(hub, KeyRole.READER, "board")
    content = PICTURE + b"another"
    sha = evidence_writer(addresses, worker, StopToken()).put(content)
    assert evidence_reader(addresses, reader).get(sha) == content
    with pytest.raises(RetryLater, match="may not get evidence"):
        evidence_reader(addresses, worker).get(sha)
    with pytest.raises(RetryLater, match="may not put evidence"):
        evidence_writer(addresses, reader, StopToken()).put(b"x", deadline_s=0.1)


def test_a_grant_that_ended_is_replaced_by_itself(hub: HubProcess, addresses: HubAddresses) -> None:
    stored(hub, addresses)
    client = evidence_reader(addresses, key_of(hub, KeyRole.READER, "board"))
    assert client.get(SHA) == PICTURE
    client._token = "1.get.*.over"
    client._tokens._token = "1.get.*.over"  # type: ignore[union-attr]
    assert client.get(SHA) == PICTURE


def test_an_address_can_be_handed_on_for_one_piece(
    hub: HubProcess, addresses: HubAddresses
) -> None:
    stored(hub, addresses)
    with QueryClient(addresses.query, key_of(hub, KeyRole.READER, "board")) as query:
        path = query.ask("evidence.address", shas=[SHA])["paths"][SHA]
        with pytest.raises(QueryRefused, match="SHA-256"):
            query.ask("evidence.address", shas=["../hub.sqlite"])
        with pytest.raises(QueryRefused, match="lasts_s"):
            query.ask("evidence.grant", lasts_s=1e9)
    assert ask(hub, "GET", path) == (200, PICTURE)
    assert ask(hub, "GET", path.replace(SHA[:8], "0" * 8, 1))[0] == 401
    assert ask(hub, "PUT", path)[0] == 401
    assert path.partition("token=")[2] not in hub.log()


def test_refusals_at_the_door_are_counted(hub: HubProcess) -> None:
    ask(hub, "GET", f"/evidence/{SHA}", token="nonsense")
    _, metrics = ask(hub, "GET", "/metrics")
    assert b'gridwall_evidence_total{op="answer",result="refused"}' in metrics
