"""What the console of a bench is to play, and how it begins: the cameras are called first.

Started as `python -m console.bench.stage_job JOB`, JOB being a `StageJob` as JSON. As in the product,
the processes of the cameras load while this one still loads its windows: nothing of Qt up here.
"""

from __future__ import annotations

import sys

import msgspec
from msgspec import Struct

from ingest.cameras.lease import CameraLease, RuntimeInfo


class StageJob(Struct, frozen=True):
    """What the stage plays.

    Attributes:
        urls: one camera each, `cam-0` first.
        tile_width_px, tile_height_px: size of every tile, device pixels.
        samples_folder: where painted tiles are written as `.npy` for comparison; None: nowhere.
        stamps: when the cameras sent their pictures (`ServerJob.stamps`), to be compared with when
            they are painted.
        delays_file: where those delays are written (`PaintedNumbers`).
        is_exact: decode without short-cuts, as the limit does.
        called_urls: further cameras, called one after the other once the wall is live; the time
            ends with the last one.
        changes: change the arrangement all the time.
        is_hidden: nobody sees the window while it is measured.
        is_watched: note what every event costs and how late the loop is (dear: no CPU figures).
        settle_s: from the last tile's first picture to the begin: every start-up is over then, the
            broker's spare process included.
    """

    runtime_folder: str
    site_folder: str
    urls: tuple[str, ...]
    tile_width_px: int
    tile_height_px: int
    seconds: float
    samples_folder: str | None = None
    stamps: str | None = None
    delays_file: str | None = None
    is_exact: bool = False
    settle_s: float = 4.5
    called_urls: tuple[str, ...] = ()
    changes: bool = False
    is_hidden: bool = False
    is_watched: bool = False


def main(argument: str) -> int:
    """Runs one job; 0 when it came to its end."""
    job = msgspec.json.decode(argument, type=StageJob)
    lease = CameraLease(
        RuntimeInfo(
            job.site_folder,
            job.runtime_folder,
            is_exact=job.is_exact,
            expected_count=len(job.urls),
        )
    )
    lease.start()
    from console.bench.wall_stage import play

    return play(job, lease)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
