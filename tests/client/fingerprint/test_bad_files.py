"""Whatever a file holds: a fingerprint or a sentence, and never for ever."""

import contextlib
import io
import os
import struct
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import client.fingerprint.fingerprint as module
from client.fingerprint.errors import FingerprintError
from client.fingerprint.fingerprint import fingerprint
from tests.audio.decode.sounds import need, run
from tests.client.fingerprint.conftest import frame
from tests.client.fingerprint.containers import flac

MUSIC = Path(str(files("assets").joinpath("demo", "last-lap.mp3"))).read_bytes()


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (b"", "the file is empty"),
        (b"\x00" * 5000, "no music file"),
        (b"not music at all\n" * 100, "no music file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "no music file"),
        (b"ID3\x04\x00\x00\x00\x00\x7f\x7f", "no music file"),
        (b"fLaC", "no music file"),
        (b"OggS", "cut short"),
        (b"RIFF\xff\xff\xff\xffWAVE", "no music file"),
        (b"\x00\x00\x00\x18ftypM4A ", "no music file"),
        (b"\xff\xe0" * 10_000, "no music file"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_music_is_refused(write, data, finding):
    with pytest.raises(FingerprintError, match=finding) as caught:
        fingerprint(write(data))
    assert caught.value.code == "fingerprint"
    assert "a.mp3" in str(caught.value)


def test_a_file_that_is_cut_short_is_refused_by_what_its_header_promises(write):
    with pytest.raises(FingerprintError, match="cut short: 19 s of 38 s are there"):
        fingerprint(write(MUSIC[: len(MUSIC) // 2]))


def test_a_flac_that_lacks_its_second_half_is_refused(write):
    data = flac(bytes(range(256)) * 800)
    with pytest.raises(FingerprintError, match="cut short: 1 s of 2 s are there"):
        fingerprint(write(data[: len(data) // 2]))
    with pytest.raises(FingerprintError, match="cut short: 0 s of 2 s are there"):
        fingerprint(write(data[:5000]))


def test_a_cut_flac_or_wav_is_refused(tmp_path, write):
    need("sox")
    for name in ("a.flac", "a.wav", "a.ogg"):
        run("sox", "-n", "-r", "44100", tmp_path / name, "synth", "9", "sine", "100-5000")
        data = (tmp_path / name).read_bytes()
        with pytest.raises(FingerprintError, match="cut short"):
            fingerprint(write(data[: len(data) * 2 // 3], name))


def test_folders_pipes_and_missing_files_are_told(tmp_path):
    with pytest.raises(FingerprintError, match="is a folder"):
        fingerprint(tmp_path)
    with pytest.raises(FingerprintError, match="the file is gone"):
        fingerprint(tmp_path / "nowhere.mp3")
    with pytest.raises(FingerprintError, match="can't be read"):
        fingerprint(Path("a\0b"))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp3")
        with pytest.raises(FingerprintError, match="not a file with music"):
            fingerprint(tmp_path / "pipe.mp3")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(write):
    path = write(MUSIC)
    path.chmod(0)
    with pytest.raises(FingerprintError, match="may not be read"):
        fingerprint(path)


@pytest.mark.parametrize("change", ["grows", "is cut"])
def test_a_file_that_changes_while_it_is_read_has_no_fingerprint(write, monkeypatch, change):
    path = write(MUSIC)
    span = module.audio_span

    def span_then_change(stream):
        found = span(stream)
        os.truncate(path, len(MUSIC) + 1000 if change == "grows" else 5000)
        return found

    monkeypatch.setattr(module, "audio_span", span_then_change)
    with pytest.raises(FingerprintError, match="changed while it was read"):
        fingerprint(path)


def test_reading_takes_memory_for_a_block_and_not_for_the_file(write, monkeypatch):
    asked = []

    class Counting(io.FileIO):
        def read(self, size=-1):
            asked.append(size)
            return super().read(size)

    def open_counting(path, mode):
        return Counting(path, mode)

    path = write(MUSIC * 10)
    monkeypatch.setattr(Path, "open", open_counting)
    fingerprint(path)
    assert 0 < min(asked) <= max(asked) <= 1 << 18


def test_junk_that_looks_like_frames_in_free_format_does_not_hold_it_up(write):
    junk = b"".join(b"\xff\xfb\x00\x00" + bytes(gap * gap % 97) for gap in range(40_000))
    with contextlib.suppress(FingerprintError):
        fingerprint(write(junk))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "a"


HEADS = st.sampled_from(
    [
        b"",
        b"ID3\x04\x00\x00",
        b"fLaC\x80\x00\x00\x22",
        b"OggS",
        b"RIFF\x00\x01\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypM4A ",
        b"APETAGEX",
        b"FORM\x00\x00\x10\x00AIFFCOMM",
        b"MAC ",
        b"wvPk",
        b"\x30\x26\xb2\x75",
        b"MPCK",
        b"TTA1",
        b"\xff\xf1",
    ]
)
PIECES = st.one_of(
    st.binary(max_size=200),
    st.integers(0, 250).map(frame),
    st.sampled_from(
        [b"TAG", b"APETAGEX", b"LYRICS200", b"LYRICSEND", b"3DI", b"Xing\x00\x00\x00\x0f", b"\xff\xfb\x00\x00"]
    ),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=HEADS, pieces=st.lists(PIECES, max_size=12))
@example(head=b"OggS", pieces=[bytes(22) + b"\x01\x20\x01vorbis"])
def test_any_bytes_give_a_fingerprint_or_a_sentence(file, head, pieces):
    file.write_bytes(head + b"".join(pieces))
    try:
        found = fingerprint(file)
    except FingerprintError:
        return
    assert len(found.audio_hash) == 32
    assert found.samples > 0 < found.sample_rate


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 59_999), st.binary(min_size=1, max_size=8)), max_size=20), st.integers(0, 60_000)
)
def test_a_damaged_file_gives_a_fingerprint_or_a_sentence(file, damages, length):
    data = bytearray(MUSIC[:60_000])
    at = data.index(b"Info")
    data[at + 8 : at + 12] = struct.pack(">I", 90)
    for start, damage in damages:
        data[start : start + len(damage)] = damage
    file.write_bytes(data[:length])
    with contextlib.suppress(FingerprintError):
        assert fingerprint(file).samples > 0


def test_a_damaged_size_that_leads_a_parser_in_circles_ends(tmp_path):
    path = tmp_path / "a.mpc"
    # A packet of Musepack that says it is shorter than its own header.
    path.write_bytes(b"MPCKID\x00" + bytes(1000))
    with pytest.raises(FingerprintError, match="no music file, or it is damaged"):
        fingerprint(path)
