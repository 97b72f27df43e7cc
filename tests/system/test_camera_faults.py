"""Broken and hostile cameras over real processes: broker, ingest processes, RTSP, shared memory."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil
import pytest
import zmq
from msgspec import structs

from config.site import CameraId
from ingest.cameras.health import LossCause, StreamState
from ingest.cameras.lease import (
    CameraLease,
    CameraSource,
    CameraStatus,
    FrameWant,
    RuntimeInfo,
)
from ingest.cameras.nal import VideoCodec
from ingest.cameras.packet_feed import LoopingFeed
from ingest.cameras.rtsp_auth import Gate
from ingest.cameras.rtsp_out import Mount, RtspServerThread
from ingest.cameras.source import read_packets
from ingest.frames.frame import Frame, PixelFormat, WidthClass
from ingest.frames.ring import RingReader
from tests.media import encode_clip, looping_feed, paint, read_number, wait_until, write_raw

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="kill -9 and /dev/shm are POSIX"),
]

USER, WORD, WRONG_WORD = "operator", "not-a-secret", "mistyped"
TILE = "bgra480"


class Rig:
    """A server, a runtime folder and one lease. `watch` adds cameras; all run at once."""

    def __init__(self, *, gate: Gate | None = None) -> None:
        base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix=f"gridwall-test-{os.getpid()}-", dir=base))
        self.server = RtspServerThread(gate=gate)
        self.server.start()
        self.runtime = RuntimeInfo("test-site", str(self.folder), linger_s=0.1)
        self.lease = CameraLease(self.runtime)
        self.lease.start()
        self.sources: dict[str, CameraSource] = {}
        self.wants: list[FrameWant] = []
        self._readers: dict[str, RingReader] = {}

    def mount(self, name: str, **clip_options: object) -> Mount:
        options = {"width_px": 320, "height_px": 180, **clip_options}
        return self.server.mount(name, looping_feed(**options))

    def watch(self, *names: str, url: str | None = None) -> None:
        for name in names:
            camera_id = CameraId(name)
            self.sources[name] = CameraSource(camera_id, url or self.url(name))
            self.wants.append(FrameWant(camera_id, WidthClass.MEDIUM, PixelFormat.BGRA))
        self.lease.set_wants(list(self.sources.values()), self.wants)

    def url(self, name: str, word: str = WORD) -> str:
        credentials = f"{USER}:{word}@"
        return self.server.url(name).replace("rtsp://", "rtsp://" + credentials)

    def status(self, name: str) -> CameraStatus | None:
        return self.lease.status().get(CameraId(name))

    def is_in(self, name: str, state: StreamState, cause: LossCause | None = None) -> bool:
        status = self.status(name)
        return (
            status is not None
            and status.health.state is state
            and (cause is None or status.health.cause is cause)
        )

    def reader(self, name: str, key: str = TILE) -> RingReader | None:
        """A reader of the ring that the status names now."""
        status = self.status(name)
        ring = None if status is None else status.rings.get(key)
        if ring is None:
            return None
        known = self._readers.get(name + key)
        if known is None or str(known.path) != ring.path:
            if known is not None:
                known.close()
            known = self._readers[name + key] = RingReader.open(Path(ring.path))
        return known

    def frame(self, name: str, key: str = TILE) -> Frame | None:
        reader = self.reader(name, key)
        return None if reader is None else reader.newest()

    def frames_are_coming(self, *names: str) -> bool:
        newest = [self.frame(name) for name in names]
        now_ns = time.monotonic_ns()
        return all(
            frame is not None and now_ns - frame.received_mono_ns < 500_000_000 for frame in newest
        )

    def processes(self) -> list[psutil.Process]:
        """Broker and ingest processes of this rig."""
        return [
            process
            for process in psutil.Process().children(recursive=True)
            if any(part.startswith(str(self.folder)) for part in command_of(process))
        ]

    def group_processes(self) -> dict[psutil.Process, set[str]]:
        """The ingest processes that own rings, and the names of those."""
        living = set(self.ring_files())
        owned = {}
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                names = {Path(opened.path).name for opened in process.open_files()} & living
                if names:
                    owned[process] = names
        return owned

    def broker(self) -> psutil.Process:
        return next(process for process in self.processes() if "broker" in command_of(process))

    def ring_files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "rings").glob("*"))

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self.lease.close()
        self.server.close()
        wait_until(lambda: not self.processes(), 10, "broker and ingest processes have left")
        left = self.ring_files()
        shutil.rmtree(self.folder)
        assert not left


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    """All cameras of the tests below that leave the processes alone, connected in parallel."""
    rig = Rig(gate=Gate(USER, WORD))
    names = ["good", "stalling", "hung", "closing", "growing", "h265", "damaged", "full", "clip"]
    for name in names:
        codec = VideoCodec.H265 if name == "h265" else VideoCodec.H264
        rig.mount(name, codec=codec, key_interval=25)
    rig.server.server.mounts["full"].faults.session_limit = 0
    raw = write_raw(rig.folder / "stampless.h264", encode_clip(key_interval=12)[1])
    rig.server.mount("stampless", LoopingFeed(*read_packets(raw)))
    rig.watch(*names, "stampless")
    rig.watch("wrong-password", url=rig.url("good", WRONG_WORD))
    rig.watch("unknown-path", url=rig.url("nowhere"))
    with socket.socket() as closed, socket.socket() as silent:
        closed.bind(("127.0.0.1", 0))
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        rig.watch("unreachable", url=f"rtsp://127.0.0.1:{closed.getsockname()[1]}/x")
        rig.watch("silent", url=f"rtsp://127.0.0.1:{silent.getsockname()[1]}/x")
        live = [name for name in names if name != "full"]
        wait_until(lambda: rig.frames_are_coming(*live), 20, "the good cameras are live")
        wait_until(lambda: len(rig.processes()) == 3, 15, "the spare ingest process is up")
        yield rig
        rig.close()


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("unreachable", LossCause.UNREACHABLE),
        ("wrong-password", LossCause.UNAUTHORIZED),
        ("unknown-path", LossCause.NOT_FOUND),
        ("full", LossCause.BUSY),
        ("silent", LossCause.SILENT),
    ],
)
def test_a_camera_that_cannot_be_opened_says_why_and_when_it_is_tried_again(
    rig: Rig, name: str, cause: LossCause
) -> None:
    def is_told() -> bool:
        status = rig.status(name)
        return (
            rig.is_in(name, StreamState.LOST, cause)
            and status is not None
            and status.health.next_try_mono_ns is not None
        )

    wait_until(is_told, 20, f"{name} is lost: {cause}")


def test_pictures_arrive_whole_and_in_time(rig: Rig) -> None:
    seen: dict[int, float] = {}

    def look() -> bool:
        frame = rig.frame("good")
        if frame is not None and frame.number not in seen:
            number = read_number(frame.pixels)
            assert 0 <= number < 50
            assert np.abs(frame.pixels[:, :, 1].astype(int) - expected(number, frame)).mean() < 12
            seen[frame.number] = (time.monotonic_ns() - frame.received_mono_ns) / 1e6
        return len(seen) >= 40

    wait_until(look, 10, "40 pictures", interval_s=0.005)
    assert sorted(seen.values())[20] < 60  # median ms between receipt and our sight of it


def expected(number: int, frame: Frame) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The painted picture as BGRA's green, limited range stretched, at the tile's size."""
    luma = paint(number, 320, 180)
    rows = np.arange(frame.height_px) * 180 // frame.height_px
    columns = np.arange(frame.width_px) * 320 // frame.width_px
    stretched = (luma[rows][:, columns].astype(int) - 16) * 255 / 219
    return np.clip(stretched, 0, 255).astype(int)


