"""The field page in a real browser against a real hub: an inspector's day on a phone."""

from __future__ import annotations

import hashlib
import http.client
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from feed_kit import Plain, wait_for
from hub_process import HubProcess, write_site
from phone import Phone, Radio, phone

from console.demo.city import to_geo
from console.demo.streets_file import write_streets
from ingest.feed.envelope import Noun, encode_event, new_event, utc_text
from vision.alerts import AlertData, AlertKind

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

CASE_AT = to_geo(300.0, 180.0)
START_AT = to_geo(80.0, 60.0)


class Centre:
    """The operator's side: plain requests to the hub."""

    def __init__(self, hub: HubProcess, plain: Plain) -> None:
        self.hub = hub
        self._plain = plain
        self._query = plain.dealer(hub.ready["query"])

    def ask(self, **request: Any) -> dict[str, Any]:
        answer = self._plain.ask(self._query, **request)
        assert answer["ok"], answer
        return answer

    def sent_case(self, inspector_id: str, title: str = "占道经营 · 港湾路") -> str:
        """A filed case that somebody is sent to."""
        place = {"lat_deg": CASE_AT.lat_deg, "lon_deg": CASE_AT.lon_deg}
        made = self.ask(op="propose", item_code="0101", title=title, **place)
        case_id: str = made["case"]["case_id"]
        self.ask(op="act", case_id=case_id, act="file")
        self.ask(op="act", case_id=case_id, act="dispatch", inspector_id=inspector_id)
        return case_id

    def case(self, case_id: str) -> dict[str, Any]:
        case: dict[str, Any] = self.ask(op="case", id=case_id)["case"]
        return case

    def link(self, inspector_id: str = "p-1") -> str:
        url: str = self.ask(op="field.link", inspector_id=inspector_id)["url"]
        return url


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    site = write_site(tmp_path_factory.mktemp("field") / "site")
    write_streets(site / "streets.osm.pbf")
    near = f"{START_AT.lat_deg:.6f},{START_AT.lon_deg:.6f}"
    (site / "checkpoints.csv").write_text(
        f"id,class,name,lat,lon\nk1,配电箱,港湾路配电箱,{near}\nk2,配电箱,远处配电箱,36.2,120.5\n"
    )
    (site / "rounds.toml").write_text(
        '[[round]]\nid = "r"\nname = "全天巡查"\nhours = "00:00-23:59"\nroute = ["k2", "k1"]\n'
    )
    process = HubProcess(site, gateway=True).start()
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def _hub_first(hub: HubProcess) -> None:
    """The module's hub is there before a test's own look at child processes."""


@pytest.fixture
def centre(hub: HubProcess) -> Iterator[Centre]:
    plain = Plain()
    yield Centre(hub, plain)
    plain.close()


@pytest.fixture
def radio(hub: HubProcess) -> Iterator[Radio]:
    way = Radio(hub.ready["http"])
    yield way
    way.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture as a phone's camera makes it: larger than what is sent."""
    picture = np.zeros((1500, 2400, 3), np.uint8)
    picture[:] = (90, 120, 140)
    cv2.circle(picture, (1200, 750), 400, (60, 60, 200), -1)
    file = tmp_path / "after.jpg"
    cv2.imwrite(str(file), picture)
    return file


def shared(browser: Phone) -> None:
    browser.stand_at(START_AT.lat_deg, START_AT.lon_deg)
    grant = {"permissions": ["geolocation"]}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    browser.tap("[data-do=share]")
    browser.wait_text("已开启")


