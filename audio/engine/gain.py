"""Volume without clicks: a gain that moves to its goal within 20 ms (pure)."""

from typing import Final

import numpy as np

from audio.decode.pcm import Pcm

RAMP_MS: Final = 20.0


class Gain:
    """Scale blocks by a gain of 0 to 1; at 1 the samples are left as they are."""

    def __init__(self, rate: int) -> None:
        self._step = 1000 / (rate * RAMP_MS)
        self._gain = 1.0
        self._goal = 1.0

    def set(self, gain: float) -> None:
        """Head for a gain; what is outside 0 to 1 is taken as the nearer end."""
        self._goal = max(0.0, min(1.0, gain))

    def settle(self) -> None:
        """Be at the goal at once: nothing is heard just now."""
        self._gain = self._goal

    def apply(self, out: Pcm) -> None:
        """Scale a block of shape (frames, 2) in place."""
        if self._gain == self._goal:
            if self._gain != 1.0:
                out[:] = np.rint(out * np.float32(self._gain)).astype(np.int16)
            return
        rising = self._goal > self._gain
        ramp = self._gain + np.arange(1, len(out) + 1) * (self._step if rising else -self._step)
        ramp = np.minimum(ramp, self._goal) if rising else np.maximum(ramp, self._goal)
        out[:] = np.rint(out * ramp[:, None].astype(np.float32)).astype(np.int16)
        self._gain = float(ramp[-1])
