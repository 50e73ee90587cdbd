"""`lockstep doctor` against real parts: libVLC, a session server, SNTP, folders."""

import asyncio
import json
import socket
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.server.harness import local_settings, running
from ui.cli.doctor import app, as_lines, check_clock, check_data_dir, check_server, show
from ui.cli.doctor_checks import Check, Status


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(local_settings(tmp_path_factory.mktemp("server") / "server.db", ntp_port=0)) as found:
        yield found


def unused_port(kind=socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(server, ntp, data_dir):
    options = ["--json", "--audio", "none", "--server", server, "--ntp", ntp, "--data-dir", str(data_dir)]
    result = CliRunner().invoke(app, options)
    *checks, summary = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {check["name"]: check for check in checks}, summary


def test_all_works_with_a_server_its_ntp_and_silence(server, tmp_path):
    ntp = f"127.0.0.1:{server.ntp_port}"
    exit_code, checks, summary = run(server.base_url, ntp, tmp_path)
    assert {name: check["status"] for name, check in checks.items() if check["status"] == "fails"} == {}
    names = "Python, libVLC, Sound, Output delay, PortAudio, NTP, Session server, WebSocket, Data directory"
    assert ", ".join(checks) == names
    assert summary == {"type": "summary", "ok": True}
    assert exit_code == 0


def test_what_does_not_work_is_told_and_the_exit_code_is_1(tmp_path):
    dead = unused_port()
    ntp = f"127.0.0.1:{unused_port(socket.SOCK_DGRAM)}"
    exit_code, checks, summary = run(f"http://127.0.0.1:{dead}", ntp, tmp_path)
    assert checks["NTP"]["status"] == "fails"
    assert checks["NTP"]["finding"].startswith("clock sync failed")
    assert checks["Session server"]["status"] == "fails"
    assert f"127.0.0.1:{dead}" in checks["Session server"]["finding"]
    assert "WebSocket" not in checks
    assert checks["libVLC"]["status"] == "works"
    assert summary == {"type": "summary", "ok": False}
    assert exit_code == 1


async def test_without_a_server_none_is_checked():
    (check,) = await check_server(None)
    assert check.status is Status.SKIPPED


async def test_something_else_on_the_port_is_no_session_server():
    async def greet(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as other:
        (check,) = await check_server(f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}")
    assert check.status is Status.FAILS
    assert "does not answer like a RunBuddy server" in check.finding


async def test_a_proxy_that_passes_rest_alone_is_found_out():
    async def proxy(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        body = b'{"error":"unauthorized","message":"Sign in first."}'
        status = b"404 Not Found" if b"/runbuddy/ws" in head else b"401 Unauthorized"
        writer.write(b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as other:
        rest, websocket = await check_server(f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}")
    assert rest.status is Status.WORKS
    assert (websocket.status, websocket.finding) == ("fails", "the handshake is answered with HTTP 404")


@pytest.mark.parametrize("address", ["not a url", "ftp://host", "http://"])
async def test_an_address_that_is_none_is_refused(address):
    (check,) = await check_server(address)
    assert check.status is Status.FAILS


@pytest.mark.parametrize("address", ["", "host:port", "a b"])
async def test_an_ntp_address_that_is_none_is_refused(address):
    assert (await check_clock(address)).status is Status.FAILS


def test_a_data_directory_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    check = check_data_dir(tmp_path / "file" / "data")
    assert check.status is Status.FAILS
    assert str(tmp_path / "file" / "data") in check.finding


def test_a_data_directory_is_made_and_left_empty(tmp_path):
    assert check_data_dir(tmp_path / "new" / "data").status is not Status.FAILS
    assert list((tmp_path / "new" / "data").iterdir()) == []


def test_nobody_else_s_text_is_markup():
    console = Console(file=StringIO(), width=100, markup=False, emoji=False, highlight=False)
    show([Check("Sound", Status.FAILS, "[red]device[/red] :smile:", "[b]do[/b]")], console)
    text = console.file.getvalue()
    assert "[red]device[/red] :smile:" in text
    assert "[b]do[/b]" in text
    assert text.endswith("To be mended first: Sound.\n")


def test_json_has_one_object_a_line():
    lines = as_lines([Check("a", Status.LIMITED, "für\nzwei", "x")]).splitlines()
    assert [json.loads(line) for line in lines] == [
        {"type": "check", "name": "a", "status": "limited", "finding": "für\nzwei", "advice": "x"},
        {"type": "summary", "ok": True},
    ]
