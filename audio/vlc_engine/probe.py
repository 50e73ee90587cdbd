"""Find out at the start what this libVLC and this device are like, by playing silence (thin shell).

libVLC begins to play a fixed time too early on PulseAudio and PipeWire, which depends on the device's own latency. It
tells by how much in its log, and only when that is more than its own tolerance; so the silence is delayed beyond that.
"""

import contextlib
import os
import re
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

#: Beyond libVLC's tolerance of 120 ms, whatever the device.
_DELAY_MS: Final = 200.0
#: What this probe finds on the device on which the kinds of files were measured (audio/vlc_engine/file_kind.py).
_REFERENCE_EARLY_MS: Final = 9.5
#: It takes some 50 ms where it succeeds.
_TIMEOUT_S: Final = 0.5
_POLL_S: Final = 0.01
_RATE_HZ: Final = 44_100
#: More than libVLC reads ahead, so that it still has some to hand on when it knows the device's latency.
_SILENCE_S: Final = 4
_EARLY: Final = re.compile(rb"playback way too early \((-\d+)\)")


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a file can be played so at all, and what the device is like.

    `device_ms`: how much farther libVLC's position is ahead of the sound than on the device of reference; None where
    libVLC does not tell. `device` is the name of the one that was played to, `devices` those there are.
    """

    playable: bool
    device_ms: float | None = None
    device: str | None = None
    devices: tuple[str, ...] = ()


def probe(vlc: Any, arguments: list[str], device: str | None) -> Probe:
    """Play silence on a device (None: the default) with these arguments, and hear what libVLC says of it."""
    with tempfile.TemporaryDirectory(prefix="lockstep-") as folder, _standard_error() as said:
        silence = Path(folder) / "silence.wav"
        with wave.open(str(silence), "wb") as writer:
            writer.setnchannels(2)
            writer.setsampwidth(2)
            writer.setframerate(_RATE_HZ)
            writer.writeframes(bytes(4 * _RATE_HZ * _SILENCE_S))
        loud = [argument for argument in arguments if argument != "--quiet"]
        instance = vlc.Instance([*loud, "--verbose=2", "--no-color"])
        if instance is None:
            return Probe(playable=False)
        media = instance.media_new_path(os.fsencode(silence))
        media.add_option(f":audio-desync={_DELAY_MS:.0f}")
        player = instance.media_player_new()
        player.set_media(media)
        if device is not None:
            player.audio_output_device_set(None, device)
        player.play()
        over = (vlc.State.Ended, vlc.State.Error)
        deadline_s = time.monotonic() + _TIMEOUT_S
        early: re.Match[bytes] | None = None
        while early is None and time.monotonic() < deadline_s and player.get_state() not in over:
            time.sleep(_POLL_S)
            early = _EARLY.search(bytes(said))
        playable = player.get_state() not in over
        found = Probe(playable, None, player.audio_output_device_get(), _devices(vlc, player))
        player.stop()
        player.release()
        media.release()
        instance.release()
    if early is None:
        return found
    early_ms = -int(early[1]) / 1000 - _DELAY_MS
    return replace(found, device_ms=_REFERENCE_EARLY_MS - early_ms)


def _devices(vlc: Any, player: Any) -> tuple[str, ...]:
    listed = player.audio_output_device_enum()
    names, entry = [], listed
    while entry:
        names.append(entry.contents.device.decode(errors="replace"))
        entry = entry.contents.next
    if listed:
        vlc.libvlc_audio_output_device_list_release(listed)
    return tuple(names)


@contextlib.contextmanager
def _standard_error() -> Iterator[bytearray]:
    """Collect what is written to standard error, by C libraries too."""
    said = bytearray()
    reading, writing = os.pipe()
    kept = os.dup(2)
    os.dup2(writing, 2)
    os.close(writing)

    def collect() -> None:
        while piece := os.read(reading, 65536):
            said.extend(piece)

    reader = threading.Thread(target=collect, daemon=True)
    reader.start()
    try:
        yield said
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        reader.join(1.0)
        os.close(reading)
