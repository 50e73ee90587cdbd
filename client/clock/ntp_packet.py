"""NTP packets: the question, the checks that an answer must pass, and the sample that it yields (RFC 5905, RFC 8633).

Sign: `offset_ns` is NTP epoch time minus the monotonic clock. The plan's `offsetMs` is local minus NTP and ntplib's
`offset` is NTP minus local; both concern the wall clock, which no measurement here reads.
"""

import secrets
from dataclasses import dataclass

import ntplib

from client.errors import ClockSyncError
from protocol import limits

PACKET_BYTES = 48
VERSION = 4
MODE_CLIENT = 3
MODE_SERVER = 4
LEAP_UNSYNCHRONISED = 3
MAX_STRATUM = 15
NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000

#: RFC 5905, appendix A.5.5.2 (MAXDIST): a server this far from its reference has no time to give.
MAX_ROOT_DISTANCE_NS = 1_500_000_000

#: A server that claims to have held the request longer than the whole round trip took stamps wrongly; this much is
#: rounding and clock rate.
NEGATIVE_DELAY_TOLERANCE_NS = 1_000_000

_ORIGIN = slice(24, 32)
_TRANSMIT = slice(40, 48)
_ERA_S = 1 << 32
_EARLIEST_UNIX_S = limits.MIN_CORRECTED_MS // 1000
_LATEST_UNIX_S = limits.MAX_CORRECTED_MS // 1000

RATE = "RATE"
_KISSES = {
    RATE: "it is being asked too often; wait some minutes or use another NTP server",
    "DENY": "it refuses to serve this machine; use another NTP server",
    "RSTR": "it refuses to serve this machine; use another NTP server",
}


class BogusAnswerError(ClockSyncError):
    """The datagram is no answer to what was asked: ignore it and go on waiting."""


class UnusableServerError(ClockSyncError):
    """The server answered, and its time can't be used."""


class KissOfDeathError(UnusableServerError):
    """The server asks to be left alone (RFC 5905, section 7.4); `kiss` is its four-letter code."""

    def __init__(self, kiss: str) -> None:
        super().__init__(f"the NTP server answered {kiss}: {_KISSES[kiss]}")
        self.kiss = kiss


@dataclass(frozen=True, slots=True)
class NtpRequest:
    """One question as it travels; `cookie` must come back as the origin timestamp."""

    data: bytes
    cookie: bytes


@dataclass(frozen=True, slots=True)
class NtpSample:
    """One exchange, in nanoseconds: NTP time is `mono_ns + offset_ns` at `mono_ns`, the middle of the round trip."""

    offset_ns: int
    delay_ns: int
    root_delay_ns: int
    root_dispersion_ns: int
    mono_ns: int

    @property
    def uncertainty_ns(self) -> int:
        """Return how far off the offset can be: half of both delays, and the server's own dispersion."""
        return self.delay_ns // 2 + self.root_delay_ns // 2 + self.root_dispersion_ns


def make_request() -> NtpRequest:
    """Return a question whose transmit timestamp is random: it tells nobody our time and nobody can guess it."""
    cookie_s = (1 + secrets.randbits(52)) / (1 << 20)
    data: bytes = ntplib.NTPPacket(version=VERSION, mode=MODE_CLIENT, tx_timestamp=cookie_s).to_data()
    return NtpRequest(data, data[_TRANSMIT])


def decode_answer(data: bytes, cookie: bytes, sent_mono_ns: int, received_mono_ns: int) -> NtpSample:
    """Return the sample in one answer that was asked and received at these monotonic instants.

    Errors: `BogusAnswerError` (not an answer to this question), `KissOfDeathError`, `UnusableServerError`.
    """
    packet = ntplib.NTPPacket()
    try:
        packet.from_data(data)
    except ntplib.NTPException:
        raise BogusAnswerError(f"an answer of {len(data)} bytes is too short for NTP") from None
    if packet.mode != MODE_SERVER:
        raise BogusAnswerError(f"the answer has mode {packet.mode} instead of {MODE_SERVER}")
    if not 1 <= packet.version <= VERSION:
        raise BogusAnswerError(f"the answer has NTP version {packet.version}")
    # Compared before anything else is believed: a kiss-o'-death is easily forged by who can't see the question.
    if data[_ORIGIN] != cookie:
        raise BogusAnswerError("the answer belongs to another question")
    kiss = packet.ref_id.to_bytes(4, "big").decode("ascii", "replace")
    if packet.stratum == 0 and kiss in _KISSES:
        raise KissOfDeathError(kiss)
    # Stratum 0 with any other code (INIT, STEP) is a server that has not found its own time yet.
    if packet.leap == LEAP_UNSYNCHRONISED or not 1 <= packet.stratum <= MAX_STRATUM:
        raise UnusableServerError("the NTP server itself is not synchronised; wait, or use another NTP server")
    root_delay_ns = round(packet.root_delay * NS_PER_S)
    root_dispersion_ns = round(packet.root_dispersion * NS_PER_S)
    if root_delay_ns // 2 + root_dispersion_ns > MAX_ROOT_DISTANCE_NS:
        raise UnusableServerError("the NTP server is too unsure of its own time; use another NTP server")
    server_received_ns = _epoch_ns(packet.recv_timestamp)
    server_sent_ns = _epoch_ns(packet.tx_timestamp)
    held_ns = server_sent_ns - server_received_ns
    delay_ns = received_mono_ns - sent_mono_ns - held_ns
    if held_ns < 0 or delay_ns < -NEGATIVE_DELAY_TOLERANCE_NS:
        raise UnusableServerError("the NTP server's timestamps contradict each other; use another NTP server")
    middle_ns = (sent_mono_ns + received_mono_ns) // 2
    return NtpSample(
        offset_ns=server_received_ns + held_ns // 2 - middle_ns,
        delay_ns=max(0, delay_ns),
        root_delay_ns=root_delay_ns,
        root_dispersion_ns=root_dispersion_ns,
        mono_ns=middle_ns,
    )


def _epoch_ns(ntp_s: float) -> int:
    """Return Unix nanoseconds of an NTP timestamp; its era is the one that puts it after 2020 (RFC 5905, section 6).

    The local wall clock isn't asked for the era: it may be the thing that is wrong.
    """
    if ntp_s == 0:
        raise UnusableServerError("the NTP server sent no time; use another NTP server")
    whole_s = int(ntp_s)
    unix_s = whole_s - ntplib.NTP.NTP_DELTA
    if unix_s < _EARLIEST_UNIX_S:
        unix_s += _ERA_S
    if unix_s >= _LATEST_UNIX_S:
        raise UnusableServerError("the NTP server's time is outside 2020 to 2100; use another NTP server")
    return int(unix_s) * NS_PER_S + round((ntp_s - whole_s) * NS_PER_S)
