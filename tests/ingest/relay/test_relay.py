"""A camera that allows one session is opened once and seen by many."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import statistics
import threading
import time
from collections import deque
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.relay_settings import RelaySettings
from config.settings import CameraSettings
from config.site import Camera, CameraId
from ingest.cameras.health import LossCause
from ingest.cameras.nal import VideoCodec
from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.cameras.rtsp_auth import Gate
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.cameras.source import StreamLost, open_source
from ingest.clock import SystemClock
from ingest.errors import Misconfigured
from ingest.relay.address import own_address, place_of, through_relay
from ingest.relay.asking import PasswordRefused, away_at, away_of, away_text
from ingest.relay.live_feed import KEPT_MOST, WAITING_MOST, LiveFeed
from ingest.relay.relay import Relay
from ingest.relay.turn import BACK_COUNT, Turn, Turns
from tests.media import looping_feed, wait_until

CAMERA = CameraId("cam-1")
PARAMETERS = VideoParameters(VideoCodec.H264, (b"sps", b"pps"), 320, 180, 25.0)


def place_served(relay: Relay) -> str:
    """host:port where it listens."""
    return relay.url(CAMERA).removeprefix("rtsp://").partition("/")[0]


def away_once_refused(relay: Relay, cause: LossCause) -> frozenset[CameraId] | None:
    """What `relay`, not begun yet, says it cannot get once the camera has refused it."""
    relay.start()
    try:
        wait_until(lambda: relay.states.get(CAMERA) is cause, 10, "it is refused")
        return away_at(place_served(relay), "word", 1.0)
    finally:
        relay.close()


class Street:
    """One camera with one session, and its relay."""

    def __init__(self, password: str | None = "word") -> None:
        self.camera = RtspServerThread()
        self.camera.start()
        self.mount = self.camera.mount(CAMERA, looping_feed(width_px=320, height_px=180))
        self.mount.faults.session_limit = 1
        self.settings = RelaySettings(("cam-*",), "127.0.0.1:0", password=password)
        self.seen = Camera(CAMERA, "gate", self.camera.url(CAMERA))
        streams = CameraSettings(retry_min_s=0.1, retry_max_s=1.0)
        self.relay = Relay([self.seen], self.settings, streams, SystemClock())
        self.relay.start()

    def until_sending(self) -> None:
        wait_until(
            lambda: self.relay.states.get(CAMERA, LossCause.SILENT) is None, 20, "the relay pulls"
        )

    def url(self) -> str:
        settings = structs.replace(self.settings, address=place_served(self.relay))
        return through_relay(self.seen, settings).main_url

    def numbers(self, count: int) -> list[float]:
        """Receive times of so many pictures of the relay."""
        source = open_source(self.url(), open_timeout_s=5, read_timeout_s=4)
        try:
            packets = source.packets()
            return [(next(packets), time.monotonic())[1] for _ in range(count)]
        finally:
            source.close()

    def close(self) -> None:
        self.relay.close()
        self.camera.close()


@pytest.fixture
def street() -> Iterator[Street]:
    made = Street()
    yield made
    made.close()


def test_many_see_what_one_session_brings(street: Street) -> None:
    street.until_sending()
    found: list[int] = []
    viewers = [
        threading.Thread(target=lambda: found.append(len(street.numbers(30)))) for _ in range(3)
    ]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join(20)
    assert found == [30, 30, 30]
    assert street.mount.connection_count == 1
    with pytest.raises(StreamLost) as refused:
        open_source(street.camera.url(CAMERA), open_timeout_s=5, read_timeout_s=4)
    assert refused.value.cause is LossCause.BUSY


def test_who_does_not_know_the_word_sees_nothing(street: Street) -> None:
    street.until_sending()
    with pytest.raises(StreamLost) as refused:
        open_source(street.relay.url(CAMERA), open_timeout_s=5, read_timeout_s=4)
    assert refused.value.cause is LossCause.UNAUTHORIZED


def test_a_viewer_stays_while_the_camera_goes_and_comes(street: Street) -> None:
    street.until_sending()
    source = open_source(street.url(), open_timeout_s=5, read_timeout_s=8)
    try:
        packets = source.packets()
        before = [next(packets).pts_ns for _ in range(10)]
        street.camera.call(street.mount.kick)
        after = [next(packets).pts_ns for _ in range(30)]
    finally:
        source.close()
    times = [pts for pts in (*before, *after) if pts is not None]
    assert times == sorted(times)
    assert street.mount.connection_count == 2


def test_another_codec_sends_the_viewers_to_ask_again(street: Street) -> None:
    street.until_sending()
    source = open_source(street.url(), open_timeout_s=5, read_timeout_s=4)
    hevc = looping_feed(width_px=320, height_px=180, codec=VideoCodec.H265)
    packets = source.packets()
    for _ in range(5):
        next(packets)
    street.camera.call(street.mount.switch, hevc)
    with pytest.raises(StreamLost):
        deque(packets, maxlen=0)
    source.close()

    def codec() -> str:
        try:
            again = open_source(street.url(), open_timeout_s=5, read_timeout_s=4)
        except StreamLost:
            return ""
        again.close()
        return again.info.codec

    wait_until(lambda: codec() == "hevc", 20, "the relay serves the new codec")


def test_a_relayed_picture_comes_one_frame_interval_later(street: Street) -> None:
    """Beside the same stream received directly; the camera allows two here. The library knows that a
    picture is whole when the next begins, and it is asked twice on this way."""
    street.until_sending()
    street.mount.faults.session_limit = 2
    arrivals: dict[str, dict[bytes, float]] = {"direct": {}, "relayed": {}}

    def watch(name: str, url: str) -> None:
        source = open_source(url, open_timeout_s=5, read_timeout_s=4)
        for packet, _ in zip(source.packets(), range(75), strict=False):
            arrivals[name][packet.data[-64:]] = time.monotonic()
        source.close()

    watchers = [
        threading.Thread(target=watch, args=pair)
        for pair in (("direct", street.camera.url(CAMERA)), ("relayed", street.url()))
    ]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join(20)
    both = arrivals["direct"].keys() & arrivals["relayed"].keys()
    assert len(both) > 20
    added_s = [arrivals["relayed"][key] - arrivals["direct"][key] for key in both]
    assert 0.0 < statistics.median(added_s) < 2 / 25


def test_a_camera_of_the_relay_has_one_stream_everywhere_else() -> None:
    relay = RelaySettings(("cam-1",), "10.0.0.5:7464", password="a/b")
    camera = Camera(CAMERA, "gate", "rtsp://camera/main", "rtsp://camera/sub")
    seen = through_relay(camera, relay)
    assert seen.main_url == "rtsp://gridwall:a%2Fb@10.0.0.5:7464/cam-1"
    assert seen.sub_url is None
    assert seen.relay_urls == (seen.main_url,)
    both = through_relay(camera, structs.replace(relay, stand_ins=("10.0.0.6:7464",)))
    assert both.main_url == seen.main_url
    assert both.relay_urls[1] == "rtsp://gridwall:a%2Fb@10.0.0.6:7464/cam-1"
    other = structs.replace(camera, id=CameraId("cam-2"))
    assert through_relay(other, relay) is other


def test_an_address_open_to_all_needs_a_password() -> None:
    with pytest.raises(Misconfigured, match="no password"):
        place_of(RelaySettings(("*",), "0.0.0.0:7464"))
    assert place_of(RelaySettings(("*",), "0.0.0.0:7464", password="x")) == ("0.0.0.0", 7464)
    with pytest.raises(Misconfigured, match="no host:port"):
        place_of(RelaySettings(("*",), "somewhere"))


def test_a_machine_knows_whether_the_relay_is_its_own() -> None:
    assert own_address(RelaySettings(("*",), "127.0.0.1:7464")) == "127.0.0.1:7464"
    away = RelaySettings(("*",), "192.0.2.7:7464", password="x")  # RFC 5737
    assert own_address(away) is None
    assert own_address(structs.replace(away, stand_ins=("127.0.0.1:9",))) == "127.0.0.1:9"


def test_a_stand_in_takes_over_after_three_misses_and_gives_back_after_ten_answers() -> None:
    turn = Turn()
    assert [turn.step(is_preferred_there=there) for there in (True, False, False, True)] == [
        False
    ] * 4
    assert [turn.step(is_preferred_there=False) for _ in range(4)] == [False, False, True, True]
    back = (*[True] * 9, False, *[True] * BACK_COUNT)
    told = [turn.step(is_preferred_there=there) for there in back]
    assert told == [*[True] * (len(back) - 1), False]


def test_a_stand_in_takes_what_no_relay_before_it_can_get() -> None:
    one, other = CameraId("cam-1"), CameraId("cam-2")
    nothing: frozenset[CameraId] = frozenset()
    turns = Turns([one, other])
    assert [turns.step([frozenset({one})]) for _ in range(3)] == [nothing, nothing, {one}]
    assert [turns.step([None]) for _ in range(3)] == [{one}, {one}, {one, other}]
    back = [turns.step([frozenset({one})]) for _ in range(BACK_COUNT)]
    assert back == [*[{one, other}] * (BACK_COUNT - 1), {one}]
    # the second relay can get what the first cannot
    back = [turns.step([frozenset({one}), nothing]) for _ in range(BACK_COUNT)]
    assert back == [*[{one}] * (BACK_COUNT - 1), nothing]
    assert [turns.step([None, frozenset({one})]) for _ in range(3)][-1] == {one}


def test_only_what_speaks_counts_as_a_relay_that_is_there(street: Street) -> None:
    place = place_served(street.relay)
    assert away_at(place, "word", 1.0) == frozenset()
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        assert away_at(f"127.0.0.1:{frozen.getsockname()[1]}", "word", 0.2) is None
    assert away_at("nowhere", "word", 0.2) is None


def test_a_relay_tells_who_knows_the_word_which_camera_it_cannot_get(street: Street) -> None:
    place = place_served(street.relay)
    street.until_sending()
    assert away_at(place, "word", 1.0) == frozenset()

    def remove() -> None:
        street.mount.faults.is_dropped = True
        street.mount.kick()

    street.camera.call(remove)
    wait_until(lambda: away_at(place, "word", 1.0) == {CAMERA}, 10, "the relay says it")
    for guess in ("guess", None):
        with pytest.raises(PasswordRefused):
            away_at(place, guess, 1.0)
    street.mount.faults.is_dropped = False
    wait_until(lambda: away_at(place, "word", 1.0) == frozenset(), 20, "the relay has it again")


@pytest.mark.parametrize("limit_status", [453, 0])  # 0: PLAY is granted, then closed
def test_a_camera_a_stand_in_has_is_not_away_for_a_relay_that_just_began(
    street: Street, limit_status: int
) -> None:
    street.mount.faults.limit_status = limit_status
    street.until_sending()  # the street's relay is the stand-in here, it has the one session
    settings = structs.replace(street.settings, stand_ins=("127.0.0.1:9",))
    began = Relay([street.seen], settings, CameraSettings(), SystemClock())
    assert away_once_refused(began, LossCause.BUSY) == frozenset()


def test_a_wrong_password_is_nothing_a_stand_in_should_try_too(street: Street) -> None:
    street.camera.server.gate = Gate("admin", "changed")
    relay = Relay([street.seen], street.settings, CameraSettings(), SystemClock())
    assert away_once_refused(relay, LossCause.UNAUTHORIZED) == frozenset()


@given(st.sets(st.text(st.characters(codec="utf-8"), min_size=1)))
def test_any_camera_id_survives_the_answer(ids: set[str]) -> None:
    assert away_of(away_text(CameraId(each) for each in ids)) == ids


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\n\r\n",
        b"RTSP/1.0 many words\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 15\r\n\r\naway: cam-1",
        b"RTSP/1.0 200 OK\r\nContent-Len",
    ],
)
def test_an_answer_that_is_none_is_a_relay_that_is_not_there(said: bytes) -> None:
    with socket.socket() as odd:
        odd.bind(("127.0.0.1", 0))
        odd.listen()

        def answer() -> None:
            peer, _ = odd.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        assert away_at(f"127.0.0.1:{odd.getsockname()[1]}", "word", 2.0) is None
        thread.join(5)


def test_a_relay_that_drips_is_not_waited_for() -> None:
    with socket.socket() as odd:
        odd.bind(("127.0.0.1", 0))
        odd.listen()

        def answer() -> None:
            peer, _ = odd.accept()
            with peer, contextlib.suppress(OSError):
                for byte in b"RTSP/1.0 200 OK\r\n" * 4:
                    peer.sendall(bytes([byte]))
                    time.sleep(0.05)

        thread = threading.Thread(target=answer)
        thread.start()
        began = time.monotonic()
        assert away_at(f"127.0.0.1:{odd.getsockname()[1]}", "word", 0.3) is None
        assert time.monotonic() - began < 1.5
        thread.join(10)


def test_who_asks_for_a_camera_that_is_away_is_told_so(street: Street) -> None:
    street.until_sending()

    def remove() -> None:
        street.mount.faults.is_dropped = True
        street.mount.kick()

    street.camera.call(remove)
    wait_until(lambda: street.relay.states[CAMERA] is not None, 10, "the relay lost it")
    with pytest.raises(StreamLost) as refused:
        open_source(street.url(), open_timeout_s=5, read_timeout_s=4)
    assert refused.value.cause is LossCause.NOT_FOUND
    street.mount.faults.is_dropped = False
    street.until_sending()
    assert len(street.numbers(5)) == 5


def test_the_retries_of_all_cameras_of_a_relay_keep_its_pace() -> None:
    """30 cameras that are refused: without a pace they would come in one moment each time."""
    camera = RtspServerThread()
    camera.start()
    camera.server.is_starting = True
    cameras = [Camera(CameraId(f"cam-{i}"), "gate", camera.url(f"cam-{i}")) for i in range(30)]
    relay = Relay(
        cameras,
        RelaySettings(("cam-*",), "127.0.0.1:0"),
        CameraSettings(retry_min_s=0.1),
        SystemClock(),
    )
    relay.start()
    try:
        opened = camera.server.opened_mono_s
        wait_until(lambda: len(opened) >= 38, 10, "retries")
    finally:
        relay.close()
        camera.close()
    retries = list(opened)[30:38]
    assert retries[-1] - retries[0] > 7 * 0.25 - 0.3


def packet(number: int, *, is_key: bool = False) -> EncodedPacket:
    return EncodedPacket(number.to_bytes(2, "big"), number / 25, is_key)


def test_a_first_viewer_begins_with_the_last_key_frame_at_once() -> None:
    feed = LiveFeed(PARAMETERS)
    for number in range(6):
        feed.put(packet(number, is_key=number in (0, 3)))

    async def look() -> list[float]:
        packets = feed.packets()
        return [(await anext(packets)).pts_s * 25 for _ in range(3)]

    assert asyncio.run(look()) == [3, 4, 5]


def test_a_viewer_that_waits_loses_whole_groups() -> None:
    feed = LiveFeed(PARAMETERS)

    async def look() -> list[EncodedPacket]:
        feed.put(packet(0, is_key=True))
        packets = feed.packets()
        first = await anext(packets)
        for number in range(1, WAITING_MOST + 10):
            feed.put(packet(number))
        feed.put(packet(900, is_key=True))
        return [first, await anext(packets)]

    shown = asyncio.run(look())
    assert [each.is_key for each in shown] == [True, True]


def test_a_camera_without_key_frames_keeps_little() -> None:
    feed = LiveFeed(PARAMETERS)
    feed.put(packet(0, is_key=True))
    for number in range(1, 2 * KEPT_MOST):
        feed.put(packet(number))

    async def begin() -> float:
        async for first in feed.packets():
            return first.pts_s
        return -1.0

    async def look() -> float:
        task = asyncio.create_task(begin())
        await asyncio.sleep(0)
        feed.put(packet(5000, is_key=True))
        return await task

    assert asyncio.run(look()) == 200.0
