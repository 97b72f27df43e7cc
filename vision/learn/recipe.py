"""Recipe: what a detector is trained from and how, as one TOML file. Decides nothing else.

Frozen values; `load_recipe` reads `recipes/<name>.toml` beside this file or any path. Folders in
it are relative to the data folders given on the command line.
"""

from __future__ import annotations

import enum
import math
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from ingest.errors import Misconfigured

#: Recipes that come with the product.
RECIPES_FOLDER = Path(__file__).parent / "recipes"


class Split(enum.Enum):
    """Which part of the material a picture belongs to. A clip is never in two."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class OwnHead(enum.Enum):
    """What finds the classes the base does not know.

    `branch` reads the frozen trunk's features and leaves the COCO classes as they are; `neck` is the
    base's own head begun anew on a trunk that learns, for a network that knows nothing else.
    """

    BRANCH = "branch"
    NECK = "neck"


class ClipRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Names a clip (or set of photos) of a source and says where it goes.

    Attributes:
        name: the clip's name, unique in its source.
        match: regular expression on the file's stem; first rule that matches wins.
        numbers: [first, last] bounds of the first number in the stem (inclusive), or None.
        split: where the clip goes.
    """

    name: str
    match: str
    split: Split = Split.TRAIN
    numbers: tuple[int, int] | None = None

    def accepts(self, stem: str) -> bool:
        if re.search(self.match, stem) is None:
            return False
        if self.numbers is None:
            return True
        found = re.search(r"\d+", stem)
        return found is not None and self.numbers[0] <= int(found.group()) <= self.numbers[1]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """One folder of pictures with YOLO labels (images/, labels/).

    Attributes:
        classes: class number in the label files → our class name; others are dropped.
        complete: our class names for which a missing box means absence.
        trusted: our COCO class names whose boxes may teach the COCO head (label habits agree).
        photos: True when every file is a picture of its own (split by a hash of its name).
        clip_frames: > 0 when files are numbered and so many neighbours make one clip (then split
            by a hash of the clip's name).
        test_share, val_share: shares of such pictures or clips, 0..1.
        negatives: patterns of stems whose boxes are dropped (steam, cigarettes … labelled smoke).
        excluded: patterns of stems that are left out (a label nobody could agree on).
        redrawn: TOML file beside the recipes with boxes drawn again (class → stem → boxes), which
            stand in for the source's boxes of that class; "" = none.
        weight: how often a picture of this source is drawn, against 1.
    """

    folder: str
    classes: dict[str, str]
    complete: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    photos: bool = False
    clip_frames: int = 0
    test_share: float = 0.0
    val_share: float = 0.0
    clips: tuple[ClipRule, ...] = ()
    negatives: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    redrawn: str = ""
    weight: float = 1.0
    train_only: bool = False
    optional: bool = False


class Composites(Struct, frozen=True, forbid_unknown_fields=True):
    """Shares (0..1) of training pictures that get something painted over."""

    smoke: float = 0.25
    fire: float = 0.25
    stall: float = 0.15
    distractor: float = 0.3
    mosaic: float = 0.35


class Fitting(Struct, frozen=True, forbid_unknown_fields=True):
    """How the network is fitted.

    Attributes:
        sizes_px: input sizes (width, height) drawn at random, one per batch.
        trainable_from: first layer of the trunk that learns; 23 = trunk frozen.
        distil_gain: weight of the loss to the frozen teacher (only when the trunk learns).
        vehicle_gain: weight of trusted and teacher's boxes for the COCO head (likewise).
        base_share: final trunk = base_share · base + (1 - base_share) · averaged (WiSE-FT).
    """

    sizes_px: tuple[tuple[int, int], ...] = ((640, 640), (640, 384), (512, 512), (512, 320))
    batch: int = 16
    steps: int = 3000
    learning_rate: float = 2e-3
    trunk_learning_rate: float = 1e-4
    trainable_from: int = 23
    distil_gain: float = 1.0
    vehicle_gain: float = 0.2
    ema_decay: float = 0.998
    base_share: float = 0.3
    seed: int = 20261123


class SecondLook(Struct, frozen=True, forbid_unknown_fields=True):
    """Classes the exported model also looks for in a smaller picture.

    Attributes:
        first_weights: class → what its scores at the full size are multiplied by, 0..1: there the
            branch sees small things only, and is more easily mistaken.
        size_px: side of the smaller picture for an input of 640 px; 0 = half of the input.
        recipe: recipe of the network that takes the second look; "" = the model itself.
    """

    first_weights: dict[str, float]
    size_px: int = 0
    recipe: str = ""

    def side_px(self, input_px: int) -> int:
        """The same share of an input of this side, in whole strides of 32 px; 0 = half of it."""
        return math.ceil(self.size_px * input_px / 640 / 32) * 32


class Recipe(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole training: classes in the order of the shipped model, sources, fitting."""

    name: str
    classes: tuple[str, ...]
    coco: dict[str, str]
    sources: tuple[Source, ...]
    backgrounds: tuple[str, ...] = ()
    composites: Composites = Composites()
    fitting: Fitting = Fitting()
    second_look: SecondLook | None = None
    own_head: OwnHead = OwnHead.BRANCH
    duplicate_bits: int = 5

    @property
    def own_classes(self) -> tuple[str, ...]:
        """Classes the base does not know, in the order of the recipe."""
        return tuple(name for name in self.classes if name not in self.coco)


class RecipeInvalid(Misconfigured):
    """The recipe cannot be used; the text says which key and why."""


def load_recipe(name_or_path: str) -> Recipe:
    """The recipe of a shipped name ("street") or of a TOML file.

    Raises:
        RecipeInvalid: no such file, wrong TOML, unknown key, or a source maps to an unknown class.
    """
    path = Path(name_or_path)
    if not path.suffix:
        path = RECIPES_FOLDER / f"{name_or_path}.toml"
    try:
        recipe = msgspec.toml.decode(path.read_bytes(), type=Recipe)
    except OSError as error:
        raise RecipeInvalid(f"recipe {path}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise RecipeInvalid(f"recipe {path}: {error}") from error
    for source in recipe.sources:
        for name in (*source.classes.values(), *source.complete):
            if name not in recipe.classes:
                raise RecipeInvalid(f"recipe {path}: source {source.folder} names class {name!r}")
    return recipe
