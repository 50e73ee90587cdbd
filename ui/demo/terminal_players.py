"""The demo without windows: `lockstep lead` and `lockstep follow`."""

import json
import time
from collections.abc import Sequence

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


async def play_in_terminal(stage: DemoStage, setting: Setting, steps: Sequence[Step]) -> Played:
    """Play the scenario to its end. Errors: DemoError."""
    script = setting.folder / "scenario.json"
    script.write_text(json.dumps(to_script(steps)))
    common = ["--json", "--server", setting.server, "--ntp", setting.ntp, "--report-every", str(REPORT_EVERY_S)]
    common += ["--engine", setting.engine.value, "--volume", str(setting.volume_percent)]
    common += [] if setting.device is None else ["--audio", setting.device]
    pairing = str(setting.pairing_file)
    leader = await stage.start("leader", ["lead", pairing, "--account", LEADER_NAME, "--script", str(script), *common])
    session = await leader.line(lambda line: line.get("type") == "session", START_TIMEOUT_S)
    stage.tell_code(session["joinCode"])
    began_s = time.perf_counter()
    follower = await stage.start(
        "follower", ["follow", pairing, "--account", FOLLOWER_NAME, "--code", session["joinCode"], *common]
    )
    stage.watch(follower)
    await leader.line(lambda line: line.get("state") == "follower_ready", START_TIMEOUT_S)
    join_ms = (time.perf_counter() - began_s) * 1000
    stage.tell_joined(join_ms, steps)
    await leader.wait(steps[-1].at_ms / 1000 + END_TIMEOUT_S)
    await follower.wait(END_TIMEOUT_S)
    return Played(leader.lines, follower.lines, join_ms)
