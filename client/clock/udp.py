"""The NTP exchange over UDP: a blocking shell that runs in a worker thread and only stamps, sends and receives.

Where the kernel stamps arriving datagrams (Linux), its stamp is used: the thread may then wait for the interpreter
lock for as long as it must.
"""

import queue
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from client.clock.address import NtpAddress
from client.clock.ntp_packet import (
    RATE,
    BogusAnswerError,
    KissOfDeathError,
    NtpSample,
    UnusableServerError,
    decode_answer,
    make_request,
)
from client.errors import ClockSyncError

BURST_SAMPLES = 8
SPACING_S = 0.025
SAMPLE_TIMEOUT_S = 1.0
RESOLVE_TIMEOUT_S = 5.0

#: A burst ends with the second question that stays without answer: servers drop what exceeds their rate.
MAX_LOST = 2
MAX_ADDRESSES = 4
MAX_ANSWER_BYTES = 512

#: asm-generic/socket.h; Python has no name for it. The few architectures that number it otherwise refuse it.
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@ll")
_CLOCK_PAIRS = 5

_Endpoint = tuple[socket.AddressFamily, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Burst:
    """At least one sample; `kissed` says that the server gave them and then asked to be left alone."""

    samples: tuple[NtpSample, ...]
    kissed: bool = False


#: One burst from a server, in a worker thread; an event cancels it; ClockSyncError when there is no sample.
Exchange = Callable[[NtpAddress, threading.Event], Burst]


class UdpExchange:
    """Ask one NTP server by UDP; it stays with the address that answered, since servers of a pool differ."""

    def __init__(self) -> None:
        self._preferred: _Endpoint | None = None
        self._refused: set[_Endpoint] = set()

    def __call__(self, server: NtpAddress, cancelled: threading.Event) -> Burst:
        """Return one burst; see `Exchange`."""
        failure = ClockSyncError("the measurement was cancelled")
        for endpoint in self._endpoints(server):
            if cancelled.is_set():
                break
            if endpoint in self._refused:
                failure = UnusableServerError(f"{server} refuses to serve this machine; use another NTP server")
                continue
            try:
                burst = _burst(*endpoint, cancelled)
            except KissOfDeathError as error:
                if error.kiss == RATE:
                    raise
                self._refused.add(endpoint)
                failure = error
            except ClockSyncError as error:
                failure = error
            else:
                self._preferred = endpoint
                return burst
        raise failure

    def _endpoints(self, server: NtpAddress) -> Iterator[_Endpoint]:
        """Yield the address that answered last, and only if it fails what the name stands for now."""
        tried, self._preferred = self._preferred, None
        if tried is not None:
            yield tried
        for endpoint in resolve(server)[:MAX_ADDRESSES]:
            if endpoint != tried:
                yield endpoint


def resolve(server: NtpAddress) -> list[_Endpoint]:
    """Return the socket addresses of a server; raise ClockSyncError when its name isn't known within 5 s."""
    answers: queue.SimpleQueue[list[_Endpoint] | OSError | UnicodeError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_DGRAM)
            answers.put([(family, address) for family, _, _, _, address in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    # getaddrinfo can neither be cancelled nor given a timeout; a daemon thread may be left behind.
    threading.Thread(target=look_up, name="ntp-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=RESOLVE_TIMEOUT_S)
    except queue.Empty:
        raise ClockSyncError(f"the name {server.host} could not be looked up in time; check the network") from None
    if isinstance(answer, list):
        return answer
    raise ClockSyncError(f"the name {server.host} is unknown; check the network and the NTP server's name") from None


def _burst(family: socket.AddressFamily, address: tuple[Any, ...], cancelled: threading.Event) -> Burst:
    samples: list[NtpSample] = []
    silent = ClockSyncError(
        f"no answer from the NTP server at {address[0]} port {address[1]}; "
        "this network may block NTP (UDP), try another network or another NTP server"
    )
    failure: ClockSyncError | None = None
    lost = 0
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            kernel_stamps = _ask_for_kernel_stamps(sock)
            # Connected, the kernel drops what other hosts send and reports a closed port at once.
            sock.connect(address)
            for _ in range(BURST_SAMPLES):
                try:
                    samples.append(_ask(sock, kernel_stamps=kernel_stamps))
                except (TimeoutError, BogusAnswerError) as error:
                    failure = silent if isinstance(error, TimeoutError) else error
                    lost += 1
                if lost >= MAX_LOST or cancelled.wait(SPACING_S):
                    break
    except UnusableServerError as error:
        failure = error
    except OSError as error:
        failure = ClockSyncError(
            f"the NTP server at {address[0]} port {address[1]} can't be reached ({error.strerror or error}); "
            "check the network and the NTP server's name"
        )
    if samples:
        return Burst(tuple(samples), kissed=isinstance(failure, KissOfDeathError))
    raise failure or silent


def _ask(sock: socket.socket, *, kernel_stamps: bool) -> NtpSample:
    """Return one sample; raise TimeoutError when nothing comes, BogusAnswerError when only nonsense comes."""
    request = make_request()
    bogus: BogusAnswerError | None = None
    sent_ns = time.perf_counter_ns()
    sock.send(request.data)
    deadline_ns = sent_ns + round(SAMPLE_TIMEOUT_S * 1e9)
    while (remaining_ns := deadline_ns - time.perf_counter_ns()) > 0:
        sock.settimeout(remaining_ns / 1e9)
        try:
            data, received_ns = _receive(sock, sent_ns, kernel_stamps=kernel_stamps)
        except TimeoutError:
            break
        try:
            return decode_answer(data, request.cookie, sent_ns, received_ns)
        except BogusAnswerError as error:
            bogus = error
    raise bogus or TimeoutError


def _ask_for_kernel_stamps(sock: socket.socket) -> bool:
    """Ask the kernel to stamp arrivals; return whether it will.

    It begins a little later (`net_enable_timestamp` defers that), until when it stamps the reading; such a first sample
    has the longer delay and loses against the others of its burst.
    """
    if sys.platform != "linux":
        return False
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        return False
    return True


def _receive(sock: socket.socket, sent_ns: int, *, kernel_stamps: bool) -> tuple[bytes, int]:
    """Return a datagram and the monotonic instant of its arrival."""
    if not kernel_stamps:
        data = sock.recv(MAX_ANSWER_BYTES)
        return data, time.perf_counter_ns()
    data, ancillary, _, _ = sock.recvmsg(MAX_ANSWER_BYTES, socket.CMSG_SPACE(_TIMESPEC.size))
    now_ns = time.perf_counter_ns()
    for level, kind, stamp in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(stamp) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(stamp)
            arrived_ns = seconds * 1_000_000_000 + nanoseconds - _wall_ahead_of_mono_ns()
            # A wall clock set between the stamp and its conversion would put the arrival outside the exchange.
            if sent_ns <= arrived_ns <= now_ns:
                return data, arrived_ns
    return data, now_ns


def _wall_ahead_of_mono_ns() -> int:
    """Return wall minus monotonic clock in ns, from the tightest of a few pairs: a thread switch may tear one."""
    best_width_ns, best_ns = sys.maxsize, 0
    for _ in range(_CLOCK_PAIRS):
        before_ns = time.perf_counter_ns()
        wall_ns = time.time_ns()
        after_ns = time.perf_counter_ns()
        if after_ns - before_ns < best_width_ns:
            best_width_ns, best_ns = after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2
    return best_ns
