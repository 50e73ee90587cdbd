"""What the doctor concludes from what was found."""

import pytest

from client.errors import AddressError, ApiError, ClockSyncError, ServerUnreachableError
from ui.cli.doctor_checks import (
    Check,
    Status,
    all_needed_works,
    judge_clock,
    judge_data_dir,
    judge_device,
    judge_libvlc,
    judge_no_clock,
    judge_portaudio,
    judge_python,
    judge_server,
    judge_sound,
    judge_websocket,
)

SOUND = {
    "device": "pulse (left)",
    "silent": False,
    "reason": None,
    "rate": 44_100,
    "latencyMs": 117.4,
    "failed": False,
    "blocks": 40,
    "frames": 44_100,
    "firstDacNs": 5_000_000_000,
    "lastDacNs": 6_000_100_000,
}
PORTAUDIO = {"portaudio": "V19.6.0", "devices": ["pulse", "default"]}
WORKING_SOUND = Check("Sound", Status.WORKS, "")
FAILED_SOUND = Check("Sound", Status.FAILS, "")


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10, 9), "fails"), ((3, 11, 0), "works"), ((3, 13, 9), "works"), ((3, 14, 0), "fails")],
)
def test_python_is_held_to_the_project_s_range(version, status):
    assert judge_python(version).status == status


def test_libvlc_that_decodes_works():
    check = judge_libvlc({"version": "3.0.24 Vetinari", "decodedMs": 38690.0}, "linux")
    assert check == Check("libVLC", Status.WORKS, "3.0.24 Vetinari, decoded 38.7 s of the demo music")


@pytest.mark.parametrize(
    ("facts", "finding"),
    [
        (
            {"failure": "its process ended with signal SIGSEGV"},
            "decoding broke off: its process ended with signal SIGSEGV",
        ),
        ({"missing": "libvlc.so.5: not there"}, "can't be loaded (libvlc.so.5: not there)"),
        ({"version": "4.0.0 Otto", "decodedMs": 1.0}, "4.0.0 Otto is not supported"),
        ({"version": "3.0.24", "error": "no sound"}, "3.0.24 can't decode an MP3: no sound"),
    ],
)
@pytest.mark.parametrize(
    ("platform", "advice"), [("linux", "vlc-plugin-base"), ("darwin", "brew"), ("win32", "videolan.org")]
)
def test_libvlc_that_does_not_decode_fails_with_what_to_install_here(facts, finding, platform, advice):
    check = judge_libvlc(facts, platform)
    assert (check.status, check.finding) == ("fails", finding)
    assert advice in check.advice


def test_an_output_whose_clock_runs_works():
    check = judge_sound(SOUND, None, None)
    assert check.status == "works"
    assert check.finding.startswith("pulse (left), 44100 Hz, heard 117 ms after")


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"silent": True, "reason": "no sound device was found"}, "no sound device was found"),
        ({"blocks": 0}, "pulse (left) opens, but plays nothing"),
        ({"failed": True}, "pulse (left) opens, but plays nothing"),
        ({"failure": "no answer within 30 s"}, "the output broke off: no answer within 30 s"),
    ],
)
def test_an_output_that_plays_nothing_fails(change, finding):
    check = judge_sound(SOUND | change, None, None)
    assert (check.status, check.finding) == ("fails", finding)
    assert "--audio" in check.advice


def test_silence_works_when_it_was_asked_for():
    silent = SOUND | {"silent": True, "device": "none"}
    assert judge_sound(silent, "none", None).status == "works"
    assert judge_sound(silent, None, None).status == "fails"


@pytest.mark.parametrize(("last_dac_ns", "status"), [(5_940_000_000, "limited"), (6_060_000_000, "limited")])
def test_a_dac_clock_that_runs_too_fast_or_too_slow_is_told(last_dac_ns, status):
    assert judge_sound(SOUND | {"lastDacNs": last_dac_ns}, None, None).status == status


def test_pulse_sink_is_held_against_what_plays():
    assert judge_sound(SOUND, None, "left").status == "works"
    elsewhere = judge_sound(SOUND, None, "right")
    assert elsewhere.status == "limited"
    assert "PULSE_SINK is set to right" in elsewhere.advice
    assert judge_sound(SOUND, "hdmi", "right").status == "works", "--audio was asked for, PULSE_SINK is not meant"
    failed = judge_sound(SOUND | {"silent": True, "reason": "refused"}, None, "right")
    assert "PULSE_SINK is set to right" in failed.advice


