"""`lockstep doctor`: what works on this machine, what does not, and what to do."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from audio.device_profiles import DeviceProfiles
from audio.engine.messages import DeviceProfile
from client.api import RunBuddyApiClient
from client.clock.address import NtpAddress
from client.clock.clock import RunBuddyClock
from client.clock.filter import best_sample
from client.clock.udp import Burst, UdpExchange
from client.errors import ClientError
from ui.cli.doctor_checks import (
    Check,
    Status,
    all_needed_works,
    judge_clock,
    judge_data_dir,
    judge_device,
    judge_libvlc,
    judge_no_clock,
    judge_portaudio,
    judge_python,
    judge_server,
    judge_sound,
    judge_websocket,
    not_checked,
)
from ui.cli.doctor_probes import probe_command, run_probe
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import default_data_dir
from ui.cli.options import DEFAULT_NTP, AudioOption, DataDirOption, JsonOption, NtpOption

_MARKS: Final = {
    Status.WORKS: ("works", "green"),
    Status.LIMITED: ("works, but", "yellow"),
    Status.FAILS: ("does not", "bold red"),
    Status.SKIPPED: ("not checked", "dim"),
}
_HANDSHAKE_TIMEOUT_S: Final = 10.0

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog="Exit code: 0 when all that is needed works, else 1.")
def doctor(
    *,
    server: Annotated[str | None, typer.Option(metavar="URL", help="The session server to check, too.")] = None,
    ntp: NtpOption = DEFAULT_NTP,
    audio: AudioOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check libVLC, sound, NTP and server: what works, what does not, what to do."""
    checks = asyncio.run(examine(server=server, ntp=ntp, audio=audio, data_dir=data_dir or default_data_dir()))
    sys.stdout.write(as_lines(checks)) if as_json else show(checks, Console(markup=False, emoji=False, highlight=False))
    raise typer.Exit(ExitCode.OK if all_needed_works(checks) else 1)


async def examine(*, server: str | None, ntp: str, audio: str | None, data_dir: Path) -> list[Check]:
    """Return every check, in the order of the table; they run side by side."""
    libvlc, sound, clock, servers = await asyncio.gather(
        check_libvlc(), check_sound(audio, DeviceProfiles(data_dir)), check_clock(ntp), check_server(server)
    )
    python = judge_python(sys.version_info[:3])
    return [python, libvlc, *sound, clock, *servers, check_data_dir(data_dir)]


async def check_libvlc() -> Check:
    """Decode a piece of the demo music."""
    return judge_libvlc(await run_probe(probe_command("libvlc")), sys.platform)


async def check_sound(wanted: str | None, profiles: DeviceProfiles) -> tuple[Check, Check, Check]:
    """Open the output, and list PortAudio's devices; one after the other, since some devices open only once."""
    facts = await run_probe(probe_command("sound", wanted or ""))
    sound = judge_sound(facts, wanted, os.environ.get("PULSE_SINK"))
    name = facts.get("device", "")
    known = profiles.read().get(name, DeviceProfile(name))
    device = judge_device(facts, known.output_delay_ms, known.ppm)
    portaudio = judge_portaudio(await run_probe(probe_command("portaudio")), sound, sys.platform)
    return sound, device, portaudio


async def check_clock(server: str) -> Check:
    """Measure one burst of NTP samples."""
    bursts: list[Burst] = []
    udp = UdpExchange()

    def exchange(address: NtpAddress, cancelled: threading.Event) -> Burst:
        bursts.append(udp(address, cancelled))
        return bursts[-1]

    try:
        status = await RunBuddyClock(server, exchange=exchange).synchronise()
    except ClientError as error:
        return judge_no_clock(error)
    return judge_clock(
        status.server, status.offset_ms, best_sample(bursts[-1].samples).delay_ns / 1e6, status.uncertainty_ms
    )


async def check_server(url: str | None) -> list[Check]:
    """Ask for the billboard without a token, and for a WebSocket without a session."""
    if url is None:
        return [not_checked("Session server", "Give its address with --server.")]
    try:
        async with RunBuddyApiClient(url) as client:
            await client.list_sessions()
    except ClientError as error:
        answer = judge_server(url, error)
    else:
        answer = judge_server(url, None)
    return [answer] if answer.status is Status.FAILS else [answer, await _check_websocket(url)]


async def _check_websocket(url: str) -> Check:
    from websockets.asyncio.client import connect  # noqa: PLC0415 - only when there is a server to check
    from websockets.exceptions import InvalidHandshake, InvalidStatus  # noqa: PLC0415

    address = urlsplit(url.strip().rstrip("/") + "/runbuddy/ws")
    address = address._replace(scheme="wss" if address.scheme == "https" else "ws")
    try:
        async with connect(address.geturl(), open_timeout=_HANDSHAKE_TIMEOUT_S):
            return judge_websocket(None, None)
    except InvalidStatus as refused:
        return judge_websocket(refused.response.status_code, None)
    except TimeoutError:
        return judge_websocket(None, f"no answer to the handshake within {_HANDSHAKE_TIMEOUT_S:g} s")
    except (OSError, InvalidHandshake) as error:
        return judge_websocket(None, str(error) or type(error).__name__)


def check_data_dir(folder: Path) -> Check:
    """Write a file into the data directory and remove it again."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"lockstep")
    except OSError as error:
        return judge_data_dir(str(folder), error.strerror or str(error), None)
    return judge_data_dir(str(folder), None, shutil.disk_usage(folder).free)


def as_lines(checks: list[Check]) -> str:
    """Return one JSON object a line: the checks, then the summary."""
    rows: list[dict[str, object]] = [
        {"type": "check", "name": check.name, "status": check.status, "finding": check.finding, "advice": check.advice}
        for check in checks
    ]
    rows.append({"type": "summary", "ok": all_needed_works(checks)})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def show(checks: list[Check], console: Console) -> None:
    """Print the table for people."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    for check in checks:
        word, style = _MARKS[check.status]
        table.add_row(Text(check.name), Text(word, style=style), Text(check.finding))
        if check.advice:
            table.add_row("", "", Text(check.advice, style="bold" if check.status is Status.FAILS else ""))
    console.print(table)
    failed = [check.name for check in checks if check.status is Status.FAILS]
    console.print(Text("All that is needed works." if not failed else f"To be mended first: {', '.join(failed)}."))
