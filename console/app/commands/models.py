"""`gridwall models`: which detectors there are, where they come from, and other formats of them.

list: shipped, the site's own and $GRIDWALL_MODEL, with their published figures. get NAME: copies
one to a folder and says where it comes from. export: a .pt → OpenVINO, ONNX or TensorRT.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from console.app.output import EXIT_GOOD, EXIT_WRONG_USE, print_json, print_problem, print_text

FORMATS = ("openvino", "onnx", "engine", "torchscript")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="list|get|export", required=True)
    listing = actions.add_parser("list", help="every detector that can be named in site.toml")
    listing.add_argument("--site", type=Path, help="also list models in the site's folder models/")
    get = actions.add_parser("get", help="where a detector comes from; --to DIR copies it")
    get.add_argument("name")
    get.add_argument("--site", type=Path, help="also look in the site's folder models/")
    get.add_argument("--to", type=Path, help="folder to copy it into (made if missing)")
    export = actions.add_parser(
        "export", help="a .pt as OpenVINO, ONNX or TensorRT (needs [train])"
    )
    export.add_argument("checkpoint", type=Path, help="the .pt file")
    export.add_argument("--format", choices=FORMATS, default="openvino")
    export.add_argument("--size", type=int, default=640, help="input side, px (640)")
    export.add_argument("--half", action="store_true", help="fp16 (TensorRT, OpenVINO)")
    for action in (listing, get, export):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    actions = {"list": _list, "get": _get, "export": _export}
    return actions[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from vision.learn.catalogue import default_name, known_models

    models = known_models(arguments.site)
    if arguments.json:
        print_json({"default": default_name(), "models": [model.as_dict() for model in models]})
        return EXIT_GOOD
    default = default_name()
    for model in models:
        mark = "*" if model.name == default else " "
        print_text(
            f"{mark} {model.name:24s} {model.input_px or '-':>5} px  {model.size_mb:5.1f} MB  {model.origin}"
        )
        if model.figures:
            figures = ", ".join(f"{name} {value:.2f}" for name, value in model.figures.items())
            print_text(f"    AP50 on held-out material: {figures}")
    if not models:
        print_text("no detector found; run `gridwall train` or set [model] name in site.toml")
    return EXIT_GOOD


def _get(arguments: argparse.Namespace) -> int:
    from vision.learn.catalogue import known_models

    models = {model.name: model for model in known_models(arguments.site)}
    if arguments.name not in models:
        known = ", ".join(models) or "none"
        print_problem(f"gridwall models get: no detector {arguments.name!r}; there are: {known}")
        return EXIT_WRONG_USE
    model = models[arguments.name]
    place = model.path
    if arguments.to is not None:
        place = arguments.to / model.name
        copy = shutil.copytree if model.path.is_dir() else shutil.copy2
        arguments.to.mkdir(parents=True, exist_ok=True)
        if model.path.is_dir():
            shutil.copytree(model.path, place, dirs_exist_ok=True)
        else:
            place = Path(copy(model.path, arguments.to / model.path.name))
    if arguments.json:
        print_json({**model.as_dict(), "path": str(place)})
        return EXIT_GOOD
    print_text(
        f"{model.name}: {model.origin}\n  at {place}\n  classes: {', '.join(model.names) or '-'}"
    )
    card = model.path / "CARD.md"
    print_text(f"  model card: {card}" if card.is_file() else "  no model card")
    return EXIT_GOOD


def _export(arguments: argparse.Namespace) -> int:
    if not arguments.checkpoint.is_file():
        print_problem(f"gridwall models export: {arguments.checkpoint}: no such file")
        return EXIT_WRONG_USE
    try:
        from vision.learn.formats import export_checkpoint
    except ImportError as error:
        print_problem(
            f"gridwall models export: {error.name} is not installed; "
            "run `pip install 'gridwall[train]'`"
        )
        return EXIT_WRONG_USE
    path: Any = export_checkpoint(
        arguments.checkpoint, arguments.format, arguments.size, half=arguments.half
    )
    if arguments.json:
        print_json({"path": str(path), "format": arguments.format})
    else:
        print_text(f"written: {path}")
    return EXIT_GOOD
