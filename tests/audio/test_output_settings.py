import asyncio
import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.device_profiles import DeviceProfiles, ProfileError
from audio.engine.messages import DeviceProfile, Report, SetProfile, SetVolume, Started
from audio.output_settings import OutputSettings, gain_of

S = 1_000_000_000


def started(device: str = "speaker", *, silent: bool = False) -> Started:
    return Started(44_100, 50.0, device, silent, "unplugged" if silent else None)


def report(ppm: float) -> Report:
    return Report("none", 0.0, 0, 0, 50.0, ppm)


class Room:
    """Settings over a real file, what they send, and a clock."""

    def __init__(self, folder):
        self.store = DeviceProfiles(folder)
        self.sent = []
        self.settings = OutputSettings(self.store, self.sent.append)
        self.now_ns = 0

    def start(self, started: Started) -> None:
        self.settings.on_started(started, self.now_ns)

    def run(self, seconds: float, ppm: float) -> None:
        for _ in range(round(seconds * 5)):
            self.now_ns += S // 5
            self.settings.on_report(report(ppm), self.now_ns)

    async def close(self) -> dict[str, DeviceProfile]:
        await self.settings.aclose(self.now_ns)
        return self.store.read()


@pytest.fixture
def room(tmp_path) -> Room:
    return Room(tmp_path)


# Volume


def test_full_volume_leaves_the_samples_alone_and_none_is_silence(room):
    assert room.settings.volume_percent == 100
    room.settings.set_volume(100)
    room.settings.set_volume(0)
    assert room.sent == [SetVolume(1.0), SetVolume(0.0)]
    assert room.settings.volume_percent == 0


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_volume_is_never_less_loud(one, other):
    low, high = sorted((one, other))
    assert 0.0 <= gain_of(low) <= gain_of(high) <= 1.0


def test_half_way_is_an_eighth_of_the_amplitude():
    assert gain_of(50) == pytest.approx(0.125)


@pytest.mark.parametrize("percent", [-0.1, 100.1, float("nan"), float("inf")])
def test_what_is_no_volume_is_refused_and_changes_nothing(room, percent):
    with pytest.raises(ValueError, match="0 to 100"):
        room.settings.set_volume(percent)
    assert room.sent == []
    assert room.settings.volume_percent == 100


# Output delay


async def test_all_that_is_known_is_told_before_the_output_is_open(room):
    room.store.keep("speaker", output_delay_ms=12.0, ppm=3.0)
    room.store.keep("headset", output_delay_ms=180.0)
    room.settings.begin()
    known = [DeviceProfile("speaker", 12.0, 3.0), DeviceProfile("headset", 180.0, 0.0)]
    assert room.sent == [SetProfile(profile) for profile in known]
    assert room.settings.profile is None
    room.start(started("headset"))
    assert room.settings.profile == known[1]
    room.start(started("other"))
    assert room.settings.profile == DeviceProfile("other")


async def test_a_delay_is_told_at_once_and_kept_for_the_device_in_use_alone(room):
    room.store.keep("speaker", ppm=3.0)
    room.store.keep("headset", output_delay_ms=180.0)
    room.settings.begin()
    room.start(started())
    keeping = asyncio.create_task(room.settings.set_output_delay(20))
    await asyncio.sleep(0)
    assert room.sent[-1] == SetProfile(DeviceProfile("speaker", 20.0, 3.0))
    await keeping
    assert room.store.read() == {
        "speaker": DeviceProfile("speaker", 20.0, 3.0),
        "headset": DeviceProfile("headset", 180.0),
    }


async def test_of_many_quick_changes_the_last_is_kept(room, monkeypatch):
    room.start(started())
    first, keep = threading.Event(), room.store.keep

    def slow_at_first(device, **fields):
        # The first writer waits until all have been asked for.
        first.wait(10)
        return keep(device, **fields)

    monkeypatch.setattr(room.store, "keep", slow_at_first)
    changes = [asyncio.create_task(room.settings.set_output_delay(delay_ms)) for delay_ms in range(10)]
    await asyncio.sleep(0)
    first.set()
    await asyncio.gather(*changes)
    assert room.store.read()["speaker"].output_delay_ms == 9.0


