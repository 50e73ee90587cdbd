"""Rooms of one process among others: nobody is judged while nobody can come back, and a room that moved is let go."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.events import Role
from protocol.rest import CreateSessionRequest
from server.hub import Hub, LiveRoom
from server.records import Account, Grant
from server.storage import Storage
from server.wall_clock import epoch_ms
from tests.server.harness import local_settings

S = 1_000_000_000
POSITION = (
    '{"type":"position","correctedMs":1800000000000,"positionMs":5,"isPlaying":true,"playlistPosition":2,"trackId":"t"}'
)


class Peer:
    """Remember what a room says to one socket."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: int | None = None

    def send(self, text: str, newest_only: bool = False, arrived_ns: int | None = None) -> None:
        self.sent.append(text)

    def close(self, code: int, reason: str) -> None:
        self.closed = code


class Scene:
    """A hub whose time is set by hand, with one session whose leader is connected."""

    def __init__(self, hub: Hub, live: LiveRoom, grant: Grant) -> None:
        self.hub, self.live, self.grant = hub, live, grant
        self.now_ns = 0
        self.peer = Peer()
        self.connection = 0

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * S)
        self.hub._tick(self.live)

    @property
    def is_open(self) -> bool:
        return self.hub.current(self.live.session_id) is self.live


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    settings = local_settings(tmp_path / "server.db", leader_grace_s=10)
    storage = Storage(settings.database, 7_200_000)
    await storage.open()
    found: list[Scene] = []
    hub = Hub(storage, settings, mono_ns=lambda: found[0].now_ns if found else 0)
    request = CreateSessionRequest(playlist_id="p", playlist_name="n", paired_track_count=1)
    created = await storage.create_session(Account("ann", "Ann"), request, "ABCDEF", epoch_ms())
    assert created is not None
    live = await hub.open_room(created.record.session_id)
    assert live is not None
    found.append(Scene(hub, live, Grant(live.session_id, Role.LEADER, "ann", "hash")))
    found[0].connection = hub.connect(live, found[0].grant, found[0].peer)
    yield found[0]
    await hub.stop()
    await storage.close()


async def test_while_nobody_can_come_back_no_grace_runs_out(scene: Scene) -> None:
    scene.hub.pause()
    scene.hub.disconnect(scene.live, scene.connection)
    scene.wait(60)
    assert scene.is_open
    scene.hub.resume()
    scene.wait(9)
    assert scene.is_open
    scene.wait(1)
    assert not scene.is_open


async def test_those_in_a_room_that_moved_are_told_to_come_back_and_nothing_of_it_is_stored_any_more(
    scene: Scene,
) -> None:
    await scene.hub.writer.flush(positions=True)
    scene.hub.receive(scene.live, scene.connection, POSITION)
    assert scene.hub.writer.waiting == 1
    scene.hub.drop(scene.live.session_id)
    assert scene.peer.closed == 1012
    assert scene.hub.current(scene.live.session_id) is None
    scene.hub.receive(scene.live, scene.connection, POSITION)
    scene.hub.disconnect(scene.live, scene.connection)
    scene.wait(60)
    assert scene.hub.writer.waiting == 0
