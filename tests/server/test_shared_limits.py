"""Two real processes behind one Redis: changing the door gives nobody more tries."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.harness import Person, RunningServer, http
from tests.server.needs import do_without
from tests.server.postgres import Postgres
from tests.server.processes import ServerProcess
from tests.server.redis_server import RedisServer, running_redis

BODY = {"playlistId": "p", "playlistName": "n", "pairedTrackCount": 1}


class Doors:
    """Both processes, and their Redis."""

    def __init__(self, redis: RedisServer, servers: list[RunningServer]) -> None:
        self.redis = redis
        self._servers = servers

    def ask_in_turn(
        self, count: int, method: str, path: str, person: Person | None = None, body: object = None
    ) -> list[int]:
        """Ask the same here and there in turn; return the statuses."""
        headers = {"Authorization": f"Bearer {person.token}"} if person is not None else {}
        answers: list[httpx.Response] = [
            http(method, self._servers[number % 2].base_url + path, headers=headers, json=body)
            for number in range(count)
        ]
        return [answer.status_code for answer in answers]

    def person(self, name: str) -> Person:
        return self._servers[0].person(name)


@pytest.fixture(params=["shared", "apart"])
def doors(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres | None) -> Iterator[Doors]:
    """Return two processes on one database, with and without a Redis between them."""
    if postgres is None:
        do_without("PostgreSQL")
    with running_redis() as redis:
        settings = {"database": postgres.new_database(f"limits_{redis.port}")}
        if request.param == "shared":
            settings["redis"] = redis.url
        processes = [ServerProcess(tmp_path / "log", **settings) for _ in range(2)]
        yield Doors(redis, [process.server for process in processes])
        for process in processes:
            process.kill()


def test_limits_hold_for_all_processes_together_where_there_is_a_redis(
    doors: Doors, request: pytest.FixtureRequest
) -> None:
    together = "shared" in request.node.name
    eve = doors.person("Eve")
    guesses = doors.ask_in_turn(22, "POST", "/runbuddy/sessions/ABCDEF/join", eve)
    assert guesses == [404] * (10 if together else 20) + [429] * (12 if together else 2)
    sessions = doors.ask_in_turn(22, "POST", "/runbuddy/sessions", doors.person("Ann"), BODY)
    # One more is allowed after 6 s; these tests may run on a busy machine.
    assert sessions.count(201) in (range(10, 16) if together else range(20, 23))
    accounts = doors.ask_in_turn(100, "POST", "/local/accounts", body={"displayName": "x"})
    assert accounts[:50] == [201] * 50
    assert (429 in accounts) is together


@pytest.mark.parametrize("doors", ["shared"], indirect=True)
def test_without_redis_each_process_goes_on_counting(doors: Doors) -> None:
    eve = doors.person("Eve")
    assert doors.ask_in_turn(4, "GET", "/runbuddy/sessions/ABCDEF", eve) == [404] * 4
    doors.redis.stop()
    alone = doors.ask_in_turn(30, "GET", "/runbuddy/sessions/ABCDEF", eve)
    # Two of each process's ten were spent while Redis was there.
    assert (alone.count(404), alone.count(429)) == (16, 14)
    assert doors.ask_in_turn(2, "POST", "/local/accounts", body={"displayName": "x"}) == [201, 201]
