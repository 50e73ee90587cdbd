"""NTP-corrected time on the monotonic clock (plan, section 2: RunBuddyClock)."""

from client.clock.clock import ClockStatus, RunBuddyClock

__all__ = ["ClockStatus", "RunBuddyClock"]
