"""`gridwall train`: makes a detector from labelled pictures by a recipe; needs the extra `train`.

`gridwall train fit` trains and exports, `gridwall train dataset` only writes the data set with its
held-out splits (no torch needed), so that `gridwall eval images OUT/data.yaml --split test` can
be run by anybody with the material.
"""

from __future__ import annotations

import argparse
import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from console.app.output import (
    EXIT_FAILED,
    EXIT_GOOD,
    EXIT_WRONG_USE,
    print_json,
    print_problem,
    print_text,
)

DEFAULT_DATA = Path("../shared/data")
DEFAULT_BASE = Path("../shared/models/base_yolo11n_coco.pt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=("fit", "run", "trial", "dataset", "views", "export"), default="fit",
        help="fit: train and export (default); run: everything from the data set to the model's card, "
        "going on where it was interrupted; trial: teach one half of --site's frames and ask the other, "
        "both ways round; dataset: write the splits as a YOLO data set; "
        "views: store what the frozen trunk sees of drawn pictures, for fast fits; "
        "export: export the checkpoint of a run, or --start-from, again",
    )  # fmt: skip
    parser.add_argument("--recipe", default="street", help="shipped recipe or TOML file (street)")
    parser.add_argument(
        "--sources", nargs="+", metavar="PATTERN",
        help="only these sources of the recipe, e.g. 'images/fire_smoke_*' (all)",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, nargs="+", default=[DEFAULT_DATA],
        help=f"data folders, searched in this order for each source ({DEFAULT_DATA})",
    )  # fmt: skip
    parser.add_argument(
        "--base", type=Path, default=DEFAULT_BASE, help=f"COCO checkpoint ({DEFAULT_BASE})"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("runs/street"), help="run folder (runs/street)"
    )
    parser.add_argument(
        "--start-from",
        type=Path,
        help="last.pt of an earlier run, or model.xml of a shipped fp16 model",
    )
    parser.add_argument(
        "--site", type=Path, nargs="+", default=[], metavar="EXPORT",
        help="folders written by `gridwall dataset export`: half of what is drawn is theirs (fit, trial)",
    )  # fmt: skip
    parser.add_argument(
        "--videos", type=Path, default=DEFAULT_DATA / "videos", help="real clips (run, trial)"
    )
    parser.add_argument(
        "--second", type=Path, metavar="RUN",
        help="run folder of the network for the recipe's second look (export)",
    )  # fmt: skip
    parser.add_argument(
        "--as-labelled", action="store_true",
        help="the sources' own boxes, without those the recipe draws again (dataset)",
    )  # fmt: skip
    parser.add_argument("--views", type=Path, help="folder of stored views to write or to fit from")
    parser.add_argument("--count", type=int, default=8000, help="views in all (8000)")
    parser.add_argument(
        "--part", default="1/1", metavar="I/N", help="this process stores every N-th view (1/1)"
    )
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--steps", type=int, help="number of batches (recipe)")
    parser.add_argument("--size", type=int, default=640, help="input side of the export, px (640)")
    precision = parser.add_mutually_exclusive_group()
    precision.add_argument("--fp16", action="store_true", help="half precision (the default)")
    precision.add_argument(
        "--int8", action="store_true",
        help="also quantise, compare on the validation split, and replace fp16 where int8 loses no class "
        "and is faster (fit, export)",
    )  # fmt: skip
    parser.add_argument(
        "--most-lost", type=float, default=0.01, metavar="AP50",
        help="what a class may lose in int8 (0.01)",
    )  # fmt: skip
    parser.add_argument(
        "--truth", type=Path, metavar="TRUTH.toml", help="clips with known events (run)"
    )
    parser.add_argument(
        "--quiet-hours", type=float, default=3.0, help="hours of composed quiet (run; 3)"
    )
    parser.add_argument("--fires", type=int, default=64, help="fires painted over clips (run; 64)")
    parser.add_argument(
        "--set", nargs="*", default=[], metavar="KEY=VALUE", help="other [fitting] keys"
    )
    parser.add_argument("--threads", type=int, default=2, help="1 on a busy machine (2)")
    parser.add_argument("--workers", type=int, default=1, help="loader processes (1)")


def run(arguments: argparse.Namespace) -> int:
    recipe = _recipe(arguments)
    if arguments.action == "dataset":
        return _dataset(arguments, recipe)
    missing = [name for name in ("torch", "ultralytics") if find_spec(name) is None]
    if missing:
        print_problem(
            f"gridwall train: {' and '.join(missing)} not installed, so nothing can be trained; "
            "run `pip install 'gridwall[train]'` (torch and ultralytics, about 6 GB)"
        )
        return EXIT_WRONG_USE
    return _fit(arguments, recipe)


