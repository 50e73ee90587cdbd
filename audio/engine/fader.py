"""Five milliseconds of fade at every cut, so that nothing clicks (pure)."""

from typing import Final

import numpy as np
import numpy.typing as npt

from audio.decode.pcm import Pcm
from audio.decode.pcm_file import CHANNELS

FADE_MS: Final = 5.0


class Fader:
    """Fade what comes in, and mix what goes out underneath; samples are untouched when neither is under way."""

    def __init__(self, rate: int) -> None:
        self.frames = round(rate * FADE_MS / 1000)
        self._ramp: npt.NDArray[np.float32] = np.linspace(0, 1, self.frames, dtype=np.float32)[:, None]
        self._fade_in_done = self.frames
        self._tail: npt.NDArray[np.float32] = np.zeros((0, CHANNELS), dtype=np.float32)

    @property
    def is_idle(self) -> bool:
        """Return whether no fade is under way."""
        return self._fade_in_done == self.frames and not len(self._tail)

    def fade_out(self, continuation: Pcm) -> None:
        """Let the music that was playing, continued in `continuation` (at least `frames` long), fade away.

        A cut within a fade starts from where that fade is: from full level it would click.
        """
        level = self._ramp[self._fade_in_done] if self._fade_in_done < self.frames else np.float32(1)
        tail = continuation[: self.frames] * self._ramp[::-1] * level
        tail[: len(self._tail)] += self._tail
        self._tail = tail
        self._fade_in_done = self.frames

    def fade_in(self) -> None:
        """Let what is rendered from here on fade in."""
        self._fade_in_done = 0

    def apply(self, out: Pcm) -> None:
        """Work fades into the next block, in place."""
        self._apply_fade_in(out)
        length = min(len(out), len(self._tail))
        if length:
            mixed = out[:length] + self._tail[:length]
            out[:length] = np.clip(np.rint(mixed), -32768, 32767).astype(np.int16)
            self._tail = self._tail[length:]

    def _apply_fade_in(self, out: Pcm) -> None:
        length = min(len(out), self.frames - self._fade_in_done)
        if length > 0:
            ramp = self._ramp[self._fade_in_done : self._fade_in_done + length]
            out[:length] = np.rint(out[:length] * ramp).astype(np.int16)
            self._fade_in_done += length
