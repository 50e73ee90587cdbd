"""`lockstep spotify stand-in`: a Spotify of one's own, without music, for tests and demos."""

import json
import sys
from typing import Annotated

import typer

from server.errors import ServerError
from server.spotify_stand_in.library import demo_library
from server.spotify_stand_in.running import serve
from server.spotify_stand_in.state import StandInState
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.failures import CommandError, log_to, run_command
from ui.cli.options import JsonOption, data_folder, usage_error
from ui.cli.output import refuse, teller
from ui.cli.running import interruptible
from ui.cli.spotify_command import SpotifyDataDirOption

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
def stand_in(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on. Anybody who reaches it can sign in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 lets the system choose.")] = 8898,
    auto_allow: Annotated[
        str | None,
        typer.Option(metavar="PERSON", help="Sign this person (ann or ben) in without showing the page."),
    ] = None,
    data_dir: SpotifyDataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a stand-in for Spotify until Ctrl+C: its sign-in page and its Web API, with the demo music's playlist.

    Name it to the other commands with --spotify-url. It is no part of Spotify, plays nothing, and protects nothing.
    """
    try:
        library = demo_library()
        if auto_allow is not None and library.person(auto_allow) is None:
            names = ", ".join(person.user_id for person in library.people)
            raise usage_error(f"--auto-allow needs one of {names}")
        log_file = log_to(data_folder(data_dir))
    except CommandError as error:
        refuse(error, as_json=as_json)
        raise typer.Exit(error.exit_code) from None

    def on_ready(url: str) -> None:
        line = json.dumps({"type": "stand_in", "url": url})
        said = line if as_json else f"Stand-in for Spotify at {url}. Ctrl+C ends it."
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()

    async def work() -> ExitCode:
        with interruptible():
            try:
                await serve(StandInState(library=library, signs_in=auto_allow), host, port, on_ready)
            except ServerError as error:
                raise CommandError(ExitCode.CANNOT_SERVE, "cannot_serve", str(error)) from error
        return ExitCode.OK

    exit_code = run_command(work, log_file, teller(as_json=as_json))
    # A stand-in is ended by Ctrl+C and by nothing else.
    raise typer.Exit(ExitCode.OK if exit_code is ExitCode.INTERRUPTED else exit_code)