def test_h265_and_a_clip_without_time_stamps_play(rig: Rig) -> None:
    wait_until(lambda: rig.frames_are_coming("h265", "stampless"), 5, "both are live")
    for name in ("h265", "stampless"):
        frame = rig.frame(name)
        assert frame is not None
        assert 0 <= read_number(frame.pixels) < 50
    status = rig.status("h265")
    assert status is not None
    assert status.health.codec == "hevc"


def test_a_stalled_stream_turns_stale_then_lost_and_comes_back(rig: Rig) -> None:
    """Of `hung` the sender reports go on, so that its connection never falls silent."""
    names = ("stalling", "hung")
    faults = [rig.server.server.mounts[name].faults for name in names]
    for fault, reports_only in zip(faults, (False, True), strict=True):
        fault.reports_only = reports_only
        fault.is_stalled = True
    stale_s = wait_until(
        lambda: all(rig.is_in(name, StreamState.STALE) for name in names), 5, "both are stale"
    )
    assert stale_s < 3
    lost: set[str] = set()

    def were_lost() -> bool:
        lost.update(n for n in names if rig.is_in(n, StreamState.LOST, LossCause.SILENT))
        return len(lost) == len(names)

    wait_until(were_lost, 12, "both are lost")
    wait_until(lambda: rig.server.server.mounts["hung"].connection_count >= 2, 12, "opened anew")
    assert rig.is_in("hung", StreamState.LOST, LossCause.SILENT), "opened anew, it forgot the cause"
    for fault in faults:
        fault.is_stalled = False
    wait_until(lambda: rig.frames_are_coming(*names), 15, "both are back")


