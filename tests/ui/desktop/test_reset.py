"""Everything as at the first start."""

import os

import pytest

from audio.device_profiles import FILE_NAME as DEVICES
from client.library.stores import FILE_NAME as LIBRARY
from client.recordings.cache import FILE_NAME as FINGERPRINTS
from client.spotify.store import FILE_NAME as SPOTIFY
from client.spotify.vault import FILE_NAME as TOKEN
from ui.desktop.recovery import FILE_NAME as SESSION
from ui.desktop.reset import _FILES, forget_everything
from ui.desktop.settings import FILE_NAME as SETTINGS


def test_what_is_kept_goes_and_the_log_stays(tmp_path):
    for name in (*_FILES, "library.db-wal", "lockstep.log", "app.lock"):
        (tmp_path / name).write_text("x", "utf-8")
    (tmp_path / "pcm").mkdir()
    (tmp_path / "pcm" / "a.pcm").write_text("x", "utf-8")
    assert forget_everything(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.lock", "lockstep.log"]
    assert forget_everything(tmp_path) == []


def test_it_knows_every_file_that_holds_something_of_a_person():
    assert {DEVICES, LIBRARY, FINGERPRINTS, SPOTIFY, TOKEN, SESSION, SETTINGS} <= set(_FILES)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may delete everywhere")
def test_what_cannot_be_deleted_is_named(tmp_path):
    (tmp_path / "settings.json").write_text("x", "utf-8")
    tmp_path.chmod(0o500)
    try:
        assert forget_everything(tmp_path) == ["settings.json"]
    finally:
        tmp_path.chmod(0o700)
