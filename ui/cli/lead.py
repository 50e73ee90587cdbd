"""`lockstep lead`: create a session and play."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from audio.playback_events import PlaybackEvent, QueueFinished
from audio.service import PlaybackService
from client.api import RunBuddyApiClient
from client.pairing import Pairing
from client.prejoin import leader_queue
from client.recordings.cache import FILE_NAME, SavedFingerprints
from client.recordings.reader import RecordingReader
from client.reports import CoordinatorEvent, FollowerChanged
from protocol import limits
from protocol.events import ParticipantState, Role
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.options import SessionOptions
from ui.cli.output import Output
from ui.cli.script import SeekStep, Step, TrackStep, load_script
from ui.cli.session_command import session_command
from ui.cli.session_runner import Stage, open_stage, run_session, run_until_over
from ui.session.music import FINGERPRINTS_S, prepare_first

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
@session_command
def lead(
    options: SessionOptions,
    *,
    script: Annotated[
        Path | None,
        typer.Option(metavar="S.json", readable=False, help="What to do when; by default the playlist is played."),
    ] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Play at once, not when the follower is ready.")] = False,
) -> ExitCode:
    """Create a session, wait until a follower is ready, and play the playlist or the script."""
    steps = load_script(script) if script is not None else None
    return run_session(options, lambda output: _lead(options, steps, output, wait=not no_wait))


async def _lead(options: SessionOptions, steps: tuple[Step, ...] | None, output: Output, *, wait: bool) -> ExitCode:
    reader = RecordingReader(lambda: SavedFingerprints(options.folder / FILE_NAME))

    async def prepare(api: RunBuddyApiClient, pairing: Pairing, playback: PlaybackService) -> None:
        reader.begin(track.file for track in pairing.paired[: limits.MAX_QUEUE_TRACKS] if track.file is not None)
        await _prepare(api, pairing, playback)

    async with reader, open_stage(options, output, Role.LEADER, prepare) as stage:
        cue = _Cue(stage)
        pairing = stage.pairing
        # Those that come later are there the next time.
        await reader.wait(FINGERPRINTS_S)
        queue = leader_queue(pairing, reader.known)
        leading = await stage.coordinator.lead(pairing.playlist_id, pairing.playlist_name, pairing.count_paired, queue)
        return await run_until_over(stage, leading.session_id, _perform(stage, cue, steps, wait=wait))


async def _prepare(_api: RunBuddyApiClient, _pairing: Pairing, playback: PlaybackService) -> None:
    """Prepare what is played first; there is nothing to look up, a leader knows what it plays."""
    await prepare_first(playback)


class _Cue:
    """When the follower is ready, and when the playlist is over."""

    def __init__(self, stage: Stage[None]) -> None:
        self.ready = asyncio.Event()
        self.finished = asyncio.Event()
        stage.coordinator.subscribe(self._on_coordinator)
        stage.playback.subscribe(self._on_playback)

    def _on_coordinator(self, event: CoordinatorEvent) -> None:
        if isinstance(event, FollowerChanged) and event.participant.state is ParticipantState.READY:
            self.ready.set()

    def _on_playback(self, event: PlaybackEvent) -> None:
        if isinstance(event, QueueFinished):
            self.finished.set()


async def _perform(stage: Stage[None], cue: _Cue, steps: tuple[Step, ...] | None, *, wait: bool) -> None:
    """Play the playlist to its end, or the script; return when the session is to end."""
    if wait:
        await cue.ready.wait()
    if steps is None:
        stage.playback.play()
        await cue.finished.wait()
        return
    began_s = time.monotonic()
    for step in steps:
        await asyncio.sleep(began_s + step.at_ms / 1000 - time.monotonic())
        if step.action == "end":
            return
        _do(stage, step)
    # A script without an end leaves the music on, until somebody ends the session.
    await asyncio.Event().wait()


def _do(stage: Stage[None], step: Step) -> None:
    playback = stage.playback
    match step:
        case SeekStep(position_ms=position_ms):
            playback.seek(position_ms)
        case TrackStep(playlist_position=playlist_position):
            playback.track_change(playlist_position)
        case _:
            {
                "play": playback.play,
                "pause": playback.pause,
                "skip_next": playback.skip_next,
                "skip_prev": playback.skip_prev,
            }[step.action]()
