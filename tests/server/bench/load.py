"""The load, in a process of its own: `python -m tests.server.bench.load '{...}'` prints one JSON object a step.

Sessions are opened by REST as people do, then every leader says its position 4 times a second, evenly spread, with
the moment at which it was sent; the follower's end of it is the relay latency.
"""

import asyncio
import gc
import json
import os
import sys
import time
from typing import Any

from tests.server.bench.raw_clients import RawSocket, RestConnection

_INTERVAL_S = 0.25
_WARM_UP_S = 2.0
_AT_ONCE = 32


class Load:
    """Hold sessions at servers and measure."""

    def __init__(self, kind: str, leaders_at: int, followers_at: int) -> None:
        self._kind = kind
        self._ports = (leaders_at, followers_at)
        self.latencies_ns: list[int] = []
        self.pairs: list[tuple[RawSocket, RawSocket]] = []

    async def grow(self, sessions: int) -> None:
        """Open sessions until there are so many."""
        wanted = iter(range(len(self.pairs), sessions))

        async def work() -> None:
            connections = [RestConnection(port) for port in self._ports]
            for number in wanted:
                self.pairs.append(await self._open(number, *connections))
            for connection in connections:
                connection.close()

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    async def speak(self, seconds: float) -> dict[str, Any]:
        """Have every leader speak for so long and return the figures."""
        loop = asyncio.get_running_loop()
        begin_s = loop.time() + 0.1
        spacing_s = _INTERVAL_S / len(self.pairs)
        total = round((_WARM_UP_S + seconds) / spacing_s)
        measured_from = round(_WARM_UP_S / spacing_s)
        late_ns = 0
        for number in range(total):
            due_s = begin_s + number * spacing_s
            if (wait_s := due_s - loop.time()) > 0:
                await asyncio.sleep(wait_s)
            elif number % 16 == 0:
                await asyncio.sleep(0)
            if number == measured_from:
                self.latencies_ns.clear()
            late_ns = max(late_ns, round((loop.time() - due_s) * 1e9)) if number > measured_from else 0
            self.pairs[number % len(self.pairs)][0].send(_position(number))
        sent = total - measured_from
        await asyncio.sleep(0.5)
        found = sorted(self.latencies_ns)
        lost = sum(leader.closed_by_server or follower.closed_by_server for leader, follower in self.pairs)
        return {
            "sessions": len(self.pairs),
            "sent": sent,
            "heard": len(found),
            "p50Ms": _percentile_ms(found, 0.5),
            "p99Ms": _percentile_ms(found, 0.99),
            "maxMs": _percentile_ms(found, 1.0),
            "loadLateMs": late_ns / 1e6,
            "lostSessions": lost,
        }

    async def rest(self, seconds: float) -> dict[str, Any]:
        """Ask for the billboard over 8 connections for so long; return requests a second."""
        token = (await RestConnection(self._ports[0]).ask("POST", "/local/accounts", body={"displayName": "x"}))[
            "accessToken"
        ]
        end_s = time.perf_counter() + seconds
        counts = await asyncio.gather(*(self._ask_until(end_s, token) for _ in range(8)))
        return {"requestsPerSecond": sum(counts) / seconds}

    async def _ask_until(self, end_s: float, token: str) -> int:
        connection, count = RestConnection(self._ports[0]), 0
        while time.perf_counter() < end_s:
            await connection.ask("GET", "/runbuddy/sessions?limit=20", token)
            count += 1
        connection.close()
        return count

    async def _open(
        self, number: int, leaders: RestConnection, followers: RestConnection
    ) -> tuple[RawSocket, RawSocket]:
        if self._kind == "flask":
            paths = [f"/ws?sessionId={number}&role={role}" for role in ("leader", "follower")]
        else:
            ann = (await leaders.ask("POST", "/local/accounts", body={"displayName": "Ann"}))["accessToken"]
            bob = (await followers.ask("POST", "/local/accounts", body={"displayName": "Bob"}))["accessToken"]
            body = {"playlistId": "p", "playlistName": "Morning run", "pairedTrackCount": 3}
            session = await leaders.ask("POST", "/runbuddy/sessions", ann, body)
            session_id = session["sessionId"]
            joined = await followers.ask("POST", f"/runbuddy/sessions/{session_id}/join", bob)
            tokens = (session["wsToken"], joined["wsToken"])
            paths = [f"/runbuddy/ws?sessionId={session_id}&token={token}" for token in tokens]
        leader = await _connect(paths[0], self._ports[0], lambda _waited_ns: None)
        return leader, await _connect(paths[1], self._ports[1], self.latencies_ns.append)


async def _connect(path: str, port: int, on_relayed: Any) -> RawSocket:
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(lambda: RawSocket(path, port, on_relayed), "127.0.0.1", port)
    await protocol.open
    return protocol


def _position(number: int) -> bytes:
    return (
        b'{"type":"position","correctedMs":%d,"positionMs":%d,"isPlaying":true,"playlistPosition":3,'
        b'"trackId":"spotify:track:4uLU6hMCjMI75M1A2tKUQC","sentNs":%d}'
        % (time.time_ns() // 1_000_000, number % 600_000, time.perf_counter_ns())
    )


def _percentile_ms(ordered_ns: list[int], share: float) -> float | None:
    return ordered_ns[min(len(ordered_ns) - 1, int(len(ordered_ns) * share))] / 1e6 if ordered_ns else None


async def main(order: dict[str, Any]) -> None:
    """Carry out an order: steps of sessions, each spoken in for `seconds`, or idle ones, or REST."""
    load = Load(order.get("kind", "lockstep"), *order["ports"])
    if "restSeconds" in order:
        print(json.dumps(await load.rest(order["restSeconds"])), flush=True)
    for sessions in order.get("steps", []):
        await load.grow(sessions)
        gc.collect()
        gc.freeze()
        found = await load.speak(order["seconds"])
        print(json.dumps(found), flush=True)
        if found["p99Ms"] is None or found["p99Ms"] > order.get("stopAboveMs", 1e9):
            break
        await asyncio.to_thread(sys.stdin.readline)
    for sessions in order.get("idle", []):
        await load.grow(sessions)
        await asyncio.sleep(order["seconds"])
        lost = sum(leader.closed_by_server or follower.closed_by_server for leader, follower in load.pairs)
        print(json.dumps({"sessions": len(load.pairs), "lostSessions": lost}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    for pair in load.pairs:
        for side in pair:
            side.close()


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    asyncio.run(main(json.loads(sys.argv[1])))
