import contextlib
import socket
import struct
import threading
import time

import pytest

NTP_TO_UNIX_S = 2_208_988_800


def stamp(unix_ns):
    seconds, fraction_ns = divmod(unix_ns, 1_000_000_000)
    return struct.pack("!II", (seconds + NTP_TO_UNIX_S) % 2**32, (fraction_ns << 32) // 1_000_000_000)


def packet(cookie, received_ns, sent_ns, *, leap=0, mode=4, stratum=2, ref=b"LOCL", origin=None):
    head = struct.pack("!BBbbII4s", leap << 6 | 4 << 3 | mode, stratum, 6, -20, 0, 1 << 4, ref)
    return head + bytes(8) + (cookie if origin is None else origin) + stamp(received_ns) + stamp(sent_ns)


class NtpServer:
    """A real UDP server; `behave(question, index) -> answers` says what it sends back to each datagram."""

    def __init__(self, behave=None, family=socket.AF_INET, host="127.0.0.1"):
        self.offset_ns = 0
        self.questions = []
        self.senders = []
        self._behave = behave or (lambda question, index: [self.good(question)])
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self.port = self._socket.getsockname()[1]
        self.name = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def good(self, question, **fields):
        now_ns = time.time_ns() + self.offset_ns
        return packet(question[40:48], now_ns, now_ns, **fields)

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            try:
                question, sender = self._socket.recvfrom(512)
            except OSError:
                return
            if not question:
                return
            self.questions.append(question)
            self.senders.append(sender)
            for answer in self._behave(question, len(self.questions) - 1):
                self._socket.sendto(answer, sender)


@pytest.fixture
def ntp_server():
    """Start NTP servers on loopback that answer as told."""
    servers = []

    def start(behave=None, **options):
        servers.append(NtpServer(behave, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def ntp_packet():
    """Make the bytes of an answer."""
    return packet
