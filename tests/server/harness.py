"""A real server on a free port, in a thread of its own, and clients that speak to it."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import websockets

from protocol.events import Event, parse_event
from protocol.rest import CreateSessionResponse, JoinResponse, LocalAccountResponse
from server.main import serve
from server.settings import AccountsMode, Settings, sqlite_url
from tests.patience import WAIT_S

#: Every connection that a test opened, to be closed after it.
OPENED: list[websockets.ClientConnection] = []


def http(method: str, url: str, **more: Any) -> httpx.Response:
    """Make one request; loading certificates for plain http would be most of the time."""
    return httpx.request(method, url, timeout=WAIT_S, verify=False, **more)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Person:
    """One account and its REST requests."""

    base_url: str
    token: str

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return http(method, self.base_url + path, headers=headers, **more)

    def create(self, **changes: Any) -> CreateSessionResponse:
        body = {"playlistId": "playlist", "playlistName": "Morning run", "pairedTrackCount": 3} | changes
        answer = self.request("POST", "/runbuddy/sessions", json=body)
        assert answer.status_code == 201, answer.text
        return CreateSessionResponse.model_validate(answer.json())

    def join(self, id_or_code: str) -> JoinResponse:
        answer = self.request("POST", f"/runbuddy/sessions/{id_or_code}/join")
        assert answer.status_code == 200, answer.text
        return JoinResponse.model_validate(answer.json())


@dataclass
class Socket:
    """One participant's WebSocket that speaks in events."""

    connection: websockets.ClientConnection
    texts: list[str] = field(default_factory=list)

    async def event(self) -> Event:
        self.texts.append(str(await asyncio.wait_for(self.connection.recv(), WAIT_S)))
        event = parse_event(self.texts[-1])
        assert event is not None
        return event

    async def send(self, type_: str, **fields: Any) -> str:
        text = json.dumps({"type": type_, **fields})
        await self.connection.send(text)
        return text

    async def position(self, **changes: Any) -> str:
        return await self.send("position", **(_STATE | {"isPlaying": True, "correctedMs": now_ms()} | changes))

    async def transport(self, action: str, **changes: Any) -> str:
        return await self.send("transport", **(_STATE | {"action": action, "correctedMs": now_ms()} | changes))

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait for the close, over whatever comes before it; return its code and reason."""
        try:
            while True:
                self.texts.append(str(await asyncio.wait_for(self.connection.recv(), WAIT_S)))
        except websockets.ConnectionClosed:
            return self.connection.close_code, self.connection.close_reason


_STATE = {"positionMs": 1000, "playlistPosition": 1, "trackId": "spotify:track:1"}


@dataclass
class RunningServer:
    """Where a server answers."""

    port: int
    ntp_port: int | None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def person(self, name: str = "Ann") -> Person:
        answer = http("POST", f"{self.base_url}/local/accounts", json={"displayName": name})
        return Person(self.base_url, LocalAccountResponse.model_validate(answer.json()).access_token)

    async def socket(self, session_id: str, token: str, in_header: bool = False) -> Socket:
        address = f"ws://127.0.0.1:{self.port}/runbuddy/ws?sessionId={session_id}"
        headers = {"Authorization": f"Bearer {token}"} if in_header else {}
        address += "" if in_header else f"&token={token}"
        connection = await websockets.connect(address, additional_headers=headers, open_timeout=WAIT_S)
        OPENED.append(connection)
        return Socket(connection)


@contextmanager
def running(settings: Settings) -> Iterator[RunningServer]:
    """Run a server in a thread until the end of the block, then stop it gracefully."""
    ready = threading.Event()
    found: list[RunningServer] = []
    errors: list[BaseException] = []
    stop: list[Callable[[], None]] = []

    async def main() -> None:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        assert task is not None
        stop.append(lambda: loop.call_soon_threadsafe(task.cancel))

        def on_ready(port: int, ntp_port: int | None) -> None:
            found.append(RunningServer(port, ntp_port))
            ready.set()

        await serve(settings, on_ready=on_ready)

    def run() -> None:
        try:
            asyncio.run(main())
        except asyncio.CancelledError:
            pass
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(WAIT_S)
    try:
        if errors:
            raise errors[0]
        yield found[0]
    finally:
        if found:
            stop[0]()
        thread.join(WAIT_S)
    assert not errors


class Start(Protocol):
    def __call__(self, **changes: Any) -> RunningServer: ...


def local_settings(database: Path, **changes: Any) -> Settings:
    defaults: dict[str, Any] = {
        "database": sqlite_url(database),
        "port": 0,
        "accounts": AccountsMode.LOCAL,
        "rate_limits": False,
        "max_events_per_second": 1_000_000,
    }
    return Settings(**(defaults | changes))
