"""Sessions in a real SQLite file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.events import EndReason, Role, SnapshotState
from protocol.rest import BillboardSort, CreateSessionRequest, QueueTrack, SessionStatus, TrackFingerprint
from server.errors import StartError
from server.records import Account, Grant, Place, Seating, SessionRecord, WriteBatch
from server.settings import sqlite_url
from server.storage import TOKENS_KEPT_PER_ROLE, Storage
from tests.server.needs import do_without

ANN, BOB, EVE = (Account(name.lower(), name) for name in ("Ann", "Bob", "Eve"))
REQUEST = CreateSessionRequest(playlist_id="p", playlist_name="n", paired_track_count=1)
NOW_MS = 1_800_000_000_000
SNAPSHOT = SnapshotState(playlist_id="p", playlist_position=0, position_ms=0, is_playing=True, corrected_ms=NOW_MS)


@pytest.fixture(params=["sqlite", "postgresql"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str | None) -> AsyncIterator[Storage]:
    url = sqlite_url(tmp_path / "new folder" / "server.db") if request.param == "sqlite" else postgres_url
    if url is None:
        do_without("PostgreSQL")
    found = Storage(url, idle_ttl_ms=1000)
    await found.open()
    yield found
    await found.close()


async def create(storage: Storage, code: str = "ABCDEF", now_ms: int = NOW_MS) -> SessionRecord:
    """Create a session that somebody of its own leads."""
    created = await storage.create_session(Account(f"host of {code}", "Ann"), REQUEST, code, now_ms)
    assert created is not None
    return created.record


async def board(storage: Storage, sort: BillboardSort = BillboardSort.NEWEST) -> list[str]:
    return [waiting.record.join_code for waiting in await storage.billboard(sort, 200, None)]


async def test_a_join_code_is_given_once(storage: Storage) -> None:
    await create(storage)
    assert await storage.create_session(ANN, REQUEST, "ABCDEF", NOW_MS) is None


async def test_of_many_followers_at_once_one_gets_the_seat(storage: Storage) -> None:
    session_id = (await create(storage)).session_id
    people = [Account(str(number), "x") for number in range(20)]
    results = await asyncio.gather(*(storage.seat_follower(session_id, person, NOW_MS) for person in people))
    assert sorted(result.name for result in results) == ["FULL"] * 19 + ["SEATED"]
    winner = people[results.index(Seating.SEATED)]
    found = await storage.find_session(session_id)
    assert found is not None
    assert (found.follower, found.status) == (winner, SessionStatus.ACTIVE)
    assert await storage.seat_follower(session_id, winner, NOW_MS) is Seating.SEATED


async def test_the_database_itself_holds_one_follower_a_session(tmp_path: Path) -> None:
    storage = Storage(sqlite_url(tmp_path / "server.db"), idle_ttl_ms=1000)
    await storage.open()
    session_id = (await create(storage)).session_id
    await storage.seat_follower(session_id, BOB, NOW_MS)
    await storage.close()
    database = sqlite3.connect(tmp_path / "server.db")
    row = (session_id, "eve", "follower", "Eve", 0)
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(
            "INSERT INTO runbuddy_participants (session_id, spotify_user_id, role, display_name, joined_at)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


async def test_a_freed_seat_takes_its_tokens_along_but_not_its_successors(storage: Storage) -> None:
    session_id = (await create(storage)).session_id
    await storage.seat_follower(session_id, BOB, NOW_MS)
    await storage.add_token(Grant(session_id, Role.FOLLOWER, "bob", "hash"), NOW_MS, NOW_MS + 10)
    await storage.write(WriteBatch(freed_seats=[(session_id, "bob")]), NOW_MS)
    assert await storage.find_grant(session_id, "hash", NOW_MS) is None
    assert await board(storage) == ["ABCDEF"]
    await storage.seat_follower(session_id, EVE, NOW_MS)
    await storage.write(WriteBatch(freed_seats=[(session_id, "bob")]), NOW_MS)
    found = await storage.find_session(session_id)
    assert found is not None
    assert (found.follower, found.status) == (EVE, SessionStatus.ACTIVE)


async def test_a_session_ends_once_and_for_the_first_reason(storage: Storage) -> None:
    session_id = (await create(storage)).session_id
    for reason in (EndReason.LEADER_LOST, EndReason.EXPIRED):
        await storage.write(WriteBatch(ended={session_id: reason}), NOW_MS)
    found = await storage.find_session(session_id)
    assert found is not None
    assert found.end_reason is EndReason.LEADER_LOST
    assert await storage.seat_follower(session_id, BOB, NOW_MS) is Seating.ENDED


async def test_use_puts_off_the_end_of_an_idle_session(storage: Storage) -> None:
    used, unused = await create(storage, "ABCDEF"), await create(storage, "ABCDEG")
    await storage.write(WriteBatch(snapshots={used.session_id: (used.snapshot, True)}), NOW_MS + 500)
    assert await storage.expire_idle(NOW_MS + 1000) == [unused.session_id]
    assert await storage.expire_idle(NOW_MS + 1000) == []
    assert await board(storage) == ["ABCDEF"]
    assert [record.session_id for record in await storage.unfinished_sessions()] == [used.session_id]
    found = await storage.find_session(unused.session_id)
    assert found is not None
    assert found.end_reason is EndReason.EXPIRED


QUEUE = [
    QueueTrack(
        playlist_position=0,
        track_id="spotify:track:ä",
        fingerprint=TrackFingerprint(audio_hash="0" * 32, samples=1, sample_rate=44_100),
    ),
    QueueTrack(playlist_position=5, track_id="spotify:track:b"),
]


@pytest.mark.parametrize("end", ["superseded", "expired", "ended", "never"])
async def test_a_queue_is_stored_once_and_dropped_when_its_session_ends(storage: Storage, end: str) -> None:
    request = REQUEST.model_copy(update={"queue": QUEUE})
    created = await storage.create_session(ANN, request, "ABCDEF", NOW_MS)
    assert created is not None
    session_id = created.record.session_id
    bare = await create(storage, "ABCDEG", NOW_MS + 5000)
    match end:
        case "superseded":
            await storage.create_session(ANN, REQUEST, "ABCDEH", NOW_MS)
        case "expired":
            await storage.expire_idle(NOW_MS + 1000)
        case "ended":
            await storage.write(WriteBatch(ended={session_id: EndReason.ENDED_BY_LEADER}), NOW_MS)
        case _:
            await storage.write(WriteBatch(ended={bare.session_id: EndReason.ENDED_BY_LEADER}), NOW_MS)
    assert await storage.find_queue(session_id) == (QUEUE if end == "never" else None)
    assert await storage.find_queue(bare.session_id) is None
    await storage.forget_old(NOW_MS + 10**6, NOW_MS)
    assert (await storage.find_session(session_id) is None) == (end != "never")


PLACES = [("zebra", "Running", 3), ("Ann", "Walking", 9), ("bob", "running", 3), ("Ärger", "Äpfel", 1)]
ORDERS = {
    BillboardSort.NEWEST: [3, 2, 1, 0],
    BillboardSort.OLDEST: [0, 1, 2, 3],
    BillboardSort.TRACKS: [1, 0, 2, 3],
}


@pytest.mark.parametrize("sort", BillboardSort)
@pytest.mark.parametrize("page", [1, 3])
async def test_the_billboard_has_each_session_once_whatever_the_order_and_the_pages(
    storage: Storage, sort: BillboardSort, page: int
) -> None:
    codes = ["ABCDEF", "ABCDEG", "ABCDEH", "ABCDEJ"]
    for number, (code, (host, playlist, tracks)) in enumerate(zip(codes, PLACES, strict=True)):
        request = CreateSessionRequest(playlist_id="p", playlist_name=playlist, paired_track_count=tracks)
        assert await storage.create_session(Account(code, host), request, code, NOW_MS + number) is not None
    whole = await board(storage, sort)
    found: list[str] = []
    after: Place | None = None
    while waiting := await storage.billboard(sort, page, after):
        found += [entry.record.join_code for entry in waiting]
        after = waiting[-1].place
    assert found == whole
    assert sorted(found) == codes
    if sort in ORDERS:
        expected = [codes[number] for number in ORDERS[sort]]
        # Of two with as many tracks the ids decide, and those are random.
        assert [PLACES[codes.index(code)][2] for code in found] == [PLACES[codes.index(code)][2] for code in expected]
        assert sort is BillboardSort.TRACKS or found == expected
    if sort is BillboardSort.HOST:
        assert found.index("ABCDEG") < found.index("ABCDEH") < found.index("ABCDEF")


async def test_a_leader_has_one_session_and_a_newer_one_ends_it(storage: Storage) -> None:
    first = await storage.create_session(ANN, REQUEST, "ABCDEF", NOW_MS)
    other = await create(storage, "ABCDEG")
    second = await storage.create_session(ANN, REQUEST, "ABCDEH", NOW_MS)
    assert first is not None
    assert second is not None
    assert (first.superseded, second.superseded) == ([], [first.record.session_id])
    ended = await storage.find_session(first.record.session_id)
    assert ended is not None
    assert (ended.status, ended.end_reason) == (SessionStatus.ENDED, EndReason.SUPERSEDED)
    assert sorted(await board(storage)) == [other.join_code, "ABCDEH"]


async def test_a_session_whose_code_is_taken_ends_nothing(storage: Storage) -> None:
    await create(storage, "ABCDEF")
    mine = await storage.create_session(ANN, REQUEST, "ABCDEG", NOW_MS)
    assert mine is not None
    assert await storage.create_session(ANN, REQUEST, "ABCDEF", NOW_MS) is None
    assert sorted(await board(storage)) == ["ABCDEF", "ABCDEG"]


async def test_of_many_sessions_created_at_once_by_one_leader_one_lives(storage: Storage) -> None:
    codes = [f"ABCDE{letter}" for letter in "FGHJKMNP"]
    created = await asyncio.gather(*(storage.create_session(ANN, REQUEST, code, NOW_MS) for code in codes))
    assert any(created)
    assert len(await board(storage)) == 1


async def test_what_is_long_over_is_forgotten_and_its_code_free_again(storage: Storage) -> None:
    old, running = await create(storage, "ABCDEF"), await create(storage, "ABCDEG")
    await storage.seat_follower(old.session_id, BOB, NOW_MS)
    for record, until_ms in ((old, NOW_MS + 10**6), (running, NOW_MS + 10)):
        await storage.add_token(Grant(record.session_id, Role.LEADER, "ann", record.join_code), NOW_MS, until_ms)
    await storage.write(WriteBatch(ended={old.session_id: EndReason.LEADER_LOST}), NOW_MS)
    await storage.forget_old(NOW_MS + 999, NOW_MS)
    assert await storage.find_grant(running.session_id, "ABCDEG", NOW_MS) is not None
    assert await storage.find_session(old.session_id) is not None
    await storage.forget_old(NOW_MS + 1000, NOW_MS + 10)
    assert await storage.find_session(old.session_id) is None
    assert await storage.find_grant(old.session_id, "ABCDEF", NOW_MS) is None
    assert await storage.find_grant(running.session_id, "ABCDEG", NOW_MS) is None
    assert await storage.find_session(running.session_id) is not None
    await create(storage, "ABCDEF")


async def test_a_batch_of_any_size_is_stored_whole(storage: Storage) -> None:
    letters = "ABCDEFGH"
    codes = [f"{a}{b}{c}ABC" for a in "ABC" for b in letters for c in letters]
    ids = [(await create(storage, code)).session_id for code in codes]
    states = {
        session_id: (SNAPSHOT.model_copy(update={"position_ms": number}), True) for number, session_id in enumerate(ids)
    }
    await storage.write(WriteBatch(snapshots=states), NOW_MS)
    stored = {record.session_id: record.snapshot.position_ms for record in await storage.unfinished_sessions()}
    assert stored == {session_id: number for number, session_id in enumerate(ids)}


async def test_a_token_is_good_for_its_session_until_its_time_and_only_the_newest_are_kept(storage: Storage) -> None:
    session_id = (await create(storage)).session_id
    other_id = (await create(storage, "ABCDEG")).session_id
    for number in range(TOKENS_KEPT_PER_ROLE + 2):
        await storage.add_token(Grant(session_id, Role.LEADER, "ann", f"hash{number}"), NOW_MS, NOW_MS + 10 + number)
    last = f"hash{TOKENS_KEPT_PER_ROLE + 1}"
    assert await storage.find_grant(session_id, last, NOW_MS) == Grant(session_id, Role.LEADER, "ann", last)
    assert await storage.find_grant(other_id, last, NOW_MS) is None
    assert await storage.find_grant(session_id, last, NOW_MS + 100) is None
    assert await storage.find_grant(session_id, "hash1", NOW_MS) is None
    assert await storage.find_grant(session_id, "hash2", NOW_MS) is not None


@pytest.mark.parametrize("url", ["", "nonsense", "nosuch+driver:///x", "sqlite+nosuch:///x"])
async def test_a_database_url_that_cannot_be_is_said_so(url: str) -> None:
    with pytest.raises(StartError, match="database URL"):
        Storage(url, 1000)


async def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "song.mp3"
    file.write_bytes(b"ID3" + b"x" * 5000)
    storage = Storage(sqlite_url(file), 1000)
    with pytest.raises(StartError, match=r"song.mp3 cannot be opened \(file is not a database\)"):
        await storage.open()


async def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    storage = Storage(sqlite_url(tmp_path / "file" / "server.db"), 1000)
    with pytest.raises(StartError, match="Check that its folder exists"):
        await storage.open()
