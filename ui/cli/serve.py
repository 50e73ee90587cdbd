"""`lockstep serve`: the session server."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from client.spotify.endpoints import stand_in_endpoints
from server.errors import ServerError
from server.garbage import spare_the_relay
from server.log import format_log
from server.main import serve as serve_until_stopped
from server.settings import SPOTIFY_URL, AccountsMode, Settings, sqlite_url
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.failures import CommandError, default_data_dir, log_to, run_command
from ui.cli.output import refuse, teller
from ui.cli.reachable import how_to_reach

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of REST and WebSocket; 0 lets the system choose.")] = 8765,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="SQLAlchemy URL; by default SQLite in the data directory.")
    ] = None,
    redis: Annotated[
        str | None, typer.Option(metavar="URL", help="Redis that several server processes share, redis://HOST:PORT.")
    ] = None,
    accounts: Annotated[
        AccountsMode, typer.Option(help="Whose tokens count: Spotify's, or named accounts of this server's own.")
    ] = AccountsMode.SPOTIFY,
    spotify_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A stand-in for Spotify to ask about tokens (“lockstep spotify stand-in”)."),
    ] = None,
    ntp_port: Annotated[
        int | None, typer.Option(help="Tell the time by SNTP, too, on this UDP port; 0 lets the system choose.")
    ] = None,
    leader_grace: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long a leader whose connection was lost may take to return.")
    ] = 10.0,
    no_rate_limits: Annotated[
        bool,
        typer.Option(
            "--no-rate-limits",
            help="Let anybody ask as often as they like: for load tests, or behind a gateway that counts.",
        ),
    ] = False,
    data_dir: Annotated[Path | None, typer.Option(readable=False, help="Where database and log are kept.")] = None,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log JSON lines instead of lines for people.")] = False,
    log_stderr: Annotated[
        bool, typer.Option("--log-stderr", help="Log to standard error instead of a file, for systemd and containers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it listens as one JSON line.")] = False,
) -> None:
    """Run the session server until Ctrl+C."""

    def on_ready(rest_port: int, sntp_port: int | None) -> None:
        shown_host = f"[{host}]" if ":" in host else host
        url = f"http://{shown_host}:{rest_port}"
        ntp = f", SNTP on UDP port {sntp_port}" if sntp_port is not None else ""
        line = json.dumps({"type": "serving", "url": url, "port": rest_port, "ntpPort": sntp_port})
        told = [f"Listening on {url} (accounts: {accounts.value}{ntp}). Ctrl+C ends it.", how_to_reach(host, rest_port)]
        sys.stdout.write(f"{line}\n" if as_json else "".join(f"{sentence}\n" for sentence in told if sentence))
        sys.stdout.flush()
        spare_the_relay()

    folder = (data_dir or default_data_dir()).absolute()

    async def work() -> ExitCode:
        try:
            settings = Settings(
                database=database or sqlite_url(folder / "server.db"),
                host=host,
                port=port,
                ntp_port=ntp_port,
                redis=redis,
                accounts=accounts,
                spotify_base_url=SPOTIFY_URL if spotify_url is None else stand_in_endpoints(spotify_url).api_url,
                leader_grace_s=leader_grace,
                rate_limits=not no_rate_limits,
            )
            await serve_until_stopped(settings, on_ready=on_ready)
        except ServerError as error:
            raise CommandError(ExitCode.CANNOT_SERVE, "cannot_serve", str(error)) from error
        return ExitCode.OK

    try:
        log_file = log_to(folder)
        format_log(json_lines=log_json, to_stderr=log_stderr)
    except CommandError as error:
        refuse(error, as_json=as_json)
        raise typer.Exit(error.exit_code) from None
    exit_code = run_command(work, log_file, teller(as_json=as_json))
    # A server is ended by Ctrl+C and by nothing else.
    raise typer.Exit(ExitCode.OK if exit_code is ExitCode.INTERRUPTED else exit_code)
