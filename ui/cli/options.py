"""The options that leading and following share."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from client.clock.address import parse_address
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
NtpOption = Annotated[str, typer.Option(metavar="HOST[:PORT]", help="The NTP server; both sides should use one.")]
SecondsOption = Annotated[float | None, typer.Option(metavar="N", help="End after so many seconds.")]
AudioOption = Annotated[
    str | None,
    typer.Option(metavar="DEVICE|none", help="The sound device; none plays to a silent clock. By default the best."),
]
DataDirOption = Annotated[
    Path | None, typer.Option(metavar="DIR", readable=False, help="Where log, traces and decoded music are kept.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
ReportEveryOption = Annotated[
    float, typer.Option(metavar="SECONDS", help="How often the sync is reported, at least every 10 ms.")
]

DEFAULT_NTP: Final = "pool.ntp.org"


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What leading and following are given."""

    pairing: Path
    server: str
    account: str | None
    token: str | None
    ntp: str
    seconds: float | None
    audio: str | None
    data_dir: Path
    as_json: bool
    report_every_s: float


def session_options(
    *,
    pairing: Path,
    server: str,
    account: str | None,
    token: str | None,
    ntp: str,
    seconds: float | None,
    audio: str | None,
    data_dir: Path | None,
    as_json: bool,
    report_every: float,
) -> SessionOptions:
    """Check what can be checked before anything is started. Errors: CommandError (usage)."""
    if account is not None:
        # A token from the environment is a default; the account that was typed is meant.
        token = None
    if account is None and token is None:
        raise usage_error("say who you are: --account NAME (a server with accounts of its own) or --token T (Spotify)")
    if account is not None and not (account.strip() and account.isprintable() and len(account) <= MAX_NAME_LENGTH):
        raise usage_error(f"--account needs a name of 1 to {MAX_NAME_LENGTH} printable characters")
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise usage_error("--seconds needs a number above 0")
    if not (math.isfinite(report_every) and report_every >= 0.01):
        raise usage_error("--report-every needs a number of seconds, at least 0.01")
    try:
        parse_address(ntp)
    except AddressError as error:
        raise usage_error(f"--ntp: {error}") from None
    folder = (data_dir or default_data_dir()).absolute()
    return SessionOptions(pairing, server, account, token, ntp, seconds, audio, folder, as_json, report_every)


def usage_error(message: str) -> CommandError:
    """Return the error for options that don't go together."""
    return CommandError(ExitCode.USAGE, "usage", message)
