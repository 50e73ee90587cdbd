"""What `scripts/bench-server` found, against the goals, and as the sizing table of docs/deploy.md. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GOAL_P99_MS = 20.0
GOAL_SESSIONS = 1000
GOAL_SESSION_KB = 60.0
GOAL_IDLE_SOCKETS = 10_000
_SIZES = (100, 1000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Relay:
    """One run of the relay: its steps as the load said them, and the server's memory before the first session."""

    title: str
    steps: list[dict[str, Any]]
    empty_kb: int

    @property
    def held(self) -> dict[str, Any] | None:
        """Return the largest step that met the goal."""
        return max(filter(_is_met, self.steps), key=lambda step: int(step["sessions"]), default=None)

    @property
    def sessions(self) -> int:
        """Return how many sessions were held at the goal's latency."""
        return self.held["sessions"] if self.held else 0

    def session_kb(self, step: dict[str, Any]) -> float:
        """Return the memory a session."""
        return (step["rssKb"] - self.empty_kb) / step["sessions"]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was measured; `two` is None without Redis. Memory in KB."""

    one: Relay
    two: Relay | None
    flask: Relay
    rest_per_s: float
    idle_sockets: int
    idle_lost: int
    idle_socket_kb: float


def heard(step: dict[str, Any]) -> float:
    """Return how much of what was sent has arrived, in per cent."""
    return min(100.0, 100 * step["heard"] / step["sent"])


def step_row(relay: Relay, step: dict[str, Any]) -> str:
    """Return one row of a relay's table."""
    times = " | ".join("-" if step[key] is None else f"{step[key]:.1f} ms" for key in ("p50Ms", "p99Ms", "maxMs"))
    return f"| {step['sessions']:,} | {times} | {heard(step):.1f} % | {relay.session_kb(step):.0f} KB |"


def relay_lines(relay: Relay) -> list[str]:
    """Return one relay's part of the page."""
    return [
        f"### {relay.title}",
        "",
        "| sessions | p50 | p99 | max | heard of sent | memory a session |",
        "|---|---|---|---|---|---|",
        *(step_row(relay, step) for step in relay.steps),
        "",
        f"Held at p99 <= {GOAL_P99_MS:.0f} ms: **{relay.sessions:,} sessions**.",
        "",
    ]


def goal_lines(found: Found) -> list[str]:
    """Return the goals, and whether each is met."""
    one = found.one
    kb = one.session_kb(one.held) if one.held else math.inf
    none_lost = found.idle_lost == 0
    idle = f"{found.idle_sockets:,}, {found.idle_lost} sessions lost, {found.idle_socket_kb:.0f} KB each"
    rows = [
        _goal(
            f"sessions of one process at relay p99 <= {GOAL_P99_MS:.0f} ms",
            f">= {GOAL_SESSIONS:,}",
            f"{one.sessions:,}",
            one.sessions >= GOAL_SESSIONS,
        ),
        _goal("memory a session that plays", f"<= {GOAL_SESSION_KB:.0f} KB", f"{kb:.0f} KB", kb <= GOAL_SESSION_KB),
        _goal(
            "idle sockets of one process",
            f">= {GOAL_IDLE_SOCKETS:,}",
            idle,
            none_lost and found.idle_sockets >= GOAL_IDLE_SOCKETS,
        ),
        f"| REST requests a second (a billboard page of 20) | | {found.rest_per_s:.0f} | |",
    ]
    if found.two is not None:
        rows.append(f"| two processes of one core, each session apart, Redis between | | {_ratio(found.two, one)} | |")
    rows.append(f"| Flask + flask-sock, which only relays | | {_ratio(found.flask, one)} | |")
    return ["| | goal | found | |", "|---|---|---|---|", *rows, ""]


def sizing_lines(found: Found, machine: Iterable[str]) -> list[str]:
    """Return the sizing table: processes at half of what one held, each on a core of its own."""
    one = found.one
    if one.held is None:
        return ["On the machine that was measured last, no number of sessions was held.", ""]
    planned, kb = max(1, one.sessions // 2), one.session_kb(one.held)
    rows = []
    for sessions in _SIZES:
        processes = math.ceil(sessions / planned)
        rows.append(f"| {sessions:,} | {processes:,} | {(sessions * kb + processes * one.empty_kb) / 1024:,.0f} MB |")
    return [
        f"One process on one core held {one.sessions:,} sessions at a relay p99 of {one.held['p99Ms']:.1f} ms, with "
        f"{kb:.0f} KB a session over",
        f"{one.empty_kb / 1024:.0f} MB for itself. The table plans with half of that, {planned:,} sessions a process.",
        "",
        *machine,
        "",
        "| sessions | processes, a core each | memory of all processes |",
        "|---|---|---|",
        *rows,
        "",
    ]


def between(page: str, mark: str, lines: list[str]) -> str:
    """Return the page with what stands between `<!-- mark... -->` and `<!-- /mark -->` replaced. Raises ValueError."""
    begin = page.index("-->", page.index(f"<!-- {mark}")) + len("-->")
    return page[:begin] + "\n\n" + "\n".join(lines).strip() + "\n\n" + page[page.index(f"<!-- /{mark} -->") :]


def _is_met(step: dict[str, Any]) -> bool:
    is_quick = step["p99Ms"] is not None and step["p99Ms"] <= GOAL_P99_MS
    return is_quick and not step["lostSessions"] and heard(step) > 99.9


def _goal(what: str, goal: str, found: str, is_met: bool) -> str:
    return f"| {what} | {goal} | {found} | {'met' if is_met else '**missed**'} |"


def _ratio(other: Relay, one: Relay) -> str:
    share = f", {one.sessions / other.sessions:.1f} times as many in one process of ours" if other.sessions else ""
    return f"{other.sessions:,} sessions{share}"
