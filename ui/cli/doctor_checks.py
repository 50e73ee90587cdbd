"""What `lockstep doctor` concludes from what its probes found: pure, every sentence of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from client.errors import ApiError, ClientError, one_line

#: Decoded music takes 10 MB a minute; below these figures a long playlist, or even a short one, does not fit.
AMPLE_DISK_BYTES: Final = 2_000_000_000
LEAST_DISK_BYTES: Final = 300_000_000

#: The plan's jump threshold is 30 ms: a clock this uncertain already takes a third of it.
GOOD_UNCERTAINTY_MS: Final = 10.0

#: A DAC clock further off than this is no clock: a sound card's error is below 0.0005.
MAX_CLOCK_ERROR: Final = 0.05

Facts = Mapping[str, Any]
"""What a probe in a child process found; `failure` says that it crashed or hung."""


class Status(StrEnum):
    """How a check ended. Only `fails` keeps a session from working."""

    WORKS = "works"
    LIMITED = "limited"
    FAILS = "fails"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One row: what was looked at, how it stands, what was found, and what to do about it."""

    name: str
    status: Status
    finding: str
    advice: str = ""


def judge_python(version: tuple[int, int, int]) -> Check:
    """Judge this interpreter's version."""
    text = "{}.{}.{}".format(*version)
    if (3, 11) <= version[:2] < (3, 14):
        return Check("Python", Status.WORKS, text)
    return Check("Python", Status.FAILS, f"{text} is not supported", "Use Python 3.11, 3.12 or 3.13.")


def judge_libvlc(facts: Facts, platform: str) -> Check:
    """Judge what came of decoding a piece of the demo music."""
    advice = {
        "linux": "Install libVLC 3 and its plugins (on Debian and Ubuntu: apt install libvlc5 vlc-plugin-base).",
        "darwin": "Install VLC 3 (brew install --cask vlc).",
    }.get(platform, "Install VLC 3, as many bits as this Python has, from videolan.org.")
    if "failure" in facts:
        return Check("libVLC", Status.FAILS, f"decoding broke off: {facts['failure']}", advice)
    if "missing" in facts:
        return Check("libVLC", Status.FAILS, f"can't be loaded ({one_line(facts['missing'])})", advice)
    version = one_line(facts["version"])
    if not version.startswith("3."):
        return Check("libVLC", Status.FAILS, f"{version} is not supported", advice)
    if "error" in facts:
        return Check("libVLC", Status.FAILS, f"{version} can't decode an MP3: {one_line(facts['error'])}", advice)
    return Check("libVLC", Status.WORKS, f"{version}, decoded {facts['decodedMs'] / 1000:.1f} s of the demo music")


def judge_sound(facts: Facts, wanted: str | None, pulse_sink: str | None) -> Check:
    """Judge the output that would be heard, after some blocks were rendered to it."""
    advice = "Connect or enable an output, choose another with --audio, or play silently with --audio none."
    if pulse_sink and wanted is None:
        advice = f"PULSE_SINK is set to {one_line(pulse_sink, 60)}: is there such a sink (pactl list short sinks)?"
    if "failure" in facts:
        return Check("Sound", Status.FAILS, f"the output broke off: {facts['failure']}", advice)
    device = one_line(facts["device"])
    if facts["silent"]:
        if wanted == "none":
            return Check("Sound", Status.WORKS, "silence, as asked")
        return Check("Sound", Status.FAILS, one_line(facts["reason"] or "no output"), advice)
    if facts["blocks"] < 2 or facts["failed"]:
        return Check("Sound", Status.FAILS, f"{device} opens, but plays nothing", advice)
    heard_s = (facts["lastDacNs"] - facts["firstDacNs"]) / 1e9
    played_s = facts["frames"] / facts["rate"]
    if abs(heard_s - played_s) > MAX_CLOCK_ERROR * played_s:
        finding = f"{device}: its clock says {heard_s:.2f} s for {played_s:.2f} s of sound"
        return Check("Sound", Status.LIMITED, finding, "Try again; if it stays so, choose another output with --audio.")
    finding = f"{device}, {facts['rate']} Hz, heard {facts['latencyMs']:.0f} ms after it is rendered, its clock runs"
    if pulse_sink and wanted is None and pulse_sink not in device:
        return Check("Sound", Status.LIMITED, finding, advice)
    return Check("Sound", Status.WORKS, finding)


def judge_device(facts: Facts, output_delay_ms: float, ppm: float) -> Check:
    """Judge what is kept of the output that would be heard; nothing kept is what most devices need."""
    name = "Output delay"
    if facts.get("silent", True):
        return not_checked(name, "There is no sound device in use.")
    device = one_line(facts["device"])
    rate = f", its clock is known to be {ppm:+.1f} ppm off" if ppm else ""
    if output_delay_ms:
        return Check(name, Status.WORKS, f"{device}: set to {output_delay_ms:+g} ms{rate}")
    return Check(name, Status.WORKS, f"{device}: as its driver says{rate}; “lockstep click” checks it by ear")


