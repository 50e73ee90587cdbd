"""NTP-corrected time on the monotonic clock (plan, section 2: RunBuddyClock)."""
