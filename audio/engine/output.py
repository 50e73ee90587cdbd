"""Which output to use: the sound server itself, else PortAudio, else silence that says why."""

import sys
from typing import Final

from audio.engine.output_api import Output, OutputUnavailableError, PriorPpm, no_prior
from audio.engine.portaudio_output import open_portaudio
from audio.engine.pulse_output import PulseOutput
from audio.engine.silent_output import SILENT_DEVICE, SilentOutput

#: The name under which people ask for the sound server's default, and nothing but that.
SOUND_SERVER: Final = "pulse"


def open_output(
    wanted: str | None, prior_ppm: PriorPpm = no_prior, *, portaudio: bool = True, again: bool = False
) -> Output:
    """Open the best output there is now for what is wanted; it is not started yet.

    `wanted`: None for the default, "none" for silence, "pulse", or part of a device's name or label; a device that is
    not there is replaced by the default, which says so. Without `portaudio` it is the sound server or silence;
    `again` lets PortAudio look for devices anew, which no stream of it survives.
    """
    if wanted == SILENT_DEVICE:
        return SilentOutput(None)
    reason = "no sound server answers"
    if sys.platform.startswith("linux"):
        try:
            return PulseOutput(None if wanted == SOUND_SERVER else wanted, prior_ppm)
        except OutputUnavailableError as error:
            reason = str(error)
    if wanted == SOUND_SERVER or not portaudio:
        return SilentOutput(reason)
    try:
        return open_portaudio(wanted, prior_ppm, again=again)
    except OutputUnavailableError as error:
        return SilentOutput(str(error))