def judge_portaudio(facts: Facts, sound: Check, platform: str) -> Check:
    """Judge PortAudio: the output itself on macOS and Windows, what is left without a sound server on Linux."""
    if "failure" in facts:
        return Check(
            "PortAudio",
            Status.FAILS,
            f"listing the devices broke off: {facts['failure']}",
            "Disconnect sound devices one by one, and try again.",
        )
    spared = sound.status is not Status.FAILS
    if "portaudioError" in facts:
        advice = (
            "Install it (on Debian and Ubuntu: apt install libportaudio2)."
            if platform == "linux"
            else ("Install this program's Python packages again: PortAudio comes with them.")
        )
        finding = f"can't be used ({one_line(facts['portaudioError'])})"
        return Check("PortAudio", Status.LIMITED if spared else Status.FAILS, finding, advice)
    version = one_line(facts["portaudio"])
    names = [one_line(name, 60) for name in facts["devices"]]
    if not names:
        return Check("PortAudio", Status.LIMITED, f"{version}, no output device", "" if spared else "See Sound.")
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return Check("PortAudio", Status.WORKS, f"{version}, outputs: {listed}")


def judge_clock(server: str, offset_ms: float, delay_ms: float, uncertainty_ms: float) -> Check:
    """Judge one burst of NTP samples; `offset_ms` is how far this computer's clock is ahead."""
    ahead = "ahead" if offset_ms >= 0 else "behind"
    finding = (
        f"{one_line(server)}: this computer's clock is {abs(offset_ms):.2f} ms {ahead} (corrected for), "
        f"round trip {delay_ms:.2f} ms, known to ± {uncertainty_ms:.2f} ms"
    )
    if math.isfinite(uncertainty_ms) and uncertainty_ms <= GOOD_UNCERTAINTY_MS:
        return Check("NTP", Status.WORKS, finding)
    return Check("NTP", Status.LIMITED, finding, "For closer lockstep, use an NTP server that is nearer with --ntp.")


def judge_no_clock(error: ClientError) -> Check:
    """Judge a clock that could not be measured: no session can be led or joined."""
    return Check("NTP", Status.FAILS, one_line(str(error)), "Leading and joining need it; choose a server with --ntp.")


def judge_server(url: str, error: ClientError | None) -> Check:
    """Judge what the billboard answered to somebody without a token: a refusal (401) is what a session server says."""
    if error is None or (isinstance(error, ApiError) and error.status == 401):
        return Check("Session server", Status.WORKS, f"{one_line(url)} answers")
    advice = "" if ";" in str(error) else "Check the address given with --server."
    return Check("Session server", Status.FAILS, one_line(str(error)), advice)


def judge_websocket(http_status: int | None, error: str | None) -> Check:
    """Judge a WebSocket handshake without a session: refused by the server is fine, by something before it is not."""
    if error is not None:
        return Check("WebSocket", Status.FAILS, one_line(error), "Check the proxy or firewall before the server.")
    if http_status in {None, 401, 403, 422}:
        return Check("WebSocket", Status.WORKS, "reaches the session server")
    return Check(
        "WebSocket",
        Status.FAILS,
        f"the handshake is answered with HTTP {http_status}",
        "Let the proxy before the server pass WebSocket upgrades for /runbuddy/ws.",
    )


def judge_data_dir(folder: str, error: str | None, free_bytes: int | None) -> Check:
    """Judge the folder that keeps log, traces and decoded music, and the room in it."""
    if error is not None:
        return Check(
            "Data directory",
            Status.FAILS,
            f"{folder} can't be written ({one_line(error)})",
            "Choose another one with --data-dir, or mend its permissions.",
        )
    if free_bytes is None or free_bytes >= AMPLE_DISK_BYTES:
        room = "" if free_bytes is None else f", {free_bytes / 1e9:.0f} GB free"
        return Check("Data directory", Status.WORKS, f"{folder}{room}")
    finding = f"{folder}, {free_bytes / 1e6:.0f} MB free; decoded music takes 10 MB a minute"
    status = Status.LIMITED if free_bytes >= LEAST_DISK_BYTES else Status.FAILS
    return Check("Data directory", status, finding, "Make room, or choose another disk with --data-dir.")


def not_checked(name: str, how: str) -> Check:
    """Return the row of something that was not asked for, and how to ask for it."""
    return Check(name, Status.SKIPPED, how)


def all_needed_works(checks: list[Check]) -> bool:
    """Return whether a session can work on this machine."""
    return all(check.status is not Status.FAILS for check in checks)
