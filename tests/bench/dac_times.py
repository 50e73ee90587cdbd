"""How true are the DAC times of an output? `python -m tests.bench.dac_times` prints the answer.

Two streams play into one virtual sound card, so their frames are heard at one pace: the difference between their DAC
times (frame for frame, less its mean) is the error of what is reported, and nothing else. It is measured for the times
as they come and as DacClock filters them, through PortAudio (ALSA's PulseAudio plugin) and through libpulse.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audio.measure.rig import SINKS, PulseRig
from tests.bench.__main__ import PAGE
from tests.bench.report import machine, write_section

Times = npt.NDArray[np.float64]
RATE_HZ = 44_100
#: The first seconds after a start, and what comes after them.
SETTLED_S = 15.0
INTRODUCTION = """Two streams play into one virtual sound card, so the difference between their DAC times is error
alone: as they are reported (raw), and as DacClock filters them. Written by `scripts/bench-dac --write`."""
STEP_S = 0.1


def log_times(kind: str, seconds: float) -> None:
    """Open one output and print its DAC times, raw and filtered, as JSON: the work of a child process."""
    from audio.decode.pcm import Pcm
    from audio.engine.output import open_output
    from audio.engine.portaudio_output import open_portaudio

    output = open_portaudio("pulse") if kind == "portaudio" else open_output("pulse")
    clock = output._clock
    raw: list[tuple[float, int]] = []
    filtered: list[tuple[int, int]] = []
    add_reading = clock.add_reading

    def remember(frame: float, at_ns: int) -> None:
        raw.append((frame, at_ns))
        add_reading(frame, at_ns)

    clock.add_reading = remember
    frames = 0

    def render(block: Pcm, dac_ns: int) -> None:
        nonlocal frames
        frames = output._frames
        filtered.append((frames, dac_ns))
        block[:] = 0

    output.start(render)
    time.sleep(seconds)
    output.close()
    print(json.dumps({"raw": raw, "filtered": filtered}))


def measure(kind: str, seconds: float) -> dict[str, tuple[Times, Times]]:
    """Run two outputs side by side; return (time in s, difference in ms) for raw and filtered times."""
    with PulseRig() as rig:
        rig.wake()
        children = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench.dac_times", "--child", kind, "--seconds", str(seconds)],
                env=rig.environment(sink),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            for sink in SINKS
        ]
        logs = [json.loads(child.communicate()[0]) for child in children]
    return {name: difference([log[name] for log in logs]) for name in ("raw", "filtered")}


def difference(logs: Sequence[Sequence[tuple[float, int]]]) -> tuple[Times, Times]:
    """Return how the delay (DAC time less media time) of the second stream differs from the first's, over time."""
    delays = []
    for log in logs:
        data = np.array(log, dtype=np.float64)
        at_s = data[:, 1] / 1e9
        delays.append((at_s, data[:, 1] / 1e6 - data[:, 0] * 1000 / RATE_HZ))
    start = max(at_s[0] for at_s, _ in delays)
    end = min(at_s[-1] for at_s, _ in delays)
    grid = np.arange(start, end, STEP_S)
    # Each stream's clock in steps of a tenth of a second: the median, so that one late reading is not the result.
    first, second = (_stepped(at_s, delay, grid) for at_s, delay in delays)
    both = second - first
    known = np.isfinite(both)
    return grid[known] - start, both[known]


def _stepped(at_s: Times, delay: Times, grid: Times) -> Times:
    slot = np.searchsorted(grid, at_s) - 1
    medians = [np.median(delay[slot == index]) if (slot == index).any() else np.nan for index in range(len(grid))]
    return np.array(medians)


def figures(at_s: Times, values: Times) -> tuple[float, float, float]:
    """Return (spread after settling, largest error in the first seconds, largest after them), in ms.

    Errors are against the median of the settled part.
    """
    settled = at_s >= SETTLED_S
    truth = np.median(values[settled])
    errors = np.abs(values - truth)
    early = (at_s >= 1.0) & ~settled
    return float(np.std(values[settled])), float(errors[early].max(initial=0)), float(errors[settled].max(initial=0))


def main() -> None:
    """Measure both ways and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=45.0)
    parser.add_argument("--busy", type=int, default=0, help="so many busy processes beside it, as other programs are")
    parser.add_argument("--write", action="store_true", help="update docs/benchmarks.md")
    parser.add_argument("--child", choices=("portaudio", "libpulse"))
    arguments = parser.parse_args()
    if arguments.child:
        log_times(arguments.child, arguments.seconds)
        return
    lines = [
        "| way | DAC times | spread, settled | largest error, 1 to 15 s | largest error, after 15 s |",
        "|---|---|---|---|---|",
    ]
    with contextlib.ExitStack() as stack:
        for _ in range(arguments.busy):
            stack.callback(subprocess.Popen([sys.executable, "-c", "while True: pass"]).kill)
        for kind in ("portaudio", "libpulse"):
            for name, (at_s, values) in measure(kind, arguments.seconds).items():
                spread, early, late = figures(at_s, values)
                lines.append(f"| {kind} | {name} | {spread:.3f} ms | {early:.3f} ms | {late:.3f} ms |")
    print("\n".join(lines))
    if arguments.write:
        on = ", ".join(f"{what} {value}" for what, value in machine().items())
        text = f"{INTRODUCTION}\n\nOn {on}.\n\n" + "\n".join(lines)
        title = "DAC times" + (f", {arguments.busy} busy processes beside" if arguments.busy else "")
        write_section(PAGE, title, text)


if __name__ == "__main__":
    main()