def test_a_case_goes_from_the_link_to_the_after_picture(
    hub: HubProcess, centre: Centre, photo: Path, tmp_path: Path
) -> None:
    with phone() as browser:
        browser.open(centre.link())
        browser.wait_text("暂无任务")
        assert "#t=" not in browser.driver.current_url, "the secret leaves the address bar"
        shared(browser)
        case_id = centre.sent_case("p-1")
        browser.wait_text("占道经营 · 港湾路")
        browser.picture(tmp_path / "tasks.png")
        browser.tap(f"[data-case='{case_id}']")
        browser.wait_text("约")
        browser.picture(tmp_path / "task.png")
        browser.tap("[data-do=accept]")
        wait_for(lambda: centre.case(case_id)["state"] == "handling")
        assert centre.case(case_id)["actor"] == "p-1"
        browser.tap("[data-do=arrive]")
        wait_for(lambda: centre.case(case_id)["arrived_utc"] is not None)
        browser.tap("[data-do=photo_after]")
        browser.give_photo(photo)
        wait_for(lambda: len(centre.case(case_id)["photos"]) == 1)
        kept = centre.case(case_id)["photos"][0]
        assert kept["kind"] == "after"
        status, picture = get(hub, f"/evidence/{kept['sha']}")
        assert status == 200
        shape = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).shape
        assert shape[:2] == (1000, 1600), "made smaller on the phone"
        browser.wait(lambda: "处置后" in browser.text(), "the photo is not shown")
        browser.tap("[data-do=feedback]")
        browser.write("textarea", "已劝离，现场清理完毕")
        browser.picture(tmp_path / "feedback.png")
        browser.tap("[data-do=send]")
        wait_for(lambda: centre.case(case_id)["state"] == "verifying")
        assert centre.case(case_id)["note"] == "已劝离，现场清理完毕"
        snapshot = centre.ask(op="snapshot")
        mine = [p for p in snapshot["positions"] if p["inspector_id"] == "p-1"]
        assert mine[0]["source"] == "field"
        assert mine[0]["lat_deg"] == pytest.approx(START_AT.lat_deg, abs=1e-6)
        assert [line for line in browser.console() if "SEVERE" in line] == []


def test_acts_without_network_are_kept_and_sent_once_when_it_is_back(
    hub: HubProcess, centre: Centre, photo: Path, radio: Radio
) -> None:
    with phone() as browser:
        case_id = centre.sent_case("p-2", "暴露垃圾")
        browser.open(centre.link("p-2").replace(hub.ready["http"], radio.address))
        browser.wait_text("暴露垃圾")
        browser.wait(lambda: bool(browser.driver.execute_script(
            "return navigator.serviceWorker.controller !== null")), "no service worker")  # fmt: skip
        radio.set(on=False)
        browser.tap(f"[data-case='{case_id}']")
        browser.tap("[data-do=accept]")
        browser.wait_text("无网络")
        browser.tap("[data-do=photo_before]")
        browser.give_photo(photo)
        browser.wait_text("待发送 2")
        browser.driver.refresh()
        browser.wait_text("暴露垃圾")
        browser.wait_text("待发送 2")
        assert centre.case(case_id)["state"] == "dispatched"
        radio.set(on=True)
        wait_for(lambda: len(centre.case(case_id)["photos"]) == 1, 40)
        assert centre.case(case_id)["state"] == "handling"
        timeline = [row["act"] for row in centre.ask(op="case", id=case_id)["timeline"]]
        assert timeline == ["propose", "file", "dispatch", "accept", "photo"]


def test_a_finding_of_a_patrol_becomes_a_proposal_with_its_photo(
    centre: Centre, photo: Path, tmp_path: Path
) -> None:
    with phone() as browser:
        browser.open(centre.link())
        shared(browser)
        browser.tap("[data-tab=report]")
        browser.write("textarea", "人行道井盖破损")
        browser.tap("[data-do=photo_finding]")
        browser.give_photo(photo)
        browser.wait(lambda: bool(browser.driver.execute_script(
            "return !!document.querySelector('figure img')")), "the photo is not shown")  # fmt: skip
        browser.picture(tmp_path / "report.png")
        browser.tap("[data-do=send_report]")

        def found() -> list[dict[str, Any]]:
            cases = centre.ask(op="cases", filter={"source": "patrol"})["cases"]
            return [case for case in cases if case["photos"]]

        wait_for(lambda: len(found()) == 1)
        case = found()[0]
        assert (case["state"], case["title"], case["actor"]) == (
            "proposed",
            "人行道井盖破损",
            "p-1",
        )
        assert case["lat_deg"] == pytest.approx(START_AT.lat_deg, abs=1e-6)


