"""A library.db that can't be used: kept aside where it is damaged, and always said."""

import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path

import pytest

from client.library.library import Library
from client.library.schema import MIGRATIONS
from client.storage.database import Database, StorageError


async def test_a_damaged_file_is_kept_aside_and_the_library_begins_anew(tmp_path, playlist):
    library = await Library.open(tmp_path)
    await library.save_playlist(playlist)
    await library.aclose()
    path = tmp_path / "library.db"
    data = bytearray(path.read_bytes())
    data[100:8000] = b"\xff" * 7900
    path.write_bytes(data)
    library = await Library.open(tmp_path)
    assert library.notice == f"{path} was damaged; it is kept as library.damaged-1.db, and a new one was begun"
    assert (tmp_path / "library.damaged-1.db").read_bytes() == data
    assert await library.playlists() == []
    assert (await library.save_playlist(playlist)).tracks == 4
    await library.aclose()


async def test_damaged_fingerprints_are_told_and_cost_only_time(tmp_path, playlist):
    library = await Library.open(tmp_path)
    await library.save_playlist(playlist)
    await library.aclose()
    (tmp_path / "fingerprints.db").write_bytes(b"this is no database at all" * 100)
    library = await Library.open(tmp_path)
    assert "fingerprints.damaged-1.db" in library.notice
    assert len(await library.playlists()) == 1
    await library.aclose()


async def test_a_library_from_before_its_fingerprints_had_a_file_is_brought_up_to_date(tmp_path, playlist):
    Database(tmp_path / "library.db", MIGRATIONS[:1]).close()
    library = await Library.open(tmp_path)
    assert (await library.save_playlist(playlist)).tracks == 4
    await library.aclose()


async def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    connection = sqlite3.connect(tmp_path / "library.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageError, match="newer version"):
        await Library.open(tmp_path)


@pytest.fixture
def read_only():
    """Return a context in which a folder may only be read, whoever runs the tests."""

    @contextlib.contextmanager
    def context(folder):
        folder.chmod(0o555)
        (folder / "library.db").chmod(0o444)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            yield
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o755)

    return context


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's here")
async def test_a_file_that_may_only_be_read_is_a_sentence(read_only):
    with tempfile.TemporaryDirectory(prefix="lockstep-library-") as name:
        os.chmod(name, 0o755)  # noqa: PTH101 - this is no blocking worth a thread
        library = await Library.open(Path(name))
        await library.aclose()
        with (
            read_only(Path(name)),
            pytest.raises(StorageError, match=r"library\.db can't be used .*check its permissions"),
        ):
            await Library.open(Path(name))


async def test_a_data_directory_that_can_not_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="choose another --data-dir"):
        await Library.open(tmp_path / "file" / "data")
