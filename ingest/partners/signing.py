"""Signatures between platforms: Standard Webhooks in both directions, messages and receipts alike.

A receipt is signed, too: what some proxy on the way answers is no receipt. Pure.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.site import Partner
from ingest.errors import GridwallError
from ingest.feed.webhook import read_secret, signature

#: A message older or younger than this is not taken: nobody replays it next week.
CLOCKS_APART_S = 300
SENDER_HEADER = "gridwall-partner"
#: Before the hash of evidence, so that a signed evidence name is never a signed message.
EVIDENCE_PREFIX = b"evidence:"


class SignatureWrong(GridwallError):
    """Not signed by who it says, or not now."""


def secrets_of(partner: Partner, site_folder: Path) -> list[bytes]:
    """The shared secrets, the one in use first. Raises Misconfigured."""
    return [read_secret(site_folder / name) for name in partner.secret_files]


def signed_headers(secret: bytes, message_id: str, now_s: int, body: bytes) -> dict[str, str]:
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(now_s),
        "webhook-signature": signature(secret, message_id, now_s, body),
    }


def check(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, now_s: int) -> str:
    """The signed id. Raises SignatureWrong with what is wrong, but not with what would be right."""
    message_id = headers.get("webhook-id", "")
    stamp, shown = headers.get("webhook-timestamp", ""), headers.get("webhook-signature", "")
    if not message_id or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise SignatureWrong("webhook-id, webhook-timestamp or webhook-signature is missing")
    if abs(now_s - int(stamp)) > CLOCKS_APART_S:
        raise SignatureWrong(
            f"signed {now_s - int(stamp)} s ago by the sender's clock; at most {CLOCKS_APART_S} s: "
            "compare the clocks"
        )
    given = shown.split(" ")[:8]
    for secret in secrets:
        wanted = signature(secret, message_id, int(stamp), body)
        if any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given):
            return message_id
    raise SignatureWrong("the signature is not one of the shared secret")
