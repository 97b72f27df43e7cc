"""The report of an evaluation: right counts, the mistakes as pictures, one file that needs nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from console.app.cli import main
from vision.alerts import AlertKind
from vision.detections import detections_of
from vision.learn.clip_outcomes import ClipOutcome, Verdict
from vision.learn.evaluate import LabelledPicture
from vision.learn.evaluate_clips import KindScore
from vision.learn.mistakes import EXAMPLES, NOTHING, Mistakes
from vision.learn.rates import poisson_interval
from vision.learn.report import Heading, clips_report, images_report
from vision.learn.truth import TruthEvent
from vision.models import OperatingPoints

NAMES = ("car", "smoke", "fire")
PICTURE = np.full((100, 200, 3), 60, np.uint8)


def labelled(*rows: tuple[int, float, float, float, float], name: str = "a.jpg") -> LabelledPicture:
    table = np.array(rows, np.float32).reshape(-1, 5)
    return LabelledPicture(Path(name), table[:, 0].astype(np.int32), table[:, 1:])


def found(*rows: tuple[float, float, float, float, float, int]):
    table = np.array(rows, np.float32).reshape(-1, 6)
    return detections_of(table[:, :4], table[:, 4], table[:, 5])


def test_counted_rates_have_the_exact_interval() -> None:
    assert poisson_interval(0) == pytest.approx((0.0, 3.689), abs=1e-3)
    assert poisson_interval(1) == pytest.approx((0.0253, 5.572), abs=1e-3)
    assert poisson_interval(10) == pytest.approx((4.795, 18.390), abs=1e-3)
    low, high = poisson_interval(1000)
    assert low < 1000 < high < 1070


def test_a_tight_box_in_a_loose_label_is_located_though_no_hit() -> None:
    mistakes = Mistakes(NAMES, NAMES, OperatingPoints())
    mistakes.take(labelled((2, 0.1, 0.1, 0.9, 0.9)), PICTURE, found((80, 40, 110, 60, 0.8, 2)))
    score = mistakes.scores()["fire"]
    assert (score.with_it, score.reported, score.located, score.recall) == (1, 1, 1, 1.0)
    assert mistakes.confusion == {(NOTHING, "fire"): 1, ("fire", NOTHING): 1}


def test_pictures_count_once_and_boxes_below_the_point_do_not() -> None:
    mistakes = Mistakes(("CAR", "smoke", "zebra"), NAMES, OperatingPoints())
    quiet = found((0, 0, 50, 50, 0.9, 1), (60, 0, 90, 50, 0.8, 1), (0, 0, 9, 9, 0.1, 0))
    mistakes.take(labelled((2, 0.2, 0.2, 0.4, 0.4)), PICTURE, quiet)
    smoky = labelled((1, 0.0, 0.0, 0.25, 0.5))
    mistakes.take(smoky, PICTURE, found((0, 0, 50, 50, 0.9, 1)))
    mistakes.take(smoky, PICTURE, found((0, 0, 50, 50, 0.9, 0)))
    smoke = mistakes.scores()["smoke"]
    assert (smoke.with_it, smoke.reported, smoke.quiet, smoke.disturbed) == (2, 1, 1, 1)
    assert (smoke.recall, smoke.precision) == (0.5, 0.5)
    assert mistakes.confusion["smoke", "car"] == 1
    assert mistakes.confusion["smoke", "smoke"] == 1
    assert mistakes.confusion[NOTHING, "smoke"] == 2


def test_classes_a_set_does_not_label_are_no_mistakes_but_smoke_always_is() -> None:
    mistakes = Mistakes(NAMES, NAMES, OperatingPoints())
    mistakes.take(labelled(), PICTURE, found((0, 0, 50, 50, 0.9, 0), (0, 0, 50, 50, 0.9, 1)))
    assert list(mistakes.scores()) == ["smoke"]
    assert mistakes.confused() == {(NOTHING, "smoke"): 1}
    assert list(mistakes.examples()) == [(NOTHING, "smoke")]


def test_only_the_worst_mistakes_are_kept() -> None:
    mistakes = Mistakes(NAMES, NAMES, OperatingPoints())
    for number in range(20):
        score = 0.3 + number / 40
        mistakes.take(labelled(name=f"{number}.jpg"), PICTURE, found((0, 0, 50, 50, score, 1)))
    kept = mistakes.examples()[NOTHING, "smoke"]
    assert [each.file_name for each in kept] == [f"{19 - k}.jpg" for k in range(EXAMPLES)]
    assert cv2.imdecode(np.frombuffer(kept[0].jpeg, np.uint8), cv2.IMREAD_COLOR).shape[1] == 320


class Page(HTMLParser):
    """Collects what a page would load, its text, and whether its elements close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.loaded += [value for key, value in attrs if key in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text += data


def test_the_images_report_is_one_whole_file_and_escapes_names() -> None:
    mistakes = Mistakes(NAMES, NAMES, OperatingPoints())
    mistakes.take(
        labelled((1, 0.0, 0.0, 0.5, 0.5), name="<b>&.jpg"), PICTURE, found((90, 40, 180, 90, 0.9, 2))
    )  # fmt: skip
    page = Page(images_report(Heading("T", "m@1", "<data>"), {}, mistakes))
    assert page.open == []
    assert page.loaded
    assert all(each.startswith("data:image/jpeg;base64,") for each in page.loaded)
    assert "<b>&.jpg" in page.text
    assert "smoke not found: 1" in page.text
    assert "fire without a matching label: 1" in page.text


def test_the_clips_report_tells_the_interval_and_shows_false_alarms() -> None:
    jpeg = cv2.imencode(".jpg", PICTURE)[1].tobytes()
    outcomes = [
        ClipOutcome("a.mp4", AlertKind.SMOKE, Verdict.FALSE, 3.0, None, jpeg=jpeg),
        ClipOutcome("a.mp4", AlertKind.FIRE, Verdict.MISS, None, TruthEvent(AlertKind.FIRE, 2, 6)),
    ]
    score = KindScore(0, 1, 0, 0.0, 0.5, None, None, 0, 0.0, 7.378)
    page = Page(clips_report(Heading("T", "m@1", "d"), {"smoke": score}, outcomes))
    assert "0.00 to 7.38" in page.text
    assert "2.0 to 6.0" in page.text
    assert len(page.loaded) == 1
    assert "a.mp4 · smoke, 3.0 s" in page.text


@pytest.fixture
def data_file(tmp_path: Path) -> Path:
    for kind in ("images", "labels"):
        (tmp_path / kind / "test").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "images/test/a.jpg"), PICTURE)
    (tmp_path / "labels/test/a.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    file = tmp_path / "data.yaml"
    file.write_text("test: images/test\nnames: [smoke]\n")
    return file


def test_eval_images_writes_the_report_of_the_shipped_model(data_file, tmp_path, capsys) -> None:
    report = tmp_path / "r.html"
    assert main(["eval", "images", str(data_file), "--report", str(report), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["whole_pictures"]["smoke"]["with_it"] == 1
    page = Page(report.read_text(encoding="utf-8"))
    assert re.search(r"street@[0-9a-f]{8}", page.text)
    assert main(["eval", "images", str(data_file), "--report", str(tmp_path / "no" / "r")]) == 2
    assert "cannot be written" in capsys.readouterr().err
