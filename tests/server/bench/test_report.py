"""What the bench makes of its figures."""

from pathlib import Path
from typing import Any

import pytest

from tests.server.bench.report import Found, Relay, between, goal_lines, sizing_lines

PAGE = (Path(__file__).parents[3] / "docs" / "deploy.md").read_text()


def step(sessions: int, p99_ms: float | None, **changes: Any) -> dict[str, Any]:
    sent = sessions * 40
    figures = {"p50Ms": 1.0, "maxMs": 50.0, "sent": sent, "heard": sent, "lostSessions": 0}
    return figures | {"sessions": sessions, "p99Ms": p99_ms, "rssKb": 100_000 + sessions * 20} | changes


def relay(*steps: dict[str, Any]) -> Relay:
    return Relay("One", list(steps), 100_000)


def found(one: Relay, idle_lost: int = 0) -> Found:
    return Found(one, None, relay(step(100, 15.0)), 500.0, 10_000, idle_lost, 9.0)


def test_held_is_the_largest_step_that_was_quick_and_lost_nothing() -> None:
    good, late = step(1000, 19.9), step(1500, 20.1)
    unheard, lost, silent = step(2000, 5.0, heard=0), step(2500, 5.0, lostSessions=1), step(3000, None)
    assert relay(step(500, 30.0), good, late, unheard, lost, silent).held == good
    assert relay(late).held is None


def test_goals_are_told_as_met_or_missed() -> None:
    met = "\n".join(goal_lines(found(relay(step(1000, 10.0)))))
    assert met.count("| met |") == 3
    assert "10.0 times as many" in met
    missed = "\n".join(goal_lines(found(relay(step(800, 10.0, rssKb=200_000)), idle_lost=1)))
    assert missed.count("**missed**") == 3


def test_sizing_plans_with_half_of_what_was_held() -> None:
    lines = sizing_lines(found(relay(step(2000, 10.0))), ["- CPU: some"])
    assert "| 10,000 | 10 | 1,172 MB |" in lines


def test_the_sizing_table_has_its_place_in_the_page() -> None:
    changed = between(PAGE, "sizing", ["a table"])
    assert "-->\n\na table\n\n<!-- /sizing -->" in changed
    assert changed.startswith(PAGE.partition("<!-- sizing")[0])
    assert changed.endswith(PAGE.partition("<!-- /sizing -->")[2])
    with pytest.raises(ValueError, match="substring"):
        between("no place", "sizing", [])
