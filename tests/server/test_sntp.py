"""SNTP packets: what is answered, with what, and what is ignored."""

import struct

import ntplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sntp import build_reply, parse_request, stamp_transmit, to_timestamp

T_NS = 1_800_000_000_123_456_789


def client_packet(version: int = 4, mode: int = 3, transmit: bytes = b"\x01\x02\x03\x04\x05\x06\x07\x08") -> bytes:
    return bytes([version << 3 | mode, 0, 6, 0xEC]) + bytes(36) + transmit


def reply_to(packet: bytes, receive_ns: int = T_NS, transmit_ns: int = T_NS + 20_000) -> bytes:
    request = parse_request(packet)
    assert request is not None
    reply = build_reply(request, receive_ns)
    stamp_transmit(reply, transmit_ns)
    return bytes(reply)


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_reply_is_a_server_packet_of_the_clients_version_with_its_own_timestamp(version: int) -> None:
    reply = reply_to(client_packet(version))
    assert len(reply) == 48
    assert reply[0] == version << 3 | 4
    assert reply[2] == 6
    assert reply[24:32] == b"\x01\x02\x03\x04\x05\x06\x07\x08"


def test_the_server_says_that_its_clock_is_uncalibrated() -> None:
    stats = ntplib.NTPStats()
    stats.from_data(reply_to(client_packet()))
    assert (stats.leap, stats.stratum, stats.precision) == (0, 1, -20)
    assert struct.pack("!I", stats.ref_id) == b"LOCL"
    assert stats.root_delay == 0
    assert 0 < stats.root_dispersion < 0.0001
    assert 0 <= stats.recv_timestamp - stats.ref_timestamp < 1


def test_receive_and_transmit_times_are_exact_to_a_nanosecond() -> None:
    reply = reply_to(client_packet())
    for at, expected_ns in ((32, T_NS), (40, T_NS + 20_000)):
        seconds, fraction = struct.unpack_from("!II", reply, at)
        got_ns = (seconds - 2_208_988_800) * 10**9 + (fraction * 10**9 >> 32)
        assert abs(got_ns - expected_ns) <= 1


def test_the_era_of_2036_wraps() -> None:
    first_of_era_1_s = 2**32 - 2_208_988_800
    assert to_timestamp(first_of_era_1_s * 10**9) == bytes(8)
    assert to_timestamp((first_of_era_1_s + 5) * 10**9 + 500_000_000) == struct.pack("!II", 5, 1 << 31)


@pytest.mark.parametrize("mode", [0, 1, 2, 4, 5, 6, 7])
def test_only_clients_are_answered(mode: int) -> None:
    assert parse_request(client_packet(mode=mode)) is None


@pytest.mark.parametrize("version", [0, 5, 6, 7])
def test_unknown_versions_are_ignored(version: int) -> None:
    assert parse_request(client_packet(version)) is None


@pytest.mark.parametrize("packet", [b"", client_packet()[:47], client_packet() + bytes(1000)])
def test_packets_of_a_wrong_length_are_ignored(packet: bytes) -> None:
    assert parse_request(packet) is None


def test_extension_fields_are_ignored() -> None:
    assert len(reply_to(client_packet() + bytes(20))) == 48


@given(st.binary(max_size=1100))
def test_whatever_arrives_is_answered_with_48_bytes_or_not_at_all(packet: bytes) -> None:
    request = parse_request(packet)
    if request is not None:
        reply = build_reply(request, T_NS)
        assert len(reply) == 48
        assert parse_request(bytes(reply)) is None
