import socket
import threading
import time

import pytest

from client.clock import udp
from client.clock.address import NtpAddress, parse_address
from client.clock.ntp_packet import KissOfDeathError, UnusableServerError
from client.clock.udp import BURST_SAMPLES, UdpExchange
from client.errors import ClockSyncError


@pytest.fixture
def impatient(monkeypatch):
    """Don't wait a whole second for an answer that won't come."""
    monkeypatch.setattr(udp, "SAMPLE_TIMEOUT_S", 0.3)


def ask(server, exchange=None):
    return (exchange or UdpExchange())(parse_address(server.name), threading.Event())


def test_a_burst_measures_the_wall_clock_of_the_server(ntp_server):
    server = ntp_server()
    burst = ask(server)
    assert len(burst.samples) == BURST_SAMPLES
    assert not burst.kissed
    truth_ns = time.time_ns() - time.perf_counter_ns()
    for sample in burst.samples:
        assert abs(sample.offset_ns - truth_ns) <= sample.uncertainty_ns + 50_000


def test_every_question_is_new_and_tells_nothing(ntp_server):
    server = ntp_server()
    ask(server)
    assert len(set(server.questions)) == BURST_SAMPLES
    assert {question[:40] for question in server.questions} == {b"\x23" + bytes(39)}


def test_ipv6_and_ipv4_behind_one_name(ntp_server):
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        server = ntp_server(family=socket.AF_INET6, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert len(ask(server).samples) == BURST_SAMPLES


def test_a_name_whose_first_address_is_closed_is_asked_at_its_next(ntp_server):
    server = ntp_server()
    # localhost is ::1 first on most machines, and only 127.0.0.1 listens.
    assert UdpExchange()(NtpAddress("localhost", server.port), threading.Event()).samples


def test_lost_answers_cost_samples_not_the_burst(ntp_server, impatient):
    server = ntp_server(lambda question, index: [] if index == 2 else [server.good(question)])
    assert len(ask(server).samples) == BURST_SAMPLES - 1


def test_a_server_that_limits_its_rate_is_not_asked_further(ntp_server, impatient):
    server = ntp_server(lambda question, index: [server.good(question)] if index < 3 else [])
    assert len(ask(server).samples) == 3
    assert len(server.questions) == 5


def test_answers_with_a_foreign_origin_are_ignored(ntp_server):
    def behave(question, index):
        return [
            server.good(question, origin=bytes(8)),
            server.good(question, origin=b"\x01" * 8, stratum=0, ref=b"DENY"),
            b"x",
            server.good(question),
            server.good(question),
        ]

    server = ntp_server(behave)
    assert len(ask(server).samples) == BURST_SAMPLES


def test_a_late_answer_does_not_count_for_the_next_question(ntp_server, impatient):
    held = []

    def behave(question, index):
        held.append(question)
        return [server.good(held[index - 1], mode=4), server.good(question)] if index else []

    server = ntp_server(behave)
    assert len(ask(server).samples) == BURST_SAMPLES - 1


def test_only_foreign_answers_are_reported_as_such(ntp_server, impatient):
    server = ntp_server(lambda question, index: [server.good(question, origin=bytes(8))])
    with pytest.raises(ClockSyncError, match="clock sync failed: the answer belongs to another question"):
        ask(server)


def test_silence_says_that_the_network_may_block_ntp(ntp_server, impatient):
    server = ntp_server(lambda question, index: [])
    with pytest.raises(ClockSyncError, match=r"clock sync failed: no answer .* may block NTP"):
        ask(server)
    assert len(server.questions) == 2


def test_a_closed_port_is_reported_at_once():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    with pytest.raises(ClockSyncError, match=f"127.0.0.1 port {port} can't be reached"):
        UdpExchange()(NtpAddress("127.0.0.1", port), threading.Event())


def test_an_unknown_name_is_reported():
    with pytest.raises(ClockSyncError, match=r"the name no-such-host\.invalid (is unknown|could not)"):
        UdpExchange()(NtpAddress("no-such-host.invalid"), threading.Event())


@pytest.mark.parametrize("host", ["a" * 70, "a..b", "x" * 300 + ".de"])
def test_a_name_that_can_be_none_is_reported(host):
    with pytest.raises(ClockSyncError, match="is unknown"):
        UdpExchange()(NtpAddress(host), threading.Event())


def test_name_resolution_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(udp, "RESOLVE_TIMEOUT_S", 0.01)
    hang = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: hang.wait() and [])
    with pytest.raises(ClockSyncError, match="could not be looked up in time"):
        udp.resolve(NtpAddress("pool.ntp.org"))
    hang.set()


