"""Any format that VLC plays, at any rate and channel count, to the sample where the format allows it."""

import shutil

import numpy as np
import pytest

from audio.decode.decoder import Decoder
from audio.decode.pcm import open_pcm
from audio.engine.music import Music
from tests.audio.decode.sounds import RATE, lag, melody, need, run, write_pcm


@pytest.fixture
def decode(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    decoder = Decoder(tmp_path / "cache")
    return lambda file, rate=RATE: open_pcm(decoder.decode(file, rate, lambda _: None))


def lame(tmp_path, name: str, samples: np.ndarray, *options: str):
    need("lame")
    run("lame", "--quiet", *options, write_pcm(tmp_path / f"{name}.wav", samples), tmp_path / f"{name}.mp3")
    return tmp_path / f"{name}.mp3"


@pytest.mark.parametrize("options", [("-b", "128"), ("-V2",), ("-V6",), ("--abr", "160")], ids=" ".join)
@pytest.mark.parametrize("frames", [1, 1151, 44_100, 100_001])
def test_lame_files_lose_and_gain_no_sample(decode, tmp_path, options, frames):
    samples = melody(frames)
    found = decode(lame(tmp_path, "a", samples, *options))
    assert len(found) == frames
    if frames > 10_000:
        assert lag(found, samples) == 0


@pytest.mark.parametrize("options", [("-b", "192"), ("-V0",)], ids=" ".join)
def test_two_pieces_of_one_signal_join_without_a_gap(decode, tmp_path, options):
    whole, cut = melody(150_000), 70_001
    music = Music()
    music.load(0, decode(lame(tmp_path, "one", whole[:cut], *options)))
    music.load(1, decode(lame(tmp_path, "two", whole[cut:], *options)))
    music.set_order((0, 1))
    found = music.read(0, 0, len(whole))
    assert music.frames(0) + music.frames(1) == len(whole)
    assert lag(found[cut - 20_000 : cut], whole[cut - 20_000 : cut]) == 0
    assert lag(found[cut : cut + 20_000], whole[cut : cut + 20_000]) == 0
    across = np.abs(found[cut - 400 : cut + 400].astype(int) - whole[cut - 400 : cut + 400])
    assert across.max() < 2500, "an encoder smooths the edge, and nothing is missing there"


@pytest.mark.parametrize(("rate", "channels"), [(22_050, 1), (44_100, 1), (48_000, 2), (96_000, 2)])
@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("flac", ()),
        ("m4a", ("-c:a", "aac", "-b:a", "160k")),
        ("ogg", ("-c:a", "libvorbis", "-q:a", "6")),
        ("opus", ("-c:a", "libopus")),
        ("wav", ("-c:a", "pcm_s24le")),
        ("mp3", ("-c:a", "libmp3lame", "-q:a", "2")),
    ],
)
def test_every_format_rate_and_channel_count_is_heard_as_it_was(decode, tmp_path, rate, channels, suffix, options):
    need("ffmpeg")
    if (suffix, rate) == ("mp3", 96_000):
        pytest.skip("there is no MP3 at this rate")
    seconds = 2
    original = write_pcm(tmp_path / "original.wav", melody(seconds * rate, rate=rate)[:, :channels], rate)
    file = tmp_path / f"a.{suffix}"
    run("ffmpeg", "-v", "error", "-y", "-i", original, *options, file)
    found, expected = decode(file), melody(seconds * RATE)
    assert abs(len(found) - seconds * RATE) < 0.1 * RATE
    middle = slice(RATE // 2, RATE)
    # libVLC drops the first 74 ms of an Opus file; encoders without gapless tags shift by a frame or two.
    assert abs(lag(found[middle], expected[middle])) < 0.08 * RATE
    heard = np.corrcoef(
        np.abs(np.fft.rfft(found[middle, 0].astype(float))), np.abs(np.fft.rfft(expected[middle, 0].astype(float)))
    )[0, 1]
    assert heard > 0.8
    if channels == 1:
        assert np.abs(found[:, 0].astype(int) - found[:, 1]).max() <= 2, "the resampler dithers each side by itself"


def test_flac_is_bit_exact(decode, tmp_path):
    need("ffmpeg")
    samples = melody(100_001)
    write_pcm(tmp_path / "a.wav", samples)
    run("ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", tmp_path / "a.flac")
    assert np.array_equal(decode(tmp_path / "a.flac"), samples)


@pytest.mark.parametrize("suffix", ["flac", "wav", "m4a"])
def test_surround_is_mixed_down_to_two(decode, tmp_path, suffix):
    need("ffmpeg")
    sound = melody(2 * RATE)[:, :1]
    write_pcm(tmp_path / "six.wav", np.repeat(sound, 6, axis=1) // 4)
    run("ffmpeg", "-v", "error", "-i", tmp_path / "six.wav", "-ac", "6", tmp_path / f"a.{suffix}")
    found = decode(tmp_path / f"a.{suffix}")
    assert found.shape[1] == 2
    assert len(found) == pytest.approx(2 * RATE, abs=4500)
    assert np.abs(found).max() > 500


@pytest.mark.parametrize("suffix", ["flac", "ogg", "m4a", "wav", "mp3"])
@pytest.mark.parametrize("name", ["mp3", "ogg", "m4a", "wav", "jpg"])
def test_a_wrong_name_does_not_matter(decode, tmp_path, suffix, name):
    need("ffmpeg")
    write_pcm(tmp_path / "original.wav", melody(RATE))
    run("ffmpeg", "-v", "error", "-i", tmp_path / "original.wav", tmp_path / f"a.{suffix}")
    shutil.copy(tmp_path / f"a.{suffix}", tmp_path / f"wrong.{name}")
    assert len(decode(tmp_path / f"wrong.{name}")) == pytest.approx(RATE, abs=5000)
