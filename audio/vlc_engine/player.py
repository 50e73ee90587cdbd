"""libVLC's players (thin shell). Each does one stretch of one file and is thrown away.

No callback calls libVLC, which is not re-entrant there: each notes the instant first, and posts what it was told.
"""

import logging
import os
import sys
import threading
import time
from collections import deque
from typing import Any, Final

from audio.errors import AudioError
from audio.vlc_engine.probe import probe
from audio.vlc_engine.take import State

_log = logging.getLogger(__name__)

#: The names under which people ask for silence, and for the sound server whatever its device.
SILENCE: Final = "none"
SOUND_SERVER: Final = "pulse"
_UNKNOWN_DEVICE: Final = "libVLC's default"
_AVFORMAT: Final = "--demux=avformat"
#: The sound server takes any rate, and libVLC's resampler would bend each start by 60 ms over ten seconds (measured).
_PULSE: Final = ("--aout=pulse,any", "--audio-resampler=none")
_NO_AVFORMAT: Final = (
    "This libVLC has no avformat demuxer: in MP3 files, most of all with a variable bitrate, places are wrong by up to "
    "seconds; install VLC with its plugins (on Debian: vlc-plugin-base)"
)
#: Time is measured by the performance counter, not in the milliseconds of the multimedia timer.
_WINDOWS_CLOCK: Final = "--clock-source=perf"
#: The last part of the way to an instant is waited for awake: the scheduler is late by up to a millisecond.
_AWAKE_NS: Final = 1_000_000
#: libVLC's percentage is a loudness, whose cube is the gain (measured).
_PERCENT: Final = 100.0


class LibVlcMissingError(AudioError):
    """libVLC can't be started."""


class Voice:
    """One player: opened at a place, waiting there; `news` gets (instant in ns, position in ms or new state)."""

    def __init__(self, vlc: Any, player: Any, media: Any) -> None:
        self.news: deque[tuple[int, float | State]] = deque()
        self._player = player
        self._media = media
        self.stopped = False
        self._statistics = vlc.MediaStats()
        self._lost = 0
        events, kinds = player.event_manager(), vlc.EventType
        events.event_attach(kinds.MediaPlayerTimeChanged, self._on_time)
        events.event_attach(kinds.MediaPlayerPaused, self._on_state, State.READY)
        events.event_attach(kinds.MediaPlayerEncounteredError, self._on_state, State.FAILED)
        events.event_attach(kinds.MediaPlayerEndReached, self._on_state, State.FAILED)

    def open(self) -> None:
        """Begin to open the file."""
        if self._player.play() != 0:
            self.news.append((time.perf_counter_ns(), State.FAILED))

    @property
    def lost_buffers(self) -> int:
        """Return how many blocks of sound libVLC says this player lost."""
        if not self.stopped:
            statistics = self._statistics
            self._media.get_stats(statistics)
            self._lost = int(statistics.lost_abuffers)
        return self._lost

    def set_volume(self, gain: float) -> None:
        """Set the gain, 0 to 1."""
        if not self.stopped:
            self._player.audio_set_volume(round(_PERCENT * max(0.0, gain) ** (1 / 3)))

    def release(self, at_ns: int) -> int:
        """Let it go at an instant; return when it was."""
        while (left_ns := at_ns - time.perf_counter_ns()) > 0:
            time.sleep(max(0, left_ns - _AWAKE_NS) / 1e9)
        released_ns = time.perf_counter_ns()
        self._player.set_pause(0)
        return released_ns

    def stop(self) -> None:
        """Be silent and go away. A file on which libVLC hangs keeps a thread, and nobody waits for it."""
        if not self.stopped:
            self.stopped = True
            threading.Thread(target=self._stop, name="vlc-stop", daemon=True).start()

    def _stop(self) -> None:
        self._player.stop()
        self._player.release()
        self._media.release()

    def _on_time(self, event: Any) -> None:
        mono_ns = time.perf_counter_ns()
        self.news.append((mono_ns, float(event.u.new_time)))

    def _on_state(self, _event: Any, state: State) -> None:
        self.news.append((time.perf_counter_ns(), state))


