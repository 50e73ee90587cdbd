"""Files that are no music, or not whole, through the real decoder process."""

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest

from audio.errors import TrackError
from tests.audio.decode.decoding import DEMO, RATE, plays, refusal, write_wav


async def test_missing_files_and_dangling_links_are_refused(decoder, tmp_path):
    assert "does not exist" in await refusal(decoder, tmp_path / "gone.mp3")
    (tmp_path / "link.mp3").symlink_to(tmp_path / "gone.mp3")
    assert "does not exist" in await refusal(decoder, tmp_path / "link.mp3")
    assert await plays(decoder, tmp_path)


async def test_an_empty_file_is_refused(decoder, tmp_path):
    (tmp_path / "empty.mp3").write_bytes(b"")
    assert "is empty" in await refusal(decoder, tmp_path / "empty.mp3")


async def test_a_folder_is_refused(decoder, tmp_path):
    (tmp_path / "folder.mp3").mkdir()
    assert "folder" in await refusal(decoder, tmp_path / "folder.mp3")
    assert "can't be read" in await refusal(decoder, tmp_path / "decoder.log" / "x.mp3")


async def test_pipes_sockets_and_devices_are_refused_without_waiting_for_them(decoder, tmp_path):
    os.mkfifo(tmp_path / "fifo.mp3")
    assert "not a file with music" in await refusal(decoder, tmp_path / "fifo.mp3")
    assert "not a file with music" in await refusal(decoder, Path("/dev/zero"))
    assert await plays(decoder, tmp_path)


async def test_a_name_no_file_can_have_is_refused(decoder, tmp_path):
    assert "can't be read" in await refusal(decoder, tmp_path / ("long" * 200))
    assert "can't be read" in await refusal(decoder, Path(f"{tmp_path}/nul\0l.mp3"))
    assert await plays(decoder, tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_without_permission_is_refused(decoder, tmp_path):
    write_wav(tmp_path / "a.wav", 0.5)
    (tmp_path / "a.wav").chmod(0)
    assert "permissions" in await refusal(decoder, tmp_path / "a.wav")


@pytest.mark.parametrize("name", ["morning-mile.mp3", "long-way-round.mp3"])
async def test_a_file_cut_short_is_refused_as_such(decoder, tmp_path, name):
    data = (DEMO / name).read_bytes()
    for part in (0.5, 0.95):
        (tmp_path / name).write_bytes(data[: round(len(data) * part)])
        assert "cut short" in await refusal(decoder, tmp_path / name)
    assert await plays(decoder, tmp_path)


async def test_what_is_no_music_is_refused(decoder, tmp_path):
    rng = np.random.default_rng(1)
    contents = {
        "text.mp3": b"This is a shopping list: milk, bread, shoes.\n" * 200,
        "zeros.mp3": bytes(200_000),
        "one.mp3": b"\0",
        "page.mp3": b"<!DOCTYPE html><html><body>Not found</body></html>" * 20,
        "tag only.mp3": (DEMO / "last-lap.mp3").read_bytes()[:40],
        "playlist.mp3": b"#EXTM3U\n#EXTINF:1,x\nhttp://127.0.0.1:9/x.mp3\n",
        "archive.mp3": b"PK\x03\x04" + rng.bytes(5000),
        "picture.mp3": b"\x89PNG\r\n\x1a\n" + rng.bytes(5000),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
        text = await refusal(decoder, tmp_path / name)
        assert "no sound" in text or "cut short" in text, name
    assert await plays(decoder, tmp_path)
    assert not list((tmp_path / "cache").glob("work-*"))


async def test_noise_is_refused_or_played_and_never_does_harm(decoder, tmp_path):
    rng = np.random.default_rng(2)
    for size in (100, 5000, 300_000):
        (tmp_path / "noise.mp3").write_bytes(rng.bytes(size))
        with contextlib.suppress(TrackError):
            await decoder.decode(tmp_path / "noise.mp3", RATE, track="noise")
    assert await plays(decoder, tmp_path)


async def test_music_with_a_damaged_stretch_plays_at_its_full_length(decoder, tmp_path):
    data = bytearray((DEMO / "last-lap.mp3").read_bytes())
    data[300_000:300_400] = np.random.default_rng(3).bytes(400)
    (tmp_path / "scratched.mp3").write_bytes(data)
    assert (await decoder.decode(tmp_path / "scratched.mp3", RATE, track="a")).duration_ms == pytest.approx(
        38_688, abs=200
    )
