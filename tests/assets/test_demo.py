"""The demo music, as it is shipped: decoded by libVLC as the players do."""

import asyncio
import json
from dataclasses import replace
from importlib.resources import as_file, files

import numpy as np
import pytest
from mutagen.mp3 import MP3, BitrateMode

from assets.demo.make import ALBUM, ARTIST, pairing, render
from assets.demo.score import PIECES, Section
from audio.decode.client import DecoderClient
from audio.decode.pcm import open_pcm
from audio.measure.correlation import correlation_curve, emphasise
from client.pairing import load_pairing

RATE = 44_100
WINDOW_S = 0.5
DEMO = files("assets").joinpath("demo")


@pytest.fixture(scope="module")
def decoded(tmp_path_factory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("decoded")

    async def decode_all() -> dict[str, np.ndarray]:
        client = DecoderClient(folder / "cache", folder / "decoder.log")
        try:
            with as_file(DEMO) as demo:
                return {
                    piece.file: open_pcm(await client.decode(demo / piece.file, RATE, track=piece.title))
                    for piece in PIECES
                }
        finally:
            client.close()

    return asyncio.run(decode_all())


def test_the_pairing_names_the_files_that_are_there():
    assert json.loads(DEMO.joinpath("pairing.json").read_text("utf-8")) == pairing()
    with as_file(DEMO) as demo:
        found = load_pairing(demo / "pairing.json")
        assert found.count_paired == len(PIECES) == 3
        assert all(track.file.is_file() for track in found.paired)
        assert sum(track.file.stat().st_size for track in found.paired) <= 6_000_000
    assert all(len(track.track_id.split(":")[2]) == 22 for track in found.tracks), "as long as Spotify's"


def test_files_carry_their_tags_and_one_is_vbr():
    with as_file(DEMO) as demo:
        opened = [MP3(demo / piece.file) for piece in PIECES]
    assert [str(file.tags["TIT2"]) for file in opened] == [piece.title for piece in PIECES]
    assert {str(file.tags["TPE1"]) for file in opened} == {ARTIST}
    assert {str(file.tags["TALB"]) for file in opened} == {ALBUM}
    assert [file.info.bitrate_mode for file in opened] == [BitrateMode.CBR, BitrateMode.VBR, BitrateMode.CBR]


def test_vbr_bit_rates_differ_much_along_the_track():
    data = DEMO.joinpath("long-way-round.mp3").read_bytes()
    rates = frame_bit_rates(data)
    seconds = [sum(rates[at : at + 38]) / 38 for at in range(0, len(rates) - 38, 38)]
    assert max(seconds) > 2 * min(seconds)


def test_a_vbr_track_is_long_enough_to_seek_to_100_seconds(decoded):
    assert len(decoded["long-way-round.mp3"]) > 120 * RATE


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.file)
def test_music_starts_at_once_ends_at_last_and_never_clips(piece, decoded):
    pcm = decoded[piece.file]
    assert rms(pcm[: RATE // 5]) > 200
    assert rms(pcm[-2 * RATE : -RATE]) > 200
    assert np.abs(pcm.astype(np.int32)).max() < 32_000


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.file)
def test_a_window_has_one_clear_peak_within_two_seconds(piece, decoded):
    sound = emphasise(mono(decoded[piece.file]), RATE)
    for start_s in np.arange(0, len(sound) / RATE - WINDOW_S - 0.1, 2.3):
        assert rival(sound, RATE, start_s, 2.0) < 0.9, f"at {start_s:.1f} s"


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.file)
def test_a_window_is_found_nowhere_else_in_its_track(piece, decoded):
    quarter = RATE // 4
    sound = emphasise(mono(decoded[piece.file]), RATE, quarter * 0.4)[::4]
    for start_s in np.arange(0, len(sound) / quarter - WINDOW_S - 0.1, 9.7):
        assert rival(sound, quarter, start_s, None) < 0.9, f"at {start_s:.1f} s"


def test_a_piece_is_played_the_same_each_time_and_no_bar_repeats():
    bars = Section(2, (0,), drums=1.0, bass=1.0, strings=1.0, keys=1.0, pad=1.0, melody=1.0)
    short = replace(PIECES[0], sections=(bars,))
    once = render(short)
    assert np.array_equal(once, render(short))
    bar = round(240 / short.beats_per_minute * RATE)
    assert np.corrcoef(once[:bar, 0], once[bar : 2 * bar, 0])[0, 1] < 0.5


def rival(sound, rate, start_s, reach_s) -> float:
    """Return the best correlation of a window with any place but its own (1: it is there twice)."""
    start, length = round(start_s * rate), round(WINDOW_S * rate)
    low, high = (0, sound.size) if reach_s is None else (start - round(reach_s * rate), start + round(reach_s * rate))
    low, high = max(0, low), min(sound.size, high + length)
    curve = correlation_curve(sound[start : start + length], sound[low:high])
    own = start - low
    assert curve[own] == pytest.approx(1.0, abs=0.01)
    lobe = max(2, round(0.0005 * rate))
    return float(np.concatenate((curve[: max(0, own - lobe)], curve[own + lobe + 1 :])).max())


def mono(pcm) -> np.ndarray:
    return pcm.astype(np.float32).mean(axis=1) / 32_768


def rms(pcm) -> float:
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)))


def frame_bit_rates(data: bytes) -> list[int]:
    """Return the kbit/s of every MPEG-1 layer III frame at 44.1 kHz behind the ID3 tag."""
    kbits = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    at = 10 + int("".join(f"{byte:07b}" for byte in data[6:10]), 2)
    rates = []
    while at + 4 < len(data) and data[at] == 0xFF:
        rates.append(kbits[data[at + 2] >> 4])
        at += 144_000 * rates[-1] // RATE + (data[at + 2] >> 1 & 1)
    return rates