@pytest.mark.parametrize(
    ("facts", "sound", "status"),
    [
        (PORTAUDIO, WORKING_SOUND, "works"),
        (PORTAUDIO | {"devices": []}, FAILED_SOUND, "limited"),
        ({"portaudioError": "PortAudio library not found"}, WORKING_SOUND, "limited"),
        ({"portaudioError": "PortAudio library not found"}, FAILED_SOUND, "fails"),
        ({"failure": "no answer within 30 s"}, WORKING_SOUND, "fails"),
    ],
)
def test_portaudio_is_needed_only_where_nothing_else_plays(facts, sound, status):
    assert judge_portaudio(facts, sound, "linux").status == status


def test_many_devices_are_counted_rather_than_listed():
    check = judge_portaudio(PORTAUDIO | {"devices": [f"d{n}" for n in range(9)]}, WORKING_SOUND, "linux")
    assert check.finding == "V19.6.0, outputs: d0, d1, d2, d3 and 5 more"


def test_the_clock_says_which_way_this_computer_is_off():
    assert "2.50 ms ahead" in judge_clock("pool.ntp.org", 2.5, 8.0, 4.2).finding
    assert "2.50 ms behind" in judge_clock("pool.ntp.org", -2.5, 8.0, 4.2).finding


@pytest.mark.parametrize(
    ("uncertainty_ms", "status"), [(0.1, "works"), (10.0, "works"), (10.1, "limited"), (float("inf"), "limited")]
)
def test_an_uncertain_clock_is_told(uncertainty_ms, status):
    assert judge_clock("pool.ntp.org", 0.0, 1.0, uncertainty_ms).status == status


def test_no_clock_fails():
    check = judge_no_clock(ClockSyncError("no answer"))
    assert (check.status, check.finding) == ("fails", "clock sync failed: no answer")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, "works"),
        (ApiError(401, "unauthorized", "Sign in first."), "works"),
        (ApiError(503, "http_503", "the server is in trouble; try again later"), "fails"),
        (ServerUnreachableError("can't be reached; check the address"), "fails"),
        (AddressError("the address must look like http://HOST"), "fails"),
    ],
)
def test_a_server_that_asks_for_a_token_is_one(error, status):
    check = judge_server("http://host", error)
    assert check.status == status
    assert status == "works" or ";" in check.finding or check.advice


@pytest.mark.parametrize(
    ("http_status", "error", "status"),
    [
        (None, None, "works"),
        (422, None, "works"),
        (401, None, "works"),
        (404, None, "fails"),
        (502, None, "fails"),
        (None, "reset", "fails"),
    ],
)
def test_a_proxy_that_swallows_websockets_is_told(http_status, error, status):
    check = judge_websocket(http_status, error)
    assert check.status == status
    assert bool(check.advice) == (status == "fails")


@pytest.mark.parametrize(
    ("error", "free_bytes", "status"),
    [
        (None, 5_000_000_000, "works"),
        (None, None, "works"),
        (None, 1_999_999_999, "limited"),
        (None, 299_999_999, "fails"),
        ("Permission denied", None, "fails"),
    ],
)
def test_the_data_directory_needs_permission_and_room(error, free_bytes, status):
    check = judge_data_dir("/data", error, free_bytes)
    assert check.status == status
    assert check.finding.startswith("/data")


def test_only_what_fails_keeps_a_session_from_working():
    rows = [Check("a", status, "") for status in (Status.WORKS, Status.LIMITED, Status.SKIPPED)]
    assert all_needed_works(rows)
    assert not all_needed_works([*rows, Check("b", Status.FAILS, "")])


@pytest.mark.parametrize(
    ("delay_ms", "ppm", "finding"),
    [
        (0.0, 0.0, "as its driver says; “lockstep click” checks it by ear"),
        (180.0, 0.0, "set to +180 ms"),
        (-2.5, -3.21, "set to -2.5 ms, its clock is known to be -3.2 ppm off"),
        (0.0, 40.0, "as its driver says, its clock is known to be +40.0 ppm off; “lockstep click” checks it by ear"),
    ],
)
def test_what_is_kept_of_the_output_is_told(delay_ms, ppm, finding):
    assert judge_device(SOUND, delay_ms, ppm) == Check("Output delay", Status.WORKS, f"pulse (left): {finding}")


@pytest.mark.parametrize("facts", [{"failure": "no answer"}, {**SOUND, "silent": True}])
def test_without_an_output_there_is_no_delay_to_check(facts):
    assert judge_device(facts, 12.0, 0.0).status is Status.SKIPPED