def _recipe(arguments: argparse.Namespace) -> Any:
    import msgspec

    from ingest.errors import Misconfigured
    from vision.learn.recipe import Fitting, load_recipe
    from vision.learn.site_frames import site_fitting

    recipe = load_recipe(arguments.recipe)
    values = msgspec.to_builtins(site_fitting(recipe.fitting) if arguments.site else recipe.fitting)
    if arguments.steps is not None:
        values["steps"] = arguments.steps
    try:
        for pair in arguments.set:
            key, _, text = pair.partition("=")
            values[key] = msgspec.json.decode(text.encode())
        fitting = msgspec.convert(values, type=Fitting)
    except msgspec.MsgspecError as error:
        raise Misconfigured(f"--set {' '.join(arguments.set)}: {error}") from error
    sources = tuple(
        source
        for source in recipe.sources
        if not arguments.sources
        or any(fnmatch.fnmatch(source.folder, pattern) for pattern in arguments.sources)
    )
    if arguments.as_labelled:
        sources = tuple(msgspec.structs.replace(source, redrawn="") for source in sources)
    return msgspec.structs.replace(recipe, fitting=fitting, sources=sources)


def _dataset(arguments: argparse.Namespace, recipe: Any) -> int:
    from vision.learn.dataset import assemble, counted, write_yolo

    assembly = assemble(recipe, arguments.data)
    path = write_yolo(assembly, recipe.classes, arguments.out)
    table = counted(assembly, recipe.classes)
    if arguments.json:
        print_json({"data": str(path), "splits": table, "dropped": assembly.dropped})
        return EXIT_GOOD
    for split, counts in table.items():
        boxes = ", ".join(f"{name} {count}" for name, count in counts["boxes"].items() if count)
        print_text(f"{split}: {counts['pictures']} pictures; boxes: {boxes}")
    print_text(f"written: {path} (next: gridwall eval images {path} --split test)")
    return EXIT_GOOD


def _numbers(arguments: argparse.Namespace) -> range:
    from ingest.errors import Misconfigured

    part, _, parts = arguments.part.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise Misconfigured(f"--part {arguments.part}: expected I/N, such as 1/2")
    return range(int(part) - 1, arguments.count, int(parts))


def _fit(arguments: argparse.Namespace, recipe: Any) -> int:
    from vision.learn.folds import data_set
    from vision.learn.recipe import Split
    from vision.learn.train import Job, export, load_finished, load_second, store_views, train

    job = Job(
        recipe=recipe, data_folders=tuple(arguments.data), base=arguments.base, run_folder=arguments.out,
        start_from=arguments.start_from, views=arguments.views, minutes=arguments.minutes, workers=arguments.workers, threads=arguments.threads,
        site=tuple(arguments.site),
    )  # fmt: skip
    if arguments.action == "trial":
        return _trial(arguments, job)
    if arguments.action == "run":
        return _run(arguments, job)
    if arguments.action == "views":
        store_views(job, _numbers(arguments), print_text)
        return EXIT_GOOD
    model = load_finished(job) if arguments.action == "export" else train(job, print_text)
    folder = arguments.out / f"{recipe.name}_{arguments.size}"
    other = None if arguments.second is None else load_second(job, arguments.second)
    path = export(model, recipe, None, folder, arguments.size, other)
    if arguments.int8:
        trial = folder.with_name(f"{folder.name}_int8")
        assembly = job.assembly()
        export(model, recipe, assembly, trial, arguments.size, other)
        return _settle(arguments, folder, trial, data_set(assembly.of(Split.VAL), recipe.classes))
    if arguments.json:
        print_json(
            {"model": str(path.parent), "checkpoint": str(arguments.out / f"{recipe.name}.pt")}
        )
    else:
        print_text(
            f"model: {path.parent} (next: gridwall eval images DATA.yaml --model {path.parent})"
        )
    return EXIT_GOOD


def _settle(arguments: argparse.Namespace, fp16: Path, int8: Path, data: Any) -> int:
    from vision.learn.int8 import compare, settle

    comparison = compare(fp16, int8, data, arguments.most_lost)
    taken = settle(fp16, int8, comparison)
    for line in comparison.lines():
        print_text(line)
    if arguments.json:
        print_json({"model": str(fp16), "int8": taken, "comparison": comparison})
    if taken:
        print_text(f"int8 took the place of fp16: {fp16}")
        return EXIT_GOOD
    print_problem(
        f"gridwall train: int8 does not replace fp16: {'; '.join(comparison.objections)}. "
        f"{fp16} stays fp16 and its figures.toml says so; use it, or look at {int8}"
    )
    return EXIT_FAILED


def _run(arguments: argparse.Namespace, job: Any) -> int:
    from vision.learn.stages import Plan, run_plan

    plan = Plan(
        job, arguments.size, arguments.videos, arguments.truth, arguments.quiet_hours,
        arguments.fires, print_text,
    )  # fmt: skip
    folder = run_plan(plan)
    if arguments.json:
        print_json({"model": str(folder), "card": str(folder / "CARD.md")})
    else:
        print_text(f"model: {folder}, its figures: {folder / 'CARD.md'}")
    return EXIT_GOOD


def _trial(arguments: argparse.Namespace, job: Any) -> int:
    from vision.learn.folds import lines_of, run_trial

    trial = run_trial(job, arguments.videos, arguments.size, print_text)
    if arguments.json:
        print_json(trial)
        return EXIT_GOOD
    for line in lines_of(trial):
        print_text(line)
    return EXIT_GOOD
