"""The options that several commands share, and their checks."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import typer

from audio.engine.client import EngineKind
from audio.output_settings import FULL_VOLUME, gain_of
from client.clock.address import PUBLIC_NTP, parse_address
from client.errors import AddressError
from protocol.limits import MAX_NAME_LENGTH
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import CommandError, default_data_dir

# readable=False, here and for every path: typer's own check ends in a page of usage instead of a sentence.
PairingArgument = Annotated[
    Path, typer.Argument(metavar="PAIRING.json", readable=False, help="Which file plays which track.")
]
ServerOption = Annotated[str, typer.Option(metavar="URL", help="The session server, http:// or https://.")]
AccountOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Your name, on a server with accounts of its own.")
]
TokenOption = Annotated[
    str | None,
    typer.Option(metavar="T", envvar="LOCKSTEP_TOKEN", show_envvar=True, help="Your Spotify access token."),
]
SessionNtpOption = Annotated[
    str | None,
    typer.Option(
        metavar="HOST[:PORT]",
        help="The NTP server, the same for both; else the session server's own, or pool.ntp.org.",
    ),
]
NtpOption = Annotated[str, typer.Option(metavar="HOST[:PORT]", help="The NTP server; both sides should use one.")]
SecondsOption = Annotated[float | None, typer.Option(metavar="N", help="End after so many seconds.")]
AudioOption = Annotated[
    str | None,
    typer.Option(
        metavar="DEVICE|none",
        help="The sound device, by a part of its name (“lockstep devices” lists them); none plays to a silent clock. "
        "By default the one that this computer plays to.",
    ),
]
EngineOption = Annotated[
    EngineKind,
    typer.Option(help="What plays: precise, exact to the sample; or libvlc, a plain VLC player to compare with."),
]
VolumeOption = Annotated[
    float, typer.Option(metavar="PERCENT", help="How loud, 0 to 100; 100 leaves the music as it is.")
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", readable=False, help="Where log, traces, decoded music and output delays are kept."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
ReportEveryOption = Annotated[
    float, typer.Option(metavar="SECONDS", help="How often the sync is reported, at least every 10 ms.")
]

DEFAULT_NTP: Final = PUBLIC_NTP


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """What leading and following are given; every field is an option of both (ui/cli/session_command.py)."""

    pairing: PairingArgument
    server: ServerOption
    account: AccountOption = None
    token: TokenOption = None
    ntp: SessionNtpOption = None
    seconds: SecondsOption = None
    audio: AudioOption = None
    engine: EngineOption = EngineKind.PRECISE
    volume: VolumeOption = FULL_VOLUME
    data_dir: DataDirOption = None
    as_json: JsonOption = False
    report_every: ReportEveryOption = 1.0

    @property
    def folder(self) -> Path:
        """Return the data directory."""
        return data_folder(self.data_dir)


def checked(options: SessionOptions, *, is_signed_in: Callable[[Path], bool]) -> SessionOptions:
    """Check what can be checked before anything is started. Errors: CommandError (usage).

    `is_signed_in` tells of a data directory whether somebody is signed in to Spotify there.
    """
    if options.account is None and options.token is None and not is_signed_in(options.folder):
        raise usage_error(
            "say who you are: --account NAME (a server with accounts of its own), --token T (Spotify), or sign in once "
            "with “lockstep spotify login”"
        )
    name = options.account
    if name is not None and not (name.strip() and name.isprintable() and len(name) <= MAX_NAME_LENGTH):
        raise usage_error(f"--account needs a name of 1 to {MAX_NAME_LENGTH} printable characters")
    if not (math.isfinite(options.report_every) and options.report_every >= 0.01):
        raise usage_error("--report-every needs a number of seconds, at least 0.01")
    check_seconds(options.seconds)
    if options.ntp is not None:
        check_ntp(options.ntp)
    check_volume(options.volume)
    # A token from the environment is a default; the account that was typed is meant.
    return options if name is None else replace(options, token=None)


def check_seconds(seconds: float | None) -> None:
    """Refuse a time that is none. Errors: CommandError (usage)."""
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise usage_error("--seconds needs a number above 0")


def check_ntp(ntp: str) -> None:
    """Refuse an NTP address that is none. Errors: CommandError (usage)."""
    try:
        parse_address(ntp)
    except AddressError as error:
        raise usage_error(f"--ntp: {error}") from None


def check_volume(percent: float) -> None:
    """Refuse a volume that is none. Errors: CommandError (usage)."""
    try:
        gain_of(percent)
    except ValueError:
        raise usage_error("--volume needs a number from 0 to 100") from None


def data_folder(wanted: Path | None) -> Path:
    """Return the data directory: the wanted one, or this user's."""
    return (wanted or default_data_dir()).absolute()


def usage_error(message: str) -> CommandError:
    """Return the error for options that don't go together."""
    return CommandError(ExitCode.USAGE, "usage", message)
