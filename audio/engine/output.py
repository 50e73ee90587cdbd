"""Which output to use: the sound server itself, else PortAudio, else silence that says why."""

import sys
from typing import Final

from audio.engine.output_api import Output, OutputUnavailableError
from audio.engine.portaudio_output import open_portaudio
from audio.engine.pulse_output import PulseOutput
from audio.engine.silent_output import SilentOutput

#: The names under which people ask for the sound server, and for silence.
SOUND_SERVER: Final = "pulse"
SILENCE: Final = "none"


def open_output(wanted: str | None) -> Output:
    """Open the wanted output: None for the best there is, "pulse", "none", or part of a PortAudio device's name."""
    if wanted == SILENCE:
        return SilentOutput(None)
    if wanted in (None, SOUND_SERVER) and sys.platform.startswith("linux"):
        try:
            return PulseOutput()
        except OutputUnavailableError as error:
            if wanted == SOUND_SERVER:
                return SilentOutput(str(error))
    try:
        return open_portaudio(wanted)
    except OutputUnavailableError as error:
        return SilentOutput(str(error))
