"""Evidence appears whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingest.errors import RetryLater
from ingest.evidence import EvidenceInvalid, EvidenceStore


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_lies_under_its_hash(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    sha = store.put(b"picture")
    assert sha == hashlib.sha256(b"picture").hexdigest()
    assert store.path(sha).read_bytes() == b"picture"
    assert store.put(b"picture") == sha
    assert len(files(tmp_path)) == 1


def test_an_interrupted_put_leaves_nothing(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    sha = hashlib.sha256(b"whole").hexdigest()
    with store.incoming(sha) as incoming:
        incoming.write(b"who")
    assert not store.has(sha)
    assert files(tmp_path) == []


def test_content_under_a_wrong_name_is_refused(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    with store.incoming("0" * 64) as incoming:
        incoming.write(b"x")
        with pytest.raises(EvidenceInvalid):
            incoming.keep()
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_name_that_is_no_hash_never_reaches_the_disk(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvidenceInvalid):
        EvidenceStore(tmp_path).path(name)


def test_too_little_free_space_is_told(tmp_path: Path) -> None:
    with pytest.raises(RetryLater, match="free"):
        EvidenceStore(tmp_path, free_space_min_mb=1 << 40).put(b"x")
