"""A real server process, everything that it prints and writes, and not one token in it."""

import asyncio
import contextlib
import json
import logging
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import websockets

from server.redaction import Redaction
from tests.patience import WAIT_S
from tests.server.harness import Person, RunningServer, http

#: An operator who wants to know everything: every logger at its most talkative, once uvicorn has set its own.
_TALKATIVE = """
import asyncio, logging, sys
from server.main import serve
from server.settings import AccountsMode, Settings
logging.basicConfig(level=1, stream=sys.stderr)
def on_ready(port, ntp_port):
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(1)
    uvicorn = logging.getLogger("uvicorn.access")
    uvicorn.propagate = True
    print(port, flush=True)
settings = Settings(database=sys.argv[1], port=0, accounts=AccountsMode.LOCAL)
asyncio.run(serve(settings, on_ready=on_ready), debug=True)
"""

_AS_STARTED = "from ui.cli.entry import main; main()"

SECRET = "a-secret-that-nobody-gave-out"


def start_process(arguments: list[str], errors: Path) -> "subprocess.Popen[str]":
    with errors.open("w") as log:
        return subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=log, text=True)


@pytest.mark.parametrize("talkative", [False, True], ids=["as-people-start-it", "with-every-logger-talking"])
async def test_no_token_is_printed_or_written(tmp_path: Path, talkative: bool) -> None:
    data, printed = tmp_path / "data", tmp_path / "printed.txt"
    url = f"sqlite+aiosqlite:///{tmp_path}/server.db"
    serve = ["serve", "--port", "0", "--accounts", "local", "--json", "--database", url, "--data-dir", str(data)]
    process = start_process(["-c", _TALKATIVE, url] if talkative else ["-c", _AS_STARTED, *serve], printed)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        server = RunningServer(int(first) if talkative else int(json.loads(first)["port"]), None)
        secrets = await use_and_misuse(server, tmp_path / "server.db")
        process.send_signal(signal.SIGTERM)
        rest, _ = await asyncio.to_thread(process.communicate, timeout=WAIT_S)
    finally:
        process.kill()
        process.communicate()
    said = first + rest + printed.read_text()
    said += "".join(file.read_text() for file in data.glob("**/*.log*"))
    assert len(said) > (10_000 if talkative else 100)
    assert "no such table" in said, "the broken database left no trace: what is searched is not what is logged"
    for secret in secrets:
        assert secret not in said, f"…{said[max(0, said.index(secret) - 200) : said.index(secret)]}…"


async def use_and_misuse(server: RunningServer, database: Path) -> list[str]:
    """Have every token travel in every way, well and badly; return all of them."""
    ann, bob = server.person("Ann"), server.person("Bob")
    session = ann.create()
    token = bob.join(session.join_code).ws_token
    leader = await server.socket(session.session_id, session.ws_token)
    follower = await server.socket(session.session_id, token, in_header=True)
    await leader.transport("play")
    await follower.send("transport", token=token)
    await follower.closed()
    await leader.connection.send(b"\xff\xfe", text=True)
    await leader.closed()
    await leader.connection.close()
    for query in (f"token={token}", f"sessionId={session.session_id}&token={SECRET}", f"sessionId=%00&token={token}"):
        with contextlib.suppress(websockets.InvalidHandshake):
            await websockets.connect(f"{session.ws_url}?{query}")
    for headers in ({"Authorization": f"Bearer {SECRET}"}, {"Authorization": f"Basic {SECRET}"}):
        http("GET", f"{server.base_url}/runbuddy/sessions", headers=headers)
    http("GET", f"{server.base_url}/runbuddy/sessions?token={token}")
    http("POST", f"{server.base_url}/local/accounts", content=b"{", headers={"Authorization": f"Bearer {ann.token}"})
    Person(server.base_url, ann.token).request("POST", f"/runbuddy/sessions/{session.session_id}/join?token={token}")
    with sqlite3.connect(database, timeout=WAIT_S) as connection:
        for table in ("local_accounts", "runbuddy_ws_tokens"):
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
    connection.close()
    ann.request("GET", "/runbuddy/sessions")
    with contextlib.suppress(websockets.InvalidHandshake):
        await websockets.connect(f"{session.ws_url}?sessionId={session.session_id}&token={session.ws_token}")
    return [ann.token, bob.token, session.ws_token, token, SECRET]


@pytest.mark.parametrize(
    ("said", "clean"),
    [
        (
            '"/runbuddy/ws?sessionId=a&token=b-c_defgh" [accepted]',
            '"/runbuddy/ws?sessionId=a&token=[hidden]" [accepted]',
        ),
        (
            "< GET /runbuddy/ws?token=abcdefgh&sessionId=a HTTP/1.1",
            "< GET /runbuddy/ws?token=[hidden]&sessionId=a HTTP/1.1",
        ),
        ("< Authorization: Bearer abc.defgh", "< Authorization: Bearer [hidden]"),
        ("[(b'authorization', b'Bearer abcdefgh')]", "[(b'authorization', b'Bearer [hidden]')]"),
        ("nothing secret", "nothing secret"),
    ],
)
def test_tokens_are_cut_out_of_what_libraries_say(said: str, clean: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (said,), None)
    assert Redaction().filter(record)
    assert re.fullmatch(re.escape(clean), record.getMessage())
