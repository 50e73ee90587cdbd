"""Times as people read them (pure)."""


def clock_time(duration_ms: int) -> str:
    """Return "3:05", or "1:02:05" from an hour on."""
    seconds = max(0, duration_ms) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
