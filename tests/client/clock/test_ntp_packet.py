import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.clock.ntp_packet import (
    BogusAnswerError,
    KissOfDeathError,
    UnusableServerError,
    decode_answer,
    make_request,
)
from client.errors import ClockSyncError

NTP_TO_UNIX_S = 2_208_988_800
COOKIE = bytes(range(1, 9))
SENT_NS = 5_000_000_000
EPOCH_NS = 1_800_000_000_000_000_000


def stamp(unix_ns):
    seconds, fraction_ns = divmod(unix_ns, 1_000_000_000)
    return struct.pack("!II", (seconds + NTP_TO_UNIX_S) % 2**32, (fraction_ns << 32) // 1_000_000_000)


def answer(
    *, leap=0, version=4, mode=4, stratum=2, root_delay=0, root_dispersion=0, ref=b"LOCL", origin=COOKIE,
    t2=None, t3=None
):  # fmt: skip
    head = struct.pack("!BBbbII4s", leap << 6 | version << 3 | mode, stratum, 6, -20, root_delay, root_dispersion, ref)
    t2 = stamp(EPOCH_NS) if t2 is None else t2
    t3 = stamp(EPOCH_NS) if t3 is None else t3
    return head + bytes(8) + origin + t2 + t3


def decode(data, took_ns=20_000_000):
    return decode_answer(data, COOKIE, SENT_NS, SENT_NS + took_ns)


def test_the_offset_is_ntp_minus_monotonic_at_the_middle_of_the_round_trip():
    sample = decode(answer(t2=stamp(EPOCH_NS), t3=stamp(EPOCH_NS + 4_000_000)), took_ns=20_000_000)
    assert sample.mono_ns == SENT_NS + 10_000_000
    assert sample.mono_ns + sample.offset_ns == pytest.approx(EPOCH_NS + 2_000_000, abs=500)
    assert sample.delay_ns == pytest.approx(16_000_000, abs=1000)


def test_uncertainty_is_half_of_both_delays_and_the_root_dispersion():
    sample = decode(answer(root_delay=1 << 14, root_dispersion=1 << 13), took_ns=20_000_000)
    assert sample.root_delay_ns == 250_000_000
    assert sample.root_dispersion_ns == 125_000_000
    assert sample.uncertainty_ns == 10_000_000 + 125_000_000 + 125_000_000


def test_requests_are_client_packets_with_a_fresh_secret_as_transmit_time():
    requests = [make_request() for _ in range(50)]
    assert {len(request.data) for request in requests} == {48}
    assert {request.data[0] for request in requests} == {0x23}
    assert {request.data[1:40] for request in requests} == {bytes(39)}
    assert len({request.cookie for request in requests}) == 50
    assert all(request.data[40:] == request.cookie for request in requests)


@pytest.mark.parametrize("bit", range(64))
def test_an_origin_that_differs_in_one_bit_is_no_answer(bit):
    origin = (int.from_bytes(COOKIE, "big") ^ 1 << bit).to_bytes(8, "big")
    with pytest.raises(BogusAnswerError, match="another question"):
        decode(answer(origin=origin))


@pytest.mark.parametrize("mode", [0, 1, 2, 3, 5, 6, 7])
def test_only_servers_answer(mode):
    with pytest.raises(BogusAnswerError, match="mode"):
        decode(answer(mode=mode))


@pytest.mark.parametrize("kiss", ["RATE", "DENY", "RSTR"])
def test_kiss_of_death_names_its_code_and_what_to_do(kiss):
    with pytest.raises(KissOfDeathError, match=f"clock sync failed.*{kiss}.*use another NTP server") as caught:
        decode(answer(leap=3, stratum=0, ref=kiss.encode()))
    assert caught.value.kiss == kiss


def test_a_forged_kiss_of_death_is_ignored():
    with pytest.raises(BogusAnswerError):
        decode(answer(stratum=0, ref=b"DENY", origin=bytes(8)))


@pytest.mark.parametrize(
    "fields",
    [
        {"leap": 3},
        {"stratum": 16},
        {"stratum": 255},
        {"stratum": 0, "ref": b"INIT"},
        {"stratum": 0, "ref": b"\xff\0\0\0"},
    ],
)
def test_an_unsynchronised_server_is_refused(fields):
    with pytest.raises(UnusableServerError, match="not synchronised"):
        decode(answer(**fields))


@pytest.mark.parametrize("field", ["t2", "t3"])
def test_a_server_without_time_is_refused(field):
    with pytest.raises(UnusableServerError, match="no time"):
        decode(answer(**{field: bytes(8)}))


def test_a_server_far_from_its_reference_is_refused():
    with pytest.raises(UnusableServerError, match="too unsure"):
        decode(answer(root_dispersion=2 << 16))


def test_a_server_that_held_the_question_longer_than_the_round_trip_is_refused():
    with pytest.raises(UnusableServerError, match="contradict"):
        decode(answer(t3=stamp(EPOCH_NS + 30_000_000)), took_ns=20_000_000)


def test_a_server_that_answered_before_it_was_asked_is_refused():
    with pytest.raises(UnusableServerError, match="contradict"):
        decode(answer(t3=stamp(EPOCH_NS - 1_000_000)))


def test_rounding_makes_no_negative_delay():
    assert decode(answer(t3=stamp(EPOCH_NS + 50_000)), took_ns=40_000).delay_ns == 0


@pytest.mark.parametrize("year_s", [1_577_836_800, 2_085_978_495, 2_085_978_496, 2_085_978_497, 4_000_000_000])
def test_time_goes_on_through_the_ntp_era_of_2036(year_s):
    sample = decode(answer(t2=stamp(year_s * 10**9 + 7), t3=stamp(year_s * 10**9 + 7)), took_ns=0)
    assert sample.mono_ns + sample.offset_ns == pytest.approx(year_s * 10**9, abs=1000)


def test_a_time_after_2100_is_refused():
    late = stamp(4_102_444_800 * 10**9)
    with pytest.raises(UnusableServerError, match="2020 to 2100"):
        decode(answer(t2=late, t3=late))


def test_extension_fields_are_ignored():
    assert decode(answer() + bytes(64)) == decode(answer())


@given(st.binary(max_size=120))
def test_any_datagram_yields_a_clock_sync_error_or_a_sane_sample(data):
    check(data)


@given(st.binary(min_size=48, max_size=60))
def test_any_datagram_with_the_right_cookie_yields_a_clock_sync_error_or_a_sane_sample(data):
    check(bytes([0x24]) + data[1:24] + COOKIE + data[32:])


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**16), st.integers(0, 10**9))
def test_any_time_from_a_server_yields_a_clock_sync_error_or_a_sane_sample(seconds, fraction, root, took_ns):
    time = struct.pack("!II", seconds, fraction)
    check(answer(t2=time, t3=time, root_delay=root), took_ns)


def check(data, took_ns=20_000_000):
    try:
        sample = decode(data, took_ns)
    except ClockSyncError:
        return
    assert sample.delay_ns >= 0
    assert sample.uncertainty_ns >= 0
    assert 1_577_836_800_000 <= (sample.offset_ns + sample.mono_ns) / 1e6 <= 4_102_444_800_500