def test_a_closed_connection_is_opened_again_and_the_ring_stays(rig: Rig) -> None:
    wait_until(lambda: rig.frames_are_coming("closing"), 5, "live")
    reader = rig.reader("closing")
    assert reader is not None
    path, before = reader.path, reader.sequence
    mount = rig.server.server.mounts["closing"]
    rig.server.call(mount.kick)
    wait_until(lambda: mount.connection_count >= 2, 10, "a second connection")
    wait_until(lambda: rig.frames_are_coming("closing"), 10, "pictures again")
    reader = rig.reader("closing")
    assert reader is not None
    assert reader.path == path
    assert reader.sequence > before


def test_a_stream_that_changes_its_size_gets_a_new_ring(rig: Rig) -> None:
    mount = rig.server.server.mounts["growing"]
    first = rig.frame("growing")
    assert first is not None
    assert (first.width_px, first.height_px) == (320, 180)
    rig.server.call(mount.switch, looping_feed(width_px=640, height_px=480, key_interval=12))

    def has_grown() -> bool:
        frame = rig.frame("growing")
        return frame is not None and (frame.width_px, frame.height_px) == (480, 360)

    wait_until(has_grown, 10, "tile of the new size")
    frame = rig.frame("growing")
    assert frame is not None
    assert 0 <= read_number(frame.pixels) < 50
    wait_until(
        lambda: len([name for name in rig.ring_files() if name.startswith("growing.")]) == 1,
        5,
        "the former ring is gone",
    )


