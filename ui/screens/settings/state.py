"""What Settings shows."""

from dataclasses import dataclass, field
from enum import StrEnum


class AccountPhase(StrEnum):
    """How the Spotify account stands."""

    SIGNED_OUT = "signed_out"
    WAITING = "waiting"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class LibraryState:
    """Music folder and Spotify account; `scan` as "1,204 of 20,000 files" while it runs, `files` as "1,204 files".

    `folder` is None until it is known whether there is one.
    """

    folder: str | None = None
    files: str = ""
    scan: str = ""
    folder_trouble: str = ""
    account_phase: AccountPhase = AccountPhase.SIGNED_OUT
    account: str = ""
    account_trouble: str = ""


@dataclass(frozen=True, slots=True)
class RunBuddyState:
    """`server_note` says what the server is ("Takes Spotify accounts"); `name` is asked for if `asks_name`."""

    enabled: bool = True
    server: str = ""
    server_checking: bool = False
    server_note: str = ""
    server_trouble: str = ""
    asks_name: bool = False
    name: str = ""
    name_trouble: str = ""


@dataclass(frozen=True, slots=True)
class ClockState:
    """`result` as "Synced to ±3 ms, 2 minutes ago"; `ntp_server` is what was typed, `ntp_trouble` why it is refused."""

    ntp_server: str = ""
    ntp_trouble: str = ""
    measuring: bool = False
    result: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SoundState:
    """`devices` are (key, words), the system's default having the key ""; `click_note` tells of the click that runs."""

    devices: tuple[tuple[str, str], ...] = (("", "System default"),)
    device: str = ""
    device_note: str = ""
    device_trouble: str = ""
    engine: str = "precise"
    delay_ms: float = 0.0
    delay_trouble: str = ""
    delay_locked: str | None = None
    clicking: bool = False
    click_note: str = ""
    click_locked: str | None = None


@dataclass(frozen=True, slots=True)
class StorageState:
    """`cache_note` as "1.2 GB in use"."""

    cache_bytes: int = 2 * 1024**3
    cache_note: str = ""
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Licence:
    """A part that the app is made of, and under which terms it is used."""

    name: str
    version: str
    licence: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class AboutState:
    """`licences` may come later than the rest: reading them takes a moment."""

    version: str = ""
    licences: tuple[Licence, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsState:
    """Everything that Settings shows; `locked` is why what would end a live session can't be changed now."""

    library: LibraryState = field(default_factory=LibraryState)
    runbuddy: RunBuddyState = field(default_factory=RunBuddyState)
    clock: ClockState = field(default_factory=ClockState)
    sound: SoundState = field(default_factory=SoundState)
    storage: StorageState = field(default_factory=StorageState)
    about: AboutState = field(default_factory=AboutState)
    locked: str | None = None
