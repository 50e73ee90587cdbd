"""Two server processes, one Redis, one PostgreSQL: any participant on any process."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from protocol.events import Participant, ParticipantState, Position, SessionEnd, Snapshot, Transport, TransportAction
from protocol.rest import CreateSessionResponse
from server.errors import StartError
from server.main import serve
from tests.server.harness import Person, RunningServer, Socket, http, local_settings, now_ms
from tests.server.needs import do_without
from tests.server.postgres import Postgres
from tests.server.processes import Client, ServerProcess
from tests.server.redis_server import RedisServer, running_redis


@pytest.fixture(scope="module")
def database(postgres: Postgres | None) -> str:
    if postgres is None:
        do_without("PostgreSQL")
    return postgres.new_database("many_processes")


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as found:
        yield found


class Town:
    """Two processes that can be started, killed and started again on the same port."""

    def __init__(self, folder: Path, database: str, redis: RedisServer) -> None:
        self.redis = redis
        self._folder = folder
        self._settings = {"database": database, "redis": redis.url, "rate_limits": False}
        self._processes = [self._start(0), self._start(0)]
        self.first, self.second = (process.server for process in self._processes)

    def kill(self, number: int) -> None:
        self._processes[number].kill()

    def send_signal(self, number: int, what: signal.Signals) -> None:
        self._processes[number].process.send_signal(what)

    def terminate(self, number: int) -> int:
        return self._processes[number].terminate()

    def start_again(self, number: int) -> None:
        port = (self.first, self.second)[number].port
        self._processes[number] = self._start(port)
        assert self._processes[number].server.port == port

    def stop(self) -> None:
        for process in self._processes:
            process.kill()

    def _start(self, port: int) -> ServerProcess:
        return ServerProcess(self._folder / "log", **self._settings, port=port)


@pytest.fixture(scope="module")
def calm_town(tmp_path_factory: pytest.TempPathFactory, database: str, redis: RedisServer) -> Iterator[Town]:
    """Return two processes that nobody kills."""
    town = Town(tmp_path_factory.mktemp("town"), database, redis)
    yield town
    town.stop()


@pytest.fixture
def town(tmp_path: Path, postgres: Postgres | None) -> Iterator[Town]:
    """Return two processes, and a Redis, of the test's own."""
    if postgres is None:
        do_without("PostgreSQL")
    with running_redis() as redis:
        found = Town(tmp_path, postgres.new_database(f"town_{redis.port}"), redis)
        yield found
        found.stop()


class Buddies:
    """Ann leads by way of one process, Bob joins by way of the other."""

    def __init__(self, ann_at: RunningServer, bob_at: RunningServer) -> None:
        self.ann_at, self.bob_at = ann_at, bob_at
        self.ann: Person = ann_at.person("Ann")
        self.bob: Person = bob_at.person("Bob")
        self.session: CreateSessionResponse = self.ann.create()
        self.session_id = self.session.session_id
        self.bobs_token = self.bob.join(self.session.join_code).ws_token

    async def sockets(self) -> tuple[Socket, Socket]:
        leader = await self.ann_at.socket(self.session_id, self.session.ws_token)
        assert isinstance(await leader.event(), Snapshot)
        assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Bob")
        follower = await self.bob_at.socket(self.session_id, self.bobs_token)
        assert isinstance(await follower.event(), Snapshot)
        return leader, follower


@pytest.fixture(params=["room at the leader's process", "room at the follower's process"])
async def buddies(request: pytest.FixtureRequest, calm_town: Town) -> AsyncIterator[Buddies]:
    # Joining opens the room: where Bob joins it is.
    ends = (calm_town.first, calm_town.second)
    found = await asyncio.to_thread(Buddies, *ends)
    if request.param == "room at the leader's process":
        found.bob.base_url = calm_town.first.base_url
        session = await asyncio.to_thread(found.ann.create)
        found.session, found.session_id = session, session.session_id
        found.bobs_token = (await asyncio.to_thread(found.bob.join, session.join_code)).ws_token
        found.bob.base_url = calm_town.second.base_url
    return found


async def test_events_cross_processes_word_for_word_and_in_order(buddies: Buddies) -> None:
    leader, follower = await buddies.sockets()
    await follower.send("ready")
    assert await leader.event() == Participant(state=ParticipantState.READY, display_name="Bob")
    sent = [await leader.transport("play", positionMs=0, newField={"ä": [1, None]})]
    assert isinstance(await follower.event(), Transport)
    for number in range(20):
        sent.append(await leader.position(positionMs=number))
        assert isinstance(await follower.event(), Position)
    sent.append(await leader.transport("pause"))
    assert isinstance(await follower.event(), Transport)
    assert follower.texts[1:] == sent


