import errno
import json
import os
from pathlib import Path

import pytest

from audio.decode.cache import PcmCache

FRAME = b"\1\2\3\4"


def put(cache: PcmCache, key: str, frames: int, *, used_s: int | None = None):
    writer = cache.writer(key, 44_100)
    writer.write(FRAME * frames)
    found = writer.commit(key)
    if used_s is not None:
        cache.release(found.path)
        os.utime(cache.folder / f"{key}-44100.json", (used_s, used_s))
    return found


def there(cache: PcmCache, *keys: str) -> list[bool]:
    return [cache.find(key, 44_100) is not None for key in keys]


def test_what_was_committed_is_found_by_content_and_rate(tmp_path):
    cache = PcmCache(tmp_path)
    assert cache.find("a", 44_100) is None
    assert put(cache, "a", 10) == cache.find("a", 44_100)
    assert cache.find("a", 48_000) is None
    assert PcmCache(tmp_path).find("a", 44_100).frames == 10


def test_what_is_being_written_is_not_found_and_what_is_abandoned_is_gone(tmp_path):
    cache = PcmCache(tmp_path)
    writer = cache.writer("a", 44_100)
    writer.write(FRAME * 3 + b"\1")
    assert (writer.so_far.frames, writer.so_far.complete) == (3, False)
    assert cache.find("a", 44_100) is None
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_the_least_recently_used_goes_first_and_what_is_in_use_never(tmp_path):
    cache = PcmCache(tmp_path, limit_bytes=100)
    put(cache, "in use", 10)
    put(cache, "old", 5, used_s=1000)
    put(cache, "older", 5, used_s=500)
    put(cache, "new", 10, used_s=2000)
    assert there(PcmCache(tmp_path, 100), "in use", "old", "older", "new") == [True, True, False, True]


def test_finding_is_using(tmp_path):
    cache = PcmCache(tmp_path, limit_bytes=60)
    first = put(cache, "a", 5, used_s=500)
    put(cache, "b", 5, used_s=1000)
    assert cache.find("a", 44_100) == first
    cache.release(first.path)
    put(cache, "c", 10)
    assert there(cache, "a", "b", "c") == [True, False, True]


def test_a_track_larger_than_the_bound_is_kept_while_it_is_used(tmp_path):
    cache = PcmCache(tmp_path, limit_bytes=100)
    put(cache, "small", 5, used_s=500)
    large = put(cache, "large", 1000)
    assert there(cache, "small", "large") == [False, True]
    cache.release(large.path)
    assert list(tmp_path.iterdir()) == []


def test_two_players_share_a_folder_and_the_later_takes_what_the_faster_made(tmp_path):
    one, other = PcmCache(tmp_path), PcmCache(tmp_path)
    slower = other.writer("a", 44_100)
    slower.write(FRAME * 7)
    faster = put(one, "a", 7)
    assert slower.commit("a") == faster
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "sidecar",
    [
        b"",
        b"{",
        b"[]",
        b'{"data": "../../etc/passwd", "frames": 1}',
        b'{"data": 1, "frames": 1}',
        b'{"data": "x.pcm", "frames": "1"}',
        b'{"data": "gone.pcm", "frames": 5}',
    ],
)
def test_a_damaged_sidecar_is_no_entry(tmp_path, sidecar):
    cache = PcmCache(tmp_path)
    put(cache, "a", 5)
    (tmp_path / "a-44100.json").write_bytes(sidecar)
    assert cache.find("a", 44_100) is None
    assert put(cache, "a", 5).frames == 5


def test_data_of_another_length_is_no_entry(tmp_path):
    cache = PcmCache(tmp_path)
    found = put(cache, "a", 5)
    for size in (0, 19, 24):
        os.truncate(found.path, size)
        assert cache.find("a", 44_100) is None
    Path(found.path).unlink()
    assert cache.find("a", 44_100) is None


class FullDisk:
    """A stream to a disk that has room only while an entry was evicted."""

    def __init__(self, stream, has_room) -> None:
        self._stream = stream
        self._has_room = has_room

    def write(self, block) -> int:
        if not self._has_room():
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._stream.write(block[:5])

    def close(self) -> None:
        self._stream.close()


def test_a_full_disk_is_emptied_of_what_is_not_used(tmp_path):
    cache = PcmCache(tmp_path)
    put(cache, "old", 5, used_s=500)
    put(cache, "new", 5, used_s=1000)
    writer = cache.writer("a", 44_100)
    writer._stream = FullDisk(writer._stream, lambda: not (tmp_path / "old-44100.json").exists())
    writer.write(FRAME * 4)
    assert writer.commit("a").frames == 4
    assert there(cache, "old", "new", "a") == [False, True, True]


def test_a_disk_that_stays_full_is_an_error_and_leaves_nothing_behind(tmp_path):
    cache = PcmCache(tmp_path)
    put(cache, "in use", 5)
    writer = cache.writer("a", 44_100)
    writer._stream = FullDisk(writer._stream, lambda: False)
    with pytest.raises(OSError, match="No space"):
        writer.write(FRAME)
    writer.abandon()
    assert there(cache, "in use", "a") == [True, False]
    assert len(list(tmp_path.iterdir())) == 2


def test_the_sidecar_says_what_belongs_to_it(tmp_path):
    found = put(PcmCache(tmp_path), "a", 5)
    entry = json.loads((tmp_path / "a-44100.json").read_text())
    assert (str(tmp_path / entry["data"]), entry["frames"]) == (found.path, 5)