def test_a_check_point_is_registered_on_the_spot(
    hub: HubProcess, centre: Centre, tmp_path: Path
) -> None:
    with phone() as browser:
        browser.open(centre.link("p-2"))
        shared(browser)
        browser.tap("[data-tab=report]")
        browser.tap("[data-finding=checkpoint]")
        browser.write("input[list=classes]", "消防栓")
        browser.write("input:not([list])", "港湾路 7 号消防栓")
        browser.picture(tmp_path / "checkpoint.png")
        browser.tap("[data-do=send_point]")
        browser.wait_text("已登记：港湾路 7 号消防栓")

        def points() -> list[dict[str, Any]]:
            rows = centre.ask(op="register.get", name="checkpoints")["content"]
            return [row for row in rows if row["checkpoint_class"] == "消防栓"]

        wait_for(lambda: len(points()) == 1)
        (point,) = points()
        assert (point["name"], point["inspector_id"]) == ("港湾路 7 号消防栓", "p-2")
        assert point["place"]["lat_deg"] == pytest.approx(START_AT.lat_deg, abs=1e-6)
        # the same spot again: refused with its reason, and kept on the phone to read
        browser.tap("[data-finding=checkpoint]")
        browser.write("input[list=classes]", "消防栓")
        browser.write("input:not([list])", "港湾路消防栓")
        browser.tap("[data-do=send_point]")
        browser.wait_text("附近已登记同类实测点")
        assert len(points()) == 1


def test_the_round_of_today_says_what_is_visited(
    hub: HubProcess, centre: Centre, tmp_path: Path
) -> None:
    with phone() as browser:
        browser.open(centre.link("p-1"))
        browser.wait_text("全天巡查")
        shared(browser)
        wait_for(lambda: "k1" in visited(centre), 20)
        browser.driver.refresh()
        browser.wait_text("已巡 1/2 点")
        rows = browser.driver.execute_script(
            "return [...document.querySelectorAll('[data-point]')].map(e => [e.dataset.point, e.innerText.includes('✓')])"
        )
        assert rows == [["k2", False], ["k1", True]]
        browser.picture(tmp_path / "round.png")


def visited(centre: Centre) -> list[str]:
    visits = centre.ask(op="patrol.coverage", round_id="r")["visits"]
    return [visit["checkpoint_id"] for visit in visits if visit["visited_ms"] is not None]


def test_the_page_speaks_english(centre: Centre, tmp_path: Path) -> None:
    with phone("en-GB") as browser:
        case_id = centre.sent_case("p-1", "Street stall · Harbour Road")
        browser.open(centre.link())
        browser.wait_text("To accept")
        browser.picture(tmp_path / "tasks-en.png")
        browser.tap(f"[data-case='{case_id}']")
        browser.wait_text("Photo before")
        browser.picture(tmp_path / "task-en.png")
        text = browser.driver.find_element("css selector", "main").text
        assert not any("一" <= letter <= "鿿" for letter in text)


def raised(centre: Centre, hub: HubProcess, plain: Plain) -> str:
    """An alert of a worker, as the intake takes it; the case the desk made of it."""
    alert = AlertData(
        alert_id="a-walk", kind=AlertKind.STALL, camera_id="cam-1", zone_id="z", since_utc=utc_text(time.time_ns()),
        box_norm=(0.1, 0.1, 0.4, 0.4), score=0.9, lat_deg=CASE_AT.lat_deg, lon_deg=CASE_AT.lon_deg,
        place_error_m=2.0, snapshot=None, clip=None, model="m", rule="r",
    )  # fmt: skip
    event = new_event(Noun.ALERT, "raised", alert, source="/worker", utc_ns=time.time_ns())
    answer = plain.push(plain.dealer(hub.ready["intake"]), event.id, encode_event(event))
    assert answer["ok"], answer
    cases = centre.ask(op="cases", filter={"kind": "stall"})["cases"]
    case_id: str = cases[0]["case_id"]
    return case_id


