"""PortAudio's output devices, each card once (thin shell)."""

from audio.decode.pcm_file import CHANNELS
from audio.engine.device_choice import Device, PortAudioDevice, one_per_card
from audio.engine.output_api import OutputUnavailableError


def list_portaudio(*, again: bool = False) -> list[PortAudioDevice]:
    """Return the output devices; `again` looks anew, which no stream survives. Errors: OutputUnavailableError.

    PortAudio's list is made once, when it is initialised (python-sounddevice, issue 125).
    """
    try:
        import sounddevice  # noqa: PLC0415 - loads PortAudio, which may be missing
    except OSError:
        raise OutputUnavailableError("PortAudio is not installed (on Debian: apt install libportaudio2)") from None
    try:
        if again:
            sounddevice._terminate()  # noqa: SLF001 - its public API has no other way
            sounddevice._initialize()  # noqa: SLF001
        apis = sounddevice.query_hostapis()
        found = [device for device in sounddevice.query_devices() if device["max_output_channels"] >= CHANNELS]
    except sounddevice.PortAudioError as error:
        raise OutputUnavailableError(f"PortAudio can't list the sound devices: {error}") from None
    return one_per_card(
        [
            PortAudioDevice(
                Device(
                    name=device["name"],
                    label=device["name"],
                    is_default=device["index"] == apis[device["hostapi"]]["default_output_device"],
                    api=apis[device["hostapi"]]["name"],
                ),
                index=device["index"],
                default_rate=int(device["default_samplerate"]),
            )
            for device in found
        ]
    )
