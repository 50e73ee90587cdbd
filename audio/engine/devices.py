"""The output devices of this machine, listed for the app, which loads no sound library itself."""

import asyncio
import contextlib
import json
import sys
from typing import Final

from audio.engine.device_choice import Device
from audio.errors import EngineError

__all__ = ["LIST_TIME_LIMIT_S", "Device", "output_devices", "read_listing"]

#: A machine with many devices, or one of them asleep, takes its time.
LIST_TIME_LIMIT_S: Final = 10.0
_ADVICE: Final = "disconnect sound devices one by one, and see “lockstep doctor”"


async def output_devices(
    time_limit_s: float = LIST_TIME_LIMIT_S,
    command: tuple[str, ...] = (sys.executable, "-m", "audio.engine.device_list"),
) -> list[Device]:
    """Return the output devices, the default one first, as a child process finds them. Errors: EngineError."""
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise EngineError(f"the sound devices can't be listed ({error.strerror or error})") from None
    try:
        answer, _ = await asyncio.wait_for(child.communicate(), time_limit_s)
    except TimeoutError:
        raise EngineError(f"listing the sound devices took longer than {time_limit_s:g} s; {_ADVICE}") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    return read_listing(answer)


def read_listing(answer: bytes) -> list[Device]:
    """Return the devices in what the listing process printed. Errors: EngineError."""
    try:
        said = json.loads(answer)
        if "error" in said:
            raise EngineError(str(said["error"]))
        return [Device(**device) for device in said["devices"]]
    except (ValueError, TypeError, KeyError):
        raise EngineError(f"listing the sound devices broke off; {_ADVICE}") from None
