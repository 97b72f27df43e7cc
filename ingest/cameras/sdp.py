"""Session descriptions (RFC 4566) of a video mount. Pure."""

from __future__ import annotations

import base64

from ingest.cameras.nal import VideoCodec, unit_type
from ingest.cameras.packet_feed import VideoParameters
from ingest.cameras.rtp_out import CLOCK_HZ, PAYLOAD_TYPE

TRACK = "trackID=0"
_H265_SPROP = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}


def describe(parameters: VideoParameters) -> str:
    """The answer to DESCRIBE: one video track with its parameter sets."""
    name = "H264" if parameters.codec is VideoCodec.H264 else "H265"
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=gridwall",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {name}/{CLOCK_HZ}",
        f"a=fmtp:{PAYLOAD_TYPE} {_format_parameters(parameters)}",
        f"a=framerate:{parameters.fps:g}",
        f"a=control:{TRACK}",
    ]
    return "\r\n".join(lines) + "\r\n"


def _format_parameters(parameters: VideoParameters) -> str:
    if parameters.codec is VideoCodec.H265:
        sets = [
            f"{_H265_SPROP[unit_type(parameters.codec, unit)]}={_text(unit)}"
            for unit in parameters.parameter_sets
        ]
        return ";".join(sets)
    sets = [_text(unit) for unit in parameters.parameter_sets]
    profile = next(
        (unit[1:4].hex() for unit in parameters.parameter_sets if unit[0] & 0x1F == 7), "42e01f"
    )
    return f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(sets)}"


def _text(unit: bytes) -> str:
    return base64.b64encode(unit).decode()
