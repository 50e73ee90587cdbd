"""All that the stand-in knows, and what it was asked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from server.spotify_stand_in.authority import Authority
from server.spotify_stand_in.faults import Faults
from server.spotify_stand_in.library import Library, demo_library


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: no header, no body, so no token."""

    method: str
    path: str
    query: str


@dataclass(slots=True)
class StandInState:
    """The library, the tokens, the faults to come. Routes and tests change it under `lock`.

    `signs_in` is the user id of the person whom /authorize lets in without asking, None to show the page.
    `client_ids` are those that are known, None for any.
    """

    library: Library = field(default_factory=demo_library)
    authority: Authority = field(default_factory=Authority)
    faults: Faults = field(default_factory=Faults)
    signs_in: str | None = None
    client_ids: frozenset[str] | None = None
    asked: list[Asked] = field(default_factory=list)
    now_s: Callable[[], float] = time.time
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count_asked(self, path: str) -> int:
        """Return how many requests for paths that begin so have come."""
        return sum(asked.path.startswith(path) for asked in self.asked)
