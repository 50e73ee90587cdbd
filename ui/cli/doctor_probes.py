"""What `lockstep doctor` tries in child processes (`python -m ui.cli.doctor_probes NAME`): C libraries crash and hang.

A probe prints one JSON object. Whatever becomes of the child, the parent gets an object.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from audio.decode.pcm import Pcm

TIMEOUT_S: Final = 30.0

_DEMO_TRACK: Final = "last-lap.mp3"
_RATE: Final = 44_100
_LISTEN_S: Final = 1.0
_LISTEN_TIMEOUT_S: Final = 5.0


def probe_command(name: str, *arguments: str) -> list[str]:
    """Return the command that runs a probe of this module."""
    return [sys.executable, "-m", "ui.cli.doctor_probes", name, *arguments]


async def run_probe(command: Sequence[str], timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
    """Return what a probe printed, or {"failure": reason} when it crashed, hung or could not be started."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        return {"failure": f"its process can't be started ({error.strerror or error})"}
    try:
        async with asyncio.timeout(timeout_s):
            printed, _ = await process.communicate()
    except TimeoutError:
        return {"failure": f"no answer within {timeout_s:g} s"}
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    with contextlib.suppress(ValueError):
        facts = json.loads(printed)
        if isinstance(facts, dict):
            return facts
    return {"failure": f"its process ended with {_exit_text(process.returncode)}"}


def _exit_text(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def probe_libvlc() -> dict[str, Any]:
    """Load libVLC and decode a piece of the demo music, as a player does."""
    try:
        import vlc  # noqa: PLC0415 - loads libVLC, which may be missing

        version = vlc.libvlc_get_version().decode(errors="replace")
    except Exception as error:  # noqa: BLE001 - python-vlc raises whatever the loader of this system raises
        return {"missing": str(error)}
    from audio.decode.decoder import Decoder  # noqa: PLC0415
    from audio.decode.errors import DecodeError  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, as_file(files("assets").joinpath("demo", _DEMO_TRACK)) as track:
        here = Path.cwd()
        try:
            # The decoder makes its folder the current one; a folder in use can't be removed everywhere.
            decoded = Decoder(Path(folder)).decode(track, _RATE, lambda _bytes: None)
        except (DecodeError, OSError) as error:
            return {"version": version, "error": str(error)}
        finally:
            os.chdir(here)
        return {"version": version, "decodedMs": decoded.duration_ms}


def probe_sound(wanted: str | None) -> dict[str, Any]:
    """Open the output that a player would open, render silence to it, and read its DAC clock."""
    from audio.engine.output import open_output  # noqa: PLC0415 - only this probe needs it

    output = open_output(wanted)
    rendered: list[tuple[int, int]] = []
    enough = threading.Event()

    def render(block: Pcm, dac_ns: int) -> None:
        block.fill(0)
        rendered.append((dac_ns, len(block)))
        if rendered[-1][0] - rendered[0][0] >= _LISTEN_S * 1e9:
            enough.set()

    output.start(render)
    enough.wait(_LISTEN_TIMEOUT_S)
    blocks = list(rendered)
    facts = {
        "device": output.device,
        "silent": output.silent,
        "reason": output.reason,
        "rate": output.rate,
        "latencyMs": output.latency_ms,
        "failed": output.failed,
        "blocks": len(blocks),
        "frames": sum(frames for _, frames in blocks[:-1]),
        "firstDacNs": blocks[0][0] if blocks else 0,
        "lastDacNs": blocks[-1][0] if blocks else 0,
    }
    output.close()
    return facts


def probe_portaudio() -> dict[str, Any]:
    """List PortAudio's output devices."""
    try:
        import sounddevice  # noqa: PLC0415 - loads PortAudio, which may be missing

        from audio.engine.portaudio_devices import list_portaudio  # noqa: PLC0415

        version = sounddevice.get_portaudio_version()[1].split(",")[0].removeprefix("PortAudio ")
        devices = [entry.device for entry in list_portaudio()]
    except Exception as error:  # noqa: BLE001 - OSError without the library, PortAudioError when it fails
        return {"portaudioError": str(error)}
    return {"portaudio": version, "devices": [device.name for device in devices]}


def main(arguments: list[str]) -> None:
    """Run one probe and print what it found on a standard output that no library can reach."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    match arguments:
        case ["libvlc"]:
            facts = probe_libvlc()
        case ["sound", wanted]:
            facts = probe_sound(wanted or None)
        case ["portaudio"]:
            facts = probe_portaudio()
        case _:
            sys.exit(2)
    answer.write(json.dumps(facts))
    answer.close()
    # A library's threads must neither hold up the answer nor crash after it.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
