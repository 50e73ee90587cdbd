"""What the first run shows."""

from dataclasses import dataclass, field
from enum import StrEnum

from ui.screens.settings.state import AccountPhase
from ui.widgets.plain import isolated


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
    """`count` is how many playlists the library has."""

    phase: AccountPhase = AccountPhase.SIGNED_OUT
    account: str = ""
    count: int = 0
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

    @property
    def chooses_playlists(self) -> bool:
        """Return whether there are playlists to choose from, of which none was chosen yet."""
        return self.playlists.phase is AccountPhase.SIGNED_IN and not self.playlists.count


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a step, in words; `given` says whether there is something."""

    given: bool
    words: str


def is_done(state: FirstRunState, step: Step) -> bool:
    """Return whether there is something to go on with from this step, rather than to skip it."""
    match step:
        case Step.FOLDER:
            return bool(state.folder.folder) and not state.folder.trouble
        case Step.PLAYLISTS:
            return state.playlists.phase is AccountPhase.SIGNED_IN or state.playlists.count > 0
        case Step.SERVER:
            server = state.server
            answers_well = bool(server.note) and not server.checking and not server.trouble
            return answers_well and (not server.asks_name or (bool(server.name) and not server.name_trouble))
        case Step.DONE:
            return True


def playlists_words(count: int) -> str:
    """Return how many playlists there are."""
    return "1 playlist in your library" if count == 1 else f"{count:,} playlists in your library"


def answers(state: FirstRunState) -> dict[Step, Answer]:
    """Return what came of each step, and where it can still be done."""
    folder, playlists, server = state.folder, state.playlists, state.server
    parts = {
        Step.FOLDER: [isolated(folder.folder) if folder.folder else "", folder.scan or folder.found],
        Step.PLAYLISTS: [
            f"Signed in as {isolated(playlists.account)}" if playlists.phase is AccountPhase.SIGNED_IN else "",
            playlists_words(playlists.count) if playlists.count else "",
        ],
        Step.SERVER: [isolated(server.address), f"as {isolated(server.name)}" if server.asks_name else ""],
    }
    later = {
        Step.FOLDER: "Not chosen yet: the library asks for it",
        Step.PLAYLISTS: "None yet: add them in the library",
        Step.SERVER: "Not ready yet: see Settings",
    }
    return {
        step: Answer(True, " · ".join(part for part in parts[step] if part))
        if is_done(state, step)
        else Answer(False, words)
        for step, words in later.items()
    }
