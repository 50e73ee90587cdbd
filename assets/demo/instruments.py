"""The demo band: each function plays one note and returns it as mono samples.

Lengths are seconds, pitches are hertz, velocities are 0 to 1. Every note draws its own noise and its own small
detuning, so that no two notes are alike: the music can be located in itself by cross-correlation.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 44_100

Samples = NDArray[np.float64]
Generator = np.random.Generator


def kick(rng: Generator, velocity: float) -> Samples:
    """Return a bass drum: a sine that falls from 160 to 50 Hz, with a beater's click."""
    t = _time(0.22)
    pitch = 50 + 110 * np.exp(-t / 0.03) * rng.uniform(0.9, 1.1)
    body = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.exp(-t / 0.07)
    click = _noise(rng, t) * np.exp(-t / 0.004) * 0.5
    return _faded((body + click) * velocity)


def snare(rng: Generator, velocity: float) -> Samples:
    """Return a snare drum: a short tone under a burst of noise."""
    t = _time(0.26)
    tone = np.sin(2 * np.pi * 187 * rng.uniform(0.97, 1.03) * t) * np.exp(-t / 0.05)
    wires = _bright(_noise(rng, t)) * np.exp(-t / rng.uniform(0.06, 0.1))
    return _faded((0.5 * tone + wires) * velocity)


def hat(rng: Generator, velocity: float, open_: bool = False) -> Samples:
    """Return a hi-hat: bright noise, short when closed."""
    decay = rng.uniform(0.1, 0.16) if open_ else rng.uniform(0.02, 0.045)
    t = _time(decay * 5)
    return _faded(_bright(_bright(_noise(rng, t))) * np.exp(-t / decay) * velocity)


def shaker(rng: Generator, velocity: float) -> Samples:
    """Return a shaker: noise that swells and stops."""
    t = _time(rng.uniform(0.09, 0.13))
    swell = np.sin(np.pi * np.linspace(0, 1, t.size) ** 1.6)
    return _bright(_noise(rng, t)) * swell * velocity


def crash(rng: Generator, velocity: float) -> Samples:
    """Return a crash cymbal: noise that rings for two seconds."""
    t = _time(2.6)
    return _faded(_bright(_noise(rng, t)) * (np.exp(-t / 0.6) + 0.4 * np.exp(-t / 0.08)) * velocity)


def bass(rng: Generator, hertz: float, seconds: float, velocity: float) -> Samples:
    """Return a bass note: six harmonics that darken as it decays."""
    t = _time(seconds)
    pitch = hertz * (1 + 0.004 * np.exp(-t / 0.05)) * rng.uniform(0.999, 1.001)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = sum(np.sin(n * phase) / n**1.1 * np.exp(-t * n / 1.1) for n in range(1, 7))
    return _released(tone * np.minimum(1, t / 0.006) * velocity, 0.03)


def string(rng: Generator, hertz: float, seconds: float, velocity: float) -> Samples:
    """Return a plucked string (Karplus and Strong, Computer Music Journal 7(2), 1983), tuned by interpolation."""
    period = max(2, int(RATE / hertz))
    wave = rng.uniform(-1, 1, period)
    wave = 0.7 * wave + 0.3 * np.roll(wave, 1)
    rounds = int(seconds * RATE / period) + 2
    loop = np.empty((rounds, period))
    for index in range(rounds):
        loop[index] = wave
        wave = 0.998 * (0.5 * wave + 0.5 * np.roll(wave, 1))
    # One round of the averaging loop lasts half a sample more than the period.
    ratio = hertz * (period + 0.5) / RATE * rng.uniform(0.9992, 1.0008)
    at = np.arange(int(seconds * RATE)) * ratio
    return _released(np.interp(at, np.arange(loop.size), loop.ravel()) * velocity, 0.05)


def keys(rng: Generator, hertz: float, seconds: float, velocity: float) -> Samples:
    """Return an electric piano note by frequency modulation, with the tine and the hammer of its start."""
    t = _time(seconds)
    pitch = hertz * rng.uniform(0.9992, 1.0008)
    phase = 2 * np.pi * pitch * t + 0.15 * np.sin(2 * np.pi * rng.uniform(4.5, 5.5) * t)
    depth = (0.5 + 1.8 * velocity) * np.exp(-t / 0.35)
    tine = 0.25 * np.sin(14 * phase) * np.exp(-t / 0.05) if pitch * 14 < RATE / 2 else 0.0
    tone = np.sin(phase + depth * np.sin(phase)) * np.exp(-t / 0.9) + tine
    hammer = 0.5 * _noise(rng, t) * np.exp(-t / 0.02)
    return _released((tone * np.minimum(1, t / 0.003) + hammer) * velocity, 0.08)


def pad(rng: Generator, hertz: float, seconds: float, velocity: float) -> Samples:
    """Return a string pad: three voices that wander around the pitch, with breath in them."""
    t = _time(seconds)
    tone = np.zeros(t.size)
    for cents in (-7, 0, 7):
        knots = np.arange(0, seconds + 0.5, 0.25)
        wander = np.interp(t, knots, rng.normal(0, 5, knots.size))
        phase = 2 * np.pi * np.cumsum(hertz * 2 ** ((cents + wander) / 1200)) / RATE + rng.uniform(0, 2 * np.pi)
        tone += sum(np.sin(n * phase) / n**1.4 for n in range(1, 9) if hertz * n < RATE / 3)
    breath = 0.6 * _noise(rng, t)
    return _released((tone / 3 + breath * 0.3) * np.minimum(1, t / 0.25) * velocity, 0.3)


def room(rng: Generator, dry: Samples, seconds: float) -> Samples:
    """Return the echo of a small room: the sound convolved with noise that dies away in `seconds`."""
    t = _time(seconds)
    answer = _noise(rng, t) * np.exp(-6.9 * t / seconds)
    answer[: int(0.012 * RATE)] = 0
    size = dry.size + answer.size
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(answer, size), size)[: dry.size]
    return np.asarray(wet / np.sqrt(np.sum(answer**2)))


def _time(seconds: float) -> Samples:
    return np.arange(int(seconds * RATE)) / RATE


def _noise(rng: Generator, t: Samples) -> Samples:
    return rng.uniform(-1, 1, t.size)


def _bright(samples: Samples) -> Samples:
    # High-pass, then a gentle low-pass: cymbals have their energy around 6 kHz, not at the edge of hearing.
    return 2 * np.convolve(np.diff(samples, prepend=0.0), (0.15, 0.35, 0.35, 0.15), mode="same")


def _faded(samples: Samples) -> Samples:
    return _released(samples, 0.005)


def _released(samples: Samples, seconds: float) -> Samples:
    length = min(samples.size, int(seconds * RATE))
    shape = np.ones(samples.size)
    shape[samples.size - length :] = np.linspace(1, 0, length)
    return samples * shape
