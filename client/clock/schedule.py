"""When to measure again. Pure: it is told the time."""

NS_PER_S = 1_000_000_000

#: Soon at first, for offset and frequency; then every five minutes (plan, section 2).
INTERVALS_S = (2, 4, 8, 16, 32, 64, 128, 300)
DOUBT_S = 2

#: While the server does not answer it is asked at least this often (RFC 5905: a client's shortest poll, 64 s).
LONGEST_RETRY_S = 64

#: So many failures in a row, ten seconds or more: it is the server that is gone, not a packet.
LOST_FAILURES = 3

#: How often the clocks are compared with each other.
WATCH_S = 1.0

#: Wall and monotonic clock apart by more than this since the last look: the machine slept or its clock was set.
MAX_JUMP_NS = 50_000_000

#: So long without a look, on the monotonic clock: the machine slept with that clock running, or this process stood.
MAX_GAP_NS = 30 * NS_PER_S


class Schedule:
    """Say when the next burst is due; a jump of the clocks makes it due at once."""

    def __init__(self) -> None:
        self._step = 0
        self._due_ns: int | None = None
        self._failures = 0
        self._seen: tuple[int, int] | None = None

    @property
    def lost(self) -> bool:
        """Return whether the server has been silent for so long that it is gone."""
        return self._failures >= LOST_FAILURES

    def is_due(self, mono_ns: int) -> bool:
        """Return whether to measure now; before the first measurement, yes."""
        return self._due_ns is None or mono_ns >= self._due_ns

    def wait_s(self, mono_ns: int) -> float:
        """Return how long to sleep before asking again: until due, but no longer than the watch on the clocks."""
        if self._due_ns is None:
            return 0.0
        return min(WATCH_S, max(0.0, (self._due_ns - mono_ns) / NS_PER_S))

    def measured(self, mono_ns: int, *, in_doubt: bool = False) -> None:
        """Plan the next burst after a good one."""
        self._failures = 0
        if in_doubt:
            self._due_ns = mono_ns + DOUBT_S * NS_PER_S
        else:
            self._advance(mono_ns)

    def failed(self, mono_ns: int) -> None:
        """Plan the next burst after a failure: the intervals begin anew, since most failures pass soon."""
        if not self._failures:
            self._step = 0
        self._failures += 1
        self._advance(mono_ns, LONGEST_RETRY_S)

    def hold_off(self, mono_ns: int) -> None:
        """Plan the next burst after a server asked to be left alone."""
        self._failures = 0
        self._step = len(INTERVALS_S) - 1
        self._advance(mono_ns)

    def hurry(self, mono_ns: int) -> None:
        """Plan the next burst for now if the last one failed: there is reason to believe that it will not again."""
        if self._failures:
            self._step = 0
            self._due_ns = mono_ns

    def jumped(self, mono_ns: int, wall_ns: int) -> bool:
        """Return whether a clock jumped since the last look, which makes the next burst due at once."""
        before, self._seen = self._seen, (mono_ns, wall_ns)
        if before is None:
            return False
        mono_gap_ns, wall_gap_ns = mono_ns - before[0], wall_ns - before[1]
        if abs(wall_gap_ns - mono_gap_ns) <= MAX_JUMP_NS and mono_gap_ns <= MAX_GAP_NS:
            return False
        self._step = 0
        self._due_ns = mono_ns
        return True

    def _advance(self, mono_ns: int, longest_s: int = INTERVALS_S[-1]) -> None:
        self._due_ns = mono_ns + min(INTERVALS_S[self._step], longest_s) * NS_PER_S
        self._step = min(self._step + 1, len(INTERVALS_S) - 1)
