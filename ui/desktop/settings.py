"""The app's settings: one JSON file in the data directory."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from client.clock.address import PUBLIC_NTP, parse_address
from client.errors import AddressError
from ui.desktop.errors import SettingsError
from ui.desktop.json_file import DamagedFileError, read_object, set_aside, write_object

_log = logging.getLogger(__name__)

FILE_NAME: Final = "settings.json"
DEFAULT_SERVER: Final = "https://api.lockstep.at"
#: Nobody has chosen another: a session server that tells the time itself is asked in its place.
DEFAULT_NTP_SERVER: Final = PUBLIC_NTP
MIN_CACHE_BYTES: Final = 256 * 1024**2
DEFAULT_CACHE_BYTES: Final = 2 * 1024**3
MAX_CACHE_BYTES: Final = 1024**4

_MAX_BYTES: Final = 1_000_000


def _ntp_server(address: str) -> str:
    """Return an address that a clock can be asked for. Errors: ValueError."""
    try:
        parse_address(address)
    except AddressError as error:
        raise ValueError(str(error)) from None
    return address


_Address = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Settings(BaseModel):
    """What a person has chosen; the defaults are those of a first start.

    `display_name` is for servers with accounts of their own. `sound_device` is a device's name, "none" for a silent
    clock, None for the one that this computer plays to. Fields of later versions are kept as they are.
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, alias_generator=to_camel, populate_by_name=True, validate_default=False
    )

    server: _Address = DEFAULT_SERVER
    display_name: Annotated[str, StringConstraints(max_length=300)] = ""
    enable_runbuddy: bool = True
    ntp_server: Annotated[_Address, AfterValidator(_ntp_server)] = DEFAULT_NTP_SERVER
    sound_device: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    engine: Literal["precise", "libvlc"] = "precise"
    volume_percent: Annotated[float, Field(ge=0, le=100, strict=False)] = 100.0
    cache_bytes: Annotated[int, Field(ge=MIN_CACHE_BYTES, le=MAX_CACHE_BYTES)] = DEFAULT_CACHE_BYTES
    debug: bool = False
    first_run_done: bool = False

    def changed(self, **changes: Any) -> "Settings":
        """Return the settings with some of them changed, checked. Errors: SettingsError names the field."""
        try:
            return Settings.model_validate({**self.model_dump(), **changes})
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            reason = first["msg"].removeprefix("Value error, ")
            raise SettingsError(f"{_words(first['loc'])} can't be set to that: {reason}") from None


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """What the file says; `notice` is a sentence for people when not all of it could be used."""

    settings: Settings
    notice: str | None = None


class SettingsFile:
    """DATA_DIR/settings.json. Only the app writes it, and only one app has a data directory."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._writing: asyncio.Lock | None = None
        self._newest: Settings | None = None

    def load(self) -> LoadedSettings:
        """Return the settings; a damaged file is kept aside, a field that can't be used has its default again."""
        try:
            document = read_object(self._path, _MAX_BYTES)
        except DamagedFileError as error:
            return LoadedSettings(Settings(), self._begin_anew(str(error)))
        except OSError as error:
            _log.warning("%s can't be read: %s", self._path, error)
            return LoadedSettings(
                Settings(),
                f"Your settings can't be read ({error.strerror or error}). Check the permissions of {self._path}.",
            )
        return LoadedSettings(Settings()) if document is None else _believed(document)

    def save(self, settings: Settings) -> None:
        """Write the settings, whole or not at all. Errors: SettingsError."""
        try:
            write_object(self._path, settings.model_dump(mode="json", by_alias=True))
        except OSError as error:
            raise SettingsError(
                f"your settings can't be kept in {self._path.parent} ({error.strerror or error}); they hold until you "
                "quit. Check the space on the disk and the folder's permissions"
            ) from None

    async def keep(self, settings: Settings) -> None:
        """Write the settings in a thread; of several at once the newest counts. Errors: SettingsError."""
        if self._writing is None:
            self._writing = asyncio.Lock()
        self._newest = settings
        async with self._writing:
            await asyncio.to_thread(self.save, self._newest)

    def _begin_anew(self, reason: str) -> str:
        try:
            aside = set_aside(self._path)
        except OSError as error:
            _log.warning("%s is damaged (%s) and can't be set aside: %s", self._path, reason, error)
            return "Your settings are damaged and were begun anew."
        _log.warning("%s is damaged (%s); it is kept as %s", self._path, reason, aside.name)
        return f"Your settings were damaged and were begun anew. The old file is kept as {aside.name}."


def _believed(document: dict[str, Any]) -> LoadedSettings:
    """Return what can be believed of a file's object, and which fields could not."""
    usable, refused = dict(document), []
    while True:
        try:
            settings = Settings.model_validate(usable)
        except ValidationError as error:
            bad = {str(finding["loc"][0]) for finding in error.errors(include_url=False, include_input=False)}
            refused += sorted(bad)
            usable = {name: value for name, value in usable.items() if name not in bad}
            continue
        if not refused:
            return LoadedSettings(settings)
        _log.warning("These settings can't be used and have their defaults again: %s", ", ".join(map(ascii, refused)))
        names = ", ".join(_words((name,)) for name in refused)
        return LoadedSettings(settings, f"Some settings could not be used and are as at the first start: {names}.")


def _words(location: tuple[int | str, ...]) -> str:
    """Return a field's name as people read it: "ntp server" for ntpServer and ntp_server alike."""
    name = str(location[0])
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).replace("_", " ").strip()
