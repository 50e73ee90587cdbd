"""One stream that holds both sides, so that their offset is known to the sample: what the rig adds by itself."""

import subprocess
import time
from pathlib import Path

import numpy as np

from audio.measure.capture import Recording
from audio.measure.correlation import Samples
from audio.measure.rig import CHANNELS, RATE_HZ, PulseRig

DRAIN_S = 0.5


def both_sides(rig: PulseRig, path: Path, music: Samples, delay_frames: int) -> Recording:
    """Play mono music left, and so many frames later right, in one four-channel stream; return the capture."""
    frames = np.zeros((music.size + delay_frames, 4), dtype="<i2")
    samples = np.round(music * 32767).astype("<i2")
    frames[: music.size, :2] = samples[:, None]
    frames[delay_frames:, 2:] = samples[:, None]
    command = ["pacat", "--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=4", f"--channel-map={CHANNELS}"]
    with rig.capture(path) as capture:
        subprocess.run([*command, "--device=room"], input=frames.tobytes(), env=rig.environment(), check=True)
        time.sleep(DRAIN_S)
        return capture.recording()
