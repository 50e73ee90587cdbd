"""SNTP answers (RFC 4330, RFC 5905): pure functions from a request packet to a reply packet.

The server owns up to what it is: stratum 1 with the reference id LOCL, "uncalibrated local clock used as a primary
reference for a subnet without external means of synchronization" (RFC 4330, section 4). Two clients that ask the same
server agree with each other; how far both are from UTC it cannot say.
"""

import struct
from dataclasses import dataclass
from typing import Final

PACKET_BYTES: Final = 48
#: RFC 5905, section 7.3: extension fields and a MAC may follow; anything longer is no NTP packet.
MAX_PACKET_BYTES: Final = 1024

_NTP_EPOCH_OFFSET_S: Final = 2_208_988_800
_NS_PER_S: Final = 1_000_000_000
_MODE_CLIENT: Final = 3
_MODE_SERVER: Final = 4
_STRATUM: Final = 1
#: About a microsecond: what reading the clock costs (log2 of seconds).
_PRECISION: Final = -20
#: In 1/65536 s, about 46 us: how late a reply may leave after its timestamp was taken.
_ROOT_DISPERSION: Final = 3
_LAYOUT: Final = struct.Struct("!BBbbII4s8s8s8s8s")
_TIMESTAMP: Final = struct.Struct("!II")


@dataclass(frozen=True, slots=True)
class SntpRequest:
    """What matters in a client's packet: `transmit` is its timestamp, opaque here and returned as it is."""

    version: int
    poll: int
    transmit: bytes


def parse_request(packet: bytes) -> SntpRequest | None:
    """Return the request in a datagram; None for anything but a client's packet of version 1 to 4 (ignore it)."""
    if not PACKET_BYTES <= len(packet) <= MAX_PACKET_BYTES:
        return None
    version, mode = packet[0] >> 3 & 0b111, packet[0] & 0b111
    if mode != _MODE_CLIENT or not 1 <= version <= 4:
        return None
    poll = struct.unpack_from("!b", packet, 2)[0]
    return SntpRequest(version, poll, packet[40:48])


def build_reply(request: SntpRequest, receive_ns: int) -> bytearray:
    """Return the reply but for its transmit timestamp; `receive_ns` is epoch ns, when the request arrived."""
    reference_ns = receive_ns - receive_ns % _NS_PER_S
    return bytearray(
        _LAYOUT.pack(
            request.version << 3 | _MODE_SERVER,
            _STRATUM,
            request.poll,
            _PRECISION,
            0,
            _ROOT_DISPERSION,
            b"LOCL",
            to_timestamp(reference_ns),
            request.transmit,
            to_timestamp(receive_ns),
            bytes(8),
        )
    )


def stamp_transmit(reply: bytearray, transmit_ns: int) -> None:
    """Write the transmit timestamp (epoch ns): the last thing to do before sending."""
    reply[40:48] = to_timestamp(transmit_ns)


def to_timestamp(epoch_ns: int) -> bytes:
    """Return epoch nanoseconds as the 64 bits of an NTP timestamp; the era wraps (RFC 5905, section 6)."""
    seconds, nanoseconds = divmod(epoch_ns, _NS_PER_S)
    return _TIMESTAMP.pack((seconds + _NTP_EPOCH_OFFSET_S) & 0xFFFFFFFF, (nanoseconds << 32) // _NS_PER_S)
