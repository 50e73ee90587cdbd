import sqlite3
import threading

import pytest

from client.storage.database import Database, DiskFullError, StorageError

_FIRST = "CREATE TABLE song (name TEXT NOT NULL); CREATE INDEX ix_song ON song (name)"
_SECOND = "ALTER TABLE song ADD COLUMN length_ms INTEGER"


def names(database):
    return [row["name"] for row in database.read("SELECT name FROM song ORDER BY name")]


def test_migrations_run_once_and_keep_what_is_there(tmp_path):
    first = Database(tmp_path / "new" / "a.db", [_FIRST])
    with first.transaction() as connection:
        connection.execute("INSERT INTO song (name) VALUES ('one')")
    first.close()
    second = Database(tmp_path / "new" / "a.db", [_FIRST, _SECOND])
    assert names(second) == ["one"]
    assert second.read("SELECT length_ms FROM song")[0]["length_ms"] is None
    assert second.notice is None
    second.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    database = Database(tmp_path / "a.db", [_FIRST])

    def insert(name):
        with database.transaction() as connection:
            connection.execute("INSERT INTO song (name) VALUES ('one')")
            connection.execute("INSERT INTO song (name) VALUES (?)", (name(),))

    with pytest.raises(KeyError):
        insert({}.popitem)
    assert names(database) == []
    with pytest.raises(StorageError, match=r"a\.db"):
        insert(lambda: None)
    assert names(database) == []
    database.close()


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path):
    database = Database(tmp_path / "a.db", [_FIRST])
    database.read("PRAGMA max_page_count = 20")
    full = r"a\.db can't be used \(database or disk is full\); make room on the disk"
    with pytest.raises(DiskFullError, match=full):  # noqa: SIM117
        with database.transaction() as connection:
            connection.executemany("INSERT INTO song (name) VALUES (?)", [("x" * 3000,)] * 100)
    with database.transaction() as connection:
        connection.execute("INSERT INTO song (name) VALUES ('one')")
    assert names(database) == ["one"]
    database.close()


def test_a_commit_that_fails_leaves_the_database_usable(tmp_path):
    later = "CREATE TABLE listener (song TEXT REFERENCES song (name) DEFERRABLE INITIALLY DEFERRED)"
    database = Database(tmp_path / "a.db", [_FIRST.replace("CREATE INDEX", "CREATE UNIQUE INDEX"), later])
    for _ in range(2):
        with pytest.raises(StorageError, match="FOREIGN KEY"):  # noqa: SIM117
            with database.transaction() as connection:
                connection.execute("INSERT INTO listener VALUES ('nothing')")
    assert names(database) == []
    database.close()


def test_a_migration_that_fails_leaves_the_old_version(tmp_path):
    Database(tmp_path / "a.db", [_FIRST]).close()
    with pytest.raises(StorageError):
        Database(tmp_path / "a.db", [_FIRST, f"{_SECOND}; NO SUCH STATEMENT"])
    database = Database(tmp_path / "a.db", [_FIRST, _SECOND])
    assert names(database) == []
    database.close()


def test_a_file_that_is_no_database_is_kept_aside_and_told(tmp_path):
    path, content = tmp_path / "a.db", b"this is no database, but it is long enough to look like one" * 20
    for number in (1, 2):
        path.write_bytes(content)
        database = Database(path, [_FIRST])
        assert names(database) == []
        assert f"a.damaged-{number}.db" in database.notice
        assert (tmp_path / f"a.damaged-{number}.db").read_bytes() == content
        database.close()
        for leftover in tmp_path.glob("a.db*"):
            leftover.unlink()


def test_a_database_with_broken_pages_is_kept_aside(tmp_path):
    path = tmp_path / "a.db"
    database = Database(path, [_FIRST])
    with database.transaction() as connection:
        connection.executemany("INSERT INTO song (name) VALUES (?)", [(str(number) * 50,) for number in range(500)])
    database.close()
    data = bytearray(path.read_bytes())
    data[4096 : 4096 * 20] = b"\xff" * (4096 * 19)
    path.write_bytes(data)
    database = Database(path, [_FIRST])
    assert database.notice is not None
    assert names(database) == []
    assert (tmp_path / "a.damaged-1.db").read_bytes() == data
    database.close()


def test_a_newer_database_is_refused_and_left_alone(tmp_path):
    Database(tmp_path / "a.db", [_FIRST, _SECOND]).close()
    before = (tmp_path / "a.db").read_bytes()
    with pytest.raises(StorageError, match="newer version"):
        Database(tmp_path / "a.db", [_FIRST])
    assert (tmp_path / "a.db").read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="data-dir"):
        Database(tmp_path / "file" / "a.db", [_FIRST])
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StorageError, match="data-dir"):
        Database(tmp_path / "folder.db", [_FIRST])


def test_a_locked_database_is_not_taken_for_damaged(tmp_path, monkeypatch):
    path = tmp_path / "a.db"
    Database(path, [_FIRST]).close()
    monkeypatch.setattr("client.storage.database.BUSY_TIMEOUT_S", 0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError, match="locked"):
        Database(path, [_FIRST])
    other.close()
    assert list(tmp_path.glob("*damaged*")) == []


def test_threads_share_it_and_first_opening_races_are_harmless(tmp_path):
    opened = []
    threads = [threading.Thread(target=lambda: opened.append(Database(tmp_path / "a.db", [_FIRST]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8

    def insert(database):
        for number in range(20):
            with database.transaction() as connection:
                connection.execute("INSERT INTO song (name) VALUES (?)", (str(number),))

    threads = [threading.Thread(target=insert, args=(opened[number % 2],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(opened[0])) == 80
    for database in opened:
        database.close()
