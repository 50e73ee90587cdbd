"""The library: playlists, music folders, and which file plays which track. One for the command line and the app.

Nothing here blocks the event loop: SQLite is asked in threads, files are read and matched in worker processes. Errors:
StorageError when library.db can't be used, LibraryError and ScanError when something can't be done, each a sentence.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from client.errors import one_line, shown_path
from client.fingerprint.model import Fingerprint
from client.library.background import Stop, in_loop, in_thread
from client.library.choice import Choice, chosen, with_choice
from client.library.errors import LibraryError
from client.library.model import FingerprintProgress, PlaylistSummary, ScanProgress, ScanSummary
from client.library.pairing import paired_file, to_pairing
from client.library.presence import keep, look
from client.library.scanning import Scan
from client.library.stores import FILE_NAME, Stores
from client.library.workshop import Told, Workshop
from client.matching.model import Confidence, TrackMatch
from client.pairing import Pairing
from client.playlist.model import Playlist
from client.scan.local_file import LocalFile
from client.scan.outcome import ScanProblem


class Library:
    """library.db in a data directory. `notice` is a sentence for the person when the file had to be begun anew."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._workshop = Workshop(stores.database.path)
        self.notice = stores.notice
        # What changes matches waits for one another: a choice made while a playlist is matched would be lost.
        self._changing = asyncio.Lock()
        # Reading the folders takes long, and no choice waits for that: what is chosen meanwhile is matched at its end.
        self._scanning = asyncio.Lock()
        self._remembering = asyncio.Lock()

    @classmethod
    async def open(cls, data_dir: Path) -> "Library":
        """Open the library of a data directory, or begin one. Errors: StorageError."""
        return cls(await asyncio.to_thread(Stores, data_dir / FILE_NAME))

    async def aclose(self) -> None:
        """Close the file, once what is under way has ended."""
        await asyncio.to_thread(self._workshop.close)
        await asyncio.to_thread(self._stores.close)

    async def folders(self) -> list[Path]:
        """Return the music folders."""
        return await asyncio.to_thread(self._stores.music.folders)

    async def add_folder(self, folder: Path) -> Path:
        """Add a music folder and return its absolute path; `scan` reads it. Errors: LibraryError when it is none."""
        absolute = _absolute(folder)
        if not await asyncio.to_thread(absolute.is_dir):
            raise LibraryError(
                f"{shown_path(absolute)} is no folder that can be read; choose the one that holds your music"
            )
        await asyncio.to_thread(self._stores.music.add_folder, absolute)
        return absolute

    async def remove_folder(self, folder: Path) -> None:
        """Forget a music folder and what was found in it; nothing on the disk changes. Errors: LibraryError."""
        async with self._scanning, self._changing:
            if not await asyncio.to_thread(self._stores.music.remove_folder, _absolute(folder)):
                raise LibraryError(f"{shown_path(folder)} is none of your music folders; choose one of those")
            await self._match_stale()

    async def count_files(self) -> int:
        """Return how many music files are there in the folders, by the last scan."""
        return await asyncio.to_thread(self._stores.music.count)

    async def scan(self, progress: Callable[[ScanProgress], None] | None = None) -> ScanSummary:
        """Look through all folders, read what is new or changed, and match the playlists anew.

        Cancel the task to end it at once: what was read by then is kept.
        """
        async with self._scanning:
            scan = Scan(self._stores, self._workshop, in_loop(progress))
            await in_thread(scan.read)
            async with self._changing:
                return await in_thread(scan.match)

    async def save_playlist(self, playlist: Playlist) -> PlaylistSummary:
        """Keep a playlist in place of the one of its id, match it, and return it at a glance."""
        async with self._changing:
            await asyncio.to_thread(self._stores.playlists.save, playlist)
            hints = await asyncio.to_thread(self._stores.playlists.hints, playlist.playlist_id)
            if hints:
                await self._job("adopt", paths=[str(_absolute(hint)) for hint in hints])
            await self._match_stale()
        return (await asyncio.to_thread(self._stores.playlists.summaries, playlist.playlist_id))[0]

    async def remove_playlist(self, playlist_id: str) -> None:
        """Forget a playlist; what was chosen by hand for its tracks is kept. Errors: LibraryError."""
        if not await asyncio.to_thread(self._stores.playlists.remove, playlist_id):
            raise _no_such_playlist(playlist_id)

    async def playlists(self) -> list[PlaylistSummary]:
        """Return all playlists at a glance, in the order in which they came."""
        return await asyncio.to_thread(self._stores.playlists.summaries)

    async def playlist(self, playlist_id: str) -> Playlist:
        """Return a playlist with its rows. Errors: LibraryError when there is none of this id."""
        found = await asyncio.to_thread(self._stores.playlists.playlist, playlist_id)
        if found is None:
            raise _no_such_playlist(playlist_id)
        return found

    async def summary(self, playlist_id: str) -> PlaylistSummary:
        """Return a playlist at a glance. Errors: LibraryError when there is none of this id."""
        found = await asyncio.to_thread(self._stores.playlists.summaries, playlist_id)
        if not found:
            raise _no_such_playlist(playlist_id)
        return found[0]

    async def count_paired(self, playlist_id: str) -> int:
        """Return how many rows of a playlist have a file. Errors: LibraryError."""
        return (await self.summary(playlist_id)).paired

    async def matches(self, playlist_id: str) -> list[TrackMatch]:
        """Return a playlist's rows with what is there for each, choices by hand included. Errors: LibraryError."""
        await self.playlist(playlist_id)
        # A scan looks and matches itself, at its end; until then what is known is shown.
        if not self._scanning.locked():
            await self._look_again(playlist_id)
        return await asyncio.to_thread(self._stores.matches.matches, playlist_id)

    async def files_with_cover(self, playlist_id: str, most: int) -> list[tuple[Path, int]]:
        """Return the first paired files that hold a cover, one an album, each with its mtime_ns."""
        return await asyncio.to_thread(self._stores.matches.with_cover, playlist_id, most)

    async def pairing(self, playlist_id: str) -> Pairing:
        """Return a playlist with the files that are sure: what a player's queue is made of. Errors: LibraryError."""
        playlist = await self.playlist(playlist_id)
        return to_pairing(playlist, await self.matches(playlist_id))

    async def pair(self, playlist_id: str, track_id: str, path: Path) -> None:
        """Keep the person's own choice for a track; it holds in every playlist, wherever the file is moved.

        Errors: LibraryError when there is no such track, or when the file can't be played.
        """
        await self.choose(playlist_id, {track_id: path})

    async def unpair(self, playlist_id: str, track_id: str) -> None:
        """Keep that none of the files is this track, until another choice is made. Errors: LibraryError."""
        await self.choose(playlist_id, {track_id: None})

    async def choose(self, playlist_id: str, choices: Mapping[str, Path | None]) -> None:
        """Pair and unpair several tracks at once: a file, or None for none of them. Errors as `pair`."""
        await self._check_tracks(playlist_id, choices)
        files = {
            track_id: None if path is None else await self._file(_absolute(path)) for track_id, path in choices.items()
        }
        await self._choose(files)

    async def forget_choice(self, playlist_id: str, track_id: str) -> None:
        """Leave a track to matching again. Errors: LibraryError when there is no such track."""
        await self._check_tracks(playlist_id, [track_id])
        async with self._changing:
            await asyncio.to_thread(self._stores.choices.forget, track_id)
            await self._match_stale()

    async def confirm(self, playlist_id: str, *track_ids: str) -> int:
        """Say yes to what is proposed for these tracks, for all where none is named; return to how many rows.

        Rows that have nothing to check are left as they are.
        """
        proposed = {
            match.track.track_id: match.best.file
            for match in await self.matches(playlist_id)
            if match.confidence is Confidence.CHECK and match.best is not None
            if not track_ids or match.track.track_id in track_ids
        }
        before = await self.count_paired(playlist_id)
        if proposed:
            await self._choose(proposed)
        return await self.count_paired(playlist_id) - before

    async def fingerprints(
        self, playlist_id: str, progress: Callable[[FingerprintProgress], None] | None = None
    ) -> dict[str, Fingerprint]:
        """Return the fingerprints of a playlist's paired files, by track; files are read only when they have changed.

        A file of which none can be had is left out; `progress` hears why. Errors: LibraryError.
        """
        files = {
            match.track.track_id: str(path)
            for match in await self.matches(playlist_id)
            if (path := paired_file(match)) is not None
        }
        known = await asyncio.to_thread(self._stores.fingerprints.all)
        wanted = sorted({path for path in files.values() if path not in known})
        tell = in_loop(progress)
        total = len(set(files.values()))
        done_before = total - len(wanted)
        tell(FingerprintProgress(done_before, total))
        if wanted:
            problems: list[ScanProblem] = []

            def told(done: int, _of: int, found: Sequence[ScanProblem]) -> None:
                problems.extend(found)
                tell(FingerprintProgress(done_before + done, total, tuple(problems)))

            await self._job("fingerprint", told, paths=wanted)
            known = await asyncio.to_thread(self._stores.fingerprints.all)
        return {track_id: known[path] for track_id, path in files.items() if path in known}

    async def _look_again(self, playlist_id: str) -> None:
        """See to what has changed outside of this: files that have gone, and what another program has done."""
        stores = self._stores
        presence = await asyncio.to_thread(look, stores.music, stores.matches, playlist_id)
        async with self._changing:
            await asyncio.to_thread(keep, stores.music, presence)
            await self._match_stale()

    async def _choose(self, choices: Mapping[str, LocalFile | None]) -> None:
        async with self._changing:
            await asyncio.to_thread(self._keep_choices, choices)
        if any(file is not None for file in choices.values()):
            async with self._remembering:
                await self._job("remember")

    def _keep_choices(self, choices: Mapping[str, LocalFile | None]) -> None:
        known = self._stores.fingerprints.all()
        for track_id, file in choices.items():
            found = None if file is None else known.get(str(file.path))
            choice = Choice(track_id, None)
            if file is not None:
                choice = chosen(track_id, file, None if found is None else found.audio_hash)
            self._stores.choices.keep(choice)
        for playlist_id in {it for track_id in choices for it in self._stores.matches.playlists_with(track_id)}:
            changed = [
                with_choice(match, choices[match.track.track_id])
                for match in self._stores.matches.matches(playlist_id)
                if match.track.track_id in choices
            ]
            self._stores.matches.keep(playlist_id, changed)

    async def _file(self, path: Path) -> LocalFile:
        """Return a file of the library; one that is not in it yet is taken in. Errors: LibraryError."""
        found = await asyncio.to_thread(self._stores.music.files_at, [str(path)])
        if not found:
            problems: list[ScanProblem] = []
            await self._job("adopt", lambda _done, _of, told: problems.extend(told), paths=[str(path)])
            found = await asyncio.to_thread(self._stores.music.files_at, [str(path)])
            if not found:
                # Of a file in the music folder a problem says to copy it again; this one was chosen among others.
                reason = problems[0].message.partition(":")[0] if problems else "it can't be read"
                raise LibraryError(f"{one_line(path.name, 80)} can't be paired: {reason}; choose another file")
        return found[str(path)]

    async def _check_tracks(self, playlist_id: str, track_ids: Iterable[str]) -> None:
        rows = {track.track_id: track for track in (await self.playlist(playlist_id)).tracks}
        for track_id in track_ids:
            track = rows.get(track_id)
            if track is None:
                raise LibraryError(
                    f"the playlist has no track {one_line(track_id, 100)}; it may have changed meanwhile"
                )
            if not track.is_pairable:
                raise LibraryError(f"“{one_line(track.title, 80)}” is no music that a file could play")

    async def _match_stale(self) -> None:
        if await asyncio.to_thread(self._stores.playlists.stale):
            await self._job("match")

    async def _job(self, job: str, told: Told | None = None, **order: object) -> None:
        def work(stop: Stop) -> None:
            self._workshop.run(job, stop, told or (lambda _done, _of, _problems: None), **order)

        await in_thread(work)


def _absolute(path: Path) -> Path:
    # Not resolved: a link to a disk stays what the person called it.
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100


def _no_such_playlist(playlist_id: str) -> LibraryError:
    return LibraryError(f"the library has no playlist {one_line(playlist_id, 100)}; import it first")
