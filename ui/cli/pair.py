"""`lockstep pair`: from a playlist and folders of music to which file plays which track."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from client.errors import PairingError
from client.fingerprint.model import Fingerprint
from client.library.library import Library
from client.library.model import FingerprintProgress
from client.pairing import save_pairing
from client.scan.outcome import ScanProblem
from client.spotify.endpoints import stand_in_endpoints
from client.spotify.models import Endpoints
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.failures import as_command_error, log_to, run_command
from ui.cli.options import JsonOption, data_folder, usage_error
from ui.cli.output import refuse, teller
from ui.cli.pair_questions import ask
from ui.cli.pair_screen import Steps, show_json, show_matches, show_problems, steps, summary_sentence
from ui.cli.pair_source import PlaylistFinder, Source
from ui.cli.prejoin import somebody_is_there
from ui.cli.running import interruptible
from ui.cli.spotify_command import ATTRIBUTION, SpotifyUrlOption, tell

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class _Options:
    playlist: str
    folders: tuple[Path, ...]
    list_name: str | None
    exported_from: str | None
    accept_check: bool
    output: Path | None
    with_fingerprints: bool
    remove_folders: tuple[Path, ...]
    endpoints: Endpoints | None
    folder: Path
    as_json: bool


@app.command(epilog=EPILOG)
def pair(
    playlist: Annotated[
        str,
        typer.Argument(
            metavar="PLAYLIST", help="A playlist file (CSV, M3U, XSPF, JSON), or Spotify's link, URI or name of one."
        ),
    ],
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FOLDER]...", readable=False, help="Where your music is. Folders are remembered: name each once."
        ),
    ] = None,
    *,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Which playlist, where a file holds several.")
    ] = None,
    exported_from: Annotated[
        str | None,
        typer.Option(metavar="LINK", help="Spotify's link of the playlist that a file was exported from."),
    ] = None,
    accept_check: Annotated[
        bool, typer.Option("--accept-check", help="Take what is proposed, too, instead of asking.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="PAIRING.json", readable=False, help="Write what “lead” and “follow” take."),
    ] = None,
    no_fingerprints: Annotated[
        bool, typer.Option("--no-fingerprints", help="Leave out reading the music itself, which takes longest.")
    ] = False,
    remove_folder: Annotated[
        list[Path] | None, typer.Option(metavar="FOLDER", readable=False, help="Forget a music folder.")
    ] = None,
    spotify_url: SpotifyUrlOption = None,
    data_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", readable=False, help="Where the library and the log are kept.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Pair a playlist with your own music: import it, scan your folders, and match.

    What is sure is paired; what is likely is asked about, one key an answer, and remembered wherever the file goes.
    """
    try:
        endpoints = None if spotify_url is None else stand_in_endpoints(spotify_url)
        options = _Options(
            playlist,
            tuple(folders or ()),
            list_name,
            exported_from,
            accept_check,
            output,
            not no_fingerprints,
            tuple(remove_folder or ()),
            endpoints,
            data_folder(data_dir),
            as_json,
        )
        log_file = log_to(options.folder)
    except Exception as error:
        expected = as_command_error(error)
        if expected is None:
            raise
        refuse(expected, as_json=as_json)
        raise typer.Exit(expected.exit_code) from None
    raise typer.Exit(run_command(lambda: _opened(options), log_file, teller(as_json=as_json)))


async def _opened(options: _Options) -> ExitCode:
    with interruptible():
        library = await Library.open(options.folder)
        try:
            if library.notice is not None:
                tell(library.notice, as_json=options.as_json)
            return await _pair(library, options)
        finally:
            await library.aclose()


async def _pair(library: Library, options: _Options) -> ExitCode:
    for folder in options.remove_folders:
        await library.remove_folder(folder)
    for folder in options.folders:
        await library.add_folder(folder)
    if not await library.folders():
        raise usage_error("say where your music is: lockstep pair PLAYLIST FOLDER")
    console = Console(markup=False, emoji=False, highlight=False)
    with steps(as_json=options.as_json) as told:
        source = await _find(library, options, told)
        playlist_id = source.playlist.playlist_id
        await library.save_playlist(source.playlist)
        scan = await library.scan(told.scan)
    if options.accept_check:
        await library.confirm(playlist_id)
    elif somebody_is_there(as_json=options.as_json):
        await _ask(library, playlist_id, console)
    prints: dict[str, Fingerprint] = {}
    problems = [*scan.problems]
    if options.with_fingerprints:
        with steps(as_json=options.as_json) as told:
            prints, unread = await _fingerprints(library, playlist_id, told)
        problems += unread
    summary = await library.summary(playlist_id)
    matches = await library.matches(playlist_id)
    if options.output is not None:
        await asyncio.to_thread(save_pairing, await library.pairing(playlist_id), options.output)
    if options.as_json:
        show_json(matches, prints, problems, summary, options.output)
    else:
        show_matches(matches, await library.folders(), console)
        show_problems(problems, console)
        console.print(Text(summary_sentence(summary, scan), style="bold"))
        if options.output is not None:
            console.print(Text(f"Written: {options.output}"))
        if source.is_spotify:
            console.print(Text(ATTRIBUTION, style="dim"))
    if not summary.paired:
        raise PairingError("no track is paired; add the folder that your music is in, or say yes to what is proposed")
    return ExitCode.OK


async def _find(library: Library, options: _Options, told: Steps) -> Source:
    finder = PlaylistFinder(
        library,
        options.folder,
        options.endpoints,
        on_notice=lambda text: tell(text, as_json=options.as_json),
        on_progress=told.spotify,
    )
    return await finder.find(options.playlist, options.list_name, options.exported_from)


async def _ask(library: Library, playlist_id: str, console: Console) -> None:
    await library.choose(playlist_id, await ask(await library.matches(playlist_id), console))


async def _fingerprints(
    library: Library, playlist_id: str, told: Steps
) -> tuple[dict[str, Fingerprint], Sequence[ScanProblem]]:
    problems: Sequence[ScanProblem] = ()

    def on_progress(progress: FingerprintProgress) -> None:
        nonlocal problems
        problems = progress.problems
        told.fingerprints(progress)

    found = await library.fingerprints(playlist_id, on_progress)
    # What was said last is still on its way through the event loop.
    await asyncio.sleep(0)
    return found, problems
