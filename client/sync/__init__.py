"""The mathematics of following: what the leader says of itself, and what a follower makes of it. No I/O, no clock."""
