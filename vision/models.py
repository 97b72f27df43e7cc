"""Which model a worker runs: a folder with the network, its class names and operating points.

Order: the site's `[model]`, then GRIDWALL_MODEL, then `resources/weights/default.toml`.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingest.errors import Misconfigured
from vision.classes import ObjectClass, class_of_name

WEIGHTS_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "weights"
#: Path of a model folder or file that stands in for the shipped default (development, trials).
MODEL_VARIABLE = "GRIDWALL_MODEL"
#: Where a model says nothing: the score at which its makers usually trust a YOLO box.
DEFAULT_OPERATING_POINT = 0.25
#: A track that was confirmed once is kept alive by boxes down to this share of the point.
KEEP_SHARE = 0.5


class ModelMissing(Misconfigured):
    """No usable model where one was expected."""


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """From which score a detection counts; the one place thresholds of a model live.

    A model folder may hold `operating_points.toml` with a `[score]` table (class name = score),
    chosen on validation material; rules speak only of confirmed and kept detections.
    """

    score: Mapping[ObjectClass, float] = field(default_factory=dict)

    def confirm(self, object_class: ObjectClass) -> float:
        """Score from which a detection starts something."""
        return self.score.get(object_class, DEFAULT_OPERATING_POINT)

    def keep(self, object_class: ObjectClass) -> float:
        """Score from which a detection keeps alive what was confirmed before."""
        return self.confirm(object_class) * KEEP_SHARE

    @property
    def floor(self) -> float:
        """Lowest score any part of the pipeline asks for."""
        return min(self.keep(each) for each in ObjectClass)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model ready to be loaded.

    Attributes:
        path: the folder (OpenVINO) or file (.pt, .engine, .onnx).
        network: the .xml of an OpenVINO folder, else `path`.
        name: what people call it.
        names: class names by index; empty where only the runtime can tell (.pt).
    """

    path: Path
    network: Path
    name: str
    names: tuple[str, ...]
    operating_points: OperatingPoints

    @property
    def is_openvino(self) -> bool:
        return self.network.suffix == ".xml"

    def stamp(self) -> str:
        """`name@first 8 hex of the weights' SHA-256`."""
        weights = self.network.with_suffix(".bin") if self.is_openvino else self.network
        return f"{self.name}@{hashlib.sha256(weights.read_bytes()).hexdigest()[:8]}"


def resolve_model(
    site_choice: str | None, *, site_folder: Path | None = None, weights: Path = WEIGHTS_FOLDER
) -> ModelFolder:
    """The model to run: the site's own choice, the environment's, or the shipped default.

    Raises:
        ModelMissing: nothing there; says what was looked for and what to do.
    """
    choice = site_choice or os.environ.get(MODEL_VARIABLE) or _default_name(weights)
    candidates = [weights / choice, Path(choice)]
    if site_folder is not None:
        candidates[1:1] = [site_folder / choice, site_folder / "models" / choice]
    for candidate in candidates:
        if candidate.exists():
            return open_model(candidate)
    looked = ", ".join(str(candidate) for candidate in candidates)
    raise ModelMissing(
        f"model {choice!r} was not found (looked at {looked}): detection cannot start; "
        f"set [model] name in site.toml or {MODEL_VARIABLE}, or run `gridwall models list`"
    )


def shipped_sizes(weights: Path = WEIGHTS_FOLDER) -> list[ModelFolder]:
    """The shipped default at all its input sizes, best first. Raises ModelMissing."""
    lighter = _defaults(weights).get("lighter", [])
    return [open_model(weights / name) for name in (_default_name(weights), *lighter)]


def open_model(path: Path) -> ModelFolder:
    """Reads a model's description without loading its network.

    Raises:
        ModelMissing: the folder holds no .xml with .bin, or metadata.yaml is missing or unreadable.
    """
    if path.is_file():
        return ModelFolder(path, path, path.stem, (), _operating_points(path.parent))
    networks = sorted(path.glob("*.xml"))
    if not networks or not networks[0].with_suffix(".bin").is_file():
        raise ModelMissing(f"{path}: holds no OpenVINO model (an .xml with its .bin)")
    names = _names(path / "metadata.yaml")
    return ModelFolder(path, networks[0], path.name, names, _operating_points(path))


def _default_name(weights: Path) -> str:
    return str(_defaults(weights)["name"])


def _defaults(weights: Path) -> dict[str, Any]:
    file = weights / "default.toml"
    if not file.is_file():
        raise ModelMissing(
            f"no model is chosen and {file} is missing: set [model] name in site.toml "
            f"or the environment variable {MODEL_VARIABLE} to a model folder"
        )
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _names(metadata: Path) -> tuple[str, ...]:
    try:
        content: Any = yaml.safe_load(metadata.read_text(encoding="utf-8"))
        names = content["names"]
        pairs = names.items() if isinstance(names, dict) else enumerate(names)
        by_index = {int(index): str(name) for index, name in pairs}
        return tuple(by_index[index] for index in range(len(by_index)))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ModelMissing(
            f"{metadata}: expected `names` with an index for every class ({error})"
        ) from error


def _operating_points(folder: Path) -> OperatingPoints:
    file = folder / "operating_points.toml"
    if not file.is_file():
        return OperatingPoints()
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")).get("score", {})
    known = {class_of_name(name): float(score) for name, score in table.items()}
    return OperatingPoints({each: score for each, score in known.items() if each is not None})
