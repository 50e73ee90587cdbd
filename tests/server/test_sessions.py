"""Joining, with the parts at hand: while the writer is behind, and for whom a token is."""

from pathlib import Path

from protocol.events import Role
from protocol.rest import CreateSessionRequest
from server.guard import Caller, Guard
from server.hub import Hub
from server.records import Account, Grant
from server.rooms import Rooms
from server.sessions import Sessions
from server.storage import Storage
from server.tokens import hash_token
from server.wall_clock import epoch_ms
from tests.server.harness import local_settings

ANN, BOB, EVE = (Account(name.lower(), name) for name in ("Ann", "Bob", "Eve"))
WS_URL = "ws://127.0.0.1/runbuddy/ws"


async def test_a_seat_freed_a_moment_ago_can_be_taken_although_it_is_not_stored_yet(tmp_path: Path) -> None:
    settings = local_settings(tmp_path / "server.db")
    storage = Storage(settings.database, 7_200_000)
    await storage.open()
    hub = Hub(storage, settings)
    sessions = Sessions(storage, Rooms(hub), settings, Guard(enabled=True))
    request = CreateSessionRequest(playlist_id="p", playlist_name="n", paired_track_count=1)
    created = await sessions.create(Caller(ANN, "here"), request, WS_URL)
    for account in (BOB, EVE, BOB):
        joined = await sessions.join(created.join_code, Caller(account, "here"), WS_URL)
        live = await hub.open_room(created.session_id)
        assert live is not None
        assert live.room.follower == account
        hub.unseat_follower(live)
        assert hub.writer.waiting
        assert joined.ws_token
    await hub.stop()
    await storage.close()


async def test_a_token_names_its_role(tmp_path: Path) -> None:
    settings = local_settings(tmp_path / "server.db")
    storage = Storage(settings.database, 7_200_000)
    await storage.open()
    hub = Hub(storage, settings)
    sessions = Sessions(storage, Rooms(hub), settings, Guard(enabled=True))
    request = CreateSessionRequest(playlist_id="p", playlist_name="n", paired_track_count=1)
    created = await sessions.create(Caller(ANN, "here"), request, WS_URL)
    for account, role in ((ANN, Role.LEADER), (BOB, Role.FOLLOWER)):
        joined = await sessions.join(created.session_id, Caller(account, "here"), WS_URL)
        token_hash = hash_token(joined.ws_token)
        grant = await storage.find_grant(created.session_id, token_hash, epoch_ms())
        assert grant == Grant(created.session_id, role, account.account_id, token_hash)
    await storage.close()
