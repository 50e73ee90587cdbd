"""The REST routes over real HTTP; every answer is read back through the contract's models."""

import re
import sqlite3
import time
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx
import pytest

from protocol import limits
from protocol.events import Role
from protocol.rest import (
    AccountsMode,
    Billboard,
    ErrorBody,
    QueueTrack,
    ServerInfo,
    SessionDetail,
    SessionStatus,
    StatusResponse,
)
from tests.patience import WAIT_S
from tests.server.harness import Person, RunningServer, Start, http


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """Check that an answer is a refusal in the contract's form; return its sentence."""
    assert answer.status_code == status, answer.text
    body = ErrorBody.model_validate(answer.json())
    assert body.error == code
    assert set(answer.json()) == {"error", "message"}
    return body.message


def board(person: Person) -> list[str]:
    answer = person.request("GET", "/runbuddy/sessions")
    assert answer.status_code == 200
    return [entry.session_id for entry in Billboard.model_validate(answer.json()).sessions]


def status(answer: httpx.Response) -> SessionStatus:
    assert answer.status_code == 200, answer.text
    return StatusResponse.model_validate(answer.json()).status


def detail(person: Person, id_or_code: str) -> SessionDetail:
    return SessionDetail.model_validate(person.request("GET", f"/runbuddy/sessions/{id_or_code}").json())


def test_a_new_session_has_an_id_a_speakable_code_an_address_and_a_first_snapshot(server: RunningServer) -> None:
    created = server.person().create(playlistId="abc")
    assert str(uuid.UUID(created.session_id)) == created.session_id
    assert len(created.join_code) == limits.JOIN_CODE_LENGTH
    assert set(created.join_code) <= set(limits.JOIN_CODE_ALPHABET)
    assert created.ws_url == f"ws://127.0.0.1:{server.port}/runbuddy/ws"
    assert created.snapshot.playlist_id == "abc"
    assert created.snapshot.track_id is None
    assert not created.snapshot.is_playing


def test_the_address_of_the_socket_follows_the_name_and_scheme_of_the_request(server: RunningServer) -> None:
    person = server.person()
    body = {"playlistId": "p", "playlistName": "n", "pairedTrackCount": 1}
    headers = {"Authorization": f"Bearer {person.token}", "Host": "api.lockstep.at", "X-Forwarded-Proto": "https"}
    answer = http("POST", f"{server.base_url}/runbuddy/sessions", json=body, headers=headers)
    assert answer.json()["wsUrl"] == "wss://api.lockstep.at/runbuddy/ws"


def test_the_billboard_shows_waiting_sessions_newest_first(server: RunningServer) -> None:
    bob = server.person("Bob")
    first, second, third = (server.person("Ann").create(playlistName=f"list {number}") for number in range(3))
    bob.join(second.session_id)
    ids = board(bob)
    assert ids.index(third.session_id) <= ids.index(first.session_id)
    assert second.session_id not in ids
    answer = bob.request("GET", "/runbuddy/sessions")
    entry = next(e for e in Billboard.model_validate(answer.json()).sessions if e.session_id == third.session_id)
    assert (entry.host_display_name, entry.playlist_name, entry.paired_track_count) == ("Ann", "list 2", 3)
    assert "joinCode" not in answer.text


@pytest.mark.parametrize("sort", ["newest", "oldest", "host", "playlist", "tracks"])
def test_the_billboard_turns_its_pages_while_sessions_come_and_go(start: Start, sort: str) -> None:
    server = start()
    bob = server.person("Bob")
    hosts = [server.person(f"Host {number}") for number in range(7)]
    sessions = [host.create(playlistName=f"list {number}") for number, host in enumerate(hosts)]
    found: list[str] = []
    cursor: str | None = None
    while cursor is not None or not found:
        query = {"sort": sort, "limit": 3} | ({"cursor": cursor} if cursor is not None else {})
        answer = bob.request("GET", "/runbuddy/sessions", params=query)
        assert answer.status_code == 200
        page = Billboard.model_validate(answer.json())
        assert len(page.sessions) <= 3
        found += [entry.session_id for entry in page.sessions]
        cursor = page.next_cursor
        if len(found) == 3:
            shown = next(number for number, session in enumerate(sessions) if session.session_id == found[0])
            hosts[shown].request("POST", f"/runbuddy/sessions/{found[0]}/end")
    assert sorted(found) == sorted(session.session_id for session in sessions)
    if sort in {"oldest", "host", "playlist"}:
        assert found == [session.session_id for session in sessions]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sort": "price"}, "sort"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "ä"}, "cursor"),
        ({"cursor": "x" * 3000}, "cursor"),
    ],
)
def test_a_page_that_cannot_be_is_refused_with_the_field(
    server: RunningServer, query: dict[str, Any], field: str
) -> None:
    answer = server.person().request("GET", "/runbuddy/sessions", params=query)
    assert refused(answer, 422, "invalid_request").startswith(f"{field}: ")


