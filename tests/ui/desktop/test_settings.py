"""The settings file: what is kept, and what becomes of one that can't be used."""

import asyncio
import json
import os
import resource

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ui.desktop.errors import SettingsError
from ui.desktop.settings import DEFAULT_NTP_SERVER, FILE_NAME, Settings, SettingsFile


@pytest.fixture
def file(tmp_path):
    return SettingsFile(tmp_path)


def test_a_first_start_has_the_defaults_and_writes_nothing(file, tmp_path):
    loaded = file.load()
    assert loaded.settings.server == "https://api.lockstep.at"
    assert loaded.settings.enable_runbuddy
    assert not loaded.settings.first_run_done
    assert loaded.notice is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_saved_is_loaded_again(file):
    wanted = Settings().changed(server="http://192.168.1.20:8765", display_name="Ann ✨", volume_percent=37.5)
    file.save(wanted)
    assert file.load().settings == wanted


def test_fields_of_a_later_version_stay_in_the_file(file, tmp_path):
    (tmp_path / FILE_NAME).write_text('{"displayName": "Ann", "hologram": {"depth": 3}}', "utf-8")
    file.save(file.load().settings.changed(debug=True))
    document = json.loads((tmp_path / FILE_NAME).read_text("utf-8"))
    assert document["hologram"] == {"depth": 3}
    assert (document["displayName"], document["debug"]) == ("Ann", True)


@pytest.mark.parametrize("content", [b"{not json", b"[1, 2]", b"\xff\xfe", b"", b"[" * 100_000, b" " * 1_000_001])
def test_a_damaged_file_is_kept_aside_and_said(file, tmp_path, content):
    (tmp_path / FILE_NAME).write_bytes(content)
    loaded = file.load()
    assert loaded.settings == Settings()
    assert "settings.damaged-1.json" in (loaded.notice or "")
    assert (tmp_path / "settings.damaged-1.json").read_bytes() == content
    (tmp_path / FILE_NAME).write_bytes(b"again")
    assert "settings.damaged-2.json" in (file.load().notice or "")


def test_a_field_that_cannot_be_used_has_its_default_and_costs_no_other(file, tmp_path):
    (tmp_path / FILE_NAME).write_text('{"volumePercent": 900, "ntpServer": 3, "displayName": "Ann"}', "utf-8")
    loaded = file.load()
    assert loaded.settings == Settings(display_name="Ann")
    assert "ntp server, volume percent" in (loaded.notice or "")


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*Settings.model_json_schema()["properties"], "other"]),
        st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4),
    )
)
def test_no_object_stops_the_app_from_starting(file, tmp_path, document):
    (tmp_path / FILE_NAME).write_text(json.dumps(document), "utf-8")
    loaded = file.load()
    file.save(loaded.settings)
    assert file.load().notice is None


def test_a_value_out_of_bounds_is_refused_by_name():
    with pytest.raises(SettingsError, match="volume percent"):
        Settings().changed(volume_percent=101.0)


def test_a_time_server_that_is_none_is_refused_and_does_not_stop_the_app_from_starting(file, tmp_path):
    with pytest.raises(SettingsError, match="'a clock:99999' is not an NTP server; write HOST or HOST:PORT"):
        Settings().changed(ntp_server="a clock:99999")
    (tmp_path / FILE_NAME).write_text(json.dumps({"ntpServer": "a clock:99999", "displayName": "Ann"}), "utf-8")
    loaded = file.load()
    assert (loaded.settings.ntp_server, loaded.settings.display_name) == (DEFAULT_NTP_SERVER, "Ann")
    assert "ntp server" in (loaded.notice or "")


@pytest.mark.skipif(os.name == "nt", reason="limits on files are POSIX's")
def test_a_full_disk_is_a_sentence_and_the_old_file_stays(file, tmp_path):
    file.save(Settings(display_name="Ann"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(SettingsError, match="can't be kept"):
            file.save(Settings(display_name="Ben"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert file.load().settings.display_name == "Ann"
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


async def test_of_many_changes_the_newest_is_kept(file):
    await asyncio.gather(*(file.keep(Settings(display_name=str(number))) for number in range(20)))
    assert file.load().settings.display_name == "19"