def test_rate_stops_the_asking_at_once(ntp_server):
    server = ntp_server(lambda question, index: [server.good(question, stratum=0, ref=b"RATE")])
    with pytest.raises(KissOfDeathError, match="asked too often"):
        ask(server)
    assert len(server.questions) == 1


def test_rate_is_no_reason_to_turn_to_the_next_address(ntp_server, monkeypatch):
    kissing, other = ntp_server(lambda question, index: [kissing.good(question, stratum=0, ref=b"RATE")]), ntp_server()
    endpoints = [(socket.AF_INET, ("127.0.0.1", server.port)) for server in (kissing, other)]
    monkeypatch.setattr(udp, "resolve", lambda server: endpoints)
    with pytest.raises(KissOfDeathError):
        ask(kissing)
    assert other.questions == []


def test_a_server_that_denies_leaves_the_others_of_its_pool(ntp_server, monkeypatch):
    denying, other = ntp_server(lambda question, index: [denying.good(question, stratum=0, ref=b"DENY")]), ntp_server()
    endpoints = [(socket.AF_INET, ("127.0.0.1", server.port)) for server in (denying, other)]
    monkeypatch.setattr(udp, "resolve", lambda server: endpoints)
    exchange = UdpExchange()
    for _ in range(2):
        assert ask(denying, exchange).samples
    assert len(denying.questions) == 1


def test_rate_within_a_burst_keeps_what_was_measured_before(ntp_server):
    def behave(question, index):
        return [server.good(question) if index < 3 else server.good(question, stratum=0, ref=b"RATE")]

    server = ntp_server(behave)
    burst = ask(server)
    assert len(burst.samples) == 3
    assert burst.kissed
    assert len(server.questions) == 4


@pytest.mark.parametrize("kiss", [b"DENY", b"RSTR"])
def test_a_server_that_denies_is_never_asked_again(ntp_server, kiss):
    server = ntp_server(lambda question, index: [server.good(question, stratum=0, ref=kiss)])
    exchange = UdpExchange()
    for _ in range(3):
        with pytest.raises(UnusableServerError, match="refuses to serve this machine; use another NTP server"):
            ask(server, exchange)
    assert len(server.questions) == 1


def test_an_unsynchronised_server_is_refused(ntp_server):
    server = ntp_server(lambda question, index: [server.good(question, leap=3)])
    with pytest.raises(UnusableServerError, match="not synchronised"):
        ask(server)


def test_the_address_that_answered_is_kept(ntp_server, monkeypatch):
    server = ntp_server()
    exchange = UdpExchange()
    ask(server, exchange)
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert ask(server, exchange).samples


def test_a_cancelled_burst_stops_after_the_question_in_hand(ntp_server):
    cancelled = threading.Event()

    def behave(question, index):
        cancelled.set()
        return [server.good(question)]

    server = ntp_server(behave)
    UdpExchange()(parse_address(server.name), cancelled)
    assert len(server.questions) == 1


def test_without_kernel_stamps_it_measures_too(ntp_server, monkeypatch):
    monkeypatch.setattr(udp, "_ask_for_kernel_stamps", lambda sock: False)
    test_a_burst_measures_the_wall_clock_of_the_server(ntp_server)


@pytest.mark.skipif("sys.platform != 'linux'", reason="the kernel stamps datagrams on Linux")
def test_the_arrival_is_when_the_kernel_had_it_not_when_the_thread_woke():
    lateness_ns = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as sender:
        assert udp._ask_for_kernel_stamps(receiver)
        receiver.bind(("127.0.0.1", 0))
        # The kernel begins to stamp a little after it was asked to; until then it gives the time of the reading.
        for _ in range(20):
            sent_ns = time.perf_counter_ns()
            sender.sendto(b"x", receiver.getsockname())
            done_ns = time.perf_counter_ns()
            threading.Event().wait(0.02)
            _, arrived_ns = udp._receive(receiver, sent_ns, kernel_stamps=True)
            assert sent_ns <= arrived_ns
            lateness_ns.append(arrived_ns - done_ns)
    # A datagram on loopback has arrived before sendto returns; the rest is the conversion between two clocks.
    assert min(lateness_ns) < 1_000_000


@pytest.mark.skipif("sys.platform != 'linux'", reason="the kernel stamps datagrams on Linux")
def test_a_wall_clock_that_was_set_in_between_falls_back_to_now(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as sender:
        udp._ask_for_kernel_stamps(receiver)
        receiver.bind(("127.0.0.1", 0))
        sent_ns = time.perf_counter_ns()
        sender.sendto(b"x", receiver.getsockname())
        monkeypatch.setattr(udp, "_wall_ahead_of_mono_ns", lambda: 0)
        _, arrived_ns = udp._receive(receiver, sent_ns, kernel_stamps=True)
    assert sent_ns <= arrived_ns <= time.perf_counter_ns()
