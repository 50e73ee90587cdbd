import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.bench import wrapped_program
from tests.bench.players import Said
from tests.bench.runs import commands_ns, glide_figures
from tests.bench.scenario import actions, cbr_actions, few_actions, start_and_pause, steady, vbr_actions

MS = 1_000_000


@dataclass
class Silent:
    """A player as far as its lines go."""

    said: list[dict[str, Any]] = field(default_factory=list)

    def of_type(self, kind: str) -> list[Said]:
        return [Said(0, line) for line in self.said if line["type"] == kind]


def test_a_wrapper_says_when_it_does_each_step() -> None:
    scenario = start_and_pause()
    leader = Silent([{"type": "action", "monoNs": number} for number in (1, 2, 3)])
    assert commands_ns(leader, scenario) == {0: 1, 6_000: 2, 8_500: 3}


def test_a_lockstep_leader_counts_its_script_from_the_followers_ready() -> None:
    leader = Silent([{"type": "state", "state": "follower_ready", "monoNs": 5 * MS}])
    told = commands_ns(leader, actions(130_000))
    assert told[5_000] == 5_005 * MS
    # Nobody is told to change the track at its natural end.
    assert 34_000 not in told
    assert commands_ns(Silent(), actions(130_000)) == {}


def test_the_followers_last_word_about_its_rate_counts() -> None:
    syncs = [{"type": "sync", "glideShare": share, "rateStdPpm": 1.0} for share in (0.5, 0.25)]
    assert glide_figures(Silent([])) is None
    assert getattr(glide_figures(Silent(syncs)), "share", None) == 0.25
    summary = {"type": "summary", "glideShare": 0.125, "rateStdPpm": 2.0}
    assert getattr(glide_figures(Silent([*syncs, summary])), "rate_std_ppm", None) == 2.0


@pytest.mark.parametrize(
    "scenario", [steady(10), few_actions(), cbr_actions(), vbr_actions(133_000, quick=True), start_and_pause()]
)
def test_every_scenario_ends_by_itself_and_begins_with_play(scenario, tmp_path: Path) -> None:
    script = json.loads(scenario.write(tmp_path / "script.json").read_text())
    assert script[0] == {"atMs": 0, "action": "play"}
    assert script[-1]["action"] == "end"


def test_a_wrapper_does_the_script_in_order_and_tells_each_action(tmp_path: Path, capsys) -> None:
    script = tmp_path / "script.json"
    script.write_text('[{"atMs": 1, "action": "end"}, {"atMs": 0, "action": "play"}, {"atMs": 0, "action": "pause"}]')
    done: list[str] = []
    wrapped_program.run_script(script, 60.0, lambda step: done.append(step["action"]), lambda: {"positionMs": 7})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert done == ["play", "pause"]
    assert [line["action"] for line in lines if line["type"] == "action"] == ["play", "pause"]
    assert {line["positionMs"] for line in lines if line["type"] == "sync"} == {7}


def test_a_wrapped_program_is_waited_for_and_ended(capfd) -> None:
    program = wrapped_program.Program("cat", ["sh", "-c", "echo Hello There; exec cat"], {"PATH": "/usr/bin:/bin"})
    try:
        program.wait_for("hello there")
    finally:
        program.close()
    assert program.process.returncode is not None
    assert '"first_word"' in capfd.readouterr().out


def test_a_program_that_ends_without_a_word_is_reported() -> None:
    program = wrapped_program.Program("true", ["true"], {"PATH": "/usr/bin:/bin"})
    with pytest.raises(wrapped_program.WrapperError, match="true did not say 'hello'"):
        program.wait_for("hello")
    program.close()
