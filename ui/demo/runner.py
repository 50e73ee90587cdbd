"""Run the demo: real processes on this machine, and everything they said."""

import asyncio
import contextlib
import importlib.resources
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from audio.measure.capture import Capture, CaptureError
from audio.measure.rig import SINKS, PulseRig, RigUnavailableError
from ui.demo.acoustics import HeardOffsets, heard_offsets
from ui.demo.analysis import Happening, SyncPoint, happening, sync_point
from ui.demo.player_process import Line, LockstepProcess
from ui.demo.scenario import Step, to_script

_START_TIMEOUT_S: Final = 20.0
_END_TIMEOUT_S: Final = 20.0
_REPORT_EVERY_S: Final = "0.05"
_LEADER_NAME: Final = "Ana"
_FOLLOWER_NAME: Final = "Ben"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoRun:
    """What a run brought to light; `mono_minus_corrected_ms` relates the two scales on this one machine."""

    points: tuple[SyncPoint, ...]
    happenings: tuple[Happening, ...]
    join_ms: float
    leader_summary: Line
    follower_summary: Line
    mono_minus_corrected_ms: float
    heard: HeardOffsets | None
    not_heard_because: str | None


@dataclass(frozen=True, slots=True)
class _Room:
    """Where the two players play."""

    environments: tuple[Mapping[str, str], Mapping[str, str]]
    audio_arguments: tuple[str, ...]
    capture: Capture | None
    not_captured_because: str | None


async def run_demo(
    steps: Sequence[Step], folder: Path, options: Sequence[str] = (), *, listen: bool, tell: Tell, on_sync: Tell
) -> DemoRun:
    """Play the scenario with all files in `folder`; `options` are those of both players, as on a command line.

    Errors: DemoError names the part that failed.
    """
    pairing = importlib.resources.files("assets") / "demo" / "pairing.json"
    script = folder / "scenario.json"
    script.write_text(json.dumps(to_script(steps)))
    async with contextlib.AsyncExitStack() as stack:
        room = await stack.enter_async_context(_open_room(folder, listen=listen, tell=tell))
        serve = ["serve", "--accounts", "local", "--port", "0", "--ntp-port", "0"]
        server = await _start(stack, "server", folder, serve)
        serving = await server.line(lambda line: line.get("type") == "serving", _START_TIMEOUT_S)
        common = ["--server", serving["url"], "--ntp", f"127.0.0.1:{serving['ntpPort']}"]
        common += ["--report-every", _REPORT_EVERY_S, *room.audio_arguments, *options]
        tell(f"Server and SNTP answer at {serving['url']} and on UDP port {serving['ntpPort']}")
        lead = ["lead", str(pairing), "--account", _LEADER_NAME, "--script", str(script), *common]
        leader = await _start(stack, "leader", folder, lead, room.environments[0])
        session = await leader.line(lambda line: line.get("type") == "session", _START_TIMEOUT_S)
        tell(f"{_LEADER_NAME} leads; the join code is {session['joinCode']}")
        began_s = time.perf_counter()
        follow = ["follow", str(pairing), "--account", _FOLLOWER_NAME, "--code", session["joinCode"], *common]
        follower = await _start(stack, "follower", folder, follow, room.environments[1])
        follower.subscribe(lambda line: on_sync(_sync_text(line)) if line.get("type") == "sync" else None)
        await leader.line(lambda line: line.get("state") == "follower_ready", _START_TIMEOUT_S)
        join_ms = (time.perf_counter() - began_s) * 1000
        tell(f"{_FOLLOWER_NAME} found the session, joined, and is ready after {join_ms / 1000:.2f} s")
        narration = asyncio.create_task(_narrate(steps, tell))
        stack.callback(narration.cancel)
        seconds = steps[-1].at_ms / 1000
        await leader.wait(seconds + _END_TIMEOUT_S)
        await follower.wait(_END_TIMEOUT_S)
        return await asyncio.to_thread(_collect, leader, follower, join_ms, room)


@contextlib.asynccontextmanager
async def _open_room(folder: Path, *, listen: bool, tell: Tell) -> AsyncIterator[_Room]:
    """Choose where to play: a private PulseAudio that is captured, or this machine's own output."""
    environment = dict(os.environ)
    if listen:
        reason = "it was played through this machine's own output (--listen)"
        yield _Room((environment, environment), (), None, reason)
        return
    with contextlib.ExitStack() as stack:
        try:
            rig = stack.enter_context(PulseRig())
            await asyncio.to_thread(rig.wake)
            capture = await asyncio.to_thread(rig.capture, folder / "heard.raw")
        except (RigUnavailableError, CaptureError) as error:
            tell(f"The sound can't be captured: {error}")
            yield _Room((environment, environment), (), None, str(error))
            return
        tell("Sound: two private PulseAudio sinks, captured for measuring; nothing is audible (--listen plays aloud)")
        left, right = (rig.environment(sink) for sink in SINKS)
        yield _Room((left, right), ("--audio", "pulse"), capture, None)


async def _start(
    stack: contextlib.AsyncExitStack,
    name: str,
    folder: Path,
    arguments: list[str],
    environment: Mapping[str, str] | None = None,
) -> LockstepProcess:
    process = LockstepProcess(name, folder / f"{name}.log")
    stack.push_async_callback(process.stop)
    await process.start([*arguments, "--json", "--data-dir", str(folder / name)], environment)
    return process


async def _narrate(steps: Sequence[Step], tell: Tell) -> None:
    began_s = time.monotonic()
    for step in steps:
        await asyncio.sleep(began_s + step.at_ms / 1000 - time.monotonic())
        tell(f"{step.at_ms / 1000:4.0f} s  {_LEADER_NAME}: {step.label}")


def _sync_text(line: Line) -> str:
    drift_ms = line.get("driftMs")
    drift = "—" if drift_ms is None else f"{drift_ms:+.3f} ms"
    return f"drift {drift}   position {(line.get('positionMs') or 0) / 1000:7.2f} s   {line.get('correction')}"


def _collect(leader: LockstepProcess, follower: LockstepProcess, join_ms: float, room: _Room) -> DemoRun:
    sync_lines = [line for line in follower.lines if line.get("type") == "sync"]
    happenings = _happenings(_summary(leader))
    offset_ms = 0.0
    if sync_lines:
        offset_ms = sync_lines[-1]["monoNs"] / 1e6 - sync_lines[-1]["correctedMs"]
    heard, reason = None, room.not_captured_because
    if room.capture is not None and happenings:
        room.capture.stop()
        begin_ns = round((happenings[0].corrected_ms + offset_ms) * 1e6)
        heard = heard_offsets(room.capture.recording(), begin_ns, begin_ns + round(3600e9))
        reason = None if heard is not None else "both players were silent in the capture"
    return DemoRun(
        points=tuple(sync_point(line) for line in sync_lines),
        happenings=tuple(happenings),
        join_ms=join_ms,
        leader_summary=_summary(leader),
        follower_summary=_summary(follower),
        mono_minus_corrected_ms=offset_ms,
        heard=heard,
        not_heard_because=reason,
    )


def _summary(process: LockstepProcess) -> dict[str, Any]:
    return next((line for line in reversed(process.lines) if line.get("type") == "summary"), {})


def _happenings(leader_summary: Line) -> list[Happening]:
    trace = leader_summary.get("trace")
    if not trace:
        return []
    lines = Path(trace).read_text(encoding="utf-8").splitlines()
    found = (happening(json.loads(line)) for line in lines)
    return [what for what in found if what is not None]
