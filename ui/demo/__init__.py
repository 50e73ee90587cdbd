"""The demo: a server, an NTP server, a leader and a follower on this machine, and what they did, measured."""
