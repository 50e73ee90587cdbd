"""Which local file is which track of a playlist, and why."""
