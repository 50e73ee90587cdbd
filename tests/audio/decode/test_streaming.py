"""Long files, and several wishes at once: what is waited for comes first, and is heard before it is whole."""

import contextlib
import os
import signal

import numpy as np
import pytest

from audio.decode.client import DecoderClient
from audio.decode.decoder import DecodeJob, Decoder
from audio.decode.errors import DecodeError
from audio.decode.pcm import open_pcm
from audio.errors import TrackError
from tests.audio.decode.sounds import RATE, long_mp3, melody, write_pcm
from tests.audio.waiting import children_of, until

#: About 15 minutes, some seconds of work.
TIMES = 24


@pytest.fixture
def decoder(tmp_path):
    client = DecoderClient(tmp_path / "cache", tmp_path / "decoder.log")
    with contextlib.closing(client):
        yield client


def leftovers(tmp_path) -> list[str]:
    """Return what lies in the cache besides whole entries."""
    names = {path.name for path in (tmp_path / "cache").iterdir()}
    whole = {name for name in names if name.endswith(".json")}
    return sorted(names - whole)[len(whole) :]


async def test_a_long_track_is_there_in_part_before_it_is_whole(decoder, tmp_path):
    seen = []
    request = decoder.request(
        long_mp3(tmp_path / "long.mp3", TIMES),
        RATE,
        track="x",
        on_progress=lambda request: seen.append((request.so_far, request.fraction)),
    )
    await until(lambda: request.so_far is not None, "there is a part of it")
    part = request.so_far
    assert not part.complete
    early = open_pcm(part)[:100_000].copy()
    assert early.any()
    whole = await request.answer
    assert whole.complete
    assert whole.path == part.path
    assert np.array_equal(open_pcm(whole)[:100_000], early)
    frames = [so_far.frames for so_far, _ in seen if so_far is not None]
    assert frames == sorted(frames)
    assert frames[-1] <= whole.frames
    fractions = [fraction for _, fraction in seen if fraction is not None]
    assert fractions == sorted(fractions)
    assert all(0 <= fraction <= 1 for fraction in fractions)


async def test_only_who_is_eager_is_handed_a_short_track_in_part(decoder, tmp_path):
    parts = {True: [], False: []}
    for eager, seen in parts.items():
        file = write_pcm(tmp_path / f"{eager}.wav", melody(RATE * (110 + eager)))
        request = decoder.request(
            file, RATE, track="x", eager=eager, on_progress=lambda request, seen=seen: seen.append(request.so_far)
        )
        whole = await request.answer
        assert whole.complete
    assert [part for part in parts[True] if part is not None and not part.complete]
    assert not any(parts[False])


async def test_what_is_waited_for_does_not_wait_behind_what_is_ahead(decoder, tmp_path):
    ahead = decoder.request(long_mp3(tmp_path / "long.mp3", TIMES), RATE, track="ahead", urgent=False)
    await until(lambda: ahead.fraction, "it is being decoded")
    write_pcm(tmp_path / "a.wav", melody(RATE * 5))
    await decoder.decode(tmp_path / "a.wav", RATE, track="wanted")
    assert not ahead.answer.done()
    assert (await ahead.answer).duration_ms == pytest.approx(TIMES * 38_700, rel=0.01)


