"""`gridwall check` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.site_folder import SITE, write_site


def check(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "console.app.cli", "check", "--site", str(folder), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.system
@pytest.mark.beside
def test_a_good_site_exits_0(tmp_path: Path) -> None:
    done = check(write_site(tmp_path), "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["errors"] == 0
    assert answer["counts"]["cameras"] == 2


@pytest.mark.system
@pytest.mark.beside
def test_warnings_do_not_fail(tmp_path: Path) -> None:
    done = check(write_site(tmp_path, site=SITE + "[visoin]\n"))
    assert done.returncode == 0
    assert "warning: site.toml:3 visoin" in done.stdout


@pytest.mark.system
@pytest.mark.beside
def test_errors_exit_2_with_every_problem(tmp_path: Path) -> None:
    done = check(write_site(tmp_path, cameras="id,name,main_url\na,,x\n", zones="= 1\n"), "--json")
    assert done.returncode == 2
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["ok"] is False
    places = {(p["file"], p["line"], p["key"]) for p in answer["problems"]}
    assert {
        ("cameras.csv", 2, "name"),
        ("cameras.csv", 2, "main_url"),
        ("zones.toml", 1, None),
    } <= places
    assert {"found", "expected", "severity", "text"} <= set(answer["problems"][0])


@pytest.mark.system
@pytest.mark.beside
def test_a_wrong_case_loop_is_told(tmp_path: Path) -> None:
    (tmp_path / "transitions.toml").write_text("[[transition]]\n")
    done = check(write_site(tmp_path))
    assert done.returncode == 2
    assert "error: transitions.toml: found" in done.stdout


def test_an_alarm_region_of_an_unknown_kind_is_told(tmp_path: Path) -> None:
    region = '[[linkage.region]]\nkinds = ["smoke", "parkin"]\n'
    done = check(write_site(tmp_path, site=SITE + region), "--json")
    assert done.returncode == 2
    problem = json.loads(done.stdout)["problems"][-1]
    assert problem["key"] == "linkage.region[0].kinds"
    assert "did you mean 'parking'" in problem["found"]


def test_a_wrong_key_of_an_alarm_region_is_told_with_its_line(tmp_path: Path) -> None:
    region = '[[linkage.region]]\nkinds = ["smoke"]\nmonitors = 2\n'
    done = check(write_site(tmp_path, site=SITE + region), "--json")
    assert done.returncode == 2
    problem = json.loads(done.stdout)["problems"][0]
    assert problem["line"] == SITE.count("\n") + 1
    assert problem["key"] == "linkage.region[0]"
    assert "monitors" in problem["text"]