async def test_the_end_by_rest_at_any_process_reaches_both(buddies: Buddies) -> None:
    leader, follower = await buddies.sockets()
    for person in (buddies.ann, buddies.bob):
        person.base_url = buddies.bob_at.base_url
    answer = await asyncio.to_thread(buddies.bob.request, "POST", f"/runbuddy/sessions/{buddies.session_id}/end")
    assert answer.status_code == 403
    answer = await asyncio.to_thread(buddies.ann.request, "POST", f"/runbuddy/sessions/{buddies.session_id}/end")
    assert answer.json() == {"status": "ended"}
    for side in (leader, follower):
        assert await side.event() == SessionEnd(reason="ended_by_leader")
        assert (await side.closed())[0] == 4000
    later = await buddies.ann_at.socket(buddies.session_id, buddies.session.ws_token)
    assert (await later.closed())[0] == 4000


async def test_leaving_by_rest_at_another_process_frees_the_seat_everywhere(buddies: Buddies) -> None:
    leader, follower = await buddies.sockets()
    buddies.bob.base_url = buddies.ann_at.base_url
    path = f"/runbuddy/sessions/{buddies.session_id}"
    assert (await asyncio.to_thread(buddies.bob.request, "POST", f"{path}/leave")).json() == {"status": "waiting"}
    assert await leader.event() == Participant(state=ParticipantState.LEFT, display_name="Bob")
    assert (await follower.closed())[0] == 1000
    eve = await asyncio.to_thread(buddies.bob_at.person, "Eve")
    token = (await asyncio.to_thread(eve.join, buddies.session_id)).ws_token
    assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Eve")
    follower = await buddies.bob_at.socket(buddies.session_id, token)
    assert isinstance(await follower.event(), Snapshot)
    assert (await asyncio.to_thread(buddies.bob.request, "POST", f"{path}/join")).status_code == 409


async def test_a_second_socket_at_another_process_takes_over(buddies: Buddies) -> None:
    leader, follower = await buddies.sockets()
    second = await buddies.ann_at.socket(buddies.session_id, buddies.bobs_token)
    assert isinstance(await second.event(), Snapshot)
    assert await follower.closed() == (4001, "replaced")
    await leader.position(positionMs=7)
    assert isinstance(await second.event(), Position)


async def test_a_broken_frame_at_another_process_closes_its_sender_alone(buddies: Buddies) -> None:
    leader, follower = await buddies.sockets()
    await follower.send("position", positionMs=1)
    assert (await follower.closed())[0] == 1008
    follower = await buddies.bob_at.socket(buddies.session_id, buddies.bobs_token)
    assert isinstance(await follower.event(), Snapshot)
    await leader.connection.send(b"\x00")
    assert (await leader.closed())[0] == 1003
    leader = await buddies.ann_at.socket(buddies.session_id, buddies.session.ws_token)
    assert isinstance(await leader.event(), Snapshot)
    await leader.position()
    assert isinstance(await follower.event(), Position)


async def test_a_newer_session_of_the_leader_at_another_process_ends_the_older_one(buddies: Buddies) -> None:
    leader, follower = await buddies.sockets()
    buddies.ann.base_url = buddies.bob_at.base_url
    await asyncio.to_thread(buddies.ann.create)
    for side in (leader, follower):
        assert await side.event() == SessionEnd(reason="superseded")


async def test_when_the_rooms_process_is_killed_the_other_one_goes_on(town: Town) -> None:
    buddies = await asyncio.to_thread(Buddies, town.first, town.first)
    follower = Client(town.second, buddies.session_id, buddies.bobs_token)
    leader = Client(town.first, buddies.session_id, buddies.session.ws_token)
    await leader.next(Snapshot)
    await follower.next(Snapshot)
    leader.socket.send(_transport())
    assert (await follower.next(Transport)).action is TransportAction.PLAY
    # Its answer comes after the transport is stored.
    await asyncio.to_thread(buddies.bob.join, buddies.session_id)
    town.kill(0)
    await leader.close()
    # What a proxy does: the leader's next try goes to the process that is left.
    leader = Client(town.second, buddies.session_id, buddies.session.ws_token)
    assert (await leader.next(Snapshot)).is_playing
    assert (await follower.next(Snapshot)).is_playing
    await _converse(leader, follower)
    await asyncio.to_thread(town.start_again, 0)
    buddies.ann.base_url = town.first.base_url
    path = f"/runbuddy/sessions/{buddies.session_id}/end"
    assert (await asyncio.to_thread(buddies.ann.request, "POST", path)).status_code == 200
    await leader.next(SessionEnd)
    await follower.next(SessionEnd)


