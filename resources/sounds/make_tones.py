"""Makes the three tones of the console again: `python resources/sounds/make_tones.py`.

One short tone a priority, told apart by count and pitch, not by loudness: priority 1 three rising
notes, priority 2 two, priority 3 one. 16 bit, 22.05 kHz, mono; soft edges, so that nothing clicks.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE_HZ = 22_050
EDGE_S = 0.012
PAUSE_S = 0.06
#: priority → notes (frequency in Hz, length in s) and loudness 0..1.
TONES: dict[int, tuple[tuple[tuple[float, float], ...], float]] = {
    1: (((784.0, 0.14), (988.0, 0.14), (1319.0, 0.24)), 0.8),
    2: (((784.0, 0.14), (988.0, 0.20)), 0.6),
    3: (((659.0, 0.20),), 0.45),
}


def samples(priority: int) -> list[int]:
    """The tone as 16-bit samples."""
    notes, loudness = TONES[priority]
    found: list[int] = []
    for place, (frequency_hz, length_s) in enumerate(notes):
        if place:
            found += [0] * round(PAUSE_S * RATE_HZ)
        count = round(length_s * RATE_HZ)
        for index in range(count):
            at_s = index / RATE_HZ
            edge = min(1.0, at_s / EDGE_S, (length_s - at_s) / EDGE_S)
            turn = 2 * math.pi * frequency_hz * at_s
            value = (math.sin(turn) + 0.25 * math.sin(2 * turn)) / 1.25
            found.append(round(32_767 * loudness * max(0.0, edge) * value))
    return found


def write(path: Path, priority: int) -> None:
    """One tone as a WAV file."""
    found = samples(priority)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(struct.pack(f"<{len(found)}h", *found))


if __name__ == "__main__":
    for number in TONES:
        write(Path(__file__).with_name(f"priority-{number}.wav"), number)
