"""What the first run shows."""

from dataclasses import dataclass, field
from enum import StrEnum

from ui.screens.settings.state import AccountPhase


class Step(StrEnum):
    """Where one is."""

    FOLDER = "folder"
    PLAYLISTS = "playlists"
    SERVER = "server"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class FolderState:
    """`suggestion` is the system's music folder; `scan` as "1,204 files so far", with its `share` 0.0 to 1.0."""

    folder: str = ""
    suggestion: str = ""
    scan: str = ""
    scan_share: float = 0.0
    found: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PlaylistsState:
    """`note` as "6 playlists found"."""

    phase: AccountPhase = AccountPhase.SIGNED_OUT
    account: str = ""
    note: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ServerState:
    """`usual` is the address that is there from the start; `note` says what the server is, once it has answered."""

    usual: str = "https://api.lockstep.at"
    address: str = "https://api.lockstep.at"
    checking: bool = False
    note: str = ""
    trouble: str = ""
    asks_name: bool = False
    name: str = ""
    name_trouble: str = ""


@dataclass(frozen=True, slots=True)
class FirstRunState:
    """Everything that the first run shows."""

    step: Step = Step.FOLDER
    folder: FolderState = field(default_factory=FolderState)
    playlists: PlaylistsState = field(default_factory=PlaylistsState)
    server: ServerState = field(default_factory=ServerState)
