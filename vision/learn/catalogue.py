"""Which detectors can be named: shipped, the site's own, and the environment's. Reads, never loads."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vision.models import MODEL_VARIABLE, WEIGHTS_FOLDER, ModelMissing, open_model

#: Folder of a site in which it keeps detectors of its own.
SITE_MODELS = "models"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A detector by name. `figures`: class → AP50 from its figures.toml, where it has one."""

    name: str
    path: Path
    origin: str
    names: tuple[str, ...]
    input_px: int | None
    size_mb: float
    figures: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "path": str(self.path), "origin": self.origin,
            "classes": list(self.names), "input_px": self.input_px, "size_mb": self.size_mb,
            "ap50": self.figures,
        }  # fmt: skip


def default_name(weights: Path = WEIGHTS_FOLDER) -> str | None:
    """The shipped default's name, None when nothing is shipped."""
    file = weights / "default.toml"
    return str(tomllib.loads(file.read_text(encoding="utf-8"))["name"]) if file.is_file() else None


def known_models(
    site_folder: Path | None = None, weights: Path = WEIGHTS_FOLDER
) -> list[KnownModel]:
    """All detectors that can be opened, shipped ones first; unreadable ones are left out."""
    places = [(path, "shipped, trained by us (AGPL-3.0)") for path in sorted(weights.glob("*"))]
    if site_folder is not None:
        own = sorted((site_folder / SITE_MODELS).glob("*"))
        places += [(path, "the site's own") for path in own]
    if MODEL_VARIABLE in os.environ:
        places.append((Path(os.environ[MODEL_VARIABLE]), f"${MODEL_VARIABLE}"))
    found = (_known(path, origin) for path, origin in places)
    return [model for model in found if model is not None]


def _known(path: Path, origin: str) -> KnownModel | None:
    if path.is_file() and path.suffix not in {".pt", ".onnx", ".engine"}:
        return None
    try:
        folder = open_model(path)
    except (ModelMissing, OSError):
        return None
    files = [path] if path.is_file() else [file for file in path.iterdir() if file.is_file()]
    size_mb = round(sum(file.stat().st_size for file in files) / 1e6, 1)
    return KnownModel(
        folder.name, path, origin, folder.names, _input_px(path), size_mb, _figures(path)
    )


def _input_px(path: Path) -> int | None:
    metadata = path / "metadata.yaml"
    if not metadata.is_file():
        return None
    found = re.search(r"^imgsz:\s*\n- (\d+)", metadata.read_text(encoding="utf-8"), re.MULTILINE)
    return int(found.group(1)) if found else None


def _figures(path: Path) -> dict[str, float]:
    file = path / "figures.toml"
    if not file.is_file():
        return {}
    table = tomllib.loads(file.read_text(encoding="utf-8")).get("ap50", {})
    return {str(name): float(value) for name, value in table.items()}
