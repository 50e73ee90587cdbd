"""Run the demo: real processes on this machine, and everything they said."""

import asyncio
import contextlib
import importlib.resources
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audio.engine.client import EngineKind
from audio.measure.capture import Capture, CaptureError
from audio.measure.rig import SINKS, PulseRig, RigUnavailableError
from audio.output_settings import FULL_VOLUME
from ui.demo.acoustics import HeardOffsets, heard_offsets
from ui.demo.analysis import Happening, SyncPoint, happening, sync_point
from ui.demo.player_process import Line
from ui.demo.scenario import Step
from ui.demo.stage import START_TIMEOUT_S, DemoStage, Played, Setting, Tell
from ui.demo.terminal_players import play_in_terminal
from ui.demo.window_players import play_in_windows


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
    device: str | None
    capture: Capture | None
    not_captured_because: str | None


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the demo is played: aloud or captured, in windows or without."""

    listen: bool = False
    windows: bool = False
    engine: EngineKind = EngineKind.PRECISE
    volume_percent: float = FULL_VOLUME


async def run_demo(steps: Sequence[Step], folder: Path, options: DemoOptions, *, tell: Tell, on_sync: Tell) -> DemoRun:
    """Play the scenario with all files in `folder`.

    Errors: DemoError names the part that failed.
    """
    pairing = importlib.resources.files("assets") / "demo" / "pairing.json"
    async with contextlib.AsyncExitStack() as stack:
        room = await stack.enter_async_context(_open_room(folder, listen=options.listen, tell=tell))
        stage = await stack.enter_async_context(DemoStage(folder, room.environments, tell, on_sync))
        server = await stage.start(
            "server", ["serve", "--json", "--accounts", "local", "--port", "0", "--ntp-port", "0"]
        )
        serving = await server.line(lambda line: line.get("type") == "serving", START_TIMEOUT_S)
        tell(f"Server and SNTP answer at {serving['url']} and on UDP port {serving['ntpPort']}")
        setting = Setting(
            folder=folder,
            pairing_file=Path(str(pairing)),
            server=serving["url"],
            ntp=f"127.0.0.1:{serving['ntpPort']}",
            device=room.device,
            engine=options.engine,
            volume_percent=options.volume_percent,
        )
        play = play_in_windows if options.windows else play_in_terminal
        played = await play(stage, setting, steps)
        return await asyncio.to_thread(_collect, played, room)


@contextlib.asynccontextmanager
async def _open_room(folder: Path, *, listen: bool, tell: Tell) -> AsyncIterator[_Room]:
    """Choose where to play: a private PulseAudio that is captured, or this machine's own output."""
    environment = dict(os.environ)
    if listen:
        reason = "it was played through this machine's own output (--listen)"
        yield _Room((environment, environment), None, None, reason)
        return
    with contextlib.ExitStack() as stack:
        try:
            rig = stack.enter_context(PulseRig())
            await asyncio.to_thread(rig.wake)
            capture = await asyncio.to_thread(rig.capture, folder / "heard.raw")
        except (RigUnavailableError, CaptureError) as error:
            tell(f"The sound can't be captured: {error}")
            yield _Room((environment, environment), None, None, str(error))
            return
        tell("Sound: two private PulseAudio sinks, captured for measuring; nothing is audible (--listen plays aloud)")
        left, right = (rig.environment(sink) for sink in SINKS)
        yield _Room((left, right), "pulse", capture, None)


def _collect(played: Played, room: _Room) -> DemoRun:
    leader, follower = _summary(played.leader), _summary(played.follower)
    sync_lines = [line for line in played.follower if line.get("type") == "sync"]
    happenings = _happenings(leader)
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
        join_ms=played.join_ms,
        leader_summary=leader,
        follower_summary=follower,
        mono_minus_corrected_ms=offset_ms,
        heard=heard,
        not_heard_because=reason,
    )


def _summary(lines: Sequence[Line]) -> Line:
    return next((line for line in reversed(lines) if line.get("type") == "summary"), {})


def _happenings(leader_summary: Line) -> list[Happening]:
    trace = leader_summary.get("trace")
    if not trace:
        return []
    lines = Path(trace).read_text(encoding="utf-8").splitlines()
    found = (happening(json.loads(line)) for line in lines)
    return [what for what in found if what is not None]