@pytest.mark.parametrize("delay_ms", [5001, float("nan")])
async def test_what_is_no_delay_is_neither_told_nor_kept(room, delay_ms):
    room.start(started())
    with pytest.raises(ProfileError):
        await room.settings.set_output_delay(delay_ms)
    assert room.sent == []
    assert room.store.read() == {}


async def test_a_silent_clock_has_no_delay(room):
    for state in (None, started("none", silent=True)):
        if state is not None:
            room.start(state)
        with pytest.raises(ProfileError, match="no sound device"):
            await room.settings.set_output_delay(20)
    assert room.store.read() == {}


async def test_a_delay_that_can_not_be_kept_is_in_force_all_the_same(tmp_path):
    (tmp_path / "file").write_text("")
    room = Room(tmp_path / "file")
    room.start(started())
    with pytest.raises(ProfileError, match="can't be kept"):
        await room.settings.set_output_delay(20)
    assert room.sent == [SetProfile(DeviceProfile("speaker", 20.0, 0.0))]


# The DAC's rate


async def test_a_rate_is_kept_and_told_to_the_process_that_may_be_restarted(room):
    room.settings.begin()
    room.start(started())
    room.run(1, 7.0)
    assert room.sent[-1] == SetProfile(DeviceProfile("speaker", 0.0, 7.0))
    assert (await room.close())["speaker"] == DeviceProfile("speaker", 0.0, 7.0)


@pytest.mark.parametrize(("ppm", "silent"), [(0.0, False), (7.0, True)])
async def test_an_output_that_knows_nothing_of_a_dac_teaches_nothing(room, ppm, silent):
    room.start(started(silent=silent))
    room.run(60, ppm)
    assert await room.close() == {}
    assert room.sent == []


async def test_what_was_told_and_comes_back_is_not_written_again(room, monkeypatch):
    room.store.keep("speaker", ppm=7.0)
    room.settings.begin()
    room.start(started())
    monkeypatch.setattr(room.store, "keep", lambda *_, **__: pytest.fail("nothing is new"))
    room.run(120, 7.0)
    room.run(120, 7.1)
    await room.close()


async def test_a_rate_is_written_at_most_once_a_minute_and_when_it_ends(room, monkeypatch):
    written, keep = [], room.store.keep
    monkeypatch.setattr(room.store, "keep", lambda device, **fields: written.append(fields) or keep(device, **fields))
    room.start(started())
    for second in range(90):
        room.run(1, 5.0 + second)
        await asyncio.sleep(0)
    assert await room.close() == {"speaker": DeviceProfile("speaker", 0.0, 94.0)}
    assert written == [{"ppm": 5.0}, {"ppm": 65.0}, {"ppm": 94.0}]


async def test_what_was_learned_of_one_device_is_not_kept_for_the_next(room):
    room.start(started("speaker"))
    room.run(1, 7.0)
    room.run(1, 8.0)
    room.start(started("headset"))
    room.start(started("speaker"))
    room.start(started("headset"))
    room.run(1, -4.0)
    assert await room.close() == {
        "speaker": DeviceProfile("speaker", 0.0, 8.0),
        "headset": DeviceProfile("headset", 0.0, -4.0),
    }


async def test_a_delay_that_is_set_leaves_the_rate_and_the_rate_the_delay(room):
    room.start(started())
    await room.settings.set_output_delay(20)
    room.run(1, 7.0)
    await room.settings.set_output_delay(30)
    assert await room.close() == {"speaker": DeviceProfile("speaker", 30.0, 7.0)}
    assert room.sent[-1] == SetProfile(DeviceProfile("speaker", 30.0, 7.0))


async def test_a_rate_that_can_not_be_kept_is_a_line_in_the_log(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    room = Room(tmp_path / "file")
    room.start(started())
    with caplog.at_level(logging.WARNING):
        room.run(1, 7.0)
        await room.close()
    assert "can't be kept" in caplog.text
