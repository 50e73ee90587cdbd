"""A stand-in for Spotify over real HTTP, for tests and demos: its sign-in, and what Lockstep uses of its Web API.

It has Spotify's routes, shapes, paging and errors, and no music. Whoever speaks to it takes it for Spotify by its base
URL; a control API makes it fail as Spotify does.
"""
