"""`lockstep follow`: join a session and mirror its leader."""

import asyncio
from typing import Annotated

import typer

from audio.service import PlaybackService
from client.api import RunBuddyApiClient
from client.pairing import Pairing
from client.prejoin import check_join
from client.recordings.cache import FILE_NAME, SavedFingerprints
from client.recordings.reader import RecordingReader
from protocol.events import Role
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.failures import CommandError
from ui.cli.options import SessionOptions, usage_error
from ui.cli.output import Output
from ui.cli.prejoin import RecordingCheck, somebody_is_there, tell_steps
from ui.cli.session_command import session_command
from ui.cli.session_runner import Stage, open_stage, run_session, run_until_over
from ui.session.music import prepare_for

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
@session_command
def follow(
    options: SessionOptions,
    *,
    code: Annotated[str | None, typer.Option(metavar="CODE", help="The join code that the leader reads out.")] = None,
    session: Annotated[str | None, typer.Option(metavar="ID", help="The session's id.")] = None,
    first: Annotated[bool, typer.Option("--first", help="The newest session on the billboard.")] = False,
    accept_different: Annotated[
        bool,
        typer.Option("--accept-different", help="Join even if your recordings differ from the leader's; don't ask."),
    ] = False,
) -> ExitCode:
    """Join a session by code, by id or from the billboard, and play what its leader plays."""
    if sum((code is not None, session is not None, first)) != 1:
        raise usage_error("say which session: one of --code CODE, --session ID and --first")
    wanted = code if session is None else session
    if wanted is not None and not wanted.strip():
        # An unset variable in a script must not join whoever waits.
        raise usage_error("--code and --session need something to join")
    return run_session(options, lambda output: _follow(options, wanted, output, accept_different=accept_different))


async def _follow(
    options: SessionOptions, id_or_code: str | None, output: Output, *, accept_different: bool
) -> ExitCode:
    can_ask = not accept_different and somebody_is_there(as_json=options.as_json)
    reader = RecordingReader(lambda: SavedFingerprints(options.folder / FILE_NAME))

    async def find(api: RunBuddyApiClient, pairing: Pairing, playback: PlaybackService) -> RecordingCheck:
        wanted = id_or_code
        if wanted is None:
            waiting = await api.list_sessions()
            if not waiting:
                raise CommandError(
                    ExitCode.NO_SUCH_SESSION,
                    "no_session_waits",
                    "no session waits for a follower; start one with “lockstep lead”",
                )
            wanted = waiting[0].session_id
        detail = await api.get_session(wanted)
        check = check_join(pairing, detail)
        tell_steps(output, check)
        check.require()
        recordings = RecordingCheck(output, reader, pairing, detail, can_ask=can_ask)
        await prepare_for(playback, detail.snapshot)
        return recordings

    async with reader, open_stage(options, output, Role.FOLLOWER, find) as stage:
        await stage.found.before_joining()
        session_id = stage.found.detail.session_id
        await stage.coordinator.follow(session_id, lambda now: check_join(stage.pairing, now).require())
        return await run_until_over(stage, session_id, _be_ready(stage))


async def _be_ready(stage: Stage[RecordingCheck]) -> None:
    """Say that this follower can play; then the leader decides when the session ends."""
    stage.coordinator.ready()
    await stage.found.while_playing()
    await asyncio.Event().wait()
