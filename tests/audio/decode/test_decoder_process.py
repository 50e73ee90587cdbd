"""Music files, good and bad, through the real decoder process and the real libVLC."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import wave
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from audio.decode.client import DecoderClient
from audio.decode.pcm import PcmFile, open_pcm
from audio.errors import TrackError
from tests.audio.waiting import children_of, is_alive, until

RATE = 44_100
DEMO = Path(str(files("assets").joinpath("demo")))


@contextlib.asynccontextmanager
async def decoder_at(cache: Path, **options):
    client = DecoderClient(cache, cache.parent / "decoder.log", **options)
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
async def decoder(tmp_path):
    async with decoder_at(tmp_path / "cache") as client:
        yield client


def write_wav(path: Path, seconds: float, *, rate: int = RATE, channels: int = 2, hz: float = 441.0) -> np.ndarray:
    """Write a tone of which libVLC decodes `seconds`: the last packet of a WAV file, 50 ms, it keeps to itself."""
    frames = round(seconds * rate)
    wave_form = np.rint(12_000 * np.sin(2 * np.pi * hz * np.arange(frames + rate // 20) / rate)).astype("<i2")
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(np.repeat(wave_form[:, None], channels, axis=1).tobytes())
    return wave_form[:frames]


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


def inode_of(pcm: PcmFile) -> int:
    return Path(pcm.path).stat().st_ino


async def refusal(decoder: DecoderClient, file: Path) -> str:
    with pytest.raises(TrackError) as caught:
        await decoder.decode(file, RATE, track="“Run” by Buddy")
    assert caught.value.track == "“Run” by Buddy"
    text = str(caught.value)
    assert text.startswith("“Run” by Buddy can't be played: ")
    assert "Errno" not in text
    assert "Traceback" not in text
    return text


async def plays(decoder: DecoderClient, folder: Path) -> bool:
    """Return whether the decoder still does its work."""
    file = folder / "still works.wav"
    if not file.exists():
        write_wav(file, 1.0)
    return (await decoder.decode(file, RATE, track="x")).frames == RATE


# Good music


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


# Bad input


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


# A bad cache


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


# A bad process


def workers() -> list[int]:
    return children_of(os.getpid(), "audio.decode.worker")


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