def test_a_cursor_belongs_to_its_order(server: RunningServer) -> None:
    for _ in range(2):
        server.person().create()
    query: dict[str, Any] = {"sort": "host", "limit": 1}
    cursor = server.person().request("GET", "/runbuddy/sessions", params=query).json()["nextCursor"]
    answer = server.person().request("GET", "/runbuddy/sessions", params={"cursor": cursor})
    assert refused(answer, 422, "invalid_request").startswith("cursor: ")


def test_a_client_that_knows_the_plan_alone_gets_everything_on_one_page(server: RunningServer) -> None:
    created = server.person("Ann").create()
    answer = server.person("Bob").request("GET", "/runbuddy/sessions")
    assert answer.json()["sessions"][0]["sessionId"] == created.session_id
    assert "nextCursor" not in answer.json()


def test_anybody_may_ask_what_the_server_takes(server: RunningServer, start: Start) -> None:
    answer = http("GET", f"{server.base_url}/runbuddy/info")
    info = ServerInfo.model_validate(answer.json())
    assert (info.accounts, info.version) == ("local", metadata.version("lockstep-desktop"))
    assert info.limits.max_event_bytes == limits.MAX_EVENT_BYTES
    assert info.limits.idle_ttl_ms == 2 * 3600 * 1000
    assert info.ntp_port is None
    other = start(accounts=AccountsMode.SPOTIFY, leader_grace_s=1.5, ntp_port=0)
    found = http("GET", f"{other.base_url}/runbuddy/info").json()
    assert (found["accounts"], found["limits"]["leaderGraceMs"]) == ("spotify", 1500)
    assert found["ntpPort"] == other.ntp_port


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: f" {code} "])
def test_a_session_is_found_by_its_code_in_any_case(server: RunningServer, spell: Any) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    created = ann.create()
    found = detail(bob, spell(created.join_code))
    assert (found.session_id, found.status) == (created.session_id, SessionStatus.WAITING)


def test_join_locks_the_session_and_the_second_follower_is_refused(server: RunningServer) -> None:
    ann, bob, eve = server.person("Ann"), server.person("Bob"), server.person("Eve")
    created = ann.create()
    bob.join(created.join_code)
    assert detail(eve, created.session_id).status is SessionStatus.ACTIVE
    message = refused(eve.request("POST", f"/runbuddy/sessions/{created.join_code}/join"), 409, "session_full")
    assert "Pick another session" in message


def test_the_same_follower_asking_again_gets_a_fresh_token(server: RunningServer) -> None:
    bob = server.person("Bob")
    created = server.person("Ann").create()
    assert bob.join(created.session_id).ws_token != bob.join(created.session_id).ws_token


def test_the_host_joining_its_own_session_stays_its_leader(server: RunningServer) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    created = ann.create()
    again = ann.join(created.session_id)
    assert (again.role, again.ws_token != created.ws_token) == (Role.LEADER, True)
    assert detail(ann, created.session_id).status is SessionStatus.WAITING
    assert bob.join(created.session_id).role is Role.FOLLOWER


def test_leaving_makes_room_for_somebody_else(server: RunningServer) -> None:
    ann, bob, eve = server.person("Ann"), server.person("Bob"), server.person("Eve")
    created = ann.create()
    bob.join(created.session_id)
    leave = f"/runbuddy/sessions/{created.session_id}/leave"
    assert status(bob.request("POST", leave)) is SessionStatus.WAITING
    assert created.session_id in board(eve)
    eve.join(created.session_id)
    assert status(bob.request("POST", leave)) is SessionStatus.ACTIVE


def test_a_leader_that_leaves_ends_its_session(server: RunningServer) -> None:
    ann = server.person("Ann")
    created = ann.create()
    assert status(ann.request("POST", f"/runbuddy/sessions/{created.session_id}/leave")) is SessionStatus.ENDED


def test_only_the_leader_ends_a_session_and_may_do_so_twice(server: RunningServer) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    created = ann.create()
    bob.join(created.session_id)
    end = f"/runbuddy/sessions/{created.join_code}/end"
    refused(bob.request("POST", end), 403, "not_the_leader")
    assert status(ann.request("POST", end)) is SessionStatus.ENDED
    assert status(ann.request("POST", end)) is SessionStatus.ENDED
    assert detail(bob, created.session_id).status is SessionStatus.ENDED
    assert status(bob.request("POST", f"/runbuddy/sessions/{created.join_code}/leave")) is SessionStatus.ENDED


