"""What the billboard shows (pure)."""

from dataclasses import dataclass
from enum import StrEnum


class Playable(StrEnum):
    """Whether this library can play a session."""

    YES = "yes"
    #: The playlist is here, but tracks of it have no file.
    PARTLY = "partly"
    NO = "no"


class Instead(StrEnum):
    """What has to happen before there are sessions to show."""

    #: The server has accounts of its own and asks for a name.
    NAME = "name"
    SWITCH_ON = "switch_on"
    #: A session is running already.
    IN_SESSION = "in_session"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that waits for a follower; `age` in words ("2 minutes ago"), `tracks` are those that the leader has."""

    session_id: str
    host: str
    playlist: str
    tracks: int
    age: str
    playable: Playable


@dataclass(frozen=True, slots=True)
class BillboardState:
    """Everything that the screen shows.

    `sessions` is None until they are known. `trouble` and `what_to_do` say why they can't be asked for, `in_settings`
    that it is mended there; sessions that were known before stay. `code_busy` and `code_trouble` belong to the field
    for a join code. `locked`: why nothing can be joined. `instead` is asked for in place of unknown sessions.
    """

    sessions: tuple[OpenSession, ...] | None = None
    refreshing: bool = False
    trouble: str = ""
    what_to_do: str = ""
    in_settings: bool = False
    code_busy: bool = False
    code_trouble: str = ""
    locked: str | None = None
    instead: Instead | None = None


def matching(sessions: tuple[OpenSession, ...], words: str) -> tuple[OpenSession, ...]:
    """Return the sessions in whose host or playlist every word occurs."""
    wanted = words.casefold().split()
    return tuple(one for one in sessions if all(word in f"{one.host} {one.playlist}".casefold() for word in wanted))
