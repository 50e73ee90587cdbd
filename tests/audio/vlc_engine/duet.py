"""Two PlaybackServices in lockstep without server and network: the leader's news goes straight to the follower."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from audio.engine.client import EngineKind
from audio.queue import QueueItem
from audio.service import PlaybackService
from protocol.playback import LocalTransport, RemoteTransport
from protocol.timeline import ClockMapping, Timeline

HEARTBEAT_S = 0.25


class _Follower:
    def on_local_transport(self, transport: LocalTransport) -> None: ...

    def is_follower(self) -> bool:
        return True


class _Leader:
    def __init__(self, follower: PlaybackService, clock: ClockMapping) -> None:
        self._follower, self._clock = follower, clock

    def on_local_transport(self, transport: LocalTransport) -> None:
        line = Timeline(transport.position_ms, self._clock.corrected_ms_at(transport.mono_ns), transport.is_playing)
        self._follower.apply_remote_transport(
            RemoteTransport(transport.playlist_position, transport.track_id, line, jump=True)
        )

    def is_follower(self) -> bool:
        return False


class Duet:
    """A leader and a follower, each into a sink of its own."""

    def __init__(self, leader: PlaybackService, follower: PlaybackService, clock: ClockMapping) -> None:
        self.leader, self.follower, self._clock = leader, follower, clock

    async def beat(self) -> None:
        """Hand the leader's position on, as heartbeats do."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            heard = self.leader.playback_position(time.perf_counter_ns())
            if heard is not None and heard.is_playing:
                line = Timeline(heard.position_ms, self._clock.corrected_ms_at(heard.mono_ns), heard.is_playing)
                self.follower.apply_remote_transport(
                    RemoteTransport(heard.playlist_position, heard.track_id, line, jump=False)
                )


@asynccontextmanager
async def duet(
    environments: tuple[dict[str, str], dict[str, str]],
    engines: tuple[EngineKind, EngineKind],
    files: list[Path],
    data_dir: Path,
    device: str | None = None,
) -> AsyncIterator[Duet]:
    """Open both players with these tracks, decoded and loaded; the follower follows."""
    clock = ClockMapping(time.perf_counter_ns(), 1_700_000_000_000.0)
    items = [QueueItem(number, f"t{number}", file.stem, "", file) for number, file in enumerate(files)]
    services = []
    before = dict(os.environ)
    beating: asyncio.Task[None] | None = None
    try:
        for environment, engine, name in zip(environments, engines, ("leader", "follower"), strict=True):
            os.environ.update(environment)
            services.append(PlaybackService.begin(device=device, data_dir=data_dir / name, engine=engine))
        leader, follower = services
        for service in services:
            await service.opened()
            service.set_queue(items)
            service.set_clock(clock)
            for item in items:
                await service.prepare(item.playlist_position)
        follower.attach_runbuddy(_Follower())
        leader.attach_runbuddy(_Leader(follower, clock))
        both = Duet(leader, follower, clock)
        beating = asyncio.create_task(both.beat())
        yield both
    finally:
        os.environ.clear()
        os.environ.update(before)
        if beating is not None:
            beating.cancel()
        for service in services:
            await service.aclose()