@pytest.mark.parametrize("key", ["session_id", "join_code"])
def test_an_ended_session_cannot_be_joined(server: RunningServer, key: str) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    created = ann.create()
    ann.request("POST", f"/runbuddy/sessions/{created.session_id}/end")
    assert created.session_id not in board(bob)
    path = f"/runbuddy/sessions/{getattr(created, key)}/join"
    assert "over" in refused(bob.request("POST", path), 410, "session_ended")
    refused(ann.request("POST", path), 410, "session_ended")


@pytest.mark.parametrize(
    "key",
    ["ABC346", "000000", "x", "a" * 500, str(uuid.UUID(int=1, version=4)), "%27%20OR%201=1", "%00", "%F0%9F%8E%B5"],
)
@pytest.mark.parametrize(("method", "verb"), [("GET", ""), ("POST", "/join"), ("POST", "/end"), ("POST", "/leave")])
def test_an_unknown_session_is_not_found(server: RunningServer, key: str, method: str, verb: str) -> None:
    answer = server.person().request(method, f"/runbuddy/sessions/{key}{verb}")
    assert "Check it with the leader" in refused(answer, 404, "session_not_found")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "Bearer wrong", "Bearer ä", "Bearer a b"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""),
        ("GET", ""),
        ("GET", "/ABCDEF"),
        ("POST", "/ABCDEF/join"),
        ("POST", "/ABCDEF/end"),
        ("POST", "/ABCDEF/leave"),
    ],
)
def test_every_route_asks_who_is_there(server: RunningServer, header: str | None, method: str, path: str) -> None:
    headers = {} if header is None else {"Authorization": header.encode()}
    answer = http(method, f"{server.base_url}/runbuddy/sessions{path}", headers=headers)
    refused(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('{"playlistName":"n","pairedTrackCount":1}', "playlistId"),
        ('{"playlistId":5,"playlistName":"n","pairedTrackCount":1}', "playlistId"),
        ('{"playlistId":"","playlistName":"n","pairedTrackCount":1}', "playlistId"),
        ('{"playlistId":"p","playlistName":"%s","pairedTrackCount":1}' % ("n" * 301), "playlistName"),
        ('{"playlistId":"p","playlistName":"\\ud800","pairedTrackCount":1}', "playlistName"),
        ('{"playlistId":"p","playlistName":"n","pairedTrackCount":0}', "pairedTrackCount"),
        ('{"playlistId":"p","playlistName":"n","pairedTrackCount":"1"}', "pairedTrackCount"),
        ('{"playlistId":"p","playlistName":"n","pairedTrackCount":1.5}', "pairedTrackCount"),
        ('{"playlistId":"p","playlistName":"n","pairedTrackCount":NaN}', "pairedTrackCount"),
        ('{"playlistId":"p","playlistName":"n","pairedTrackCount":true}', "pairedTrackCount"),
        ("{", "The body"),
        ("", "The body"),
        ("[1]", "The body"),
        ("null", "The body"),
    ],
)
def test_a_wrong_body_is_refused_with_the_field(server: RunningServer, content: str, field: str) -> None:
    person = server.person()
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    answer = http("POST", f"{server.base_url}/runbuddy/sessions", content=content, headers=headers)
    assert re.match(rf"{field}: \S", refused(answer, 422, "invalid_request"))


