import os

import pytest

from audio.decode.header import header_info, promised_s
from audio.vlc_engine.file_kind import file_kind
from tests.client.music_files import write_mp3


def test_an_mp3_promises_its_length(tmp_path):
    path = write_mp3(tmp_path / "a.mp3", "One", "Ann", "Album", duration_ms=2000, frames=77)
    assert promised_s(path) == pytest.approx(77 * 1152 / 44_100, abs=0.05)
    assert file_kind(path).name == "MP3"


def test_what_leads_a_parser_in_circles_ends(tmp_path):
    path = tmp_path / "a.mpc"
    # A packet of Musepack that says it is shorter than its own header.
    path.write_bytes(b"MPCKID\x00" + bytes(1000))
    assert header_info(path) is None
    tagged = tmp_path / "b.mpc"
    tagged.write_bytes(b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10) + b"MPCKID\x00" + bytes(1000))
    assert promised_s(tagged) is None


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), os.mkfifo, lambda path: path.touch()])
def test_what_is_no_music_file_promises_nothing(tmp_path, make):
    make(tmp_path / "a.mp3")
    assert promised_s(tmp_path / "a.mp3") is None
