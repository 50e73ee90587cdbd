"""`lockstep click`: a click at every whole second of NTP time, to trim the output delay by ear."""

import asyncio
import contextlib
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from audio.device_profiles import MAX_DELAY_MS, MIN_DELAY_MS, ProfileError, check_output_delay
from audio.output_settings import FULL_VOLUME
from audio.playback_events import PlaybackEvent, SoundChanged
from audio.service import PlaybackService
from client.clock.clock import RunBuddyClock
from ui.cli.click_screen import ClickOutput, ClickScreen, ClickStatus, choose_click_output
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.failures import CommandError, log_to, run_command
from ui.cli.keyboard import single_keys
from ui.cli.keys import Key, KeyReader
from ui.cli.options import (
    DEFAULT_NTP,
    AudioOption,
    DataDirOption,
    JsonOption,
    NtpOption,
    SecondsOption,
    VolumeOption,
    check_ntp,
    check_seconds,
    check_volume,
    data_folder,
    usage_error,
)
from ui.cli.output import refuse
from ui.cli.running import Interrupts, all_or_first_error, interruptible

#: After a click the screen is refreshed: by then it has been heard.
_AFTER_CLICK_MS: Final = 30.0

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class _Options:
    delay_ms: float | None
    ntp: str
    seconds: float | None
    audio: str | None
    volume: float
    folder: Path


@app.command(epilog=EPILOG)
def click(
    *,
    delay: Annotated[
        float | None,
        typer.Option(metavar="MS", help="Set the output delay of this device first; more makes it click earlier."),
    ] = None,
    ntp: NtpOption = DEFAULT_NTP,
    seconds: SecondsOption = None,
    audio: AudioOption = None,
    volume: VolumeOption = FULL_VOLUME,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Click at every whole second of NTP time, so that two laptops can be trimmed to one click by ear.

    Run it on both laptops and stand between them. On the one that clicks late press + until you hear one click; q
    ends. What you set is the device's output delay. It is kept for that device, and every session goes by it.
    """
    try:
        if delay is not None:
            check_output_delay(delay)
        check_seconds(seconds)
        check_ntp(ntp)
        check_volume(volume)
        options = _Options(delay, ntp, seconds, audio, volume, data_folder(data_dir))
        log_file = log_to(options.folder)
    except (CommandError, ProfileError) as error:
        refused = error if isinstance(error, CommandError) else usage_error(f"--delay: {error}")
        refuse(refused, as_json=as_json)
        raise typer.Exit(refused.exit_code) from None
    output = choose_click_output(as_json=as_json)
    try:
        exit_code = run_command(lambda: _click(options, output), log_file, output.error)
    finally:
        output.close()
    raise typer.Exit(exit_code)


async def _click(options: _Options, output: ClickOutput) -> ExitCode:
    """Open clock and sound, click until somebody ends it, and close all of it."""
    with interruptible() as interrupts:
        output.state("Getting ready.", "starting")
        clock = RunBuddyClock(options.ntp)
        playback = PlaybackService.begin(device=options.audio, data_dir=options.folder)
        try:
            playback.output.set_volume(options.volume)
            clicker = _Clicker(playback, clock, output)
            await all_or_first_error(asyncio.create_task(playback.opened()), asyncio.create_task(clock.synchronise()))
            if options.delay_ms is not None:
                health = playback.health()
                if health.error is not None and not health.silent:
                    # Another device than was asked for plays: the delay is not meant for that one.
                    raise CommandError(ExitCode.SOUND, "sound", f"the output delay was not set: {health.error}")
                await playback.output.set_output_delay(options.delay_ms)
            interrupts.polite = True
            async with asyncio.timeout(options.seconds):
                await clicker.run(interrupts)
        except TimeoutError:
            # --seconds are over.
            pass
        finally:
            await playback.aclose()
    return ExitCode.OK


class _Clicker:
    """The click while it runs: its clock, the keys, and what is shown."""

    def __init__(self, playback: PlaybackService, clock: RunBuddyClock, output: ClickOutput) -> None:
        self._playback = playback
        self._clock = clock
        self._output = output
        self._keys: asyncio.Queue[Key] = asyncio.Queue()
        self._reader = KeyReader()
        self._second = 0
        self._label = ""
        playback.subscribe(self._on_playback)
        clock.subscribe(playback.set_clock)

    async def run(self, interrupts: Interrupts) -> None:
        """Click until somebody ends it."""
        self._playback.set_clock(self._clock.mapping())
        self._playback.click()
        self._output.state("Clicking.", "clicking")
        with contextlib.ExitStack() as stack:
            if isinstance(self._output, ClickScreen):
                stack.enter_context(single_keys(self._on_text))
            ends = [
                asyncio.create_task(work)
                for work in (self._clock.run(), self._tell(), self._turn(), interrupts.happened.wait())
            ]
            try:
                done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in ends:
                    task.cancel()
                await asyncio.gather(*ends, return_exceptions=True)

    def _on_playback(self, event: PlaybackEvent) -> None:
        if isinstance(event, SoundChanged):
            self._label = event.label or event.device

    def _on_text(self, text: str) -> None:
        for key in self._reader.feed(text):
            self._keys.put_nowait(key)

    async def _tell(self) -> None:
        """Say after each click how it stands."""
        while True:
            mapping = self._clock.mapping()
            now_ms = mapping.corrected_ms_at(time.perf_counter_ns())
            self._second = math.floor((now_ms - _AFTER_CLICK_MS) / 1000) + 1
            await asyncio.sleep((self._second * 1000 + _AFTER_CLICK_MS - now_ms) / 1000)
            self._show()

    async def _turn(self) -> None:
        """Set what the keys ask for; return when they ask for the end."""
        while True:
            keys = [await self._keys.get()]
            while not self._keys.empty():
                keys.append(self._keys.get_nowait())
            settings = self._playback.output
            profile = settings.profile
            before_ms = delay_ms = 0.0 if profile is None else profile.output_delay_ms
            for key in keys:
                if key is Key.QUIT:
                    return
                delay_ms = 0.0 if key is Key.RESET else delay_ms + float(key.value)
            delay_ms = max(MIN_DELAY_MS, min(MAX_DELAY_MS, delay_ms))
            try:
                if delay_ms != before_ms or profile is None:
                    await settings.set_output_delay(delay_ms)
            except ProfileError as error:
                self._output.trouble(str(error))
            self._show()

    def _show(self) -> None:
        mapping, status, health = self._clock.mapping(), self._clock.status, self._playback.health()
        profile = self._playback.output.profile
        self._output.show(
            ClickStatus(
                second=self._second,
                mono_ns=mapping.mono_ns_at(self._second * 1000),
                device=health.device,
                label=self._label or health.device,
                silent=health.silent,
                output_delay_ms=0.0 if profile is None else profile.output_delay_ms,
                clock_offset_ms=status.offset_ms,
                clock_uncertainty_ms=status.uncertainty_ms,
                ntp=status.server,
                underruns=health.underruns,
                error=health.error or status.error,
            )
        )
