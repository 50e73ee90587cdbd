"""The demo with windows: two apps side by side that use their own buttons."""

import asyncio
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from client.library.library import Library
from client.pairing import Pairing, load_pairing
from client.playlist.json_file import playlist_of
from ui.demo.player_process import DemoError, EndedEarlyError, Line, LockstepProcess
from ui.demo.scenario import Step, to_script
from ui.demo.stage import (
    END_TIMEOUT_S,
    FOLLOWER_NAME,
    LEADER_NAME,
    REPORT_EVERY_S,
    START_TIMEOUT_S,
    DemoStage,
    Played,
    Setting,
)
from ui.desktop.settings import Settings, SettingsFile
from ui.scripted.script import FROM_INPUT, AppScript, FollowPart, LeadPart

_ENDED: Final = "the session was ended at one of the windows, so the demo ends here and has nothing to show"


class WindowClosedError(DemoError):
    """Somebody closed a window, or ended the session at it, before the scenario was over."""


async def play_in_windows(stage: DemoStage, setting: Setting, steps: Sequence[Step]) -> Played:
    """Play the scenario to its end. Errors: DemoError, WindowClosedError."""
    pairing = load_pairing(setting.pairing_file)
    await _prepare(setting, pairing)
    every_ms = round(REPORT_EVERY_S * 1000)
    lead = LeadPart.model_validate({"playlistId": pairing.playlist_id, "steps": to_script(steps)})
    follow = FollowPart(code=FROM_INPUT)
    scripts = {
        "leader": AppScript(title=f"{LEADER_NAME} · Lockstep", side="left", report_every_ms=every_ms, lead=lead),
        "follower": AppScript(
            title=f"{FOLLOWER_NAME} · Lockstep", side="right", report_every_ms=every_ms, follow=follow
        ),
    }
    # The follower's window is there before the leader has a code for it.
    follower = await _open(stage, setting, "follower", scripts["follower"])
    leader = await _open(stage, setting, "leader", scripts["leader"])
    stage.watch(follower)
    await _line(follower, FOLLOWER_NAME, "state", "open")
    session = await _line(leader, LEADER_NAME, "type", "session")
    stage.tell_code(session["joinCode"])
    began_s = time.perf_counter()
    follower.say(session["joinCode"])
    await _line(leader, LEADER_NAME, "state", "follower_ready")
    join_ms = (time.perf_counter() - began_s) * 1000
    stage.tell_joined(join_ms, steps)
    await _play_to_the_end(leader, follower, steps[-1].at_ms / 1000)
    return Played(leader.lines, follower.lines, join_ms)


async def prepare_app(folder: Path, pairing: Pairing, settings: Settings) -> None:
    """Make a data directory as a first run leaves it, with one paired playlist. Errors: ClientError, SettingsError."""
    await asyncio.to_thread(SettingsFile(folder).save, settings)
    library = await Library.open(folder)
    try:
        for music in {track.file.parent for track in pairing.paired if track.file is not None}:
            await library.add_folder(music)
        await library.scan()
        await library.save_playlist(playlist_of(pairing))
    finally:
        await library.aclose()


async def _prepare(setting: Setting, pairing: Pairing) -> None:
    settings = Settings(
        server=setting.server,
        ntp_server=setting.ntp,
        display_name=LEADER_NAME,
        sound_device=setting.device,
        engine=setting.engine.value,
        volume_percent=setting.volume_percent,
        first_run_done=True,
    )
    leader, follower = setting.folder / "leader", setting.folder / "follower"
    await prepare_app(leader, pairing, settings)
    await asyncio.to_thread(shutil.copytree, leader, follower)
    SettingsFile(follower).save(settings.changed(display_name=FOLLOWER_NAME))


async def _open(stage: DemoStage, setting: Setting, name: str, script: AppScript) -> LockstepProcess:
    file = setting.folder / f"{name}.json"
    file.write_text(script.model_dump_json(by_alias=True, exclude_none=True))
    return await stage.start(name, ["app", "--script", str(file)], has_input=True)


async def _line(process: LockstepProcess, name: str, field: str, value: str) -> Line:
    try:
        return await process.line(lambda line: line.get(field) == value, START_TIMEOUT_S)
    except EndedEarlyError as error:
        if error.exit_code == 0:
            raise _closed(name) from None
        raise


async def _play_to_the_end(leader: LockstepProcess, follower: LockstepProcess, seconds: float) -> None:
    """Wait until both sides have summed up, and the leader did so because its script was over."""
    names = {leader: LEADER_NAME, follower: FOLLOWER_NAME}
    ends = {
        asyncio.create_task(process.line(lambda line: line.get("type") == "summary", seconds + END_TIMEOUT_S)): process
        for process in names
    }
    try:
        for ended in asyncio.as_completed(ends):
            await ended
            if not any(line.get("state") == "script_done" for line in leader.lines):
                closed = [name for process, name in names.items() if _was_closed(process)]
                raise _closed(closed[0]) if closed else WindowClosedError(_ENDED)
    finally:
        for task in ends:
            task.cancel()
        await asyncio.gather(*ends, return_exceptions=True)


def _was_closed(process: LockstepProcess) -> bool:
    return any(line.get("state") == "closed" for line in process.lines)


def _closed(name: str) -> WindowClosedError:
    return WindowClosedError(f"{name}'s window was closed, so the demo ends here and has nothing to show")
