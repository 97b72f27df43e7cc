"""`gridwall train` and `gridwall models` as a user meets them."""

from __future__ import annotations

import json
import shutil
import sys

import numpy as np
import pytest

from console.app.cli import main
from vision.learn.catalogue import known_models

from .conftest import scene_picture


def test_train_without_torch_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["train", "fit"]) == 2
    assert "gridwall[train]" in capsys.readouterr().err


def test_train_dataset_writes_the_splits_and_counts_them(write_source, tmp_path, capsys):
    folder = write_source(
        "s", {"a1": (scene_picture(1), "0 0.5 0.5 0.2 0.2\n"), "held1": (scene_picture(2), "")}
    )
    recipe = tmp_path / "r.toml"
    recipe.write_text(
        'name = "r"\nclasses = ["smoke"]\ncoco = {}\n[[sources]]\nfolder = "s"\n'
        'classes = { 0 = "smoke" }\nclips = [{ name = "h", match = "^held", split = "test" }]\n'
    )
    out = tmp_path / "out"
    arguments = ["train", "dataset", "--recipe", str(recipe), "--data", str(folder)]
    assert main([*arguments, "--out", str(out), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["splits"]["train"]["boxes"] == {"smoke": 1}
    assert result["splits"]["test"]["pictures"] == 1
    assert (out / "data.yaml").is_file()
    assert main([*arguments, "--out", str(out), "--sources", "nothing*"]) == 2
    assert "no pictures" in capsys.readouterr().err


def test_a_wrong_fitting_key_is_wrong_use(capsys):
    assert main(["train", "dataset", "--set", "batch=many"]) == 2
    assert "batch" in capsys.readouterr().err


def model_folder(path, names=("car", "smoke")):
    path.mkdir(parents=True)
    (path / "model.xml").write_text("<net/>")
    (path / "model.bin").write_bytes(np.zeros(1000, np.uint8).tobytes())
    lines = ["imgsz:", "- 640", "- 640", "names:", *(f"  {i}: {n}" for i, n in enumerate(names))]
    (path / "metadata.yaml").write_text("\n".join(lines) + "\n")
    (path / "figures.toml").write_text("[ap50]\nsmoke = 0.5\n")
    return path


def test_shipped_and_site_models_are_known_with_size_and_figures(tmp_path, monkeypatch):
    monkeypatch.delenv("GRIDWALL_MODEL", raising=False)
    model_folder(tmp_path / "weights" / "street")
    model_folder(tmp_path / "site" / "models" / "own")
    (tmp_path / "weights" / "default.toml").write_text('name = "street"\n')
    (tmp_path / "site" / "models" / "broken").mkdir()
    found = known_models(tmp_path / "site", tmp_path / "weights")
    assert [(model.name, model.input_px) for model in found] == [("street", 640), ("own", 640)]
    assert found[0].figures == {"smoke": 0.5}


def test_models_get_copies_a_model_and_says_where_it_is(tmp_path, monkeypatch, capsys):
    model = model_folder(tmp_path / "m" / "mine")
    monkeypatch.setenv("GRIDWALL_MODEL", str(model))
    assert main(["models", "get", "mine", "--to", str(tmp_path / "copy"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (tmp_path / "copy" / "mine" / "model.bin").is_file()
    assert result["classes"] == ["car", "smoke"]
    shutil.rmtree(tmp_path / "copy")


def test_models_get_of_an_unknown_name_lists_what_there_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GRIDWALL_MODEL", str(model_folder(tmp_path / "m" / "mine")))
    assert main(["models", "get", "nothing"]) == 2
    assert "mine" in capsys.readouterr().err


def test_models_list_prints_one_object(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GRIDWALL_MODEL", str(model_folder(tmp_path / "m" / "mine")))
    assert main(["models", "list", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert any(model["name"] == "mine" for model in result["models"])


@pytest.mark.parametrize("arguments", [["models", "export", "absent.pt"]])
def test_export_of_a_missing_file_is_wrong_use(arguments, capsys):
    assert main(arguments) == 2
    assert "absent.pt" in capsys.readouterr().err
