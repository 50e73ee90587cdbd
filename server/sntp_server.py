"""Answer SNTP on UDP from a thread of its own: an event loop would add its own delays to every timestamp."""

import logging
import socket
import struct
import sys
import threading
from contextlib import suppress
from typing import Any

from server.errors import StartError
from server.sntp import MAX_PACKET_BYTES, build_reply, parse_request, stamp_transmit
from server.wall_clock import MonotonicWallClock

#: Linux: asm-generic/socket.h; Python names neither the option nor the message, which share one number.
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@ll")
_STOP_POLL_S = 0.2

logger = logging.getLogger(__name__)


class SntpServer:
    """Own one UDP socket and the thread that answers on it.

    On Linux the receive timestamp is the kernel's, so the time until this thread wakes up does not count.
    """

    def __init__(self, host: str, port: int, clock: MonotonicWallClock | None = None) -> None:
        self._clock = clock or MonotonicWallClock()
        self._socket = _bind(host, port)
        self._socket.settimeout(_STOP_POLL_S)
        self._kernel_stamps = _ask_for_kernel_stamps(self._socket)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lockstep-sntp", daemon=True)

    @property
    def port(self) -> int:
        """Return the UDP port in use."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port; blocks for up to 0.2 s."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._answer_one()
            except TimeoutError:
                continue
            except OSError as error:
                # A client that is gone (ICMP port unreachable) or out of reach is its own problem.
                logger.debug("SNTP: %s", error)

    def _answer_one(self) -> None:
        packet, receive_ns, address = self._receive()
        request = parse_request(packet)
        if request is None:
            return
        reply = build_reply(request, receive_ns)
        stamp_transmit(reply, self._clock.now_ns())
        self._socket.sendto(reply, address)

    def _receive(self) -> tuple[bytes, int, Any]:
        if not self._kernel_stamps:
            packet, address = self._socket.recvfrom(MAX_PACKET_BYTES + 1)
            return packet, self._clock.now_ns(), address
        packet, ancillary, _flags, address = self._socket.recvmsg(MAX_PACKET_BYTES + 1, socket.CMSG_SPACE(64))
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) == _TIMESPEC.size:
                seconds, nanoseconds = _TIMESPEC.unpack(data)
                return packet, self._clock.from_wall_ns(seconds * 1_000_000_000 + nanoseconds), address
        return packet, self._clock.now_ns(), address


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartError(f"The NTP port cannot be opened on {host}: {error.strerror or error}.") from error
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise StartError(
            f"UDP port {port} on {host} cannot be opened ({error.strerror or error}). "
            "Choose another --ntp-port; ports below 1024 need special rights, and one port serves one program."
        ) from error
    return bound


def _ask_for_kernel_stamps(bound: socket.socket) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    with suppress(OSError):
        bound.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        return True
    return False
