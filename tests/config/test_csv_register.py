"""CSV registers as cities really write them: BOM, CRLF, quotes, own columns, slips of every kind."""

from __future__ import annotations

import pytest

from config.problems import FileProblems, Problem, Severity
from config.registers import (
    canonical_device_id,
    read_cameras,
    read_checkpoints,
    read_inspectors,
    read_items,
    read_rules,
)
from config.site import Camera, Datum, Hours, LimitUnit


def cameras_of(text: str | bytes) -> tuple[tuple[Camera, ...], list[Problem]]:
    found: list[Problem] = []
    content = text if isinstance(text, bytes) else text.encode()
    return read_cameras(content, Datum.WGS84, {}, FileProblems("cameras.csv", found)), found


def test_bom_crlf_quotes_and_chinese_are_read() -> None:
    text = '\ufeffid,name,main_url\r\nc1,"路口, ""东""",rtsp://h/1\r\n'
    cameras, problems = cameras_of(text)
    assert problems == []
    assert cameras[0].name == '路口, "东"'


def test_lines_count_through_cells_of_several_lines() -> None:
    text = 'id,name,main_url\nc1,"two\nlines",rtsp://h/1\n\nc2,x,bad\n'
    _cameras, problems = cameras_of(text)
    assert [p.line for p in problems] == [5]


def test_empty_cells_are_absent() -> None:
    cameras, problems = cameras_of(
        "id,name,main_url,sub_url,lat,lon,grid_id\nc1,n,rtsp://h, , ,,\n"
    )
    assert problems == []
    assert cameras[0] == Camera("c1", "n", "rtsp://h")  # type: ignore[arg-type]


def test_short_rows_leave_the_rest_empty_and_long_rows_are_told() -> None:
    cameras, problems = cameras_of("id,name,main_url,group\nc1,n,rtsp://h\nc2,n,rtsp://h,g,more\n")
    assert [camera.id for camera in cameras] == ["c1"]
    assert (problems[0].line, problems[0].found) == (3, "5 cells")


def test_an_unknown_column_warns_and_a_missing_one_is_an_error() -> None:
    _cameras, problems = cameras_of("id,name,main_url,grup\nc1,n,rtsp://h,g\n")
    assert problems[0].severity is Severity.WARNING
    assert "did you mean 'group'" in problems[0].found
    _cameras, problems = cameras_of("id,name\nc1,n\n")
    assert (problems[0].key, problems[0].severity) == ("main_url", Severity.ERROR)


def test_a_column_twice_is_told() -> None:
    _cameras, problems = cameras_of("id,name,main_url,name\nc1,n,rtsp://h,m\n")
    assert "twice" in problems[0].found


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators_are_named(sign: str) -> None:
    _cameras, problems = cameras_of("id,name,main_url\nc1,n,rtsp://h\n".replace(",", sign))
    assert "separated" in problems[0].found


def test_an_unclosed_quote_is_told_where_it_opens() -> None:
    _cameras, problems = cameras_of(
        'id,name,main_url\nc1,n,rtsp://h\nc2,"n,rtsp://h\nc3,n,rtsp://h\n'
    )
    assert problems[0].line == 3


def test_utf16_is_named() -> None:
    _cameras, problems = cameras_of("id,name,main_url\n".encode("utf-16"))
    assert "UTF-16" in problems[0].found


@pytest.mark.parametrize(
    ("column", "cell", "word"),
    [
        ("lat", "91", "latitude"),
        ("lat", "31°12'", "latitude"),
        ("lon", "200", "longitude"),
        ("lon", "nan", "longitude"),
        ("bearing_deg", "400", "north"),
        ("fov_deg", "0", "angle"),
        ("enabled", "perhaps", "true or false"),
        ("sub_url", "ftp://h", "rtsp"),
        ("ptz_url", "rtsp://h", "http"),
        ("main_url", "rtsp://", "host"),
        ("main_url", "rtsp://h:99999/x", "scheme://"),
        ("id", "", "a value"),
    ],
)
def test_each_cell_is_checked(column: str, cell: str, word: str) -> None:
    row = {"id": "c1", "name": "n", "main_url": "rtsp://h", "lat": "31", "lon": "121", column: cell}
    _cameras, problems = cameras_of(f"{','.join(row)}\n{','.join(row.values())}\n")
    assert (problems[0].line, problems[0].key) == (2, column)
    assert word in problems[0].expected


@pytest.mark.parametrize(("lat", "lon"), [("121.5", "31.2"), ("87.6", "43.8"), ("-122.4", "37.7")])
def test_swapped_coordinates_are_recognised(lat: str, lon: str) -> None:
    _cameras, problems = cameras_of(f"id,name,main_url,lat,lon\nc1,n,rtsp://h,{lat},{lon}\n")
    assert "look swapped" in problems[0].found


def test_half_a_place_is_told_and_zero_is_no_place() -> None:
    cameras, problems = cameras_of("id,name,main_url,lat,lon\na,n,rtsp://h,31,\nb,n,rtsp://h,0,0\n")
    assert [(p.line, p.severity) for p in problems] == [(2, Severity.ERROR), (3, Severity.WARNING)]
    assert cameras[1].place is None


def test_the_first_of_two_rows_with_one_device_keeps_it() -> None:
    found: list[Problem] = []
    text = b"id,name,device_id,shift\na,A,0012,22:00-06:00\nb,B,12,\n"
    first, second = read_inspectors(text, FileProblems("inspectors.csv", found))
    assert (first.device_id, second.device_id) == ("0012", None)
    assert first.shift is not None
    assert first.shift != Hours()
    assert [(p.line, p.severity) for p in found] == [(3, Severity.WARNING)]
    assert canonical_device_id("000") == "0"


def test_items_take_chinese_units_and_default_their_limit() -> None:
    found: list[Problem] = []
    text = "code,name_zh,limit_value,limit_unit\n01,垃圾,1,工作日\n02,油烟,,\n03,x,-1,\n".encode()
    items = read_items(text, FileProblems("items.csv", found))
    assert items[0].limit_unit is LimitUnit.WORKING_DAY
    assert (items[1].limit_value, items[1].name_en) == (4.0, "油烟")
    assert [(p.line, p.key) for p in found] == [(4, "limit_value")]


def test_rules_may_hold_for_every_item_and_everywhere() -> None:
    found: list[Problem] = []
    problems = FileProblems("rules.csv", found)
    rules = read_rules(b"item_code,grid_id,unit,priority\n*,,Duty,-1\n01,S1,Office,2.5\n", problems)
    assert (rules[0].item_code, rules[0].grid_id, rules[0].priority) == ("*", None, -1)
    assert [(p.line, p.key) for p in found] == [(3, "priority")]
    assert [(r.line, r.value) for r in problems.references] == [(3, "S1"), (3, "01")]


def test_a_check_point_needs_a_place() -> None:
    found: list[Problem] = []
    text = b"id,class,name,lat,lon\nk1,hydrant,H,,\n"
    assert read_checkpoints(text, Datum.WGS84, FileProblems("checkpoints.csv", found)) == ()
    assert found[0].key == "lat"
