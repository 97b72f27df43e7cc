"""Our RTSP server seen by strangers: FFmpeg's programs, PyAV, and clients that send rubbish."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.cameras.health import LossCause
from ingest.cameras.nal import VideoCodec
from ingest.cameras.packet_feed import LoopingFeed
from ingest.cameras.rtsp_auth import Gate, Scheme
from ingest.cameras.rtsp_out import RtspServerThread, ServerUnusable
from ingest.cameras.source import StreamLost, open_source
from tests.media import encode_clip, looping_feed, read_number, wait_until

USER, WORD = "operator", "not-a-secret"
GOOD_OPEN = {"open_timeout_s": 5.0, "read_timeout_s": 3.0}


@pytest.fixture
def server() -> Iterator[RtspServerThread]:
    thread = RtspServerThread()
    thread.start()
    yield thread
    thread.close()


def with_credentials(url: str, word: str) -> str:
    return url.replace("rtsp://", f"rtsp://{USER}:{word}@")


def numbers_from(url: str, count: int) -> list[int]:
    """Painted numbers of the first `count` pictures PyAV decodes."""
    numbers: list[int] = []
    with av.open(url, options={"rtsp_transport": "tcp"}, timeout=(5, 3)) as container:
        for frame in container.decode(video=0):
            numbers.append(read_number(frame.to_ndarray(format="bgra")))
            if len(numbers) == count:
                break
    return numbers


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_a_clip_loops_with_time_going_on(server: RtspServerThread, codec: VideoCodec) -> None:
    server.mount("cam", looping_feed(codec=codec, picture_count=15, key_interval=15))
    source = open_source(server.url("cam"), **GOOD_OPEN)
    stamps: list[int] = []
    try:
        for packet in source.packets():
            if packet.pts_ns is not None:
                stamps.append(packet.pts_ns)
            if len(stamps) == 40:
                break
    finally:
        source.close()
    steps_ms = {round((later - former) / 1e6) for former, later in itertools.pairwise(stamps)}
    assert steps_ms == {40}
    assert source.info.codec == codec.value
    assert (source.info.width_px, source.info.height_px) == (320, 180)


def test_large_pictures_survive_fragmentation(server: RtspServerThread) -> None:
    server.mount("cam", looping_feed(width_px=1280, height_px=720, picture_count=20))
    numbers = numbers_from(server.url("cam"), 12)
    assert [(later - former) % 20 for former, later in itertools.pairwise(numbers)] == [1] * 11


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe (Debian: ffmpeg)")
def test_ffprobe_reads_what_the_description_promises(server: RtspServerThread) -> None:
    """ffprobe asks for UDP first: refused with 461, it comes back with TCP."""
    server.mount("cam", looping_feed())
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", server.url("cam")],
        capture_output=True,
        timeout=30,
        check=True,
    )
    (stream,) = json.loads(answer.stdout)["streams"]
    assert (stream["codec_name"], stream["width"], stream["avg_frame_rate"]) == (
        "h264",
        320,
        "25/1",
    )


@pytest.mark.parametrize("scheme", list(Scheme))
def test_credentials_open_the_door_and_wrong_ones_say_so(scheme: Scheme) -> None:
    server = RtspServerThread(gate=Gate(USER, WORD, scheme))
    server.start()
    try:
        server.mount("cam", looping_feed())
        open_source(with_credentials(server.url("cam"), WORD), **GOOD_OPEN).close()
        for url in (server.url("cam"), with_credentials(server.url("cam"), "mistyped")):
            with pytest.raises(StreamLost) as caught:
                open_source(url, **GOOD_OPEN)
            assert caught.value.cause is LossCause.UNAUTHORIZED
    finally:
        server.close()


@pytest.mark.alone
def test_a_new_player_begins_with_the_last_key_frame(server: RtspServerThread) -> None:
    """With key frames every 10 s a called tile would stay black for as long."""
    server.mount("cam", looping_feed(picture_count=250, key_interval=250))
    first = open_source(server.url("cam"), **GOOD_OPEN)
    pump = threading.Thread(target=lambda: [None for _ in _until_closed(first)], daemon=True)
    pump.start()
    time_s = wait_until(lambda: server.server.mounts["cam"].last_pts_s > 1.0, 10, "one second in")
    started_s = time.monotonic()
    numbers = numbers_from(server.url("cam"), 3)
    assert time.monotonic() - started_s < 1.5 + time_s
    assert numbers == [0, 1, 2]
    server.close()
    pump.join(10)


def _until_closed(source: object) -> Iterator[object]:
    try:
        yield from source.packets()  # type: ignore[attr-defined]
    except StreamLost:
        return


def test_a_clip_that_ends_closes_its_players(server: RtspServerThread) -> None:
    parameters, clip = encode_clip(picture_count=20)
    server.mount("cam", LoopingFeed(parameters, clip, is_endless=False))
    source = open_source(server.url("cam"), **GOOD_OPEN)
    with pytest.raises(StreamLost) as caught:
        list(source.packets())
    source.close()
    assert caught.value.cause is LossCause.CLOSED


def test_a_taken_address_is_refused_with_its_name(server: RtspServerThread) -> None:
    second = RtspServerThread(port=server.server.port)
    with pytest.raises(ServerUnusable, match=str(server.server.port)):
        second.start()


def test_sixty_four_players_of_one_camera_get_the_same_bytes(server: RtspServerThread) -> None:
    mount = server.mount("cam", looping_feed())
    request = "{method} {url}{tail} RTSP/1.0\r\nCSeq: 1\r\n{extra}\r\n"
    players = []
    try:
        for _ in range(64):
            player = socket.create_connection(("127.0.0.1", server.server.port), 5)
            players.append(player)
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
            for method, tail, extra in (("SETUP", "/trackID=0", transport), ("PLAY", "", "")):
                text = request.format(method=method, url=server.url("cam"), tail=tail, extra=extra)
                player.sendall(text.encode())
                assert b"200 OK" in player.recv(65_536)
        wait_until(lambda: len(mount.players) == 64, 5, "all play")
        for player in players:
            player.settimeout(5)
            assert player.recv(10)
    finally:
        for player in players:
            player.close()
    wait_until(lambda: not mount.players, 5, "all have left")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.sampled_from(["SETUP", "PLAY", "DESCRIBE", "X", ""]).flatmap(
            lambda method: st.text(max_size=80).map(
                lambda text: f"{method} rtsp://h/cam{text} RTSP/1.0\r\n{text}\r\n\r\n".encode(
                    "utf-8", "replace"
                )
            )
        ),
    )
)
def test_rubbish_ends_a_connection_and_nothing_else(
    server: RtspServerThread, rubbish: bytes
) -> None:
    if "cam" not in server.server.mounts:
        server.mount("cam", looping_feed())
    with socket.create_connection(("127.0.0.1", server.server.port), 5) as client:
        client.sendall(rubbish)
    with socket.create_connection(("127.0.0.1", server.server.port), 5) as client:
        client.sendall(b"OPTIONS rtsp://h/cam RTSP/1.0\r\nCSeq: 7\r\n\r\n")
        client.settimeout(5)
        assert b"200 OK" in client.recv(4_096)
