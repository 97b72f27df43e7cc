"""A model's card and figures.toml, written from what the stages measured; nothing else is said.

The same headings as the shipped card. What was not measured is named as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import tomlkit

from vision.learn.int8 import FIGURES_FILE, read_figures
from vision.learn.recipe import Split
from vision.learn.stages import Fitted, Images, Material, Measured, Plan, Points, Stage

CARD_FILE = "CARD.md"


def write_card(plan: Plan) -> None:
    """CARD.md and figures.toml into the model's folder.

    Raises:
        Misconfigured: a stage before it has left no usable stamp.
    """
    figures = tomlkit.document()
    figures.add(
        tomlkit.comment("AP50 on the test split (see CARD.md): mean over its sources, by boxes")
    )
    figures.add("ap50", tomlkit.item(ap50_of_test(plan.result(Stage.IMAGES, Images))))
    (plan.model_folder / FIGURES_FILE).write_text(tomlkit.dumps(figures), encoding="utf-8")
    text = "\n".join(card(plan)) + "\n"
    (plan.model_folder / CARD_FILE).write_text(text, encoding="utf-8")


def ap50_of_test(images: Images) -> dict[str, float]:
    """Class → AP50 over the test split's sources, weighted by boxes."""
    sums: dict[str, tuple[float, int]] = {}
    for part in images.parts:
        if part.split == Split.TEST.value:
            for name, score in part.scores.items():
                total, boxes = sums.get(name, (0.0, 0))
                sums[name] = (total + (score.ap50 or 0.0) * score.boxes, boxes + score.boxes)
    return {name: round(total / boxes, 3) for name, (total, boxes) in sums.items() if boxes}


def card(plan: Plan) -> Iterator[str]:
    """The card's lines."""
    recipe = plan.job.recipe
    megabytes = sum(each.stat().st_size for each in plan.model_folder.glob("model.*")) / 1e6
    yield f"# {recipe.name}: detector for street cameras"
    yield ""
    yield (
        f"OpenVINO fp16, {plan.size_px} × {plan.size_px} px, {megabytes:.1f} MB, AGPL-3.0-or-later. "
        f"Classes: {', '.join(recipe.classes)}."
    )
    yield "Written by `gridwall train run` from the figures of its stages."
    yield from _data(plan)
    yield from _held_out(plan)
    yield from _recipe(plan)
    yield from _figures(plan)
    yield from _points(plan)
    yield from _int8(plan)


def _data(plan: Plan) -> Iterator[str]:
    material = plan.result(Stage.DATASET, Material)
    yield from (
        "",
        "## Data and licences",
        "| source | pictures in training | licence |",
        "|---|---|---|",
    )
    yield f"| base: {plan.job.base.name} | – | AGPL-3.0 |"
    for source, count in material.sources.items():
        yield f"| {source} | {count.pictures[Split.TRAIN.value]} | {count.licence} |"
    for reason, dropped in material.dropped.items():
        yield f"\nDropped: {dropped} ({reason})."


def _held_out(plan: Plan) -> Iterator[str]:
    material = plan.result(Stage.DATASET, Material)
    yield from ("", "## Held out", "| source | validation | test |", "|---|---|---|")
    for source, count in material.sources.items():
        yield f"| {source} | {count.pictures['val']} | {count.pictures['test']} |"
    for split in (Split.VAL, Split.TEST):
        boxes = material.boxes[split.value]
        told = ", ".join(f"{name} {count}" for name, count in boxes.items() if count) or "none"
        yield f"\n{split.value}: {material.clips[split.value]} clips; boxes: {told}."
    yield (
        f"\nWhole clips are held out. No training picture within {plan.job.recipe.duplicate_bits} of "
        "128 perceptual hash bits of a held-out one, mirrored or not."
    )


def _recipe(plan: Plan) -> Iterator[str]:
    fitting = plan.job.recipe.fitting
    start = (
        "the base alone" if plan.job.start_from is None else str(plan.job.start_from.parent.name)
    )
    yield from ("", "## Recipe")
    yield (
        f"Recipe `{plan.job.recipe.name}`, from {start}: {plan.result(Stage.FIT, Fitted).steps} of "
        f"{fitting.steps} steps of {fitting.batch} pictures, seed {fitting.seed}."
    )
    yield "```"
    for key, value in msgspec.to_builtins(fitting).items():
        yield f"{key} = {value}"
    for key, value in msgspec.to_builtins(plan.job.recipe.composites).items():
        yield f"composites.{key} = {value}"
    look = plan.job.recipe.second_look
    yield f"second_look = {None if look is None else look.first_weights}"
    yield "```"


def _figures(plan: Plan) -> Iterator[str]:
    yield from ("", "## Figures: AP50 on held-out material")
    yield "Precision and recall at the operating point."
    yield from (
        "",
        "| source | split | class | boxes | AP50 | precision | recall |",
        "|---|---|---|---|---|---|---|",
    )
    for part in plan.result(Stage.IMAGES, Images).parts:
        for name, score in part.scores.items():
            yield (
                f"| {part.source} | {part.split} | {name} | {score.boxes} | {_number(score.ap50)} | "
                f"{_number(score.precision)} | {_number(score.recall)} |"
            )
    for stage, title in ((Stage.CLIPS, "Alerts on clips"), (Stage.QUIET, "Quiet hours and fires")):
        measured = plan.result(stage, Measured)
        yield f"\n**{title}.** {'Not measured: ' + measured.missing + '.' if measured.missing else ''}"
        for name, table in measured.tables.items():
            yield from _table(name, table)


def _table(title: str, table: dict[str, dict[str, Any]]) -> Iterator[str]:
    columns = list(next(iter(table.values()), {}))
    yield from ("", f"| {title} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|")
    for kind, row in table.items():
        yield f"| {kind} | {' | '.join(_number(row[column]) for column in columns)} |"


def _points(plan: Plan) -> Iterator[str]:
    yield from ("", "## Operating points (operating_points.toml)")
    yield from ("| class | score | validation boxes | quiet frames |", "|---|---|---|---|")
    for name, point in plan.result(Stage.POINTS, Points).points.items():
        how = str(point.boxes) if point.chosen else "none: the default"
        yield f"| {name} | {point.score:g} | {how} | {point.quiet_frames or '–'} |"


def _int8(plan: Plan) -> Iterator[str]:
    comparison = read_figures(plan.model_folder)
    if comparison is not None:
        yield from ("", "## Int8")
        yield from (f"* {line}" for line in comparison.lines())


def _number(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
