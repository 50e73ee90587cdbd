"""nginx and Caddy for real, with the very configurations of docs/deploy.md and TLS."""

import asyncio
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import websockets

from protocol.events import Position, Snapshot
from tests.patience import WAIT_S
from tests.server.harness import OPENED, RunningServer, Socket, Start, http
from tests.server.needs import do_without
from tests.server.postgres import free_port

_PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()


class Proxy(RunningServer):
    """A server that is reached through a proxy with TLS."""

    @property
    def base_url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    async def socket(self, session_id: str, token: str, in_header: bool = False) -> Socket:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        address = f"wss://127.0.0.1:{self.port}/runbuddy/ws?sessionId={session_id}&token={token}"
        connection = await websockets.connect(address, ssl=trusting, open_timeout=WAIT_S)
        OPENED.append(connection)
        return Socket(connection)


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", _PAGE, re.DOTALL)
    return str(found)


def certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


def nginx_command(folder: Path, port: int, server_port: int) -> list[str]:
    config = block("nginx").replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    config = config.replace("127.0.0.1:8765", f"127.0.0.1:{server_port}").replace("/var/log/nginx", str(folder))
    config = re.sub(r"/etc/letsencrypt\S*fullchain.pem", str(folder / "cert.pem"), config)
    config = re.sub(r"/etc/letsencrypt\S*privkey.pem", str(folder / "key.pem"), config)
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"daemon off;\npid {folder / 'pid'};\nworker_processes 1;\nerror_log {folder / 'main.log'};\n"
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(f"{user}{main}events {{}}\nhttp {{\n{temporary}{config}}}\n")
    return ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]


def caddy_command(folder: Path, port: int, server_port: int) -> list[str]:
    own = f"https://127.0.0.1:{port} {{\n\ttls {folder / 'cert.pem'} {folder / 'key.pem'}\n"
    config = block("caddy").replace("api.example.org {\n", own).replace("127.0.0.1:8765", f"127.0.0.1:{server_port}")
    config = config.replace("\tlog {\n", f"\tlog {{\n\t\toutput file {folder / 'access.log'}\n")
    # In 127.0.0.1:PORT of its own address nothing may be replaced; ports never coincide.
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{config}")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@contextmanager
def proxy_before(server: RunningServer, folder: Path, make: Callable[[Path, int, int], list[str]]) -> Iterator[Proxy]:
    certificate(folder)
    proxy = Proxy(free_port(), None)
    command = make(folder, proxy.port, server.port)
    surroundings = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "printed.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=surroundings, cwd=folder)
    try:
        deadline_s = time.monotonic() + WAIT_S
        while not _answers(proxy):
            assert process.poll() is None, (folder / "printed.log").read_text()
            assert time.monotonic() < deadline_s, (folder / "printed.log").read_text()
            time.sleep(0.05)
        yield proxy
    finally:
        process.terminate()
        process.wait(WAIT_S)


@pytest.mark.parametrize(("program", "make"), [("nginx", nginx_command), ("caddy", caddy_command)])
async def test_a_session_through_the_proxy_of_the_page(
    start: Start, tmp_path: Path, program: str, make: Callable[[Path, int, int], list[str]]
) -> None:
    if shutil.which(program) is None:
        do_without(program)
    server = start()
    with proxy_before(server, tmp_path, make) as proxy:
        ann, bob = await asyncio.to_thread(proxy.person, "Ann"), await asyncio.to_thread(proxy.person, "Bob")
        session = await asyncio.to_thread(ann.create)
        assert session.ws_url == f"wss://127.0.0.1:{proxy.port}/runbuddy/ws"
        joined = await asyncio.to_thread(bob.join, session.join_code)
        leader = await proxy.socket(session.session_id, session.ws_token)
        follower = await proxy.socket(session.session_id, joined.ws_token)
        assert isinstance(await follower.event(), Snapshot)
        text = await leader.position()
        assert isinstance(await follower.event(), Position)
        assert follower.texts[-1] == text
        with pytest.raises(websockets.InvalidStatus) as refused:
            await proxy.socket(session.session_id, "wrong-token-1234")
        assert refused.value.response.status_code == 401
        assert (await asyncio.to_thread(http, "GET", f"{proxy.base_url}/metrics")).status_code == 404
        assert (await asyncio.to_thread(http, "GET", f"{proxy.base_url}/readyz")).status_code == 200
        await leader.send("leave")
        assert (await leader.closed())[0] == 4000
        await leader.connection.close()
        await follower.closed()
    logged = everything_logged(tmp_path)
    assert "/runbuddy/ws" in logged
    for secret in (session.ws_token, joined.ws_token, "wrong-token-1234", ann.token, bob.token):
        assert secret not in logged


def everything_logged(folder: Path) -> str:
    return "".join(file.read_text(errors="replace") for file in folder.glob("*.log"))


def _answers(proxy: Proxy) -> bool:
    try:
        return http("GET", f"{proxy.base_url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False
