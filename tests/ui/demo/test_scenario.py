"""The demo's scenario is one that `lockstep lead` takes, whatever its length."""

import json

import pytest

from ui.cli.script import load_script
from ui.demo.scenario import DEFAULT_SECONDS, SHORTEST_SECONDS, scenario, to_script


@pytest.mark.parametrize("seconds", [SHORTEST_SECONDS, 10, 20, DEFAULT_SECONDS, 600])
def test_every_length_is_a_script_that_begins_and_ends(tmp_path, seconds):
    steps = scenario(seconds)
    path = tmp_path / "s.json"
    path.write_text(json.dumps(to_script(steps)))
    loaded = load_script(path)
    assert [step.action for step in loaded] == [step.action for step in steps]
    assert (steps[0].action, steps[-1].action, steps[-1].at_ms) == ("play", "end", seconds * 1000)
    assert all(step.at_ms < seconds * 1000 - 1000 for step in steps[:-1])


def test_the_whole_scenario_shows_every_kind_of_action_and_leaves_time_for_a_track_to_end():
    actions = [step.action for step in scenario()]
    assert {"play", "seek", "pause", "skip_next", "end"} == set(actions)
    last_seek = [step for step in scenario() if step.action == "seek"][-1]
    assert last_seek.position_ms == 126_000
    assert DEFAULT_SECONDS * 1000 - last_seek.at_ms > 133_200 - 126_000 + 2000
