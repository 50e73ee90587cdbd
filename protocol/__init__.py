"""The RunBuddy wire contract: what leader, follower and server say to each other.

Everything here is data and mathematics. It imports nothing else of this project and does no I/O, so an Android build
can be held against it field by field.
"""
