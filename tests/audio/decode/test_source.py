import pytest

from audio.decode.errors import DecodeError
from audio.decode.source import ContentHash, demuxer_of, stamp_of


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (b"OggS\0\2", "ogg"),
        (b"fLaC\0", "flac"),
        (b"RIFF\0\0\0\0WAVE", "wav"),
        (b"\0\0\0\x20ftypM4A ", "mp4"),
        (b"\xff\xfb\x90\x64", "mpga"),
        (b"\xff\xf3\x90\x64", "mpga"),
        (b"\xff\xf1\x50\x80", None),
        (b"ID3\4\0\0\0\0\0\x05tagss\xff\xfb\x90", "mpga"),
        (b"ID3\4\0\0\0\0\0\x05tagssfLaC", "flac"),
        (b"ID3", None),
        (b"", None),
        (b"shopping list", None),
    ],
)
def test_the_first_bytes_say_what_a_file_is(tmp_path, head, demuxer):
    (tmp_path / "file.xyz").write_bytes(head)
    assert demuxer_of(tmp_path / "file.xyz") == demuxer


def test_the_key_is_that_of_the_content(tmp_path):
    keys = []
    for name, data in (("a", b"1" * 3_000_000), ("b", b"1" * 3_000_000), ("c", b"1" * 2_999_999)):
        (tmp_path / name).write_bytes(data)
        content = ContentHash(tmp_path / name)
        assert list(content)[-1] == len(data)
        keys.append(content.key)
    assert keys[0] == keys[1] != keys[2]


def test_a_missing_file_has_no_stamp_and_no_key(tmp_path):
    assert stamp_of(tmp_path / "gone") is None
    with pytest.raises(DecodeError, match="does not exist"):
        list(ContentHash(tmp_path / "gone"))
