"""A phone's camera on the wall: real Chromium, WebRTC, the hub's register, RTSP as any reader sees it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil
import pytest
from feed_kit import Plain, wait_for
from hub_process import HubProcess, free_ports, write_site
from phone import Phone, phone

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


@pytest.fixture
def plain() -> Iterator[Plain]:
    made = Plain()
    yield made
    made.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    (port,) = free_ports(1)
    more = f'[field_page]\nlive_rtsp = "127.0.0.1:{port}"\nlive_most = 1'
    process = HubProcess(write_site(tmp_path / "site", more=more), gateway=True).start()
    yield process
    process.stop()


class Centre:
    def __init__(self, hub: HubProcess, plain: Plain) -> None:
        self._plain, self._query = plain, plain.dealer(hub.ready["query"])

    def ask(self, **request: Any) -> dict[str, Any]:
        answer = self._plain.ask(self._query, **request)
        assert answer["ok"], answer
        return answer

    def live(self) -> list[str]:
        return [one["camera_id"] for one in self.ask(op="snapshot")["live"]]

    def url(self, camera_id: str) -> str:
        rows = self.ask(op="register.get", name="cameras")["content"]
        (row,) = [row for row in rows if row["id"] == camera_id]
        url: str = row["main_url"]
        return url

    def link(self, inspector_id: str) -> str:
        url: str = self.ask(op="field.link", inspector_id=inspector_id)["url"]
        return url


def pictures(url: str, count: int) -> list[np.ndarray[Any, Any]]:
    """The first pictures of a stream, as any RTSP reader gets them."""
    found = []
    with av.open(url, options={"rtsp_transport": "tcp", "timeout": "8000000"}) as stream:
        for frame in stream.decode(video=0):
            found.append(frame.to_ndarray(format="gray"))
            if len(found) == count:
                return found
    return found


def phones_process(hub: HubProcess) -> psutil.Process:
    assert hub.process is not None
    (found,) = [
        child
        for child in psutil.Process(hub.process.pid).children(recursive=True)
        if "ingest.phones" in child.cmdline()
    ]
    return found


def go_live(browser: Phone, url: str) -> None:
    browser.open(url)
    browser.wait_text("暂无任务")
    browser.tap("[data-tab=live]")
    browser.tap("[data-do=live_start]")


def live(browser: Phone, url: str) -> None:
    go_live(browser, url)
    browser.wait_text("指挥中心可以看到")


def test_a_phone_is_a_camera_of_the_wall_while_it_is_live(
    hub: HubProcess, plain: Plain, tmp_path: Path
) -> None:
    centre = Centre(hub, plain)
    events = plain.subscriber(hub.ready["feed"], "unit.live.")
    with phone() as browser:
        live(browser, centre.link("p-1"))
        wait_for(lambda: centre.live() == ["phone-p-1"])
        url = centre.url("phone-p-1")
        assert "gridwall:" in url, "walls need its password, strangers do not get in"
        began_s = time.monotonic()
        seen = pictures(url, 20)
        assert len(seen) == 20
        assert time.monotonic() - began_s < 8.0
        assert max(seen[0].shape) <= 960
        steps = [np.abs(a.astype(int) - b).mean() for a, b in itertools.pairwise(seen)]
        assert max(steps) > 0, "it moves"
        with contextlib.closing(av.open(url, options={"rtsp_transport": "tcp"})):
            browser.wait_text("指挥中心正在观看")
            browser.picture(tmp_path / "live.png")
        with pytest.raises(av.HTTPUnauthorizedError):
            av.open(url.replace("gridwall:", "gridwall:x"), options={"rtsp_transport": "tcp"})
        browser.tap("[data-do=live_stop]")
        browser.wait_text("未直播")
        wait_for(lambda: centre.live() == [])
        with pytest.raises(av.HTTPNotFoundError):
            av.open(url, options={"rtsp_transport": "tcp"})
        verbs = [json.loads(events.recv_multipart()[1]) for _ in range(2)]
        assert [event["data"]["is_live"] for event in verbs] == [True, False]
        assert [line for line in browser.console() if "SEVERE" in line] == []


def test_a_killed_process_is_replaced_and_the_phone_comes_back_by_itself(
    hub: HubProcess, plain: Plain
) -> None:
    centre = Centre(hub, plain)
    with phone() as browser:
        live(browser, centre.link("p-1"))
        wait_for(lambda: centre.live() == ["phone-p-1"])
        former = phones_process(hub)
        os.kill(former.pid, signal.SIGKILL)
        wait_for(lambda: centre.live() == [], 10)
        wait_for(lambda: centre.live() == ["phone-p-1"], 40)
        assert phones_process(hub).pid != former.pid
        assert len(pictures(centre.url("phone-p-1"), 5)) == 5


def test_more_phones_than_the_site_wants_are_refused_in_words(
    hub: HubProcess, plain: Plain
) -> None:
    centre = Centre(hub, plain)
    with phone() as one, phone() as two:
        live(one, centre.link("p-1"))
        go_live(two, centre.link("p-2"))
        two.wait_text("暂时无法直播")
        assert centre.live() == ["phone-p-1"]
