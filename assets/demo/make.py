"""Make the demo music: `python -m assets.demo.make` writes three MP3 files and their pairing.json (needs `lame`).

The pieces are composed and played by this script, so they are the project's own; they are dedicated to the public
domain (CC0 1.0). The same numpy gives the same samples each time. No bar repeats another, and every half second has
its own percussion, so that a piece of the sound is found again in one place only.
"""

import json
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from assets.demo import instruments as band
from assets.demo.instruments import RATE, Generator, Samples
from assets.demo.score import PIECES, Piece, Section

ALBUM: Final = "Lockstep Demo"
ARTIST: Final = "Lockstep"
PLAYLIST_ID: Final = "spotify:playlist:lockstepdemo0000000000"

SIXTEENTHS: Final = 16
MUFFLED_HZ: Final = 4_500

#: Leaves room for what MP3 adds to the peaks, so that decoding to 16 bits never clips.
PEAK: Final = 0.7


def render(piece: Piece) -> Samples:
    """Return a piece as stereo samples, shape (frames, 2), full scale 1."""
    rng = np.random.default_rng(20_000 + piece.number)
    bar_s = 240 / piece.beats_per_minute
    bars = sum(section.bars for section in piece.sections)
    end_s = bars * bar_s
    sound = np.zeros((int((end_s + 2.5) * RATE), 2))
    bar = 0
    for section in piece.sections:
        for index in range(section.bars):
            chord = section.chords[index % len(section.chords)]
            start_s = bar * bar_s
            if index == 0 and section.opens_with_crash:
                _place(sound, band.crash(rng, 0.5), start_s, 0.2)
            for at_s, samples, pan in _bar(piece, section, chord, rng, last=index == section.bars - 1):
                # A person plays a few milliseconds off the grid.
                _place(sound, samples, start_s + at_s + abs(rng.normal(0, 0.004)), pan)
            bar += 1
    _ending(piece, sound, rng, end_s)
    echo = np.stack([band.room(rng, sound[:, channel], piece.echo_s) for channel in (0, 1)], axis=1)
    mixed = np.tanh(1.1 * _filtered(piece, sound + 0.16 * echo, bar_s))
    mixed[-RATE // 2 :] *= np.linspace(1, 0, RATE // 2)[:, None]
    return np.asarray(mixed * (PEAK / np.abs(mixed).max()))


def _bar(
    piece: Piece, section: Section, chord: int, rng: Generator, last: bool
) -> Iterator[tuple[float, Samples, float]]:
    """Yield (seconds from the bar's start, samples, pan from -1 to 1) for every note of one bar."""
    step_s = 240 / piece.beats_per_minute / SIXTEENTHS
    grid = [step * step_s + (piece.swing - 1) * step_s * (step % 2) for step in range(SIXTEENTHS)]
    yield from _drums(section.drums, grid, rng, last)
    tones = [piece.hertz(chord + third) for third in (0, 2, 4, 7)]
    if section.bass:
        for step in (0, *sorted(rng.choice([3, 6, 7, 8, 10, 11, 14], rng.integers(2, 5), replace=False))):
            pitch = tones[0] / 2 if rng.random() < 0.7 else tones[2] / 4
            yield grid[step], band.bass(rng, pitch, step_s * rng.uniform(1.6, 2.8), 0.17 * section.bass), 0.0
    if section.strings:
        for step in range(0, SIXTEENTHS, 2) if section.strings < 0.7 else range(SIXTEENTHS):
            if rng.random() < 0.25 + 0.5 * section.strings:
                pitch = tones[rng.integers(4)] * (2 if rng.random() < 0.35 else 1)
                yield grid[step], band.string(rng, pitch, 0.9, 0.3 * section.strings * rng.uniform(0.6, 1)), -0.4
    if section.keys:
        for step in sorted(rng.choice([0, 3, 6, 8, 11, 14], rng.integers(2, 4), replace=False)):
            for pitch in rng.choice(tones, 3, replace=False):
                yield grid[step], band.keys(rng, pitch, step_s * 5, 0.09 * section.keys * rng.uniform(0.7, 1)), 0.4
    if section.pad:
        for pitch in tones[:3]:
            yield 0.0, band.pad(rng, pitch * 2, step_s * SIXTEENTHS, 0.035 * section.pad), rng.uniform(-0.7, 0.7)
    if section.melody:
        degree = chord + 7 + int(rng.integers(0, 5))
        for step in range(0, SIXTEENTHS, 2):
            if rng.random() < 0.3 + 0.3 * section.melody:
                degree = int(np.clip(degree + rng.integers(-2, 3), 7, 18))
                length_s = step_s * rng.choice([2, 3, 4, 6])
                yield grid[step], band.keys(rng, piece.hertz(degree), length_s, 0.2 * section.melody), 0.1


def _drums(weight: float, grid: list[float], rng: Generator, last: bool) -> Iterator[tuple[float, Samples, float]]:
    """Yield one bar of percussion: a shaker always, the kit as the weight allows, a fill in a section's last bar."""
    for step, at_s in enumerate(grid):
        accent = 1.0 if step % 4 == 2 else 0.7
        if weight >= 0.5 or step % 2 == 0:
            yield at_s, band.shaker(rng, (0.12 + 0.13 * weight) * accent * rng.uniform(0.5, 1)), 0.5
        if weight >= 0.5 and (step % 2 == 0 or rng.random() < 0.3):
            yield at_s, band.hat(rng, 0.22 * weight * accent * rng.uniform(0.6, 1), open_=rng.random() < 0.08), -0.3
        if weight >= 0.5 and (step in (0, 8) or (step in (3, 6, 10, 11) and rng.random() < 0.3)):
            yield at_s, band.kick(rng, 0.45 * weight), 0.0
        if weight >= 0.8 and (step in (4, 12) or rng.random() < 0.08):
            yield at_s, band.snare(rng, (0.5 if step in (4, 12) else 0.15) * weight), 0.05
        if weight >= 0.5 and last and step >= 12:
            yield at_s, band.snare(rng, 0.12 * (step - 10) * weight), rng.uniform(-0.3, 0.3)


def _ending(piece: Piece, sound: Samples, rng: Generator, end_s: float) -> None:
    """Close on the home chord, struck together and left to ring."""
    _place(sound, band.kick(rng, 0.6), end_s, 0.0)
    for delay_s in (0.0, 0.5, 1.1):
        _place(sound, band.crash(rng, 0.4), end_s + delay_s, 0.1)
    _place(sound, band.bass(rng, piece.hertz(0) / 2, 2.2, 0.25), end_s, 0.0)
    for index, degree in enumerate((0, 2, 4, 7, 9)):
        _place(sound, band.string(rng, piece.hertz(degree), 2.2, 0.35), end_s + 0.018 * index, -0.3)
        _place(sound, band.keys(rng, piece.hertz(degree + 7), 2.2, 0.12), end_s, 0.3)


def _filtered(piece: Piece, sound: Samples, bar_s: float) -> Samples:
    """Return the sound with its muffled sections low-passed and in the middle, half a second from one to the other."""
    at_s, amount, bar = [0.0], [0.0], 0
    for section in piece.sections:
        at_s += [bar * bar_s + 0.25, (bar + section.bars) * bar_s - 0.25]
        amount += [float(section.muffled)] * 2
        bar += section.bars
    closed = np.interp(np.arange(len(sound)) / RATE, at_s, amount)[:, None]
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    dull = np.fft.irfft(np.fft.rfft(sound.mean(axis=1)) / (1 + (hertz / MUFFLED_HZ) ** 8), len(sound))
    return np.asarray(sound * (1 - closed) + dull[:, None] * closed)


def _place(sound: Samples, samples: Samples, at_s: float, pan: float) -> None:
    start = int(at_s * RATE)
    kept = samples[: max(0, len(sound) - start)]
    angle = (pan + 1) * np.pi / 4
    sound[start : start + kept.size, 0] += kept * np.cos(angle)
    sound[start : start + kept.size, 1] += kept * np.sin(angle)


def encode(piece: Piece, samples: Samples, path: Path) -> None:
    """Write an MP3 file with its tags; errors: `CalledProcessError`, or `FileNotFoundError` without lame."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "piece.wav"
        with wave.open(str(source), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((samples * 32767).round().astype("<i2").tobytes())
        tags = ("--tt", piece.title, "--ta", ARTIST, "--tl", ALBUM, "--tn", str(piece.number), "--add-id3v2")
        subprocess.run(["lame", "--quiet", "-q", "2", *piece.lame, *tags, source, path], check=True)  # noqa: S603, S607


def pairing() -> dict[str, object]:
    """Return the demo's PAIRING.json."""
    return {
        "playlistId": PLAYLIST_ID,
        "playlistName": ALBUM,
        "tracks": [
            {
                "trackId": f"spotify:track:lockstepdemo{piece.number:010}",
                "title": piece.title,
                "artist": ARTIST,
                "file": piece.file,
            }
            for piece in PIECES
        ],
    }


def main() -> None:
    """Make everything anew, beside this script."""
    folder = Path(__file__).parent
    for piece in PIECES:
        samples = render(piece)
        encode(piece, samples, folder / piece.file)
        sys.stdout.write(f"{piece.title}: {len(samples) / RATE:.1f} s, {(folder / piece.file).stat().st_size} bytes\n")
    (folder / "pairing.json").write_text(json.dumps(pairing(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