def test_from_the_alert_to_closing_with_an_inspector_who_walks_there(
    photo: Path, tmp_path: Path
) -> None:
    """The whole way of a case: the phone's position alone says that somebody has arrived."""
    plain = Plain()
    site = write_site(tmp_path / "own")
    write_streets(site / "streets.osm.pbf")
    hub = HubProcess(site, gateway=True).start()
    centre = Centre(hub, plain)
    try:
        with phone() as browser:
            browser.open(centre.link("p-2"))
            shared(browser)
            case_id = raised(centre, hub, plain)
            centre.ask(op="act", case_id=case_id, act="file", item_code="0101")
            wait_for(lambda: first_candidate(centre, case_id) == "p-2", 30)
            sent = centre.ask(op="act", case_id=case_id, act="dispatch")
            assert sent["picked"] == "p-2", "nobody was named: the nearest goes"
            browser.tap(f"[data-case='{case_id}']")
            browser.tap("[data-do=accept]")
            wait_for(lambda: unit_state(centre, "p-2") == "en_route")
            for share in (0.4, 0.7, 1.0):
                lat_deg = START_AT.lat_deg + (CASE_AT.lat_deg - START_AT.lat_deg) * share
                lon_deg = START_AT.lon_deg + (CASE_AT.lon_deg - START_AT.lon_deg) * share
                browser.stand_at(lat_deg, lon_deg)
                wait_for(lambda at=lat_deg: abs(last_lat_deg(centre, "p-2") - at) < 1e-6, 30)
            wait_for(lambda: centre.case(case_id)["arrived_utc"] is not None, 45)
            timeline = centre.ask(op="case", id=case_id)["timeline"]
            assert (timeline[-1]["act"], timeline[-1]["actor"]) == ("arrive", "system")
            assert unit_state(centre, "p-2") == "on_scene"
            browser.tap("[data-do=photo_after]")
            browser.give_photo(photo)
            wait_for(lambda: len(centre.case(case_id)["photos"]) == 1)
            browser.tap("[data-do=feedback]")
            browser.tap("[data-do=send]")
            wait_for(lambda: centre.case(case_id)["state"] == "verifying")
            assert unit_state(centre, "p-2") == "available"
            centre.ask(op="act", case_id=case_id, act="verify", passed=True)
            closed = centre.ask(op="act", case_id=case_id, act="close")["case"]
            assert (closed["state"], closed["ending"]) == ("closed", "normal")
    finally:
        hub.stop()
        plain.close()


def first_candidate(centre: Centre, case_id: str) -> str | None:
    found = centre.ask(op="candidates", case_id=case_id)["candidates"]
    return next((c["inspector_id"] for c in found if not c["shortfalls"]), None)


def last_lat_deg(centre: Centre, inspector_id: str) -> float:
    """Where the hub believes somebody: a walk faster than anybody walks would be a jump."""
    last = centre.ask(op="snapshot")["positions"]
    return next((p["lat_deg"] for p in last if p["inspector_id"] == inspector_id), 0.0)


def unit_state(centre: Centre, inspector_id: str) -> str:
    units = {unit["inspector_id"]: unit["state"] for unit in centre.ask(op="units")["units"]}
    state: str = units.get(inspector_id, "")
    return state


def get(hub: HubProcess, path: str, token: str = "") -> tuple[int, bytes]:
    return ask(hub, "GET", path, None, token)


