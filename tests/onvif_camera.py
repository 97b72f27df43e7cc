"""An ONVIF camera as a process: the simulator ipycam without its video, for the PTZ tests.

Started by `onvif_kit` inside a network namespace, since it binds all addresses. Prints "ready" on
its standard output; leaves when its standard input ends. PTZ of the simulator never stops a
continuous move by itself: what stops in these tests was stopped by us.
"""

from __future__ import annotations

import argparse
import http.server
import sys
import threading
from types import SimpleNamespace

from ipycam.config import CameraConfig
from ipycam.discovery import WSDiscoveryServer
from ipycam.http import IPCameraHTTPHandler
from ipycam.onvif import ONVIFService
from ipycam.ptz import PTZController


class Service(ONVIFService):
    """The simulator's answers as well-formed XML: 1.3.0 leaves out a namespace and fills no move status."""

    def _wrap_envelope(self, body: str) -> str:
        declared = 'xmlns:ptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl"'
        return str(super()._wrap_envelope(body)).replace(
            "<s:Envelope ", f"<s:Envelope {declared} ", 1
        )

    def ptz_get_status(self, body: str) -> str:
        text = str(super().ptz_get_status(body))
        state = "MOVING" if self.ptz.get_status()["moving"] else "IDLE"
        for name in ("pan_tilt_status", "zoom_status"):
            text = text.replace("{{" + name + "}}", state)
        return text


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--name", default="Simulated")
    options = parser.parse_args()
    config = CameraConfig(
        name=options.name, local_ip=options.address, onvif_port=options.port,
        username=options.user, password=options.password,
    )  # fmt: skip
    ptz = PTZController()
    service = Service(config, ptz)
    handler = type(
        "Handler", (IPCameraHTTPHandler,),
        {"camera": SimpleNamespace(config=config, onvif=service, ptz=ptz)},
    )  # fmt: skip
    server = http.server.ThreadingHTTPServer(("", options.port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    discovery = WSDiscoveryServer(service)
    discovery.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    discovery.stop()
    server.shutdown()
    ptz.stop()


if __name__ == "__main__":
    main()