def test_a_body_that_is_no_text_is_refused(server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {server.person().token}", "Content-Type": "application/json"}
    answer = http("POST", f"{server.base_url}/runbuddy/sessions", content=b"\xff\xfe\x00", headers=headers)
    assert answer.status_code in {400, 422}
    assert ErrorBody.model_validate(answer.json()).message


def test_unknown_fields_of_a_newer_client_are_ignored(server: RunningServer) -> None:
    server.person().create(runDistanceKm=10)


def test_unknown_addresses_and_methods_answer_in_the_same_form(server: RunningServer) -> None:
    refused(http("GET", f"{server.base_url}/nothing"), 404, "not_found")
    answer = http("PUT", f"{server.base_url}/runbuddy/sessions")
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"]


def test_a_host_name_too_long_for_an_address_is_refused(server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {server.person().token}", "Host": "h" * 400}
    body = {"playlistId": "p", "playlistName": "n", "pairedTrackCount": 1}
    refused(http("POST", f"{server.base_url}/runbuddy/sessions", json=body, headers=headers), 400, "bad_host")


def test_an_idle_session_is_over_and_off_the_billboard(start: Start) -> None:
    server = start(idle_ttl_s=0)
    ann = server.person("Ann")
    created = ann.create()
    assert board(ann) == []
    assert detail(ann, created.session_id).status is SessionStatus.ENDED
    refused(server.person("Bob").request("POST", f"/runbuddy/sessions/{created.join_code}/join"), 410, "session_ended")


@pytest.mark.parametrize("key", ["session_id", "join_code"])
def test_an_idle_session_is_over_before_anybody_sweeps(start: Start, tmp_path: Path, key: str) -> None:
    server = start(sweep_interval_s=3600)
    created = server.person("Ann").create()
    with sqlite3.connect(tmp_path / "server.db", timeout=WAIT_S) as database:
        database.execute("UPDATE runbuddy_sessions SET expires_at = 1")
    database.close()
    bob = server.person("Bob")
    assert detail(bob, getattr(created, key)).status is SessionStatus.ENDED
    refused(bob.request("POST", f"/runbuddy/sessions/{getattr(created, key)}/join"), 410, "session_ended")


def test_an_idle_session_is_swept_without_anybody_asking(start: Start, tmp_path: Path) -> None:
    server = start(idle_ttl_s=0.2, sweep_interval_s=0.05, ended_kept_s=0)
    server.person("Ann").create()
    database = sqlite3.connect(tmp_path / "server.db")
    deadline = time.monotonic() + WAIT_S
    while database.execute("SELECT count(*) FROM runbuddy_sessions").fetchone() != (0,):
        assert time.monotonic() < deadline
    assert database.execute("SELECT count(*) FROM runbuddy_participants").fetchone() == (0,)
    database.close()


TRACKS = [
    {
        "playlistPosition": 2,
        "trackId": "spotify:track:a",
        "fingerprint": {"audioHash": "0123456789abcdef" * 2, "samples": 9_261_000, "sampleRate": 44_100},
    },
    {"playlistPosition": 3, "trackId": "spotify:track:b"},
]


def test_a_leaders_queue_is_told_to_whoever_asks_for_the_session_and_is_not_on_the_billboard(
    server: RunningServer,
) -> None:
    session = server.person("Ann").create(queue=TRACKS)
    bob = server.person("Bob")
    path = f"/runbuddy/sessions/{session.session_id}"
    assert bob.request("GET", path).json()["queue"] == TRACKS
    assert "queue" not in bob.request("GET", "/runbuddy/sessions").text
    assert "queue" not in bob.request("POST", f"{path}/join").text
    assert bob.request("GET", f"/runbuddy/sessions/{session.join_code}").json()["queue"] == TRACKS


@pytest.mark.parametrize("queue", [{}, {"queue": None}, {"queue": []}])
def test_a_leader_without_a_queue_leads_as_before(server: RunningServer, queue: dict[str, Any]) -> None:
    session = server.person("Ann").create(**queue)
    assert "queue" not in server.person("Bob").request("GET", f"/runbuddy/sessions/{session.session_id}").json()


def test_a_queue_goes_with_its_session(server: RunningServer) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    superseded, ended = ann.create(queue=TRACKS), ann.create(queue=TRACKS)
    status(ann.request("POST", f"/runbuddy/sessions/{ended.session_id}/end"))
    for session in (superseded, ended):
        found = bob.request("GET", f"/runbuddy/sessions/{session.session_id}").json()
        assert (found["status"], "queue" in found) == ("ended", False)


def test_the_longest_queue_is_taken_and_a_longer_one_is_refused_by_name(server: RunningServer) -> None:
    ann = server.person("Ann")
    track = TRACKS[0] | {"trackId": "x" * limits.MAX_ID_LENGTH}
    session = ann.create(queue=[track] * limits.MAX_QUEUE_TRACKS)
    assert detail(ann, session.session_id).queue == [QueueTrack.from_wire(track)] * limits.MAX_QUEUE_TRACKS
    body = {"playlistId": "p", "playlistName": "n", "pairedTrackCount": 1}
    longer = body | {"queue": [TRACKS[1]] * (limits.MAX_QUEUE_TRACKS + 1)}
    assert refused(ann.request("POST", "/runbuddy/sessions", json=longer), 422, "invalid_request").startswith("queue: ")
    broken = body | {"queue": [track, {"playlistPosition": 1}]}
    message = refused(ann.request("POST", "/runbuddy/sessions", json=broken), 422, "invalid_request")
    assert message.startswith("queue.1.trackId: ")
