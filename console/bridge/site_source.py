"""Where a seat's registers come from: the site folder, or the hub by its query address alone.

Blocking; called at start and, after a register changed, on an errand thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import msgspec

from config.linkage_settings import AttentionSettings, LinkageSettings
from config.load import load_site
from config.settings import Settings
from config.site import (
    Calibration,
    Camera,
    Checkpoint,
    Datum,
    DispatchRule,
    Fence,
    GridCell,
    HubAddresses,
    Inspector,
    Item,
    Language,
    PatrolRound,
    Site,
    Zone,
)
from ingest.errors import GridwallError


class Asks(Protocol):
    """The part of `ingest.feed.query.QueryClient` used here."""

    def ask(self, op: str, timeout_s: float = ..., **fields: Any) -> dict[str, Any]: ...


#: Register name → field of Site and the type of its values.
_REGISTERS: dict[str, tuple[str, Any]] = {
    "cameras": ("cameras", tuple[Camera, ...]),
    "zones": ("zones", tuple[Zone, ...]),
    "calibration": ("calibrations", tuple[Calibration, ...]),
    "grid": ("grid", tuple[GridCell, ...]),
    "inspectors": ("inspectors", tuple[Inspector, ...]),
    "items": ("items", tuple[Item, ...]),
    "rules": ("dispatch_rules", tuple[DispatchRule, ...]),
    "checkpoints": ("checkpoints", tuple[Checkpoint, ...]),
    "fences": ("fences", tuple[Fence, ...]),
    "rounds": ("rounds", tuple[PatrolRound, ...]),
}
#: A register of ten thousand rows takes the hub a moment.
REGISTER_TIMEOUT_S = 15.0


def site_of_folder(folder: Path) -> Site:
    """Raises config.problems.SiteInvalid."""
    return load_site(folder)


def site_of_hub(client: Asks, runtime_key: Path) -> Site:
    """The registers as the hub has them; `runtime_key` stands for the site folder.

    Raises:
        GridwallError: the hub is away, refuses, or answers in a form this console cannot read.
    """
    header = client.ask("register.get", timeout_s=REGISTER_TIMEOUT_S, name="site")["content"]
    fields: dict[str, Any] = {}
    for name, (field, kind) in _REGISTERS.items():
        reply = client.ask("register.get", timeout_s=REGISTER_TIMEOUT_S, name=name)
        fields[field] = _converted(name, reply["content"], kind)
    return Site(
        folder=runtime_key,
        name=str(header.get("name", "")),
        language=Language(header.get("language", Language.CHINESE.value)),
        datum=Datum(header.get("coordinates", Datum.WGS84.value)),
        hub=_converted("site", header.get("hub", {}), HubAddresses),
        tiles=header.get("tiles"),
        settings=Settings(
            linkage=_converted("site", header.get("linkage", {}), LinkageSettings),
            attention=_converted("site", header.get("attention", {}), AttentionSettings),
        ),
        **fields,
    )


def _converted(name: str, content: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(content, kind, strict=False)
    except msgspec.ValidationError as error:
        raise GridwallError(
            f"the hub's register {name} does not fit this console: {error}"
        ) from error
