"""A signed ZIP of cases: tables, histories, pictures, a manifest of hashes and an Ed25519 signature.

Who holds the site's public key can prove later that nothing was changed. Only importer of
`cryptography`. The signing key is made once and never leaves the site folder.
"""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from ingest.errors import GridwallError

MANIFEST, SIGNATURE, HISTORIES = "manifest.json", "manifest.sig", "cases.jsonl"


class ArchiveInvalid(GridwallError):
    """An archive whose content or signature does not fit its manifest."""


class ArchiveManifest(Struct, frozen=True):
    """`files`: name → SHA-256. `public_key`: Ed25519, base64; compare it with the site's own."""

    site: str
    made_utc: str
    by: str
    case_count: int
    audit_rows: int
    audit_last_hash: str
    public_key: str
    files: dict[str, str]
    missing_evidence: tuple[str, ...] = ()


def signing_key(file: Path) -> Ed25519PrivateKey:
    """The site's key, made at the first call, readable by its owner only."""
    if file.exists():
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_text("ascii")))
    key = Ed25519PrivateKey.generate()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as target:
        target.write(base64.b64encode(key.private_bytes_raw()).decode())
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def write_archive(
    file: Path,
    details: Iterable[dict[str, Any]],
    evidence: Callable[[str], bytes | None],
    key: Ed25519PrivateKey,
    *,
    site: str,
    by: str,
    made_utc: str,
    audit_end: tuple[int, str],
) -> ArchiveManifest:
    """Writes the archive; `details` are answers of `case`, `evidence` gives content by hash."""
    files: dict[str, str] = {}
    missing: list[str] = []
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        digest = hashlib.sha256()
        wanted: dict[str, None] = {}
        with archive.open(HISTORIES, "w", force_zip64=True) as histories:
            for detail in details:
                line = msgspec.json.encode(detail) + b"\n"
                digest.update(line)
                histories.write(line)
                count += 1
                case = detail["case"]
                wanted |= {case[n]: None for n in ("snapshot", "crop", "clip") if case.get(n)}
                wanted |= {photo["sha"]: None for photo in case.get("photos", ())}
        files[HISTORIES] = digest.hexdigest()
        for sha in wanted:
            content = evidence(sha)
            if content is None:
                missing.append(sha)
                continue
            files[f"evidence/{sha}"] = hashlib.sha256(content).hexdigest()
            archive.writestr(zipfile.ZipInfo(f"evidence/{sha}"), content)
        manifest = ArchiveManifest(
            site, made_utc, by, count, *audit_end, public_text(key), files, tuple(missing)
        )
        text = msgspec.json.format(msgspec.json.encode(manifest))
        archive.writestr(MANIFEST, text)
        archive.writestr(SIGNATURE, base64.b64encode(key.sign(text)))
    return manifest


def verify_archive(file: Path, public_key: str | None = None) -> ArchiveManifest:
    """The manifest of an archive that is as it was signed.

    Args:
        public_key: the site's, base64; without it only the archive's own key is used, which
            proves that nothing was damaged, not who made it.

    Raises:
        ArchiveInvalid: with what does not fit.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            text, signature = archive.read(MANIFEST), base64.b64decode(archive.read(SIGNATURE))
            manifest = msgspec.json.decode(text, type=ArchiveManifest)
            if public_key is not None and public_key != manifest.public_key:
                raise ArchiveInvalid("signed with another key than the site's")
            verifier = Ed25519PublicKey.from_public_bytes(base64.b64decode(manifest.public_key))
            verifier.verify(signature, text)
            _compare(archive, manifest)
    except InvalidSignature as error:
        raise ArchiveInvalid("the signature does not fit the manifest") from error
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ArchiveInvalid(f"{file.name} is no archive of cases: {error}") from error
    return manifest


def _compare(archive: zipfile.ZipFile, manifest: ArchiveManifest) -> None:
    names = set(archive.namelist()) - {MANIFEST, SIGNATURE}
    if names != set(manifest.files):
        odd = names ^ set(manifest.files)
        raise ArchiveInvalid(f"files do not fit the manifest: {', '.join(sorted(odd)[:5])}")
    for name, sha in manifest.files.items():
        with archive.open(name) as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != sha:  # type: ignore[arg-type]
                raise ArchiveInvalid(f"{name} was changed")