class VlcStage:
    """One libVLC for the life of the process, on one device: None for the default, "none" for silence, or its name."""

    def __init__(self, device: str | None) -> None:
        self._wanted = None if device in (SILENCE, SOUND_SERVER) else device
        self._gain = 1.0
        self.voices: tuple[Voice, ...] = ()
        self.device = SILENCE if device == SILENCE else _UNKNOWN_DEVICE
        self.device_ms = 0.0
        self.reason: str | None = None
        self._lost_by_gone = 0
        try:
            import vlc  # noqa: PLC0415 - loads libVLC, which may be missing
        except (ImportError, OSError, NotImplementedError, NameError):
            raise LibVlcMissingError(
                "libVLC could not be started: install VLC 3 (on Debian: libvlc5 and vlc-plugin-base)"
            ) from None
        self._vlc = vlc
        arguments = ["--intf=dummy", "--quiet", "--no-video", "--no-spu", "--no-audio-time-stretch"]
        if sys.platform == "win32":
            arguments.append(_WINDOWS_CLOCK)
        self._instance = vlc.Instance(self._fit(arguments, silent=device == SILENCE))
        if self._instance is None:
            raise LibVlcMissingError("libVLC could not be started: see “lockstep doctor”")

    def _fit(self, arguments: list[str], *, silent: bool) -> list[str]:
        """Return the arguments that suit this libVLC and this device."""
        if silent:
            tuned = [*arguments, "--aout=adummy"]
        elif sys.platform.startswith("linux"):
            tuned = [*arguments, *_PULSE]
        else:
            tuned = arguments
        demux = [_AVFORMAT]
        found = probe(self._vlc, [*tuned, *demux], self._wanted)
        if not found.playable:
            demux = []
            self.reason = _NO_AVFORMAT
            found = probe(self._vlc, tuned, self._wanted)
        if self._wanted is not None and found.devices and self._wanted not in found.devices:
            meant = [name for name in found.devices if self._wanted.lower() in name.lower()]
            if not meant:
                self.reason = f"There is no sound device “{self._wanted}”: libVLC plays to its default one"
            self._wanted = meant[0] if meant else None
            found = probe(self._vlc, [*tuned, *demux], self._wanted)
        if self.reason is not None:
            _log.warning("%s", self.reason)
        if silent:
            return [*tuned, *demux]
        self.device = found.device or self._wanted or _UNKNOWN_DEVICE
        if found.device_ms is None:
            # No sound server: the device may need libVLC's resampler.
            return [*arguments, *demux]
        self.device_ms = found.device_ms
        _log.info("%s differs by %.1f ms from the device that was measured", self.device, found.device_ms)
        return [*tuned, *demux]

    @property
    def lost_buffers(self) -> int:
        """Return how many blocks of sound libVLC says it lost."""
        return self._lost_by_gone + sum(voice.lost_buffers for voice in self.voices)

    def set_volume(self, gain: float) -> None:
        """Set the gain, 0 to 1, of what plays and of what will."""
        self._gain = gain
        for voice in self.voices:
            voice.set_volume(gain)

    def prepare(self, source: str, start_ms: float) -> Voice:
        """Open a file at a place (ms) and wait there."""
        media = self._instance.media_new_path(os.fsencode(source))
        media.add_option(":start-paused")
        if start_ms > 0.0:
            # A hair less, lest rounding asks for the frame after.
            media.add_option(f":start-time={max(0.0, start_ms - 1.0) / 1000:.4f}")
        player = self._instance.media_player_new()
        player.set_media(media)
        if self._wanted is not None:
            player.audio_output_device_set(None, self._wanted)
        voice = Voice(self._vlc, player, media)
        voice.set_volume(self._gain)
        gone = [known for known in self.voices if known.stopped]
        self._lost_by_gone += sum(known.lost_buffers for known in gone)
        self.voices = (*(known for known in self.voices if not known.stopped), voice)
        voice.open()
        return voice
