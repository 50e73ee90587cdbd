"""Probes run in processes of their own, and whatever becomes of them there is an answer."""

import sys

import pytest

from ui.cli.doctor_probes import probe_command, run_probe


async def test_libvlc_decodes_the_demo_music():
    facts = await run_probe(probe_command("libvlc"))
    assert facts["version"].startswith("3.")
    assert facts["decodedMs"] == pytest.approx(38_690, abs=10)


async def test_silence_is_rendered_and_its_clock_runs():
    facts = await run_probe(probe_command("sound", "none"))
    assert facts["silent"]
    assert facts["reason"] is None
    heard_s = (facts["lastDacNs"] - facts["firstDacNs"]) / 1e9
    assert heard_s == pytest.approx(facts["frames"] / facts["rate"], rel=1e-6)
    assert heard_s >= 1.0


async def test_a_device_that_is_not_there_is_named():
    facts = await run_probe(probe_command("sound", "no such device"))
    assert facts["silent"]
    assert facts["reason"]


async def test_portaudio_lists_its_devices():
    facts = await run_probe(probe_command("portaudio"))
    assert facts["portaudio"].startswith("V")
    assert isinstance(facts["devices"], list)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.kill(os.getpid(), 11)", "its process ended with signal SIGSEGV"),
        ("import sys; sys.exit(3)", "its process ended with exit code 3"),
        ("raise RuntimeError", "its process ended with exit code 1"),
        ("print('no JSON')", "its process ended with exit code 0"),
        ("print('[]')", "its process ended with exit code 0"),
    ],
)
async def test_a_probe_that_crashes_is_told(code, reason):
    assert await run_probe([sys.executable, "-c", code]) == {"failure": reason}


async def test_an_answer_counts_whatever_happens_after_it():
    code = "import os; os.write(1, b'{\"a\": 1}'); os.abort()"
    assert await run_probe([sys.executable, "-c", code]) == {"a": 1}


async def test_a_probe_that_hangs_is_ended():
    code = "import signal; signal.pause()"
    assert await run_probe([sys.executable, "-c", code], timeout_s=0.01) == {"failure": "no answer within 0.01 s"}


async def test_a_probe_that_can_t_be_started_is_told(tmp_path):
    answer = await run_probe([str(tmp_path / "nothing")])
    assert answer == {"failure": "its process can't be started (No such file or directory)"}


async def test_an_unknown_probe_is_refused():
    assert await run_probe(probe_command("unknown")) == {"failure": "its process ended with exit code 2"}
