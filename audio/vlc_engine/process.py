"""The plain libVLC engine: `python -m audio.vlc_engine.process DEVICE` (thin shell around the director).

It takes and gives the same messages as the audio process, so that everything above is the same for both.
"""

import gc
import logging
import math
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, Final

from audio.decode.pcm_file import PcmFile
from audio.engine.messages import (
    Click,
    DeviceProfile,
    Load,
    Report,
    SetProfile,
    SetVolume,
    Started,
    from_message,
    to_message,
)
from audio.engine.output_api import PREFERRED_RATE
from audio.parent_pipe import ParentPipe
from audio.vlc_engine.director import PREPARE_MS, Director
from audio.vlc_engine.file_kind import FileKind, file_kind
from audio.vlc_engine.plan import Track
from audio.vlc_engine.player import SILENCE, LibVlcMissingError, VlcStage

_log = logging.getLogger(__name__)

_TICK_S: Final = 0.004
_REPORT_INTERVAL_S: Final = 0.2
#: Exit code of a process that can't do anything.
EXIT_NO_LIBVLC: Final = 4
_NO_CLICK: Final = "the libVLC engine has no click: it can't place single samples; use the precise engine for it"


class VlcProcess:
    """Commands in, players on the stage, status back."""

    def __init__(self, pipe: ParentPipe, device: str | None) -> None:
        self._pipe = pipe
        self._stage = VlcStage(device)
        self._director = Director(self._stage)
        self._director.device_ms = self._stage.device_ms
        self._silent = device == SILENCE
        self._device = self._stage.device
        self._commands: deque[Any] = deque()
        self._parent_gone = threading.Event()
        self._kinds: dict[str, FileKind] = {}

    def run(self) -> int:
        """Work until the parent goes away."""
        started = Started(
            PREFERRED_RATE,
            self._latency_ms,
            self._device,
            self._silent,
            self._stage.reason,
            label=self._device if self._silent else f"{self._device} (plain libVLC)",
        )
        self._pipe.send(to_message(started))
        threading.Thread(target=self._read_commands, name="commands", daemon=True).start()
        gc.freeze()
        next_report_s = 0.0
        while not self._parent_gone.wait(_TICK_S):
            self._work()
            if time.monotonic() >= next_report_s:
                next_report_s = time.monotonic() + _REPORT_INTERVAL_S
                self._pipe.send(to_message(self._report()))
        for take in self._director.takes():
            take.voice.stop()
        return 0

    def _work(self) -> None:
        director = self._director
        while self._commands:
            self._command(self._commands.popleft())
        for voice in self._stage.voices:
            while voice.news:
                mono_ns, news = voice.news.popleft()
                for take in director.takes():
                    if take.voice is voice:
                        take.on_news(mono_ns, news)
        director.tick(time.perf_counter_ns())
        while director.events:
            self._pipe.send(to_message(director.events.popleft()))

    def _command(self, command: Any) -> None:
        match command:
            case (slot, Track() as track):
                self._director.plan.load(slot, track)
            case SetVolume(gain=gain):
                self._stage.set_volume(gain)
            case SetProfile(profile=DeviceProfile(device=self._device, output_delay_ms=delay_ms)):
                self._director.output_delay_ms = delay_ms
            case SetProfile():
                pass
            case Click():
                _log.error("%s", _NO_CLICK)
                self._director.stand(time.perf_counter_ns())
            case _:
                self._director.command(command, time.perf_counter_ns())

    def _read_commands(self) -> None:
        for message in self._pipe.messages():
            command = from_message(message)
            if isinstance(command, Load):
                # Reading a file's header is not for the loop.
                command = (command.slot, self._track(command.source, command.pcm))
            self._commands.append(command)
        self._parent_gone.set()

    def _track(self, source: str, pcm: PcmFile) -> Track:
        if source not in self._kinds:
            self._kinds[source] = file_kind(Path(source))
        return Track(source, self._kinds[source], pcm.duration_ms if pcm.complete else math.inf)

    @property
    def _latency_ms(self) -> float:
        return PREPARE_MS + self._director.output_delay_ms

    def _report(self) -> Report:
        return Report(
            correction=str(self._director.correction),
            error_ms=self._director.error_ms,
            underruns=self._stage.lost_buffers,
            jumps=self._director.jumps,
            latency_ms=self._latency_ms,
            ppm=0.0,
        )


def main() -> None:
    """Run the engine; an empty DEVICE means libVLC's default."""
    logging.basicConfig(level=logging.INFO, format="libvlc engine: %(message)s")
    pipe = ParentPipe()
    try:
        process = VlcProcess(pipe, sys.argv[1] or None)
    except LibVlcMissingError as error:
        _log.error("%s", error)
        sys.exit(EXIT_NO_LIBVLC)
    sys.exit(process.run())


if __name__ == "__main__":
    main()
