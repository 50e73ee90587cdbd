"""Good music files through the real decoder process and the real libVLC."""

import asyncio
import os
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from audio.decode.pcm import open_pcm
from tests.audio.decode.decoding import DEMO, RATE, decoder_at, inode_of, run, write_wav


@pytest.mark.parametrize("name", ["morning-mile.mp3", "long-way-round.mp3", "last-lap.mp3"])
async def test_mp3s_are_decoded_to_the_sample(decoder, tmp_path, name):
    if shutil.which("lame") is None:
        pytest.skip("needs lame to compare with")
    reference = tmp_path / "reference.wav"
    run("lame", "--quiet", "--decode", DEMO / name, reference)
    with wave.open(str(reference)) as reader:
        expected = np.frombuffer(reader.readframes(reader.getnframes()), "<i2").reshape(-1, 2).astype(int)
    found = open_pcm(await decoder.decode(DEMO / name, RATE, track=name)).astype(int)
    # libVLC's packetizer keeps the last MPEG frame to itself; what lame put there is mostly padding.
    assert 0 <= len(expected) - len(found) <= 1152
    for start in (1000, len(found) // 2, len(found) - 50_000):
        assert np.abs(found[start : start + 40_000] - expected[start : start + 40_000]).max() <= 2


async def test_what_was_decoded_once_is_not_decoded_again(decoder, tmp_path):
    original, copy = tmp_path / "a.wav", tmp_path / "b.wav"
    write_wav(original, 2.0)
    first = await decoder.decode(original, RATE, track="a")
    inode = inode_of(first)
    shutil.copy(original, copy)
    again = await decoder.decode(copy, RATE, track="b")
    assert again == first, "the cache goes by what is in a file, not by its name"
    assert inode_of(first) == inode
    assert len(list((tmp_path / "cache").iterdir())) == 2, "the samples, and that they are whole"


async def test_a_file_that_has_changed_is_decoded_anew(decoder, tmp_path):
    file = tmp_path / "a.wav"
    write_wav(file, 2.0)
    await decoder.decode(file, RATE, track="a")
    write_wav(file, 3.0, hz=300)
    assert (await decoder.decode(file, RATE, track="a")).frames == 3 * RATE


async def test_other_rates_are_resampled_without_shift_or_loss(decoder, tmp_path):
    for rate, wanted in ((48_000, 44_100), (32_000, 44_100), (44_100, 48_000), (96_000, 44_100)):
        file = tmp_path / f"{rate}.wav"
        write_wav(file, 2.0, rate=rate)
        found = await decoder.decode(file, wanted, track="a")
        assert found.rate == wanted
        assert found.frames == pytest.approx(2 * wanted, abs=100)
        samples = open_pcm(found)[wanted // 2 : 3 * wanted // 2, 0].astype(float)
        ideal = 12_000 * np.sin(2 * np.pi * 441.0 * np.arange(wanted // 2, 3 * wanted // 2) / wanted)
        assert np.abs(samples - ideal).max() < 40
    assert not list((tmp_path / "cache").glob("work-*"))


async def test_mono_is_heard_on_both_sides(decoder, tmp_path):
    mono = write_wav(tmp_path / "a.wav", 1.0, channels=1)
    found = open_pcm(await decoder.decode(tmp_path / "a.wav", RATE, track="a"))
    assert found.shape == (RATE, 2)
    assert np.array_equal(found[:, 0], found[:, 1])
    assert np.abs(found[:, 0].astype(int) - mono).max() <= 1


async def test_any_name_will_do(decoder, tmp_path):
    names = [
        b'it\'s, "quoted" & {braced} #1 50%.wav',
        "späße – 走る 🏃.wav".encode(),
        b" leading and trailing .wav",
        b"-dash:colon;semi$HOME.wav",
        b"back\\slash.wav",
        b"http:",
        b"not text \xe9.wav",
    ]
    for index, name in enumerate(names):
        odd = tmp_path / os.fsdecode(name)
        write_wav(tmp_path / "plain.wav", 0.5, hz=300 + index)
        (tmp_path / "plain.wav").rename(odd)
        assert (await decoder.decode(odd, RATE, track="a")).frames == RATE // 2, name


async def test_music_under_a_wrong_name_plays(decoder, tmp_path):
    write_wav(tmp_path / "a.wav", 2.0)
    shutil.copy(tmp_path / "a.wav", tmp_path / "wav.mp3")
    assert (await decoder.decode(tmp_path / "wav.mp3", RATE, track="a")).frames == 2 * RATE
    if shutil.which("ffmpeg") is not None:
        run("ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", "-f", "flac", tmp_path / "flac.mp3")
        found = await decoder.decode(tmp_path / "flac.mp3", RATE, track="a")
        assert found.frames == pytest.approx(2 * RATE, abs=3000)


async def test_many_requests_at_once_are_all_answered(decoder, tmp_path):
    for index in range(6):
        write_wav(tmp_path / f"{index}.wav", 0.2 + index / 10, hz=300 + index)
    found = await asyncio.gather(*(decoder.decode(tmp_path / f"{i}.wav", RATE, track=str(i)) for i in range(6)))
    assert [pcm.frames for pcm in found] == [round((0.2 + index / 10) * RATE) for index in range(6)]


async def test_a_cache_folder_may_be_named_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "a.wav", 0.5)
    (tmp_path / "there").mkdir()
    monkeypatch.setenv("PYTHONPATH", os.fspath(DEMO.parent.parent))
    async with decoder_at(Path("there/cache")) as decoder:
        found = await decoder.decode(Path("a.wav"), RATE, track="a")
    assert Path(found.path).is_absolute()
    assert open_pcm(found).any()
