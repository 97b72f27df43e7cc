"""The pre-roll ring, the union of wishes, what is news, and who loses rate first."""

from __future__ import annotations

from config.site import CameraId
from ingest.cameras.health import StreamHealth, StreamState
from ingest.cameras.overload import CameraLoad, CatchUp, Shedder
from ingest.cameras.packets import CompressedPacket, PacketRing
from ingest.cameras.status_news import StatusNews
from ingest.cameras.wants import (
    CameraSource,
    CameraStatus,
    FrameWant,
    main_stream_needed,
    merged_wants,
    ring_key,
)
from ingest.frames.frame import PixelFormat, WidthClass

SECOND = 1_000_000_000
CAMERA = CameraId("cam-1")


def packet(
    at_s: float, *, is_key: bool = False, session: int = 1, size: int = 10
) -> CompressedPacket:
    ns = round(at_s * SECOND)
    return CompressedPacket(b"x" * size, ns, ns, is_key, ns, ns, session)


def filled(kept_s: float = 60.0, kept_bytes: int = 1 << 20) -> PacketRing:
    """30 s at 5 fps with a key frame every 2 s."""
    ring = PacketRing(kept_s, kept_bytes)
    for index in range(150):
        ring.append(packet(index / 5, is_key=index % 10 == 0))
    return ring


def test_a_clip_begins_at_the_key_frame_before_and_ends_where_asked() -> None:
    clip = filled().between(round(5.5 * SECOND), 9 * SECOND)
    assert clip[0].is_key
    assert clip[0].mono_ns == 4 * SECOND
    assert clip[-1].mono_ns == 9 * SECOND


def test_a_clip_older_than_the_ring_begins_with_what_is_left() -> None:
    ring = filled(kept_s=10.0)
    clip = ring.between(0, 29 * SECOND)
    assert clip[0].is_key
    assert clip[0].mono_ns == 20 * SECOND


def test_the_ring_is_bounded_in_bytes_and_time() -> None:
    assert filled(kept_bytes=300).byte_count <= 300
    assert filled(kept_s=1.0).byte_count <= 60


def test_a_clip_never_mixes_two_connections() -> None:
    ring = filled()
    for index in range(150, 160):
        ring.append(packet(index / 5, is_key=index == 150, session=2))
    assert {item.session for item in ring.between(20 * SECOND, 40 * SECOND)} == {1}
    assert {item.session for item in ring.between(30 * SECOND, 40 * SECOND)} == {2}
    assert [item.is_key for item in ring.since_last_key(2)] == [True] + [False] * 9
    assert ring.since_last_key(3) == []


def test_no_packets_and_no_key_frame_give_no_clip() -> None:
    ring = PacketRing()
    assert ring.between(0, SECOND) == []
    ring.append(packet(0.5))
    assert ring.between(0, SECOND) == []


def want(width_class: WidthClass = WidthClass.MEDIUM, **changes: object) -> FrameWant:
    base = {"format": PixelFormat.BGRA, **changes}
    return FrameWant(CAMERA, width_class, **base)  # type: ignore[arg-type]


def test_wishes_for_one_ring_merge_to_the_most_demanding() -> None:
    merged = merged_wants(
        [
            want(fps_max=2.0, priority=0, keyframes_only=True),
            want(fps_max=25.0, priority=2),
            want(WidthClass.SMALL),
        ]
    )
    assert len(merged) == 2
    ours = merged[(CAMERA, ring_key(want()))]
    assert (ours.fps_max, ours.priority, ours.keyframes_only) == (25.0, 0, False)


def test_only_small_whole_tiles_are_content_with_the_sub_stream() -> None:
    both = CameraSource(CAMERA, "rtsp://host/main", "rtsp://host/sub")
    assert not main_stream_needed(both, [want(), want(WidthClass.SMALL)])
    assert main_stream_needed(both, [want(), want(WidthClass.LARGE)])
    assert main_stream_needed(both, [want(region_norm=(0.0, 0.0, 0.5, 0.5))])
    assert main_stream_needed(both, [want(format=PixelFormat.I420)])
    assert not main_stream_needed(both, [want(format=PixelFormat.PLANES)])
    assert main_stream_needed(both, [])
    assert main_stream_needed(CameraSource(CAMERA, "rtsp://host/main"), [want()])


