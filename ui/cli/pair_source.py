"""Where the playlist comes from that a person names: a file, Spotify, or the library itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from client.errors import one_line
from client.library.library import Library
from client.playlist.importing import import_playlist
from client.playlist.model import Playlist
from client.spotify.account import SpotifyAccount
from client.spotify.models import Endpoints
from client.spotify.parse import PlaylistNameError, playlist_key, playlist_uri
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import CommandError


@dataclass(frozen=True, slots=True)
class Source:
    """A playlist and whether its names are Spotify's, which wants to be named for them."""

    playlist: Playlist
    is_spotify: bool


class PlaylistFinder:
    """Finds a playlist by file name, by Spotify's link, URI or id, or by its name."""

    def __init__(
        self,
        library: Library,
        folder: Path,
        endpoints: Endpoints | None,
        *,
        on_notice: Callable[[str], None],
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._library = library
        self._folder = folder
        self._endpoints = endpoints
        self._on_notice = on_notice
        self._on_progress = on_progress

    async def find(self, wanted: str, list_name: str | None, exported_from: str | None) -> Source:
        """Return the playlist; `list_name` chooses one where a file holds several.

        `exported_from` gives one from a file the id of Spotify's playlist, so that it goes with that. Errors:
        PlaylistFileError, SpotifyError, CommandError (there is none).
        """
        path = Path(wanted)
        if await asyncio.to_thread(_exists, path):
            playlist = await asyncio.to_thread(import_playlist, path, list_name, exported_from=exported_from)
            for remark in playlist.remarks:
                self._on_notice(f"{one_line(path.name, 80)}: {remark}")
            return Source(playlist, is_spotify=False)
        try:
            key: str | None = playlist_key(wanted)
        except PlaylistNameError:
            key = None
        account = await SpotifyAccount.open(self._folder, self._endpoints, on_notice=self._on_notice)
        async with account:
            if key is not None:
                return await self._by_key(account, key)
            signed_in = account.state.profile is not None
            found = await self._by_name(account, wanted)
        if found is None:
            hint = "" if signed_in else "; for your playlists at Spotify sign in with “lockstep spotify login”"
            raise CommandError(
                ExitCode.PAIRING,
                "no_playlist",
                f"“{one_line(wanted, 80)}” is no file and no playlist of yours: name a CSV, M3U, XSPF or JSON file, "
                f"or a playlist's link or name{hint}",
            )
        return found

    async def _by_key(self, account: SpotifyAccount, key: str) -> Source:
        if account.state.profile is None:
            # What was read once needs no sign-in.
            uri = playlist_uri(key)
            if any(it.playlist_id == uri for it in await self._library.playlists()):
                self._on_notice("You are not signed in to Spotify: this is the playlist as it was last read")
                return Source(await self._library.playlist(uri), is_spotify=True)
        return Source(await account.playlist(key, self._on_progress), is_spotify=True)

    async def _by_name(self, account: SpotifyAccount, wanted: str) -> Source | None:
        name = wanted.strip().casefold()
        if account.state.profile is not None:
            ids = [
                entry.playlist_id
                for entry in await account.playlists(self._on_progress)
                if entry.name.strip().casefold() == name
            ]
            if ids:
                _refuse_several(wanted, ids)
                return Source(await account.playlist(ids[0], self._on_progress), is_spotify=True)
        kept = [
            it.playlist_id
            for it in await self._library.playlists()
            if name in {it.playlist_id.casefold(), it.name.strip().casefold()}
        ]
        if not kept:
            return None
        _refuse_several(wanted, kept)
        return Source(await self._library.playlist(kept[0]), is_spotify=kept[0].startswith("spotify:"))


def _refuse_several(wanted: str, ids: list[str]) -> None:
    if len(ids) > 1:
        listed = ", ".join(one_line(playlist_id, 80) for playlist_id in ids[:5])
        raise CommandError(
            ExitCode.USAGE, "usage", f"{len(ids)} playlists are called “{one_line(wanted, 80)}”; name one by {listed}"
        )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        # Too long for a name, or with a zero byte in it: it names no file.
        return False
