"""What an operator sees: health, readiness, metrics."""

import asyncio
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from protocol.events import Position, Snapshot, Transport
from protocol.rest import ErrorBody
from server.settings import AccountsMode, Settings
from tests.patience import WAIT_S
from tests.server.harness import RunningServer, Start, http, running
from tests.server.postgres import running_postgres


def samples(server: RunningServer) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = http("GET", f"{server.base_url}/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def sample(server: RunningServer, name: str, **labels: str) -> float:
    return samples(server).get((name, frozenset(labels.items())), 0.0)


def test_a_server_that_runs_is_alive_and_ready(server: RunningServer) -> None:
    assert http("GET", f"{server.base_url}/healthz").json() == {"status": "ok"}
    ready = http("GET", f"{server.base_url}/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "checks": {"database": "ok"}})


async def test_metrics_count_sessions_sockets_frames_and_requests(start: Start) -> None:
    server = start()
    ann, bob = await asyncio.to_thread(server.person, "Ann"), await asyncio.to_thread(server.person, "Bob")
    session = await asyncio.to_thread(ann.create)
    token = (await asyncio.to_thread(bob.join, session.join_code)).ws_token
    leader = await server.socket(session.session_id, session.ws_token)
    follower = await server.socket(session.session_id, token)
    assert isinstance(await follower.event(), Snapshot)
    await leader.transport("play")
    assert isinstance(await follower.event(), Transport)
    for _ in range(3):
        await leader.position()
        assert isinstance(await follower.event(), Position)
    await leader.send("ping", id=1)
    await follower.send("ready")
    await asyncio.to_thread(bob.join, session.join_code)
    found = await asyncio.to_thread(samples, server)

    def value(name: str, **labels: str) -> float:
        return found.get((name, frozenset(labels.items())), 0.0)

    assert value("lockstep_sessions") == 1
    assert value("lockstep_sockets") == 2
    assert value("lockstep_relayed_frames_total", type="transport") == 1
    assert value("lockstep_relayed_frames_total", type="position") == 3
    assert value("lockstep_relay_seconds_count") == 4
    assert value("lockstep_relay_seconds_sum") > 0
    join = {"method": "POST", "route": "/runbuddy/sessions/{id_or_code}/join", "status": "200"}
    assert value("lockstep_rest_request_seconds_count", **join) == 2
    assert not [key for key in found if session.session_id in str(key) or session.join_code in str(key)]
    # Storage is behind: the request waits for no write.
    async with asyncio.timeout(WAIT_S):
        while await asyncio.to_thread(sample, server, "lockstep_database_write_seconds_count") < 1:
            pass
    await leader.transport("pause")
    await leader.send("leave")
    assert (await leader.closed())[0] == 4000
    await leader.connection.close()
    await follower.closed()
    assert await asyncio.to_thread(sample, server, "lockstep_closed_sockets_total", code="4000") == 2
    assert await asyncio.to_thread(sample, server, "lockstep_sessions") == 0


def test_addresses_that_are_none_do_not_fill_the_metrics(start: Start) -> None:
    server = start()
    for number in range(3):
        assert http("GET", f"{server.base_url}/nowhere/{number}").status_code == 404
    labels = {"method": "(any)", "route": "(none)", "status": "404"}
    assert sample(server, "lockstep_rest_request_seconds_count", **labels) == 3


def test_a_database_that_is_away_is_said_so_and_heals(postgres_folder: Path) -> None:
    with running_postgres(postgres_folder) as postgres:
        url = postgres.new_database("lockstep")
        with running(Settings(database=url, port=0, accounts=AccountsMode.LOCAL)) as server:
            ann = server.person("Ann")
            session = ann.create()
            postgres.stop()
            ready = http("GET", f"{server.base_url}/readyz")
            assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "unavailable")
            assert http("GET", f"{server.base_url}/healthz").status_code == 200
            answer = ann.request("GET", f"/runbuddy/sessions/{session.session_id}")
            assert (answer.status_code, ErrorBody.model_validate(answer.json()).error) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
            postgres.start()
            assert http("GET", f"{server.base_url}/readyz").status_code == 200
            assert ann.request("GET", f"/runbuddy/sessions/{session.session_id}").json()["status"] == "waiting"
