"""What is kept of devices: real files, several processes, and files that somebody broke."""

import json
import multiprocessing
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from audio import device_profiles
from audio.device_profiles import DeviceProfiles, ProfileError
from audio.engine.messages import DeviceProfile

SPEAKER = "pulse (speaker)"


@pytest.fixture
def profiles(tmp_path) -> DeviceProfiles:
    return DeviceProfiles(tmp_path)


def document(folder: Path):
    return json.loads((folder / "devices.json").read_text("utf-8"))


def test_what_is_kept_is_read_by_name_by_the_next_process(profiles, tmp_path):
    assert profiles.read() == {}
    assert profiles.keep(SPEAKER, output_delay_ms=12.5) == DeviceProfile(SPEAKER, 12.5, 0.0)
    assert profiles.keep(SPEAKER, ppm=-3.25) == DeviceProfile(SPEAKER, 12.5, -3.25)
    profiles.keep("Kopfhörer 🎧", output_delay_ms=-4)
    assert DeviceProfiles(tmp_path).read() == {
        SPEAKER: DeviceProfile(SPEAKER, 12.5, -3.25),
        "Kopfhörer 🎧": DeviceProfile("Kopfhörer 🎧", -4.0, 0.0),
    }
    assert {path.name for path in tmp_path.iterdir()} <= {"devices.json", "devices.json.lock"}


def test_what_later_versions_keep_stays(profiles, tmp_path):
    later = {"devices": {SPEAKER: {"outputDelayMs": 1, "codec": "LDAC"}}, "edition": 7}
    (tmp_path / "devices.json").write_text(json.dumps(later), "utf-8")
    profiles.keep(SPEAKER, ppm=2.0)
    assert document(tmp_path) == {
        "devices": {SPEAKER: {"outputDelayMs": 1, "codec": "LDAC", "ppm": 2.0}},
        "edition": 7,
    }


def _keep_many(folder: str, number: int) -> None:
    for delay_ms in range(20):
        DeviceProfiles(Path(folder)).keep(f"device {number}", output_delay_ms=float(delay_ms))
        DeviceProfiles(Path(folder)).keep(SPEAKER, **({"ppm": 5.0} if number else {"output_delay_ms": 7.0}))


def test_processes_that_write_at_the_same_time_lose_nothing_of_each_other(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_keep_many, args=(str(tmp_path), number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    expected = {f"device {number}": DeviceProfile(f"device {number}", 19.0, 0.0) for number in range(3)}
    assert DeviceProfiles(tmp_path).read() == {**expected, SPEAKER: DeviceProfile(SPEAKER, 7.0, 5.0)}


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"devices": []}', b"[" * 100_000, b"null", b'{"a": "' + b"x" * 2_000_000],
)
def test_a_damaged_file_is_set_aside_with_a_warning_and_begun_anew(profiles, tmp_path, caplog, damage):
    (tmp_path / "devices.json").write_bytes(damage)
    (tmp_path / "devices.damaged-1.json").write_bytes(b"of an earlier accident")
    assert profiles.read() == {}
    assert "damaged" in caplog.text
    assert (tmp_path / "devices.damaged-2.json").read_bytes() == damage
    assert (tmp_path / "devices.damaged-1.json").read_bytes() == b"of an earlier accident"
    profiles.keep(SPEAKER, output_delay_ms=3.0)
    assert profiles.read() == {SPEAKER: DeviceProfile(SPEAKER, 3.0, 0.0)}


@pytest.mark.parametrize("value", ["20", None, True, [], 5001, -2001, 1e999, 10**400])
def test_a_value_that_is_none_is_ignored_alone(profiles, tmp_path, caplog, value):
    entry = {"outputDelayMs": value, "ppm": 4.0}
    (tmp_path / "devices.json").write_text(json.dumps({"devices": {SPEAKER: entry, "b": {"outputDelayMs": 9}}}))
    assert profiles.read() == {SPEAKER: DeviceProfile(SPEAKER, 0.0, 4.0), "b": DeviceProfile("b", 9.0, 0.0)}
    assert SPEAKER in caplog.text
    assert profiles.keep(SPEAKER, output_delay_ms=5.0) == DeviceProfile(SPEAKER, 5.0, 4.0)


def test_an_entry_that_is_none_is_replaced(profiles, tmp_path):
    (tmp_path / "devices.json").write_text(json.dumps({"devices": {SPEAKER: "loud"}}))
    assert profiles.read() == {SPEAKER: DeviceProfile(SPEAKER)}
    assert profiles.keep(SPEAKER, ppm=1.0) == DeviceProfile(SPEAKER, 0.0, 1.0)


@pytest.mark.parametrize("delay_ms", [-2000.1, 5000.1, float("nan"), float("inf"), -1e300])
def test_what_is_no_delay_is_refused(profiles, tmp_path, delay_ms):
    with pytest.raises(ProfileError, match="from -2000 to 5000"):
        profiles.keep(SPEAKER, output_delay_ms=delay_ms)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("device", "ppm"), [("", 1.0), ("x" * 501, 1.0), (SPEAKER, 500.1), (SPEAKER, float("nan"))])
def test_what_is_no_name_or_no_rate_is_refused(profiles, device, ppm):
    with pytest.raises(ProfileError):
        profiles.keep(device, ppm=ppm)


def test_a_folder_that_can_not_be_written_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileError, match="can't be kept in"):
        DeviceProfiles(tmp_path / "file").keep(SPEAKER, ppm=1.0)
    assert DeviceProfiles(tmp_path / "file").read() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="no folder may take the file's place there")
def test_a_file_that_can_not_be_read_is_not_written_over(profiles, tmp_path, caplog):
    (tmp_path / "devices.json").mkdir()
    assert profiles.read() == {}
    assert "can't be read" in caplog.text
    with pytest.raises(ProfileError):
        profiles.keep(SPEAKER, ppm=1.0)
    assert (tmp_path / "devices.json").is_dir()


def test_a_program_that_holds_the_file_for_ever_holds_nobody_up(profiles, tmp_path, monkeypatch):
    monkeypatch.setattr(device_profiles, "_LOCK_TIMEOUT_S", 0.01)
    profiles.keep(SPEAKER, ppm=1.0)
    with FileLock(tmp_path / "devices.json.lock"):
        assert profiles.read() == {}
        with pytest.raises(ProfileError, match="another program holds it"):
            profiles.keep(SPEAKER, ppm=2.0)
    assert profiles.read() == {SPEAKER: DeviceProfile(SPEAKER, 0.0, 1.0)}


@given(name=st.text(st.characters(exclude_categories=()), min_size=1, max_size=50), delay_ms=st.floats(-2000, 5000))
def test_any_name_and_any_delay_come_back(tmp_path_factory, name, delay_ms):
    folder = tmp_path_factory.mktemp("any")
    kept = DeviceProfiles(folder).keep(name, output_delay_ms=delay_ms)
    assert kept.output_delay_ms == pytest.approx(delay_ms, abs=0.0006)
    assert DeviceProfiles(folder).read() == {name: kept}


@given(
    data=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: json.dumps({"devices": value}).encode())
)
def test_no_content_keeps_a_device_from_being_kept(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "devices.json").write_bytes(data)
    known = DeviceProfiles(folder).read()
    assert all(abs(profile.ppm) <= 500 and -2000 <= profile.output_delay_ms <= 5000 for profile in known.values())
    assert DeviceProfiles(folder).keep("new", output_delay_ms=1.0, ppm=2.0) == DeviceProfile("new", 1.0, 2.0)
