"""`lockstep spotify playlists`: the person's playlists, or the tracks of one."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from client.errors import one_line
from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from client.spotify.account import SpotifyAccount
from client.spotify.models import Access, PlaylistSummary
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.options import JsonOption
from ui.cli.output import JsonOutput
from ui.cli.spotify_command import ATTRIBUTION, SpotifyDataDirOption, SpotifyUrlOption, run_with_account

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

_FILE_WIDTH: Final = 240
_KIND_NOTES: Final = {
    TrackKind.TRACK: "",
    TrackKind.LOCAL: "a file of your own",
    TrackKind.UNSUPPORTED: "no music: can't be paired",
    TrackKind.UNAVAILABLE: "withdrawn by Spotify",
}
_ACCESS_NOTES: Final = {
    Access.OWNED: "",
    Access.COLLABORATIVE: "collaborative",
    Access.FOLLOWED: "followed: Spotify lets no app read it",
}


@app.command(epilog=EPILOG)
def playlists(
    *,
    playlist: Annotated[
        str | None, typer.Argument(metavar="[PLAYLIST]", help="A playlist's link, URI or id: list its tracks instead.")
    ] = None,
    spotify_url: SpotifyUrlOption = None,
    data_dir: SpotifyDataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """List your playlists, your own and those that you follow, or the tracks of one.

    Apps can read the tracks of playlists that you own or collaborate on.
    """

    async def work(account: SpotifyAccount) -> ExitCode:
        with _progress(as_json=as_json) as on_progress:
            if playlist is None:
                listed = await account.playlists(on_progress)
            else:
                found = await account.playlist(playlist, on_progress)
        # What goes into a file or another program is not squeezed to a terminal's width.
        width = None if sys.stdout.isatty() else _FILE_WIDTH
        console = Console(markup=False, emoji=False, highlight=False, width=width)
        if playlist is not None:
            _tracks_as_json(found) if as_json else _show_tracks(found, console)
        elif as_json:
            for entry in listed:
                JsonOutput().line("playlist", _entry_as_json(entry))
        else:
            _show_playlists(listed, console)
        return ExitCode.OK

    run_with_account(work, data_dir=data_dir, spotify_url=spotify_url, as_json=as_json)


@contextlib.contextmanager
def _progress(*, as_json: bool) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far reading is; with --json one line a page."""
    if as_json:
        output = JsonOutput()
        yield lambda done, total: output.line("progress", {"done": done, "total": total})
        return
    columns = (
        TextColumn("Reading from Spotify"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _entry_as_json(entry: PlaylistSummary) -> dict[str, Any]:
    return {
        "playlistId": entry.playlist_id,
        "name": entry.name,
        "owner": entry.owner,
        "access": entry.access.value,
        "readable": entry.is_readable,
        "tracks": entry.count_tracks,
    }


def _track_as_json(track: PlaylistTrack) -> dict[str, Any]:
    return {
        "playlistPosition": track.playlist_position,
        "trackId": track.track_id,
        "kind": track.kind.value,
        "title": track.title,
        "artists": list(track.artists),
        "album": track.album,
        "durationMs": track.duration_ms,
        "isrc": track.isrc,
    }


def _tracks_as_json(playlist: Playlist) -> None:
    output = JsonOutput()
    for track in playlist.tracks:
        output.line("track", _track_as_json(track))


def _show_playlists(entries: Sequence[PlaylistSummary], console: Console) -> None:
    if not entries:
        console.print(Text("There is no playlist in this Spotify account."))
        return
    table = _table("playlist", "tracks", "owner", "id", "")
    for entry in entries:
        table.add_row(
            Text(one_line(entry.name), style="bold" if entry.is_readable else "dim"),
            Text("" if entry.count_tracks is None else str(entry.count_tracks), justify="right"),
            Text(one_line(entry.owner)),
            Text(entry.playlist_id, style="dim"),
            Text(_ACCESS_NOTES[entry.access], style="dim"),
        )
    console.print(table)
    console.print(Text(ATTRIBUTION, style="dim"))


def _show_tracks(playlist: Playlist, console: Console) -> None:
    table = _table("", "title", "artist", "album", "length", "")
    for track in playlist.tracks:
        table.add_row(
            Text(str(track.playlist_position + 1), style="dim", justify="right"),
            Text(one_line(track.title)),
            Text(one_line(track.artist)),
            Text(one_line(track.album)),
            Text(_length(track.duration_ms), justify="right"),
            Text(_KIND_NOTES[track.kind], style="dim"),
        )
    console.print(Text(f"{one_line(playlist.name)}, by {one_line(playlist.owner)}", style="bold"))
    console.print(table)
    console.print(Text(ATTRIBUTION, style="dim"))


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(Text(heading, style="dim"), overflow="fold")
    return table


def _length(duration_ms: int | None) -> str:
    if duration_ms is None:
        return ""
    seconds = round(duration_ms / 1000)
    return f"{seconds // 60}:{seconds % 60:02d}"
