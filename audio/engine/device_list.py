"""List the output devices: `python -m audio.engine.device_list` prints them as JSON (thin shell).

A process of its own: sound libraries may hang or crash, and PortAudio's list is frozen while it is loaded.
"""

import json
import os
import sys
from dataclasses import asdict

from audio.engine.device_choice import Device
from audio.engine.output_api import OutputUnavailableError
from audio.engine.portaudio_devices import list_portaudio
from audio.engine.pulse_connection import PulseConnection


def list_devices() -> list[Device]:
    """Return the sound server's sinks, or else PortAudio's devices. Errors: OutputUnavailableError."""
    if sys.platform.startswith("linux"):
        try:
            connection = PulseConnection()
        except OutputUnavailableError:
            pass
        else:
            try:
                return connection.sinks()
            finally:
                connection.close()
    return [entry.device for entry in list_portaudio()]


def main() -> None:
    """Print `{"devices": [...]}` or `{"error": sentence}` on a standard output that no library can reach."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        devices = sorted(list_devices(), key=lambda device: not device.is_default)
        said: dict[str, object] = {"devices": [asdict(device) for device in devices]}
    except OutputUnavailableError as error:
        said = {"error": str(error)}
    answer.write(json.dumps(said))
    answer.close()
    # A library's threads must neither hold up the answer nor crash after it.
    os._exit(0)


if __name__ == "__main__":
    main()