async def test_when_a_process_stops_politely_its_rooms_move_at_once(town: Town) -> None:
    buddies = await asyncio.to_thread(Buddies, town.first, town.first)
    follower = Client(town.second, buddies.session_id, buddies.bobs_token)
    leader = await town.first.socket(buddies.session_id, buddies.session.ws_token)
    await leader.event()
    await follower.next(Snapshot)
    assert await asyncio.to_thread(town.terminate, 0) == 0
    assert (await leader.closed())[0] == 1012
    back = Client(town.second, buddies.session_id, buddies.session.ws_token)
    await back.next(Snapshot)
    await follower.next(Snapshot)
    await _converse(back, follower)
    await back.close()
    await follower.close()


async def test_a_process_that_was_taken_for_dead_gives_way_when_it_is_back(town: Town) -> None:
    buddies = await asyncio.to_thread(Buddies, town.first, town.first)
    leader = Client(town.first, buddies.session_id, buddies.session.ws_token)
    follower = Client(town.second, buddies.session_id, buddies.bobs_token)
    for client in (leader, follower):
        await client.next(Snapshot)
    town.send_signal(0, signal.SIGSTOP)
    # The other process has taken the room over.
    await follower.next(Snapshot)
    town.send_signal(0, signal.SIGCONT)
    await leader.next(Snapshot)
    await _converse(leader, follower)
    for client in (leader, follower):
        assert not [event for event in client.events if isinstance(event, SessionEnd)]
        await client.close()


async def test_redis_away_and_back_heals_and_ends_nothing(town: Town) -> None:
    apart = await asyncio.to_thread(Buddies, town.first, town.first)
    together = await asyncio.to_thread(Buddies, town.first, town.first)
    leader = Client(town.first, apart.session_id, apart.session.ws_token)
    follower = Client(town.second, apart.session_id, apart.bobs_token)
    near_leader = Client(town.first, together.session_id, together.session.ws_token)
    near_follower = Client(town.first, together.session_id, together.bobs_token)
    for client in (leader, follower, near_leader, near_follower):
        await client.next(Snapshot)
    await _converse(leader, follower)
    town.redis.stop()
    await asyncio.to_thread(_until_ready, town.second, 503)
    ready = await asyncio.to_thread(http, "GET", f"{town.second.base_url}/readyz")
    assert ready.json()["checks"] == {"database": "ok", "redis": "unavailable"}
    answer = await asyncio.to_thread(apart.bob.request, "GET", f"/runbuddy/sessions/{apart.session_id}")
    assert answer.json()["status"] == "active"
    # Two that are at one process notice nothing.
    await _converse(near_leader, near_follower)
    await asyncio.to_thread(town.redis.start)
    await asyncio.to_thread(_until_ready, town.second, 200)
    await follower.next(Snapshot)
    await _converse(leader, follower)
    await _converse(near_leader, near_follower)
    for client in (leader, near_leader, near_follower):
        assert sum(isinstance(event, Snapshot) for event in client.events) == 1
    for client in (leader, follower, near_leader, near_follower):
        await client.close()


async def test_without_redis_a_server_that_is_told_to_use_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="Redis cannot be reached"):
        await serve(local_settings(tmp_path / "server.db", redis="redis://127.0.0.1:1"))
    with pytest.raises(StartError, match="Redis URL"):
        await serve(local_settings(tmp_path / "server.db", redis="nonsense"))


async def _converse(leader: Client, follower: Client) -> None:
    """Have the follower hear what the leader says now, however long the way takes to be there."""
    for number in range(100):
        said = Position(corrected_ms=now_ms(), position_ms=number, is_playing=True, playlist_position=1, track_id="t")
        leader.socket.send(said)
        try:
            async with asyncio.timeout(0.1):
                while await follower.next(Position) != said:
                    pass
        except TimeoutError:
            continue
        return
    raise AssertionError("the follower heard nothing")


def _transport() -> Transport:
    return Transport(
        action=TransportAction.PLAY, corrected_ms=now_ms(), position_ms=0, playlist_position=1, track_id="t"
    )


def _until_ready(server: RunningServer, status: int) -> None:
    for _ in range(2000):
        if http("GET", f"{server.base_url}/readyz").status_code == status:
            return
    raise AssertionError(f"never {status}")
