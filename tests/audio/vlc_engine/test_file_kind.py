import wave
from pathlib import Path

import pytest

from audio.vlc_engine.file_kind import file_kind

DEMO = Path(__file__).parents[3] / "assets" / "demo"


def test_an_mp3_begins_at_whole_frames() -> None:
    kind = file_kind(DEMO / "morning-mile.mp3")
    assert kind.name == "MP3"
    assert kind.frame_ms == pytest.approx(26.122, abs=0.001)


def test_uncompressed_music_begins_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(44_100)
        writer.writeframes(bytes(4_000))
    assert file_kind(path).frame_ms == 0.0


@pytest.mark.parametrize(
    "content", [b"", b"nothing that plays", b"ID3\x04\x00\x00\xff\xff\xff\xff", b"fLaC\x00\x00\x00"]
)
def test_a_file_that_cannot_be_read_is_taken_for_the_commonest(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.mp3"
    path.write_bytes(content)
    assert file_kind(path).name == "MP3"
    assert file_kind(tmp_path / "missing.mp3").frame_ms == 0.0