async def test_a_decode_ahead_that_is_now_waited_for_comes_first(decoder, tmp_path):
    first = decoder.request(long_mp3(tmp_path / "first.mp3", TIMES), RATE, track="first", urgent=False)
    second = decoder.request(long_mp3(tmp_path / "second.mp3", TIMES // 4), RATE, track="second", urgent=False)
    await until(lambda: first.fraction, "the first is being decoded")
    decoder.hurry(second, urgent=True)
    await second.answer
    assert not first.answer.done()
    await first.answer


async def test_a_paused_decode_is_not_taken_for_a_hung_one(tmp_path):
    client = DecoderClient(tmp_path / "cache", tmp_path / "decoder.log", stall_timeout_s=1.0)
    with contextlib.closing(client):
        ahead = client.request(long_mp3(tmp_path / "long.mp3", TIMES // 4), RATE, track="ahead", urgent=False)
        await until(lambda: ahead.fraction, "it is being decoded")
        (worker,) = children_of(os.getpid(), "audio.decode.worker")
        for number in range(2):
            # Other lengths are other contents: each is decoded, and keeps the first waiting.
            await client.decode(long_mp3(tmp_path / f"{number}.mp3", TIMES // 2 + number), RATE, track="wanted")
        await ahead.answer
        assert children_of(os.getpid(), "audio.decode.worker") == [worker]


async def test_what_nobody_wants_any_more_is_stopped_and_leaves_nothing(decoder, tmp_path):
    unwanted = decoder.request(long_mp3(tmp_path / "long.mp3", TIMES), RATE, track="x")
    await until(lambda: unwanted.so_far, "it is being decoded")
    decoder.cancel(unwanted)
    write_pcm(tmp_path / "a.wav", melody(RATE))
    await decoder.decode(tmp_path / "a.wav", RATE, track="wanted")
    assert unwanted.answer.cancelled()
    assert leftovers(tmp_path) == []


async def test_a_hung_decode_in_the_middle_is_the_one_that_is_named(tmp_path):
    client = DecoderClient(tmp_path / "cache", tmp_path / "decoder.log", stall_timeout_s=1.0)
    with contextlib.closing(client):
        ahead = client.request(write_tone(tmp_path / "a.wav"), RATE, track="ahead", urgent=False)
        hung = client.request(long_mp3(tmp_path / "long.mp3", TIMES), RATE, track="hung")
        await until(lambda: hung.so_far, "it is being decoded")
        os.kill(children_of(os.getpid(), "audio.decode.worker")[0], signal.SIGSTOP)
        with pytest.raises(TrackError, match="hung can't be played"):
            await hung.answer
        assert (await ahead.answer).complete
        assert leftovers(tmp_path) == []


def write_tone(path):
    return write_pcm(path, melody(RATE))


# In one process: what changes, what never ends, what is cut short


@pytest.fixture
def local(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda **options: Decoder(tmp_path / "cache", **options)


def finish(job: DecodeJob, *, until_moved: int | None = None) -> None:
    while job.result is None and (until_moved is None or job.so_far is None or job.so_far.frames < until_moved):
        job.step()


def test_a_file_that_is_replaced_while_it_is_decoded_is_decoded_again(local, tmp_path):
    decoder, file = local(), long_mp3(tmp_path / "a.mp3", 10)
    job = DecodeJob(decoder, file, RATE)
    with contextlib.closing(job):
        finish(job, until_moved=RATE)
        write_pcm(tmp_path / "b.wav", melody(3 * RATE + RATE // 20))
        (tmp_path / "b.wav").replace(file)
        finish(job)
    assert job.result.frames == 3 * RATE
    assert decoder.decode(file, RATE, lambda _: None) == job.result
    assert leftovers(tmp_path) == []


def test_a_file_that_keeps_changing_is_refused(local, tmp_path):
    file = long_mp3(tmp_path / "a.mp3", 4)
    job = DecodeJob(local(), file, RATE)

    def play_on() -> None:
        for _ in iter(lambda: job.result, object()):
            if job.step() and job.so_far is not None:
                os.utime(file, ns=(0, file.stat().st_mtime_ns + 1_000_000))

    with contextlib.closing(job), pytest.raises(DecodeError, match="changed by another program"):
        play_on()
    assert leftovers(tmp_path) == []


def test_music_that_was_handed_out_is_kept_for_now_but_never_for_another_content(local, tmp_path):
    decoder, file = local(), long_mp3(tmp_path / "a.mp3", 10)
    job = DecodeJob(decoder, file, RATE)
    with contextlib.closing(job):
        finish(job, until_moved=RATE)
        job.handed_out = True
        long_mp3(file, 11)
        finish(job)
    fresh = decoder.decode(file, RATE, lambda _: None)
    assert fresh.path != job.result.path
    long_mp3(file, 10)
    assert decoder.decode(file, RATE, lambda _: None).path not in {fresh.path, job.result.path}


def cut(path, times: int):
    """Write a file whose header promises more than there is."""
    from tests.audio.decode.decoding import DEMO

    data = (DEMO / "long-way-round.mp3").read_bytes()
    path.write_bytes(data[: len(data) // times])
    return path


def test_a_long_file_that_turns_out_cut_short_keeps_what_there_is(local, tmp_path):
    job = DecodeJob(local(), cut(tmp_path / "a.mp3", 2), RATE)
    with contextlib.closing(job):
        job.handed_out = True
        finish(job)
    assert job.result.complete
    assert "cut short" in job.warning
    job = DecodeJob(local(), cut(tmp_path / "a.mp3", 3), RATE)
    with contextlib.closing(job), pytest.raises(DecodeError, match="cut short"):
        finish(job)


def test_a_file_that_never_ends_is_refused(local, tmp_path):
    decoder = local(max_length_s=60)
    with pytest.raises(DecodeError, match="never ends"):
        decoder.decode(long_mp3(tmp_path / "a.mp3", 2), RATE, lambda _: None)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_a_pipe_and_a_growing_file_give_the_same(local, tmp_path, rate):
    file = long_mp3(tmp_path / "a.mp3", 1)
    by_file = open_pcm(local(pipe=False).decode(file, rate, lambda _: None)).astype(int)
    for entry in (tmp_path / "cache").iterdir():
        entry.unlink()
    by_pipe = open_pcm(local(pipe=True).decode(file, rate, lambda _: None)).astype(int)
    assert by_file.shape == by_pipe.shape
    assert np.abs(by_file - by_pipe).max() <= (0 if rate == RATE else 2)
