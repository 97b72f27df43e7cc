"""Numbers and names: how an operator finds a camera."""

from __future__ import annotations

import pytest

from config.site import Camera, CameraId
from console.state.directory import CameraDirectory, assigned_numbers
from console.state.search import collation_key


def _cameras(*names: tuple[str, str]) -> list[Camera]:
    return [Camera(CameraId(camera_id), name, "rtsp://127.0.0.1/x") for camera_id, name in names]


@pytest.mark.parametrize(
    ("ids", "numbers"),
    [
        (("cam-0412", "cam-0007"), (412, 7)),
        (("north", "cam-9"), (1, 9)),
        (("a-1", "b-1", "c-3"), (1, 2, 3)),
        (("cam-2", "gate", "gate-x"), (2, 3, 4)),
        (("37020300001320000012", "cam-5"), (1, 5)),
        (("floor2-cam13-east", "x"), (13, 2)),
    ],
)
def test_a_number_is_the_last_digits_where_unique_else_the_row(
    ids: tuple[str, ...], numbers: tuple[int, ...]
) -> None:
    found = assigned_numbers(_cameras(*((name, name) for name in ids)))
    assert tuple(found[CameraId(name)] for name in ids) == numbers
    assert len(set(found.values())) == len(ids)


def test_a_camera_is_found_by_number_name_pinyin_and_initials() -> None:
    directory = CameraDirectory(
        _cameras(("cam-12", "延吉路口"), ("cam-34", "台东步行街"), ("cam-120", "Harbour gate"))
    )

    def first(text: str) -> str:
        return directory.search(text)[0].id

    assert first("12") == "cam-12"
    assert first("台东") == "cam-34"
    assert first("tdbxj") == "cam-34"
    assert first("yanji") == "cam-12"
    assert first("HARBOUR") == "cam-120"
    assert first("hg") == "cam-120"
    assert first("gate") == "cam-120"
    assert directory.search("zzzz") == []


def test_mixed_names_sort_by_sound() -> None:
    names = ["张伟", "Ayşe", "李晓梅", "Bob", "王建国"]
    assert sorted(names, key=collation_key) == ["Ayşe", "Bob", "李晓梅", "王建国", "张伟"]


def test_ten_thousand_cameras_are_searched_at_typing_speed() -> None:
    directory = CameraDirectory(
        _cameras(*((f"cam-{n}", f"延吉路{n}号东门") for n in range(10_000)))
    )
    assert directory.search("yjl9999")[0].id == "cam-9999"
