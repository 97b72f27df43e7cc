"""Both languages are complete, and a switch reaches every window at once."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from config.site import Language
from console.state.keys import KEY_TABLE
from tests.console.views.conftest import Seat

ROOT = Path(__file__).parents[3]
TEXTS = ROOT / "resources" / "i18n" / "gridwall_zh_CN.ts"
TOOLS = Path(sys.executable).parent


def _sources() -> list[str]:
    folders = ("console/views", "console/state", "console/bridge", "console/app")
    return [str(path) for name in folders for path in sorted((ROOT / name).rglob("*.py"))]


def _messages(path: Path) -> dict[tuple[str, str], tuple[str, str | None]]:
    """(context, source) → (translation, its type attribute)."""
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            key = (name, message.findtext("source", ""))
            found[key] = (translation.text or "", translation.get("type"))
    return found


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], object]:
    """What lupdate finds in the sources now."""
    file = tmp_path_factory.mktemp("texts") / "fresh.ts"
    command = [str(TOOLS / "pyside6-lupdate"), *_sources(), "-ts", str(file)]
    subprocess.run([*command, "-locations", "none"], check=True, capture_output=True, timeout=60)
    return dict(_messages(file))


def test_every_text_of_the_sources_has_a_finished_chinese_translation(
    collected: dict[tuple[str, str], object],
) -> None:
    known = _messages(TEXTS)
    missing = sorted(set(collected) - set(known))
    assert not missing, f"not in the .ts file (see console/README.md): {missing}"
    unfinished = [key for key in collected if not known[key][0] or known[key][1] is not None]
    assert not unfinished


def test_no_translation_is_left_over_from_a_text_that_is_gone(
    collected: dict[tuple[str, str], object],
) -> None:
    assert set(_messages(TEXTS)) == set(collected)


def test_translations_keep_the_places_for_values() -> None:
    import re

    slot = re.compile(r"\{\w+\}")
    for (context, source), (translation, _kind) in _messages(TEXTS).items():
        assert sorted(slot.findall(source)) == sorted(slot.findall(translation)), (context, source)


def test_the_compiled_texts_are_those_of_the_source(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.qm"
    command = [str(TOOLS / "pyside6-lrelease"), str(TEXTS), "-qm", str(fresh)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert fresh.read_bytes() == TEXTS.with_suffix(".qm").read_bytes()


def test_a_switch_changes_every_text_and_back(seat: Seat) -> None:
    seat.fill()
    header = seat.window.header
    texts = {name: label for name, label in header.texts().items() if label}
    seat.translators.use(Language.CHINESE)
    seat.wait(lambda: header.texts()["open"] == "在办 3")
    chinese = header.texts()
    assert all(chinese[name] != text for name, text in texts.items() if name != "site")
    assert "网格员" in seat.window.palette_card.edit.placeholderText()
    seat.translators.use(Language.ENGLISH)
    seat.wait(lambda: header.texts() == texts)


def test_chinese_says_what_a_chinese_operator_says(seat: Seat) -> None:
    from console.desk.case import CaseState
    from console.views import words

    seat.translators.use(Language.CHINESE)
    states = {state: words.state_text(state) for state in CaseState}
    assert states[CaseState.PROPOSED] == "待立案"
    assert states[CaseState.CLOSED] == "已结案"
    assert words.act_text("dispatch") == "派遣"
    assert words.act_text("verify") == "核查"
    assert words.kind_text("stall") == "占道经营"
    assert len(KEY_TABLE) == len({words.translate("Keys", row.text) for row in KEY_TABLE})
