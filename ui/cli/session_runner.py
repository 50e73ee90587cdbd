"""What leading and following share: open everything at once, run until it is over, close everything in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from audio.service import PlaybackService
from client.api import Bearer, RunBuddyApiClient
from client.clock.address import time_server
from client.clock.clock import RunBuddyClock
from client.coordinator import LEFT, RunBuddyCoordinator
from client.errors import ApiError, PairingError, ServerAnswerError, shown_path
from client.pairing import Pairing, load_pairing, without_lost_files
from client.prejoin import MAX_NAMED
from client.session_state import Ended
from client.trace import Trace, open_trace
from protocol.events import EndReason, Role
from ui.cli.bearer import bearer_of
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import CommandError, log_to, run_command
from ui.cli.narrator import Narrator
from ui.cli.options import SessionOptions
from ui.cli.output import Output, choose_output
from ui.cli.running import Interrupts, all_or_first_error, interruptible
from ui.session.music import queue_of

_T = TypeVar("_T")

_AS_ASKED: Final = {EndReason.ENDED_BY_LEADER.value, LEFT}
_EXIT_BY_REASON: Final = {
    "session_refused": ExitCode.NOT_ALLOWED,
    "unauthorized": ExitCode.NOT_ALLOWED,
    "server_unreachable": ExitCode.SERVER,
    "bad_answer": ExitCode.SERVER,
    "bad_address": ExitCode.SERVER,
}


@dataclass(frozen=True, slots=True)
class Stage(Generic[_T]):
    """Everything that a session needs, open; `found` is what was looked up meanwhile."""

    options: SessionOptions
    pairing: Pairing
    playback: PlaybackService
    coordinator: RunBuddyCoordinator
    narrator: Narrator
    trace: Trace
    interrupts: Interrupts
    found: _T


def run_session(options: SessionOptions, work: Callable[[Output], Coroutine[Any, Any, ExitCode]]) -> ExitCode:
    """Run a session's command with its output; every error becomes a sentence and an exit code."""
    log_file = log_to(options.folder)
    output = choose_output(as_json=options.as_json)
    # Said before anything is opened: what comes after it is this program's doing, not the interpreter's start.
    output.state("Getting ready.", state="starting")
    try:
        return run_command(lambda: work(output), log_file, output.error)
    finally:
        output.close()


@contextlib.asynccontextmanager
async def open_stage(
    options: SessionOptions,
    output: Output,
    role: Role,
    look_up: Callable[[RunBuddyApiClient, Pairing, PlaybackService], Awaitable[_T]],
) -> AsyncIterator[Stage[_T]]:
    """Open sound, clock and server side by side, and look up what the command needs; close all of it at the end.

    `look_up` may prepare tracks: they decode while the output is still being opened.
    """
    with interruptible() as interrupts:
        pairing = await _pairing_with_files(options.pairing, output)
        async with (
            bearer_of(options, output, role) as bearer,
            RunBuddyApiClient(options.server, options.token, bearer=bearer) as api,
        ):
            narrator = Narrator(output)
            playback = PlaybackService.begin(device=options.audio, data_dir=options.folder, engine=options.engine)
            try:
                playback.output.set_volume(options.volume)
                playback.subscribe(narrator.on_playback)
                playback.set_queue(queue_of(pairing))
                looking = asyncio.create_task(_look_up(bearer, api, pairing, playback, look_up))
                timing = asyncio.create_task(_measured_clock(options, api))
                await all_or_first_error(looking, asyncio.create_task(playback.opened()), timing)
                trace = _open_trace(options, role)
                with contextlib.closing(trace):
                    coordinator = RunBuddyCoordinator(
                        api, timing.result(), playback, trace=trace, report_interval_s=options.report_every
                    )
                    coordinator.subscribe(narrator.on_coordinator)
                    interrupts.polite = True
                    try:
                        yield Stage(
                            options, pairing, playback, coordinator, narrator, trace, interrupts, looking.result()
                        )
                    finally:
                        await coordinator.close()
            finally:
                await playback.aclose()


async def _measured_clock(options: SessionOptions, api: RunBuddyApiClient) -> RunBuddyClock:
    """Return the clock by whom both go, measured. Errors: ClientError."""
    ntp_port = None
    if options.ntp is None:
        # A server that knows only the plan tells nothing of itself.
        with contextlib.suppress(ApiError, ServerAnswerError):
            ntp_port = (await api.info()).ntp_port
    clock = RunBuddyClock(time_server(options.ntp, options.server, ntp_port))
    await clock.synchronise()
    return clock


async def run_until_over(stage: Stage[Any], session_id: str, performing: Coroutine[Any, Any, None]) -> ExitCode:
    """Run until the session is over, the performance ends, the time is up or somebody interrupts; sum it up.

    `performing` ends when the session is to end; an error in it ends the command.
    """
    over = asyncio.create_task(stage.coordinator.wait_ended())
    acting = asyncio.create_task(performing)
    waiting = [over, acting, asyncio.create_task(stage.interrupts.happened.wait())]
    if stage.options.seconds is not None:
        waiting.append(asyncio.create_task(asyncio.sleep(stage.options.seconds)))
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if acting.done():
            acting.result()
        await stage.coordinator.close()
        ended = await over
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    if ended is None:
        raise RuntimeError("the session ended without a word")
    exit_code = exit_code_of(ended)
    stage.narrator.summary(session_id=session_id, ended=ended, exit_code=int(exit_code), trace=str(stage.trace.path))
    if exit_code is not ExitCode.OK:
        raise CommandError(exit_code, ended.reason, ended.message)
    return exit_code


async def _pairing_with_files(path: Path, output: Output) -> Pairing:
    """Return the pairing with those files alone that are there; the others are told. Errors: PairingError."""
    named = await asyncio.to_thread(load_pairing, path)
    if not named.paired:
        raise PairingError(f"{shown_path(path)}: no track of this playlist has a file; pair at least one")
    found = await asyncio.to_thread(without_lost_files, named)
    if not found.paired:
        raise PairingError(
            f"{shown_path(path)}: none of its files is there any more; pair the playlist again, or plug in their disk"
        )
    lost = [track for track, there in zip(named.tracks, found.tracks, strict=True) if track.file != there.file]
    if lost:
        more = f" and {len(lost) - MAX_NAMED} more" if len(lost) > MAX_NAMED else ""
        names = ", ".join(str(track) for track in lost[:MAX_NAMED])
        output.state(
            f"The files of these tracks are gone: {names}{more}; pair the playlist again.",
            state="files_gone",
            files=[shown_path(track.file) for track in lost if track.file is not None],
        )
    return found


async def _look_up(
    bearer: Bearer | None,
    api: RunBuddyApiClient,
    pairing: Pairing,
    playback: PlaybackService,
    look_up: Callable[[RunBuddyApiClient, Pairing, PlaybackService], Awaitable[_T]],
) -> _T:
    if bearer is not None:
        # Whoever can't sign in hears of it before anything else is looked up.
        await bearer(None)
    return await look_up(api, pairing, playback)


def _open_trace(options: SessionOptions, role: Role) -> Trace:
    try:
        return open_trace(options.folder, role.value)
    except OSError as error:
        raise CommandError(
            ExitCode.DATA_DIR,
            "data_dir",
            f"the data directory {options.folder} can't be written ({error.strerror or error}); "
            "choose another --data-dir",
        ) from None


def exit_code_of(ended: Ended) -> ExitCode:
    """Return what the end of a session says to a program."""
    if ended.reason in _AS_ASKED:
        return ExitCode.OK
    return _EXIT_BY_REASON.get(ended.reason, ExitCode.SESSION_OVER)
