"""The length is what libVLC's decoder gives, which is what two laptops play."""

from importlib.resources import files
from pathlib import Path

import pytest

from audio.decode.decoder import Decoder
from audio.decode.pcm import open_pcm
from client.fingerprint.fingerprint import fingerprint
from client.fingerprint.model import RateMode
from tests.audio.decode.sounds import RATE, need, run

DEMO = Path(str(files("assets").joinpath("demo")))


@pytest.fixture
def decoded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    decoder = Decoder(tmp_path / "cache")
    return lambda file, rate=RATE: len(open_pcm(decoder.decode(file, rate, lambda _: None)))


@pytest.mark.parametrize("name", ["last-lap", "morning-mile", "long-way-round"])
def test_the_demo_music_is_as_long_as_it_is_decoded(decoded, write, name):
    file = DEMO / f"{name}.mp3"
    found = fingerprint(file)
    # An ID3v1 tag takes the last frame from libVLC, though not from the music.
    assert found.samples == decoded(write(file.read_bytes()[:-128]))
    assert found.encoder == "LAME3.100"


@pytest.mark.parametrize(
    ("rate", "channels", "options", "mode"),
    [
        (44_100, 2, ("-b", "128"), RateMode.CBR),
        (44_100, 2, ("-V2",), RateMode.VBR),
        (44_100, 2, ("--abr", "160"), RateMode.ABR),
        (44_100, 2, ("-b", "320", "-t"), RateMode.CBR),
        (44_100, 2, ("-V2", "-t"), RateMode.VBR),
        (44_100, 1, ("-m", "m", "-b", "64"), RateMode.CBR),
        (48_000, 2, ("-b", "192", "-p"), RateMode.CBR),
        (32_000, 2, ("-V6",), RateMode.VBR),
        (22_050, 2, ("-b", "64"), RateMode.CBR),
        (22_050, 1, ("-V4", "-t"), RateMode.VBR),
        (11_025, 1, ("-b", "32"), RateMode.CBR),
        (8000, 1, ("-b", "8"), RateMode.CBR),
    ],
    ids=str,
)
@pytest.mark.parametrize("odd", [0, 1151])
def test_an_mp3_is_as_long_as_it_is_decoded(lame, write, decoded, rate, channels, options, mode, odd):
    file = write(lame(*options, frames=rate + odd, rate=rate, channels=channels))
    found = fingerprint(file)
    assert (found.samples, found.sample_rate) == (decoded(file, rate), rate)
    # Too short for LAME's tag there is nothing that tells a constant rate from a steady variable one.
    assert found.rate_mode is mode


def test_lame_with_its_tag_gives_back_what_it_was_given(lame, write):
    for frames in (10, 1152, 44_100, 60_417):
        assert fingerprint(write(lame("-V2", frames=frames))).samples == frames


@pytest.mark.parametrize("missing", [100, 1000, 5000])
def test_a_file_that_lacks_its_last_frames_is_as_long_as_it_is_decoded(lame, write, decoded, missing):
    for options in (("-b", "128"), ("-b", "128", "-t")):
        file = write(lame(*options)[:-missing])
        assert fingerprint(file).samples == decoded(file)


def test_junk_between_frames_costs_as_much_as_it_costs_the_decoder(lame, write, decoded):
    data = lame("-b", "128")
    middle = data.index(data[:2], len(data) // 2)
    file = write(data[:middle] + bytes(777) + data[middle:])
    assert fingerprint(file).samples == decoded(file)


@pytest.mark.parametrize(
    ("at", "value"),
    [(120, bytes(36)), (120, b"GOGO3.13"), (141, bytes(3)), (141, b"\x24\x00\x00"), (4, bytes(4)), (0, b"Xing")],
    ids=["no extension", "another encoder", "no delay", "delay alone", "no count", "Xing"],
)
def test_odd_info_headers_cut_what_the_decoder_cuts(lame, write, decoded, at, value):
    data = lame("-b", "128")
    start = data.index(b"Info") + at
    file = write(data[:start] + value + data[start + len(value) :])
    assert fingerprint(file).samples == decoded(file)


def test_free_format_is_counted_by_frames(lame, write, decoded):
    for options in (("--freeformat", "-b", "400"), ("--freeformat", "-b", "400", "-t")):
        file = write(lame(*options))
        # libVLC can't tell where the last frame ends, and drops it.
        assert 0 <= fingerprint(file).samples - decoded(file) <= 1152


def test_a_tag_at_the_end_does_not_change_the_length_though_libvlc_loses_a_frame_to_it(lame, write, decoded):
    plain, tagged = lame("-b", "128"), lame("-b", "128") + b"TAG" + bytes(125)
    assert fingerprint(write(tagged)).samples == decoded(write(plain, "plain.mp3"))


def test_flac_is_as_long_as_it_is_decoded(decoded, tmp_path):
    need("sox")
    for compression in ("0", "8"):
        file = tmp_path / f"a{compression}.flac"
        run("sox", "-n", "-r", "44100", "-c", "2", "-C", compression, file, "synth", "1.5", "pluck")
        found = fingerprint(file)
        assert found.samples == decoded(file) == 66_150
        assert found.rate_mode is RateMode.LOSSLESS


def test_vorbis_and_wav_are_as_long_as_they_were_written(tmp_path):
    need("sox")
    for name in ("a.ogg", "a.wav", "a.aiff"):
        run("sox", "-n", "-r", "48000", tmp_path / name, "synth", "1.5", "sine", "440")
        found = fingerprint(tmp_path / name)
        assert (found.samples, found.sample_rate) == (72_000, 48_000)
