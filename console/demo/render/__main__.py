"""`python -m console.demo.render FOLDER [CAMERA-NUMBER …]`: renders the demonstration's clips."""

from __future__ import annotations

import sys
from pathlib import Path

from console.demo.render.clips import render_all

if len(sys.argv) < 2:
    sys.stderr.write(f"{__doc__}\n")
    sys.exit(2)
for line in render_all(Path(sys.argv[1]), [int(number) for number in sys.argv[2:]]):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
