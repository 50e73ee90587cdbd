"""The decoder process without its disk, without libVLC, hung or killed."""

import asyncio
import os
import resource
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audio.decode.pcm import open_pcm
from audio.errors import TrackError
from tests.audio.decode.decoding import DEMO, RATE, decoder_at, plays, refusal, workers, write_wav
from tests.audio.waiting import is_alive, until


async def test_a_damaged_cache_is_made_anew(decoder, tmp_path):
    file = tmp_path / "a.wav"
    write_wav(file, 2.0)
    for size in (100_000, 0):
        damaged = await decoder.decode(file, RATE, track="a")
        os.truncate(damaged.path, size)
        found = await decoder.decode(file, RATE, track="a")
        assert found.frames == 2 * RATE
        assert open_pcm(found).any()
        assert len(list((tmp_path / "cache").iterdir())) == 2


async def test_a_cache_folder_that_is_no_folder_is_named(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    write_wav(tmp_path / "a.wav", 0.5)
    async with decoder_at(tmp_path / "cache") as decoder:
        for _ in range(2):
            text = await refusal(decoder, tmp_path / "a.wav")
            assert "folder for decoded music" in text
            assert str(tmp_path / "cache") in text


async def test_a_cache_folder_that_goes_away_is_named(decoder, tmp_path):
    write_wav(tmp_path / "a.wav", 0.5)
    assert await plays(decoder, tmp_path)
    shutil.rmtree(tmp_path / "cache")
    assert "can't be stored" in await refusal(decoder, tmp_path / "a.wav")


@pytest.mark.parametrize("limit", [50_000, 0])
async def test_a_full_disk_is_not_taken_for_a_bad_file(decoder, tmp_path, limit):
    write_wav(tmp_path / "a.wav", 5.0)
    assert await plays(decoder, tmp_path)
    (worker,) = workers()
    # Writing beyond a limit fails just as on a full disk.
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    assert "can't be stored" in await refusal(decoder, tmp_path / "a.wav")
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert (await decoder.decode(tmp_path / "a.wav", RATE, track="a")).frames == 5 * RATE


async def test_a_cache_that_can_not_be_written_is_still_read(tmp_path, monkeypatch):
    from audio.decode.decoder import Decoder
    from audio.decode.errors import DecodeError

    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "a.wav", 0.5)
    write_wav(tmp_path / "b.wav", 0.6)
    decoder = Decoder(tmp_path / "cache")
    first = decoder.decode(tmp_path / "a.wav", RATE, lambda _: None)

    def read_only(*_args, **_options):
        raise OSError(30, "Read-only file system")

    for name in ("write_bytes", "replace", "unlink"):
        monkeypatch.setattr(Path, name, read_only)
    monkeypatch.setattr(os, "utime", read_only)
    assert decoder.decode(tmp_path / "a.wav", RATE, lambda _: None) == first
    with pytest.raises(DecodeError, match=r"can't be stored in .*Read-only"):
        decoder.decode(tmp_path / "b.wav", RATE, lambda _: None)


async def test_a_machine_without_libvlc_says_what_to_install(tmp_path, monkeypatch):
    import sys

    from audio.decode.decoder import Decoder
    from audio.decode.errors import DecodeError

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "vlc", None)
    with pytest.raises(DecodeError, match="install VLC"):
        Decoder(tmp_path / "cache")


async def test_two_players_may_share_a_cache(tmp_path):
    """Both decode the same long file at the same time: neither reads what the other has half written."""
    async with decoder_at(tmp_path / "cache") as one, decoder_at(tmp_path / "cache") as other:
        for name, rate in (("long-way-round.mp3", RATE), ("morning-mile.mp3", 48_000)):
            first, second = await asyncio.gather(
                one.decode(DEMO / name, rate, track="a"), other.decode(DEMO / name, rate, track="b")
            )
            # Both may be whole at the same moment: then each keeps its own.
            assert replace(first, path=second.path) == second
            np.testing.assert_array_equal(open_pcm(first), open_pcm(second))
            assert open_pcm(first)[-20_000:].any()
    assert not list((tmp_path / "cache").glob("work-*"))


async def test_what_a_killed_process_left_behind_goes_away_in_time(tmp_path):
    (tmp_path / "cache").mkdir()
    old, young = tmp_path / "cache" / "a-44100-4194305-0.pcm", tmp_path / "cache" / f"b-44100-{os.getpid()}-0.pcm"
    for path in (old, young):
        path.write_bytes(b"half")
    async with decoder_at(tmp_path / "cache") as decoder:
        assert await plays(decoder, tmp_path)
    assert not old.exists()
    assert young.exists(), "another player may be writing it"


async def test_a_process_killed_in_mid_decode_costs_one_request(decoder, tmp_path, caplog):
    write_wav(tmp_path / "long.wav", 600.0)
    assert await plays(decoder, tmp_path)
    (worker,) = workers()
    culprit = decoder.request(tmp_path / "long.wav", RATE, track="“Long”").answer
    waiting = decoder.request(DEMO / "last-lap.mp3", RATE, track="next", urgent=False).answer
    await until(lambda: list((tmp_path / "cache").glob("work-*")), "the decode is under way")
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(TrackError, match="“Long” can't be played"):
        await culprit
    assert (await waiting).frames == 1_706_159
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1


async def test_a_process_killed_while_idle_costs_nothing(decoder, tmp_path):
    assert await plays(decoder, tmp_path)
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    await until(lambda: not is_alive(worker), "it is dead")
    write_wav(tmp_path / "b.wav", 0.5)
    assert (await decoder.decode(tmp_path / "b.wav", RATE, track="b")).frames == RATE // 2


async def test_a_process_that_hangs_is_killed_and_its_file_named(tmp_path, caplog):
    write_wav(tmp_path / "a.wav", 0.5)
    write_wav(tmp_path / "b.wav", 0.6)
    async with decoder_at(tmp_path / "cache", stall_timeout_s=1.0) as decoder:
        assert await plays(decoder, tmp_path)
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        culprit = asyncio.create_task(decoder.decode(tmp_path / "a.wav", RATE, track="“Stuck”"))
        waiting = asyncio.create_task(decoder.decode(tmp_path / "b.wav", RATE, track="next"))
        # It was stopped before it saw the file, which therefore gets a second chance; that one is spoilt too.
        await until(lambda: [pid for pid in workers() if pid != worker], "it is replaced")
        os.kill(workers()[0], signal.SIGSTOP)
        with pytest.raises(TrackError, match="“Stuck” can't be played"):
            await culprit
        assert (await waiting).frames == round(0.6 * RATE)
        assert not is_alive(worker)
        assert "hangs" in caplog.text


async def test_closing_ends_the_process_and_open_requests(tmp_path):
    write_wav(tmp_path / "long.wav", 600.0)
    async with decoder_at(tmp_path / "cache") as decoder:
        assert await plays(decoder, tmp_path)
        (worker,) = workers()
        request = asyncio.create_task(decoder.decode(tmp_path / "long.wav", RATE, track="x"))
        await until(lambda: list((tmp_path / "cache").glob("work-*")), "the decode is under way")
    with pytest.raises(asyncio.CancelledError):
        await request
    assert not is_alive(worker)
