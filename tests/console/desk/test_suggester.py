"""The learned suggester: learns from closed cases, is asked about later ones, never stands alone."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from config.directory import SiteDirectory
from config.load import load_site
from console.app.cli import main
from console.bench.case_texts import Town, some_closed_cases, some_town
from console.desk.case import CaseData, CaseState
from console.desk.suggester.examples import example_of, known_for
from console.desk.suggester.features import Facts, column_of_fact, matrix, ngrams_of, tokens_of
from console.desk.suggester.model import SuggestionModel, Target
from console.desk.suggester.model_file import KEPT_FILES, ModelFileInvalid, load, newest_file, save
from console.desk.suggester.training import TooFewCases, train
from console.desk.tables import case_row, cases
from console.state.suggestions import Suggestions, taking_of
from ingest.feed.envelope import utc_text
from tests.console.desk.desk_bench import MONDAY_9, DeskBench

ROWS = 3_000


@pytest.fixture(scope="module")
def town() -> Town:
    return some_town(street_count=6, cells_each=4)


@pytest.fixture(scope="module")
def directory(town: Town, tmp_path_factory: pytest.TempPathFactory) -> SiteDirectory:
    folder = tmp_path_factory.mktemp("town")
    files = {"site.toml": 'name = "t"\n', "cameras.csv": "id,name,main_url\n", **town.registers}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return SiteDirectory(load_site(folder))


@pytest.fixture(scope="module")
def model(town: Town, directory: SiteDirectory) -> SuggestionModel:
    return train(
        lambda: some_closed_cases(town, ROWS, MONDAY_9), directory, utc_text(MONDAY_9), print
    )


def test_it_beats_rules_habit_and_majority_on_cases_of_a_later_time(model: SuggestionModel) -> None:
    unit, item = model.facts.figures["unit"], model.facts.figures["item"]
    assert unit.rules is not None
    assert unit.rules_first is not None
    assert unit.usual is not None
    assert unit.cases > 0.15 * ROWS
    assert unit.first > max(unit.rules, unit.usual, unit.majority) + 0.05
    assert unit.rules_first > unit.rules
    assert item.first > 0.75 > item.majority
    assert item.among_three >= item.first
    assert item.confidence_error < 0.1


def test_what_it_says_has_words_for_reasons(model: SuggestionModel) -> None:
    known = frozenset(model.heads[Target.ITEM].labels)
    best, *_ = model.suggest(Target.ITEM, "新安路有人露天烧烤到半夜", Facts("ticket"), known, 0.05)
    assert best.label == "0510"
    assert 0.4 < best.confidence <= 1
    named = best.reasons[0]
    assert named.id == "learned_words"
    assert "烧烤" in named.values["words"]


def test_labels_that_the_site_no_longer_has_are_left_out(model: SuggestionModel) -> None:
    text = "新安路有人露天烧烤到半夜"
    found = model.suggest(Target.ITEM, text, Facts(), frozenset({"0505", "0501"}), 0.0)
    assert {one.label for one in found} <= {"0505", "0501"}


def test_a_target_never_sees_its_own_answer() -> None:
    facts = Facts("ticket", "s", ("C1", "S1"), "S1", "0505")
    assert not any("item=" in token for token in tokens_of(known_for(Target.ITEM, facts)))
    assert not any("area=" in token for token in tokens_of(known_for(Target.AREA, facts)))


def test_columns_of_reasons_are_those_the_matrix_has() -> None:
    facts = Facts("ticket", "s", ("C1",), "", "0505")
    columns = set(matrix(["机动车乱停"], [facts]).indices.tolist())
    assert {column for _, column in ngrams_of("机动车乱停")} <= columns
    assert {column_of_fact(token) for token in tokens_of(facts)} <= columns


def test_cases_that_did_not_end_in_the_ordinary_way_teach_nothing(
    town: Town, directory: SiteDirectory
) -> None:
    from config.site import GridLevel

    case = next(some_closed_cases(town, 10, MONDAY_9))
    assert example_of(case, directory, GridLevel.STREET) is not None
    for changes in ({"state": CaseState.VOID}, {"state": CaseState.FILED}, {"title": "  "}):
        other = msgspec.structs.replace(case, **changes)
        assert example_of(other, directory, GridLevel.STREET) is None


def test_nothing_is_learned_before_the_split_from_cases_that_closed_after_it(
    town: Town, directory: SiteDirectory
) -> None:
    """A case opened early and closed late would tell the trial the future."""
    last = utc_text(MONDAY_9)

    def late_ones() -> Iterator[CaseData]:
        for case in some_closed_cases(town, ROWS, MONDAY_9):
            yield msgspec.structs.replace(case, closed_utc=last)

    found = train(late_ones, directory, last, lambda _text: None)
    assert found.facts.figures["item"].majority == 0.0
    assert found.facts.figures["item"].first < 0.35  # no more than one label, always


def test_too_few_cases_are_told(town: Town, directory: SiteDirectory) -> None:
    with pytest.raises(TooFewCases, match="150 closed cases"):
        train(lambda: some_closed_cases(town, 150, MONDAY_9), directory, "", print)


def test_a_file_comes_back_as_it_was_and_only_some_are_kept(
    model: SuggestionModel, tmp_path: Path
) -> None:
    for day in range(1, KEPT_FILES + 3):
        facts = msgspec.structs.replace(model.facts, trained_utc=f"2026-11-0{day}T00:00:00Z")
        save(msgspec.structs.replace(model, facts=facts), tmp_path)
    assert len(list((tmp_path / "suggester").iterdir())) == KEPT_FILES
    path = newest_file(tmp_path)
    assert path is not None
    loaded = load(path)
    assert loaded.facts.trained_utc == f"2026-11-0{KEPT_FILES + 2}T00:00:00Z"
    known = frozenset(model.heads[Target.ITEM].labels)
    asked = ("路灯不亮", Facts("ticket"), known, 0.0)
    assert loaded.suggest(Target.ITEM, *asked) == model.suggest(Target.ITEM, *asked)


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("/tmp/gridwall-pickle-ran"),))  # type: ignore[return-value]


def test_files_that_are_no_model_are_refused(model: SuggestionModel, tmp_path: Path) -> None:
    good = save(model, tmp_path)
    wrong = tmp_path / "suggester-x.npz"
    with zipfile.ZipFile(good) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def written(**changed: bytes) -> Path:
        with zipfile.ZipFile(wrong, "w") as archive:
            for name, content in (parts | changed).items():
                archive.writestr(name, content)
        return wrong

    flipped = bytearray(parts["item_weights.npy"])
    flipped[5_000] ^= 1
    np.savez(tmp_path / "objects.npz", head=np.array([_Bomb()], dtype=object))
    (tmp_path / "raw.npz").write_bytes(pickle.dumps(_Bomb()))
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("head.npy", bytes(600 << 20))
    (tmp_path / "cut.npz").write_bytes(good.read_bytes()[:-200])
    for path in (
        written(**{"item_weights.npy": bytes(flipped)}),
        tmp_path / "objects.npz", tmp_path / "raw.npz", tmp_path / "bomb.npz",
        tmp_path / "cut.npz", tmp_path / "none.npz",
    ):  # fmt: skip
        with pytest.raises(ModelFileInvalid):
            load(path)


def test_the_desk_says_why_it_has_only_rules_and_shows_both_when_it_has_learned(
    bench: DeskBench, model: SuggestionModel
) -> None:
    case = bench.raised_case()
    said = bench.ask("suggest", case_id=case.case_id)["suggestions"]
    assert said["absent"]["id"] == "suggester_none"
    assert said["rule_unit"] == "Traffic police"
    folder = bench.directory.site.folder
    path = save(model, folder)
    bench.ask("suggest", case_id=case.case_id)
    assert bench.desk._suggester.wait_read(30)
    said = bench.ask("case", id=case.case_id)["suggestions"]
    assert said["absent"] is None
    assert said["model"]["cases"] == model.facts.cases
    assert said["rule_unit"] == "Traffic police"
    bench.clock.advance(200 * 86_400.0)
    assert bench.ask("suggest", case_id=case.case_id)["suggestions"]["absent"]["id"] == (
        "suggester_stale"
    )
    path.unlink()
    assert bench.ask("suggest", case_id=case.case_id)["suggestions"]["absent"]["id"] == (
        "suggester_none"
    )


@pytest.mark.logs_warnings("a broken model is told")
def test_a_broken_model_costs_suggestions_and_nothing_else(bench: DeskBench) -> None:
    case = bench.raised_case()
    folder = bench.directory.site.folder / "suggester"
    folder.mkdir()
    (folder / "suggester-1.npz").write_bytes(b"no model")
    bench.ask("suggest", case_id=case.case_id)
    assert bench.desk._suggester.wait_read(30)
    said = bench.ask("case", id=case.case_id)
    assert said["suggestions"]["absent"]["id"] == "suggester_broken"
    assert said["suggestions"]["rule_unit"] == "Traffic police"


def test_what_is_taken_over_stands_in_the_audit_row(bench: DeskBench) -> None:
    case = bench.raised_case()
    bench.act(case.case_id, "amend", unit="Duty", suggested="learned: unit Duty 0.91")
    row = bench.ask("case", id=case.case_id)["timeline"][-1]
    assert row["detail"]["suggested"] == "learned: unit Duty 0.91"


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({"item_code": None}, {"item_code": "0504"}),
        ({"item_code": None, "grid_id": None}, {"item_code": "0504", "grid_id": "S1"}),
        ({}, {"unit": "Office"}),
        ({"unit": "Office"}, None),
    ],
)
def test_one_key_fills_what_is_missing_and_leaves_units_to_the_rules_first(
    bench: DeskBench, changes: dict[str, object], taken: dict[str, str] | None
) -> None:
    case = msgspec.structs.replace(bench.raised_case(), **changes)
    said = {
        "item": [{"label": "0504", "confidence": 0.9}],
        "area": [{"label": "S1", "confidence": 0.8}],
        "unit": [{"label": "Office", "confidence": 0.7}],
        "model": {"trained_utc": "2026-11-01T00:00:00Z"},
    }
    found = taking_of(case, msgspec.convert(said, Suggestions))
    assert (found.fields if found else None) == taken


@pytest.mark.sqlite_only
def test_the_command_trains_from_the_store_and_prints_its_figures(
    town: Town, directory: SiteDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        name.partition(".")[0]: text for name, text in town.registers.items()
    } | {"cameras": "id,name,main_url\n", "zones": None, "calibration": None, "inspectors": None, "checkpoints": None}  # fmt: skip
    bench = DeskBench(tmp_path / "hub", None, **files)  # type: ignore[arg-type]
    with bench.store.transaction() as tx:
        tx.execute(
            cases.insert(), [case_row(one) for one in some_closed_cases(town, ROWS, MONDAY_9)]
        )
    bench.close()
    site = tmp_path / "hub" / "site"
    (site / "site.toml").write_text(
        f'name = "t"\n[hub]\nquery = "tcp://127.0.0.1:1"\n[store]\nfolder = "{tmp_path}"\n'
    )
    assert main(["suggester", "train", "--site", str(site), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["cases"] == ROWS
    assert told["figures"]["unit"]["first"] > told["figures"]["unit"]["rules"]
    assert main(["suggester", "show", "--site", str(site)]) == 0
    assert "rules first" in capsys.readouterr().out