def test_damaged_pictures_are_never_shown(rig: Rig) -> None:
    """5 % broken packets still "decode" at full rate: grey smears that no operator may see."""
    faults = rig.server.server.mounts["damaged"].faults
    faults.corrupt_share = 0.05
    checked = set()
    deadline_s = time.monotonic() + 6
    try:
        while time.monotonic() < deadline_s and len(checked) < 60:
            frame = rig.frame("damaged")
            if frame is None or frame.number in checked:
                time.sleep(0.005)
                continue
            pixels = frame.pixels.copy()
            number = read_number(pixels)
            error = np.abs(pixels[:, :, 1].astype(int) - expected(number, frame))
            assert error[frame.height_px // 4 :].mean() < 16, f"frame {frame.number} is smeared"
            checked.add(frame.number)
    finally:
        faults.corrupt_share = 0.0
    assert len(checked) >= 5
    wait_until(lambda: rig.frames_are_coming("damaged"), 10, "whole again")


def test_a_clip_is_remuxed_with_its_pre_roll(rig: Rig, tmp_path: Path) -> None:
    wait_until(lambda: rig.frames_are_coming("clip"), 5, "live")
    now_ns = time.monotonic_ns()
    path = tmp_path / "clip.mp4"
    clip = rig.lease.clip(
        CameraId("clip"), now_ns - 1_500_000_000, now_ns + 500_000_000, path
    ).result(15)
    assert clip.start_mono_ns <= now_ns - 1_400_000_000
    assert clip.end_mono_ns >= now_ns + 400_000_000
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == clip.packet_count
    numbers = [read_number(frame.to_ndarray(format="bgra")) for frame in frames]
    steps = {(later - former) % 50 for former, later in itertools.pairwise(numbers)}
    assert steps == {1}
    assert frames[0].key_frame


def test_the_same_ring_serves_an_analysis_and_a_zoomed_want(rig: Rig) -> None:
    camera_id = CameraId("good")
    extra = [
        FrameWant(camera_id, WidthClass.NATIVE, PixelFormat.I420, fps_max=5.0),
        FrameWant(camera_id, WidthClass.SMALL, PixelFormat.BGRA, region_norm=(0.0, 0.0, 0.5, 0.5)),
        FrameWant(camera_id, WidthClass.SMALL, PixelFormat.BGRA, keyframes_only=True),
    ]
    rig.lease.set_wants(list(rig.sources.values()), [*rig.wants, *extra])
    zoomed = "bgra240@0.0000,0.0000,0.5000,0.5000"
    try:
        wait_until(lambda: rig.frame("good", "i4200") is not None, 5, "analysis ring")
        wait_until(lambda: rig.frame("good", zoomed) is not None, 5, "zoomed ring")
        wait_until(lambda: rig.frame("good", "bgra240") is not None, 5, "key-frame ring")
        whole = rig.frame("good", "i4200")
        part = rig.frame("good", zoomed)
        assert whole is not None
        assert part is not None
        assert whole.pixels.shape == (270, 320)
        assert (part.width_px, part.height_px) == (160, 90)
        top = part.pixels[part.height_px // 8, :, 1]
        low_bits = [top[int((bit + 0.5) * 160 / 8)] > 127 for bit in range(8)]
        assert 0 <= sum(1 << bit for bit, is_set in enumerate(low_bits) if is_set) < 50
    finally:
        rig.lease.set_wants(list(rig.sources.values()), rig.wants)
    wait_until(lambda: rig.frame("good", zoomed) is None, 5, "rings nobody wants are gone")


@pytest.fixture
def own_rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


def test_a_killed_ingest_process_comes_back_and_harms_no_other_group(own_rig: Rig) -> None:
    rig = own_rig
    names = [f"cam-{number}" for number in range(12)]
    for name in names:
        rig.mount(name, width_px=160, height_px=96, fps=10, key_interval=5)
    rig.watch(*names)
    wait_until(lambda: rig.frames_are_coming(*names), 20, "all live")
    owned = rig.group_processes()
    assert len(owned) == 2
    before = set(rig.ring_files())
    victim, survivor = owned
    kept = [name for name in names if rig_file(rig, name) in owned[survivor]]
    lost = [name for name in names if name not in kept]
    assert kept
    assert lost
    numbers = {name: newest_number(rig, name) for name in kept}
    victim.send_signal(signal.SIGKILL)
    killed_s = time.monotonic()
    wait_until(lambda: not owned[victim] & set(rig.ring_files()), 3, "no ring of the dead is left")
    wait_until(lambda: rig.frames_are_coming(*lost), 10, "its cameras are back")
    assert time.monotonic() - killed_s < 3
    for name in kept:
        reader = rig.reader(name)
        assert reader is not None
        assert rig_file(rig, name) in before  # the same ring: nobody restarted it
        passed_s = time.monotonic() - killed_s
        assert newest_number(rig, name) - numbers[name] >= 10 * passed_s - 5
    assert survivor.is_running()


def rig_file(rig: Rig, name: str) -> str:
    status = rig.status(name)
    assert status is not None
    return Path(status.rings[TILE].path).name


def newest_number(rig: Rig, name: str) -> int:
    reader = rig.reader(name)
    assert reader is not None
    return reader.sequence


def test_a_group_that_is_killed_twice_is_split_and_all_its_cameras_come_back(
    own_rig: Rig,
) -> None:
    rig = own_rig
    names = [f"cam-{number}" for number in range(4)]
    for name in names:
        rig.mount(name, width_px=160, height_px=96, fps=10, key_interval=5)
    rig.watch(*names)
    dead: set[psutil.Process] = set()

    def groups_of_the_living() -> list[set[str]]:
        return [rings for process, rings in rig.group_processes().items() if process not in dead]

    for _ in range(2):
        wait_until(
            lambda: [len(rings) for rings in groups_of_the_living()] == [4], 20, "one new process"
        )
        wait_until(lambda: rig.frames_are_coming(*names), 20, "all live")
        (victim,) = rig.group_processes().keys() - dead
        dead.add(victim)
        victim.kill()
    wait_until(lambda: [len(rings) for rings in groups_of_the_living()] == [2, 2], 20, "two halves")
    wait_until(lambda: rig.frames_are_coming(*names), 20, "all live again")


def test_lasting_health_reaches_the_hub_even_if_the_broker_learns_of_it_late() -> None:
    """The first console may know no hub; the worker that comes later does."""
    with zmq.Context() as context, context.socket(zmq.ROUTER) as hub:
        port = hub.bind_to_random_port("tcp://127.0.0.1")
        rig = Rig()
        try:
            rig.mount("cam-a", key_interval=10)
            rig.watch("cam-a")
            rig.watch("gone", url=rig.url("nowhere"))
            wait_until(lambda: rig.frames_are_coming("cam-a"), 15, "live")
            spool = str(rig.folder / "spool")
            worker = CameraLease(
                structs.replace(rig.runtime, intake=f"tcp://127.0.0.1:{port}", spool_folder=spool)
            )
            worker.start()
            events = [received_event(hub) for _ in range(2)]
            worker.close()
        finally:
            rig.close()
    assert {event["type"] for event in events} == {"gridwall.camera.health.v1"}
    told = {event["data"]["camera_id"]: event["data"] for event in events}
    assert (told["cam-a"]["state"], told["cam-a"]["cause"]) == ("live", None)
    assert (told["gone"]["state"], told["gone"]["cause"]) == ("lost", "not_found")
    assert told["gone"]["frame_age_s"] is None


def received_event(hub: zmq.Socket[bytes]) -> dict[str, Any]:
    """The next event of a publisher, acknowledged as the hub does."""
    assert hub.poll(15_000), "no event within 15 s"
    identity, empty, event_id, body = hub.recv_multipart()
    answer = json.dumps({"ok": True, "sequence": 1}).encode()
    hub.send_multipart([identity, empty, event_id, answer])
    event: dict[str, Any] = json.loads(body)
    return event


def test_a_killed_broker_is_replaced_and_leases_recover(own_rig: Rig) -> None:
    rig = own_rig
    rig.mount("cam-a", key_interval=10)
    rig.watch("cam-a")
    wait_until(lambda: rig.frames_are_coming("cam-a"), 15, "live")
    first, groups = rig.broker(), list(rig.group_processes())
    first.send_signal(signal.SIGKILL)
    killed_s = time.monotonic()
    wait_until(lambda: not any(group.is_running() for group in groups), 5, "its children leave")
    wait_until(lambda: rig.frames_are_coming("cam-a"), 15, "the lease found another broker")
    assert time.monotonic() - killed_s < 5
    assert len([name for name in rig.ring_files() if name.startswith("cam-a.")]) == 1


HOLD = """
import sys, time
from ingest.cameras.lease import CameraLease, CameraSource, FrameWant, RuntimeInfo
from ingest.frames.frame import PixelFormat, WidthClass
lease = CameraLease(RuntimeInfo("test-site", sys.argv[1], linger_s=0.1))
lease.start()
lease.set_wants([CameraSource("cam-b", sys.argv[2])],
                [FrameWant("cam-b", WidthClass.MEDIUM, PixelFormat.BGRA)])
while not (lease.status().get("cam-b") and lease.status()["cam-b"].rings):
    time.sleep(0.02)
print("live", flush=True)
time.sleep(600)
"""


def test_two_processes_share_one_connection_and_a_killed_one_gives_its_part_back(
    own_rig: Rig,
) -> None:
    rig = own_rig
    mount_a, mount_b = rig.mount("cam-a"), rig.mount("cam-b")
    rig.watch("cam-a", "cam-b")
    wait_until(lambda: rig.frames_are_coming("cam-a", "cam-b"), 15, "live")
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(rig.folder), rig.url("cam-b")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "live\n"
    assert mount_b.connection_count == 1
    rig.sources.pop("cam-b")
    rig.wants = [want for want in rig.wants if want.camera_id == "cam-a"]
    rig.lease.set_wants(list(rig.sources.values()), rig.wants)
    wait_until(lambda: rig.status("cam-b") is None, 5, "we no longer hold it")
    assert len(mount_b.players) == 1
    other.kill()
    other.communicate(timeout=10)
    wait_until(lambda: not mount_b.players, 10, "the camera is closed with its last holder")
    assert mount_a.connection_count == 1


def test_a_small_tile_uses_the_sub_stream_and_grows_without_a_gap(own_rig: Rig) -> None:
    rig = own_rig
    main = rig.mount("main", width_px=640, height_px=360, key_interval=10)
    sub = rig.mount("sub", key_interval=10)
    camera_id = CameraId("cam")
    source = CameraSource(camera_id, rig.url("main"), rig.url("sub"))
    small = FrameWant(camera_id, WidthClass.MEDIUM, PixelFormat.BGRA)
    large = FrameWant(camera_id, WidthClass.LARGE, PixelFormat.BGRA)
    rig.lease.set_wants([source], [small])
    wait_until(lambda: rig.frame("cam") is not None, 15, "small tile")
    assert (sub.connection_count, main.connection_count) == (1, 0)
    rig.lease.set_wants([source], [small, large])
    oldest_ns = 0

    def is_sharp() -> bool:
        nonlocal oldest_ns
        frame = rig.frame("cam")
        assert frame is not None
        oldest_ns = max(oldest_ns, time.monotonic_ns() - frame.received_mono_ns)
        big = rig.frame("cam", "bgra960")
        return big is not None and big.width_px == 640

    wait_until(is_sharp, 15, "the large tile shows the main stream")
    assert oldest_ns < 1_000_000_000
    wait_until(lambda: not sub.players, 10, "the sub-stream is closed")


def test_an_independent_server_plays_and_is_reconnected(own_rig: Rig, shared_folder: Path) -> None:
    """gst-rtsp-server with real clips, in its own process and language."""
    python = "/usr/bin/python3"
    probe = [python, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    if not Path(python).exists() or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("needs Debian's gir1.2-gst-rtsp-server-1.0 for an independent RTSP server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clip = shared_folder / "data" / "videos" / "topdown_road.mp4"
    peer = subprocess.Popen(
        [python, str(shared_folder / "tools" / "rtsp_peer.py"), str(port), f"road={clip}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert peer.stdout is not None
        assert peer.stdin is not None
        assert peer.stdout.readline() == "ready\n"
        own_rig.watch("road", url=f"rtsp://127.0.0.1:{port}/road")
        wait_until(lambda: own_rig.frames_are_coming("road"), 15, "live")
        peer.stdin.write("kick road\n")
        peer.stdin.flush()
        wait_until(
            lambda: (
                (status := own_rig.status("road")) is not None
                and status.health.reconnect_count >= 1
            ),
            15,
            "it was closed",
        )
        wait_until(lambda: own_rig.frames_are_coming("road"), 20, "live again")
    finally:
        peer.kill()
        peer.communicate(timeout=10)