def ask(
    hub: HubProcess, method: str, path: str, body: bytes | None, token: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(hub.ready["http"], timeout=10)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def token_of(url: str) -> str:
    return url.partition("#t=")[2]


def test_nothing_is_told_without_a_token_and_a_new_link_ends_the_old_one(
    hub: HubProcess, centre: Centre
) -> None:
    paths = ("me", "tasks", "route?case_id=x&lat=1&lon=1", f"evidence/{'0' * 64}")
    for path in paths:
        assert get(hub, f"/field/api/{path}")[0] == 401
        assert get(hub, f"/field/api/{path}", "x" * 43)[0] == 401
    first = token_of(centre.link())
    assert get(hub, "/field/api/me", first)[0] == 200
    second = token_of(centre.link())
    assert get(hub, "/field/api/me", first)[0] == 401
    centre.ask(op="field.revoke", inspector_id="p-1")
    assert get(hub, "/field/api/me", second)[0] == 401


def test_the_token_is_kept_as_a_hash_only(hub: HubProcess, centre: Centre) -> None:
    token = token_of(centre.link())
    with sqlite3.connect(hub.site / "state" / "hub" / "hub.sqlite") as store:
        rows = store.execute("select token_hash from desk_field_tokens").fetchall()
    store.close()
    assert (hashlib.sha256(token.encode()).hexdigest(),) in rows
    for file in (hub.site / "state").rglob("*"):
        assert not file.is_file() or token.encode() not in file.read_bytes(), file


def test_a_token_opens_its_own_cases_and_nothing_else(hub: HubProcess, centre: Centre) -> None:
    other = centre.sent_case("p-2")
    token = token_of(centre.link("p-1"))

    def act(**fields: Any) -> tuple[int, dict[str, Any]]:
        body = json.dumps({"request_id": "r" * 20, **fields}).encode()
        status, text = ask(hub, "POST", "/field/api/act", body, token)
        return status, json.loads(text)

    status, answer = act(case_id=other, act="accept")
    assert (status, answer["reason"]) == (409, "not_yours")
    mine = centre.sent_case("p-1")
    for forbidden in ("verify", "close", "void", "dispatch"):
        status, answer = act(case_id=mine, act=forbidden, note="x")
        assert (status, answer["reason"]) == (409, "not_in_field")
    assert get(hub, f"/field/api/evidence/{'ab' * 32}", token)[0] == 404
    status, answer = act(op="register.get", name="cameras", timeout_s=0, token="x")
    assert status == 409, "the operation is the door's, not the phone's"
    assert act(case_id=mine, act="photo", photo="ab" * 32)[0] == 400, "no picture by name alone"
    assert act(case_id=mine, act="accept")[0] == 200
    status, answer = act(case_id=mine, act="accept")
    assert (status, answer["repeated"]) == (200, True), "sent again, not done again"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/field/api/act", b"{"),
        ("POST", "/field/api/act", b"[]"),
        ("POST", "/field/api/fixes", b'{"fixes": 3}'),
        ("PUT", "/field/api/photo?request_id=12345678", b"GIF89a"),
        ("PUT", "/field/api/photo?request_id=12345678", b"\xff\xd8\xff" + bytes(13 << 20)),
        ("GET", "/field/api/route?case_id=x&lat=95&lon=1", None),
    ],
)
def test_rubbish_from_a_phone_is_refused_with_a_reason(
    hub: HubProcess, centre: Centre, method: str, path: str, body: bytes | None
) -> None:
    status, text = ask(hub, method, path, body, token_of(centre.link()))
    assert status == 400
    assert len(text) > 10


def test_the_page_asks_nobody_but_its_own_server(hub: HubProcess) -> None:
    for name in ("", "app.js", "queue.js", "words.js", "screens.js", "sw.js", "field.css"):
        status, content = get(hub, f"/field/{name}")
        assert status == 200
        assert b"@VERSION@" not in content
    assert get(hub, "/field/..%2f..%2fsite.toml")[0] == 404
