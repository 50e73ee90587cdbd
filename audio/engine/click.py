"""A click at every whole second of corrected time, so that two people can hear how far apart they are (pure).

Every tenth second is higher and louder: of two laptops that are more than half a second apart one can still tell which
click belongs to which.
"""

import math
from typing import Final

import numpy as np

from audio.decode.pcm import Pcm
from audio.decode.pcm_file import CHANNELS
from protocol.timeline import ClockMapping

CLICK_MS: Final = 5.0
ACCENT_EVERY_S: Final = 10
_DECAY_MS: Final = 1.0
_HZ, _LEVEL = 1_000.0, 16_000.0
_ACCENT_HZ, _ACCENT_LEVEL = 2_000.0, 26_000.0


def click_sound(rate: int, *, accent: bool) -> Pcm:
    """Return one click of shape (frames, 2): full level at its first sample, gone after 5 ms."""
    hz, level = (_ACCENT_HZ, _ACCENT_LEVEL) if accent else (_HZ, _LEVEL)
    ms = np.arange(round(rate * CLICK_MS / 1000)) * 1000 / rate
    wave = level * np.cos(2 * np.pi * hz * ms / 1000) * np.exp(-ms / _DECAY_MS) * (1 - ms / CLICK_MS)
    return np.repeat(np.rint(wave).astype(np.int16)[:, None], CHANNELS, axis=1)


class ClickTrack:
    """Put clicks into blocks; a click goes on over the end of its block."""

    def __init__(self, rate: int) -> None:
        self._sounds = {accent: click_sound(rate, accent=accent) for accent in (False, True)}
        self._rest = self._sounds[False][:0]
        self._last_second: int | None = None

    def render(self, out: Pcm, instant_ns: int, ns_per_frame: float, clock: ClockMapping | None) -> None:
        """Fill a block whose first frame is at the DAC at `instant_ns`; without a clock only end what had begun."""
        out[:] = 0
        self._sound(out)
        if clock is None:
            return
        # A second belongs to the frame nearest to it, and so to the block that holds that frame.
        begin_ns, end_ns = instant_ns - ns_per_frame / 2, instant_ns + (len(out) - 0.5) * ns_per_frame
        second = math.ceil(clock.corrected_ms_at(math.floor(begin_ns)) / 1000)
        while (at_ns := clock.mono_ns_at(second * 1000.0)) < end_ns:
            if at_ns >= begin_ns and second != self._last_second:
                self._last_second = second
                self._rest = self._sounds[second % ACCENT_EVERY_S == 0]
                frame = round((at_ns - instant_ns) / ns_per_frame)
                self._sound(out[max(0, min(len(out) - 1, frame)) :])
            second += 1

    def stop(self) -> Pcm:
        """Return what is left of a running click, to be faded out; the next second may click again."""
        rest, self._rest = self._rest, self._sounds[False][:0]
        self._last_second = None
        return rest

    def _sound(self, out: Pcm) -> None:
        piece, self._rest = self._rest[: len(out)], self._rest[len(out) :]
        out[: len(piece)] = piece
