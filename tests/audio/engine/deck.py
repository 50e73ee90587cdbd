"""A renderer on a simulated DAC, and music of which every sample says which frame it is."""

import numpy as np

from audio.engine.messages import QueueEnded, Segment
from audio.engine.renderer import Renderer

RATE = 44_100
BLOCK = 1024
NS_PER_FRAME = 1e9 / RATE
START_NS = 1_000_000_000_000


def coded(slot: int, frames: int) -> np.ndarray:
    """Return music whose left channel counts frames from 1 on and whose right names slot and thousands (0: silence)."""
    index = np.arange(frames)
    return np.stack([index % 16_000 + 1, slot * 100 + index // 16_000 + 1], axis=1).astype(np.int16)


def decode(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (slot, frame) of each sample of coded music; (-1, -1) for silence."""
    left, right = samples[:, 0].astype(int), samples[:, 1].astype(int)
    silent = (left == 0) & (right == 0)
    slot, thousands = np.divmod(right - 1, 100)
    return np.where(silent, -1, slot), np.where(silent, -1, thousands * 16_000 + left - 1)


def sine(
    frames: int, hz: float = 441.0, amplitude: float = 20_000, start: float = 0.0, step: float = 1.0
) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * hz * (start + np.arange(frames) * step) / RATE)
    return np.rint(np.stack([wave, wave], axis=1)).astype(np.int16)


class Deck:
    """A renderer whose DAC runs `ppm` slow against the machine's clock."""

    def __init__(self, tracks: dict[int, np.ndarray], *, ppm: float = 0.0, start_ns: int = START_NS) -> None:
        self.renderer = Renderer(RATE)
        self.frames = 0
        self.segments: list[Segment] = []
        self.ended: list[QueueEnded] = []
        self._start_ns = start_ns
        self._ns_per_frame = NS_PER_FRAME * (1 + ppm * 1e-6)
        self.load(tracks)

    def load(self, tracks: dict[int, np.ndarray]) -> None:
        for slot, pcm in tracks.items():
            self.renderer.music.load(slot, pcm)

    @property
    def now_ns(self) -> int:
        """Return the DAC time of the next frame."""
        return self.ns_of(self.frames)

    def ns_of(self, frame: float) -> int:
        """Return the DAC time of an output frame."""
        return self._start_ns + round(frame * self._ns_per_frame)

    def frame_of(self, mono_ns: int) -> int:
        """Return the output frame that is at the DAC at an instant."""
        return round((mono_ns - self._start_ns) / self._ns_per_frame)

    def block(self, frames: int = BLOCK) -> np.ndarray:
        """Render one block."""
        out = np.full((frames, 2), 12_345, dtype=np.int16)
        self.renderer.render(out, self.now_ns)
        assert out.shape == (frames, 2)
        assert out.dtype == np.int16
        self.frames += frames
        while self.renderer.events:
            event = self.renderer.events.popleft()
            (self.segments if isinstance(event, Segment) else self.ended).append(event)
        return out

    def run(self, frames: int, block: int = BLOCK) -> np.ndarray:
        """Render a stretch, block by block."""
        parts = []
        while frames > 0:
            parts.append(self.block(min(block, frames)))
            frames -= block
        return np.concatenate(parts)
