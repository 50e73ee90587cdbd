"""PortAudio with a real device: the sound server by ALSA's plugin, in a process of its own."""

import contextlib
import json
import os
import subprocess
import sys

import pytest

from audio.measure.rig import PulseRig, RigUnavailableError

PROGRAM = """
import json, sys, threading
from audio.engine.output_api import OutputUnavailableError
from audio.engine.portaudio_output import open_portaudio

def say(**facts):
    print(json.dumps(facts), flush=True)

try:
    output = open_portaudio(sys.argv[1] or None)
except OutputUnavailableError as error:
    say(missing=str(error))
    sys.exit()
enough, times = threading.Event(), []

def render(block, dac_ns):
    block[:] = 0
    times.append(dac_ns)
    if len(times) == 20:
        enough.set()

output.start(render)
enough.wait(60)
say(device=output.device, reason=output.reason, failed=output.failed, rises=times == sorted(times), blocks=len(times))
sys.stdin.readline()
while not output.failed:
    pass
say(failed=output.failed, reason=output.reason)
output.close()
try:
    open_portaudio(None, again=True)
except OutputUnavailableError as error:
    say(missing=str(error))
"""


def test_a_missing_device_is_replaced_and_a_lost_one_is_noticed():
    with contextlib.ExitStack() as stack:
        try:
            rig = stack.enter_context(PulseRig())
        except RigUnavailableError as error:
            pytest.skip(str(error))
        child = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "Stadium PA"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=rig.environment("right") | {"PYTHONPATH": os.pathsep.join(sys.path)},
            )
        )
        stack.callback(child.kill)
        opened = json.loads(child.stdout.readline())
        if "missing" in opened:
            pytest.skip(opened["missing"])
        assert "Stadium PA" in opened["reason"]
        assert (opened["failed"], opened["rises"], opened["blocks"] >= 20) == (False, True, True)
        rig.kill()
        child.stdin.write(b"\n")
        child.stdin.flush()
        lost = json.loads(child.stdout.readline())
        assert lost == {"failed": True, "reason": "the sound device has gone away"}
        assert json.loads(child.stdout.readline()) == {"missing": "no sound device was found"}
