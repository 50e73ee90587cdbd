"""Normalised cross-correlation of two pieces of sound, to a fraction of a sample, honest about ambiguity.

The correlation is taken over the band in which an MP3 carries detail and after an emphasis that flattens music's
falling spectrum: without it a bass note would make a broad peak and a rival one period away.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

BAND_LOW_HZ = 150.0
BAND_HIGH_HZ = 9_000.0
EMPHASIS_TOP_HZ = 4_000.0
# Little above the noise of 16 bits: the emphasis leaves a soft bass note hardly more.
SILENCE_RMS = 10 ** (-90 / 20)
MIN_CORRELATION = 0.5
# A lone decaying note under noise fits its own louder past with up to 0.4.
MIN_CONFIDENCE = 0.5
# A rival this close to perfect means that the sound repeats itself: no peak can be told from the next.
MAX_RIVAL_CORRELATION = 0.99
MAIN_LOBE_MS = 0.4
UPSAMPLING = 16
SINC_REACH = 16


@dataclass(frozen=True, slots=True)
class Peak:
    """Where a piece fits best: `lag_frames` from the start of the searched sound.

    `correlation` is 0..1; `confidence` is 0 when another place fits as well and 1 when nothing else comes near.
    """

    lag_frames: float
    correlation: float
    confidence: float

    @property
    def trusted(self) -> bool:
        """Return whether the peak is one and clear."""
        return self.correlation >= MIN_CORRELATION and self.confidence >= MIN_CONFIDENCE


def emphasise(sound: Samples, rate_hz: int, high_hz: float = BAND_HIGH_HZ) -> Samples:
    """Return the sound band-limited and with a flatter spectrum; zero phase, so that no place moves.

    One-dimensional float32 in and out, of the same length.
    """
    frames = sound.size
    if frames == 0:
        return sound.astype(np.float32)
    size = fast_size(frames + rate_hz // 10)
    frequency_hz = np.fft.rfftfreq(size, 1 / rate_hz)
    rise = np.clip((frequency_hz - BAND_LOW_HZ * 0.5) / (BAND_LOW_HZ * 0.5), 0, 1)
    fall = np.clip((high_hz * 1.1 - frequency_hz) / (high_hz * 0.1), 0, 1)
    gain = rise * fall * np.minimum(frequency_hz, EMPHASIS_TOP_HZ) / EMPHASIS_TOP_HZ
    spectrum = np.fft.rfft(sound, size) * gain.astype(np.float32)
    return np.fft.irfft(spectrum, size)[:frames].astype(np.float32)


def fast_size(frames: int) -> int:
    """Return the smallest length >= frames of the form 2^n, 3*2^n or 5*2^n, which an FFT takes in its stride."""
    power = 1 << max(frames - 1, 1).bit_length()
    return min(size for size in (power, power // 8 * 5, power // 4 * 3) if size >= frames)


def excerpt(sound: Samples, start_frame: int, frames: int) -> Samples:
    """Return `frames` samples from `start_frame` on, with silence where the sound has not begun or is over."""
    low, high = max(0, start_frame), min(sound.size, start_frame + frames)
    if high - low == frames:
        return sound[low:high]
    piece = np.zeros(frames, dtype=np.float32)
    if high > low:
        piece[low - start_frame : high - start_frame] = sound[low:high]
    return piece


def best_fit(piece: Samples, searched: Samples, rate_hz: int) -> Peak | None:
    """Return where `piece` fits best in `searched` (not shorter), or None when one of them is silent there.

    Both are one-dimensional, already emphasised. The lag is exact to about 0.02 frames on music; confidence compares
    what remains unexplained at the best place with what remains at the best other place.
    """
    if piece.size == 0 or searched.size < piece.size:
        return None
    curve = correlation_curve(piece, searched)
    if curve is None:
        return None
    at = int(np.argmax(curve))
    lobe = max(2, round(rate_hz * MAIN_LOBE_MS / 1000))
    others = curve.copy()
    others[max(0, at - lobe) : at + lobe + 1] = 0
    rival = float(np.clip(_refine(curve, int(np.argmax(others)))[1], 0.0, 1.0)) if others.any() else 0.0
    lag, correlation = _refine(curve, at)
    unexplained = 1 - min(1.0, correlation) ** 2
    confidence = 0.0 if rival > MAX_RIVAL_CORRELATION else 1 - unexplained / (1 - rival**2)
    return Peak(lag, correlation, max(0.0, confidence))


def correlation_curve(piece: Samples, searched: Samples) -> NDArray[np.float64] | None:
    """Return the normalised correlation (-1..1) of a piece with every whole-frame place in the searched sound.

    Shape (searched.size - piece.size + 1,); 0 where the searched sound is silent; None when the piece is silent.
    """
    energy = float(np.dot(piece.astype(np.float64), piece))
    if energy < SILENCE_RMS**2 * piece.size:
        return None
    size = fast_size(searched.size)
    places = searched.size - piece.size + 1
    product = np.fft.irfft(np.conj(np.fft.rfft(piece, size)) * np.fft.rfft(searched, size), size)[:places]
    running = np.concatenate(([0.0], np.cumsum(np.square(searched, dtype=np.float64))))
    energies = running[piece.size :] - running[: -piece.size]
    audible = energies > SILENCE_RMS**2 * piece.size
    if not audible.any():
        return None
    curve = np.zeros(places)
    np.divide(product, np.sqrt(np.maximum(energies * energy, 1e-30)), out=curve, where=audible)
    return curve


def _refine(curve: NDArray[np.float64], at: int) -> tuple[float, float]:
    """Return the place and height of the peak next to a whole-frame maximum, by windowed-sinc interpolation."""
    if at == 0 or at == curve.size - 1:
        return float(at), float(curve[at])
    low, high = max(0, at - SINC_REACH), min(curve.size, at + SINC_REACH + 1)
    known = np.arange(low, high)
    asked = at + np.arange(-UPSAMPLING, UPSAMPLING + 1) / UPSAMPLING
    distance = asked[:, None] - known[None, :]
    taper = np.cos(np.clip(distance / (SINC_REACH + 2), -1, 1) * np.pi / 2) ** 2
    kernel = np.sinc(distance) * taper
    fine = kernel @ curve[low:high]
    top = int(np.clip(np.argmax(fine), 1, fine.size - 2))
    before, peak, after = fine[top - 1 : top + 2]
    bend = before - 2 * peak + after
    shift = 0.0 if bend >= 0 else float(np.clip((before - after) / (2 * bend), -1, 1))
    return float(asked[top] + shift / UPSAMPLING), float(peak)
