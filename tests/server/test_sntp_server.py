"""The SNTP server on a real UDP socket, asked by ntplib."""

import socket
import struct
import sys
import time

import ntplib
import pytest

from server.errors import StartError
from server.sntp_server import SntpServer
from tests.server.harness import Start


@pytest.fixture
def sntp():
    server = SntpServer("127.0.0.1", 0)
    server.start()
    yield server
    server.stop()


def ask(port: int, times: int = 20) -> ntplib.NTPStats:
    """Return the answer with the least delay."""
    answers = [ntplib.NTPClient().request("127.0.0.1", version=4, port=port) for _ in range(times)]
    return min(answers, key=lambda answer: answer.delay)


def test_two_clients_get_the_time_of_this_machine(sntp: SntpServer) -> None:
    one, two = ask(sntp.port), ask(sntp.port)
    assert abs(one.offset) <= one.delay / 2 + 1e-6
    assert abs(one.offset - two.offset) <= (one.delay + two.delay) / 2 + 1e-6


def test_what_is_no_request_is_ignored_and_the_next_one_answered(sntp: SntpServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.connect(("127.0.0.1", sntp.port))
        for packet in (b"", b"x", bytes(48), b"\x24" + bytes(47), b"\xff" * 1500):
            client.send(packet)
        client.send(b"\x23" + bytes(39) + b"question")
        assert client.recv(2000)[24:32] == b"question"
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(2000)


def test_a_client_that_is_gone_does_not_stop_the_server(sntp: SntpServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"\x23" + bytes(47), ("127.0.0.1", sntp.port))
    assert ask(sntp.port, 3).stratum == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kernel timestamps are Linux only")
def test_the_receive_time_is_when_the_packet_came_not_when_it_was_read() -> None:
    server = SntpServer("127.0.0.1", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        before_ns = time.time_ns()
        client.sendto(b"\x23" + bytes(47), ("127.0.0.1", server.port))
        sent_ns = time.time_ns()
        time.sleep(0.05)
        server.start()
        reply = client.recv(48)
    server.stop()
    seconds, fraction = struct.unpack_from("!II", reply, 32)
    received_ns = (seconds - 2_208_988_800) * 10**9 + (fraction * 10**9 >> 32)
    assert before_ns - 20_000 <= received_ns <= sent_ns + 20_000
    seconds, fraction = struct.unpack_from("!II", reply, 40)
    assert (seconds - 2_208_988_800) * 10**9 + (fraction * 10**9 >> 32) >= sent_ns + 49_000_000


def test_a_port_in_use_is_said_so(sntp: SntpServer) -> None:
    with pytest.raises(StartError, match=f"UDP port {sntp.port} on 127.0.0.1 cannot be opened"):
        SntpServer("127.0.0.1", sntp.port)


def test_an_unknown_host_is_said_so() -> None:
    with pytest.raises(StartError, match=r"cannot be opened on no\.such\.host\.invalid"):
        SntpServer("no.such.host.invalid", 0)


def test_the_session_server_answers_sntp_when_asked_to(start: Start) -> None:
    server = start(ntp_port=0)
    assert server.ntp_port is not None
    assert ask(server.ntp_port, 1).stratum == 1
