"""Server processes with any settings, and clients that come back by themselves as the apps do."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeVar

from client.socket import RunBuddyWebSocketClient
from protocol.events import Event
from tests.patience import WAIT_S
from tests.server.harness import RunningServer

EventT = TypeVar("EventT", bound=Event)

_PROGRAM = """
import asyncio, json, logging, sys
from server.log import JsonFormatter
from server.main import serve
from server.settings import AccountsMode, Settings
handler = logging.StreamHandler()
handler.setFormatter(JsonFormatter())
logging.basicConfig(level=logging.INFO, handlers=[handler])
settings = Settings(accounts=AccountsMode.LOCAL, **json.loads(sys.argv[1]))
asyncio.run(serve(settings, on_ready=lambda port, ntp_port: print(port, flush=True)))
"""


class ServerProcess:
    """One real process; `server` is where it answers, `log` what it has said."""

    def __init__(self, log: Path, **settings: Any) -> None:
        self.log = log
        command = [sys.executable, "-c", _PROGRAM, json.dumps({"port": 0} | settings)]
        with log.open("a") as file:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file, text=True)
        self._server: RunningServer | None = None

    @property
    def server(self) -> RunningServer:
        if self._server is None:
            assert self.process.stdout is not None
            port = self.process.stdout.readline()
            assert port, self.log.read_text()
            self._server = RunningServer(int(port), None)
        return self._server

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def terminate(self) -> int:
        """Stop it politely; return its exit code."""
        self.process.terminate()
        return self.process.wait(WAIT_S)


class Client:
    """One participant as the apps have it; `events` is everything that it has heard."""

    def __init__(self, server: RunningServer, session_id: str, token: str) -> None:
        self.socket = RunBuddyWebSocketClient(
            f"ws://127.0.0.1:{server.port}/runbuddy/ws",
            session_id,
            token,
            on_event=self._on_event,
            on_state=lambda _state: None,
        )
        self.events: list[Event] = []
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._runner = asyncio.create_task(self.socket.run())

    async def next(self, kind: type[EventT]) -> EventT:
        """Return the next event of this kind, over all others before it."""
        async with asyncio.timeout(WAIT_S):
            while not isinstance(event := await self._queue.get(), kind):
                pass
        return event

    async def close(self) -> None:
        await self.socket.close()
        await self._runner

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        self._queue.put_nowait(event)
