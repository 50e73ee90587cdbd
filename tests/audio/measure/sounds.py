"""Sounds with known places: music-like, delayed by any fraction of a sample, resampled by any ppm."""

import numpy as np

from audio.measure.correlation import Samples

RATE_HZ = 44_100


def made_music(seconds: float, seed: int) -> Samples:
    """Return plucked notes, brushes and a soft shaker at irregular times: no bar repeats."""
    random = np.random.default_rng(seed)
    frames = round(seconds * RATE_HZ)
    sound = np.zeros(frames)
    position = 0
    while position < frames:
        length = int(RATE_HZ * random.uniform(0.15, 0.5))
        fundamental_hz = 55 * 2 ** (random.integers(0, 36) / 12)
        t = np.arange(min(length * 2, frames - position)) / RATE_HZ
        for harmonic in range(1, 8):
            phase = random.uniform(0, 6)
            decay = np.exp(-t * 4 * harmonic**0.5) / harmonic
            sound[position : position + t.size] += np.sin(2 * np.pi * fundamental_hz * harmonic * t + phase) * decay
        brush = random.normal(size=min(2000, frames - position))
        sound[position : position + brush.size] += brush * np.exp(-np.arange(brush.size) / 300) * 0.1
        position += length
    sound += random.normal(size=frames) * 0.02
    return (sound / np.abs(sound).max() * 0.7).astype(np.float32)


def delayed(sound: Samples, frames: float) -> Samples:
    """Return the sound later by any number of frames, by phase: exact to rounding; the same length."""
    size = sound.size + 2 * int(abs(frames)) + RATE_HZ // 10
    turn = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size * frames)
    return np.fft.irfft(np.fft.rfft(sound, size) * turn, size)[: sound.size].astype(np.float32)


def noise(frames: int, level: float, seed: int = 1) -> Samples:
    """Return white noise of the given RMS."""
    return (np.random.default_rng(seed).normal(size=frames) * level).astype(np.float32)