def status(fps: float, state: StreamState = StreamState.LIVE) -> CameraStatus:
    return CameraStatus(StreamHealth(CAMERA, state, fps, 0), {})


def test_a_changed_state_is_news_at_once_and_a_changed_rate_every_two_seconds() -> None:
    news = StatusNews()
    assert news.changes({CAMERA: status(25.0)}, 0)[0]
    assert not news.changes({CAMERA: status(24.0)}, SECOND)[0]
    assert news.changes({CAMERA: status(24.0, StreamState.STALE)}, SECOND)[0]
    assert news.changes({CAMERA: status(23.0, StreamState.STALE)}, 3 * SECOND)[0]
    assert news.changes({}, 4 * SECOND) == ({}, (CAMERA,))


def loads(lag_s: float) -> list[CameraLoad]:
    return [CameraLoad(CameraId(f"cam-{n}"), n % 3, lag_s) for n in range(12)]


def test_under_overload_the_rest_lose_rate_first_and_an_alarm_never() -> None:
    shedder = Shedder()
    assert set(shedder.step(loads(2.0)).values()) == {None}  # a burst may pass by itself
    rates = shedder.step(loads(2.0))
    shed = {camera for camera, rate in rates.items() if rate is not None}
    assert len(shed) == 3
    assert all(int(camera.split("-")[1]) % 3 == 2 for camera in shed)
    for _ in range(80):
        rates = shedder.step(loads(2.0))
    assert all((rates[load.camera_id] is None) == (load.priority == 0) for load in loads(2.0))


def test_what_is_already_getting_better_is_not_reduced_further() -> None:
    shedder = Shedder()
    shedder.step(loads(2.0))
    first = shedder.step(loads(2.0))
    falling = [shedder.step(loads(lag_s)) for lag_s in (1.7, 1.4, 1.1, 0.9, 0.7)]
    assert falling[-1] == first


def test_rate_is_given_back_when_there_is_time_again() -> None:
    shedder = Shedder()
    for _ in range(8):
        shedder.step(loads(2.0))
    for _ in range(12):
        rates = shedder.step(loads(0.02))
    assert set(rates.values()) == {None}


def test_one_late_camera_is_its_own_trouble() -> None:
    shedder = Shedder()
    one_late = [*loads(0.0)[:-1], CameraLoad(CameraId("cam-11"), 2, 9.0)]
    assert set(shedder.step(one_late).values()) == {None}


def test_late_streams_skip_to_now_only_when_all_are_late() -> None:
    shedder = Shedder()
    shedder.step(loads(2.0))
    assert not shedder.is_late  # a burst may pass by itself
    shedder.step(loads(2.0))
    assert shedder.is_late
    shedder.step(loads(0.3))
    assert not shedder.is_late
    alone = [*loads(0.0)[:-1], CameraLoad(CameraId("cam-11"), 2, 9.0)]
    shedder.step(alone)
    shedder.step(alone)
    assert not shedder.is_late


def test_a_late_stream_shows_key_frames_until_one_is_in_time() -> None:
    stream = CatchUp()
    assert not stream.skips(3.0, is_key=False)
    stream.begin(3.0)
    verdicts = [
        stream.skips(lag_s, is_key=is_key)
        for lag_s, is_key in ((3.0, False), (1.5, True), (0.9, False), (0.1, False), (0.1, True))
    ]
    assert verdicts == [True, False, True, True, False]
    assert not stream.skips(0.1, is_key=False)


def test_a_stream_that_is_in_time_does_not_skip() -> None:
    stream = CatchUp()
    stream.begin(0.4)
    assert not stream.skips(0.4, is_key=False)
