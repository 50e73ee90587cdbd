"""What an operator can count and time, for Prometheus (`/metrics`)."""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

#: The goal is 20 ms: finer below it, coarse above.
_RELAY_BUCKETS_S: Final = (0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)
_DATABASE_BUCKETS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
_REQUEST_BUCKETS_S: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
_NS_PER_S: Final = 1_000_000_000


class Metrics:
    """Hold one server's metrics; several servers in a process do not mix."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.sockets = Gauge(
            "lockstep_sockets", "Open WebSockets of sessions in this process.", registry=self._registry
        )
        relayed = Counter(
            "lockstep_relayed_frames_total",
            "Frames of leaders handed to followers, by type.",
            ["type"],
            registry=self._registry,
        )
        self._relayed_positions = relayed.labels("position")
        self._relayed_transports = relayed.labels("transport")
        self._relay_s = Histogram(
            "lockstep_relay_seconds",
            "From the arrival of a leader's frame until it is handed to the follower's connection.",
            buckets=_RELAY_BUCKETS_S,
            registry=self._registry,
        )
        self.coalesced_positions = Counter(
            "lockstep_coalesced_positions_total",
            "Positions replaced by newer ones while they waited.",
            registry=self._registry,
        )
        self.dropped_frames = Counter(
            "lockstep_dropped_frames_total", "Frames dropped with a reader that was too slow.", registry=self._registry
        )
        self.closed_sockets = Counter(
            "lockstep_closed_sockets_total",
            "WebSockets closed by the server, by code.",
            ["code"],
            registry=self._registry,
        )
        self.requests = Histogram(
            "lockstep_rest_request_seconds",
            "REST requests by method, route and status.",
            ["method", "route", "status"],
            buckets=_REQUEST_BUCKETS_S,
            registry=self._registry,
        )
        self.database_write_s = Histogram(
            "lockstep_database_write_seconds",
            "One batch of late writes, of all sessions together.",
            buckets=_DATABASE_BUCKETS_S,
            registry=self._registry,
        )
        self.database_write_errors = Counter(
            "lockstep_database_write_errors_total",
            "Batches that the database refused; they are tried again.",
            registry=self._registry,
        )

    def watch(self, sessions: Callable[[], int], waiting_writes: Callable[[], int]) -> None:
        """Read these numbers whenever somebody asks."""
        Gauge("lockstep_sessions", "Sessions with a room in this process.", registry=self._registry).set_function(
            sessions
        )
        Gauge("lockstep_waiting_writes", "Rows that are not stored yet.", registry=self._registry).set_function(
            waiting_writes
        )

    def count_relayed(self, *, is_position: bool) -> None:
        """Count a frame that goes to the follower."""
        (self._relayed_positions if is_position else self._relayed_transports).inc()

    def relayed_after(self, waited_ns: int) -> None:
        """Count the time that one frame took through this server."""
        self._relay_s.observe(waited_ns / _NS_PER_S)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)
