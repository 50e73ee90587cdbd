"""LibraryModel: playlists, music folders, scans and imports."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from client.library.model import PlaylistSummary, ScanProgress, ScanSummary
from client.playlist.importing import import_playlist
from client.playlist.model import Playlist
from ui.screens.library import LibraryState, Progress
from ui.theme.tokens import Tone
from ui.viewmodel.context import Context
from ui.viewmodel.library_states import cards, files_words, folder_words, scan_progress
from ui.viewmodel.names import REMOVED_TOAST
from ui.viewmodel.playlist_covers import PlaylistCovers
from ui.viewmodel.troubles import trouble_of
from ui.widgets.plain import isolated

#: How often progress is drawn.
PROGRESS_INTERVAL_S: Final = 0.15

_SCAN: Final = "scan"
_COVERS: Final = "covers"


class LibraryModel(QObject):
    """`page_changed(LibraryState)` for the page while it is seen; `changed` for whoever else lives by the library.

    `music_changed` when matches may be other ones than before, `scanned(ScanSummary)` after a scan, `removed(id)` after
    a playlist was forgotten.
    """

    changed = Signal()
    page_changed = Signal(object)
    music_changed = Signal()
    scanned = Signal(object)
    removed = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._state = LibraryState()
        self.folders: tuple[Path, ...] = ()
        self.summaries: tuple[PlaylistSummary, ...] = ()
        self._visible = False
        self._progress_told_s = 0.0
        self._removed: Playlist | None = None
        self.covers = PlaylistCovers()
        #: "1,204 files", by the last scan; "" without a folder.
        self.files_note = ""

    @property
    def progress(self) -> Progress | None:
        """Return how far a scan or an import is; None while there is none."""
        return self._state.progress

    @property
    def is_open(self) -> bool:
        """Return whether it is known what the library has."""
        return self._state.playlists is not None

    def set_visible(self, visible: bool) -> None:
        """Show the page while it is seen."""
        self._visible = visible
        if visible:
            self.page_changed.emit(self._state)

    def open(self) -> None:
        """Read the library for the first time, or once more after that has failed."""
        self._context.start(self._open(), "library")

    def add_folder(self, folder: str) -> None:
        """Take the person's music folder, in place of the one before, and look through it at once."""
        self._context.tasks.cancel(_SCAN)
        self._context.tasks.start(self._add_folder(Path(folder)), _SCAN)

    def scan(self) -> None:
        """Look through the folders again."""
        self._context.start(self._scan(), _SCAN)

    def cancel(self) -> None:
        """Stop a scan or an import; what was found by then is kept."""
        self._context.tasks.cancel(_SCAN)
        self._context.tasks.cancel("import")

    def import_file(self, path: str) -> None:
        """Add the playlist in a file."""
        self._context.tasks.start(self._import(Path(path)), "import", finishes=True)

    def import_files(self, paths: list[str]) -> None:
        """Add the playlists in several files."""
        for path in paths:
            self.import_file(path)

    def remove(self, playlist_id: str) -> None:
        """Forget a playlist."""
        self._context.tasks.start(self._remove(playlist_id), "remove playlist", finishes=True)

    def undo_removing(self) -> None:
        """Have the playlist back that was removed last; what was chosen for its tracks was kept all the time."""
        removed, self._removed = self._removed, None
        if removed is not None:
            self._context.tasks.start(self._put_back(removed), "put back", finishes=True)

    async def save(self, playlist: Playlist) -> PlaylistSummary:
        """Keep a playlist, matched, and show it. Errors: ClientError."""
        library = await self._context.library()
        summary = await library.save_playlist(playlist)
        await self._reload()
        self.music_changed.emit()
        return summary

    async def reload(self) -> None:
        """Read what the library has now. Errors: StorageError."""
        await self._reload()

    async def _open(self) -> None:
        try:
            await self._reload()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
            self._context.log_unexpected(error)
            trouble = trouble_of(error)
            self._show(trouble=trouble.text, what_to_do=trouble.what_to_do)

    async def _reload(self) -> None:
        library = await self._context.library()
        self.summaries = tuple(await library.playlists())
        self.folders = tuple(await library.folders())
        count = await library.count_files()
        self.files_note = files_words(count) if self.folders else ""
        shown = await asyncio.to_thread(cards, self.summaries, self.covers.get)
        self._show(
            playlists=shown,
            has_folder=bool(self.folders),
            folder_note=folder_words(self.folders, count),
            trouble="",
            what_to_do="",
        )
        self._context.tasks.cancel(_COVERS)
        self._context.tasks.start(self._look_at_covers(), _COVERS)

    async def _look_at_covers(self) -> None:
        library = await self._context.library()
        told_s, untold = time.monotonic(), False
        for summary in self.summaries:
            untold |= await self.covers.look(library, summary.playlist_id)
            if untold and time.monotonic() - told_s >= PROGRESS_INTERVAL_S:
                told_s, untold = time.monotonic(), False
                self._show(playlists=cards(self.summaries, self.covers.get))
        if untold:
            self._show(playlists=cards(self.summaries, self.covers.get))

    async def _add_folder(self, folder: Path) -> None:
        library = await self._context.library()
        added = await library.add_folder(folder)
        for other in await library.folders():
            if other != added:
                await library.remove_folder(other)
        await self._reload()
        await self._scan()

    async def _scan(self) -> None:
        library = await self._context.library()
        self._show(progress=Progress("Looking through your music", "", 0.0))
        try:
            summary = await library.scan(self._on_progress)
            await self._reload()
        except BaseException:
            # What was found by then is kept and matched.
            self._context.tasks.start(self._reload(), "library")
            raise
        finally:
            self._show(progress=None)
            self.music_changed.emit()
        self._tell(summary)
        self.scanned.emit(summary)

    def _on_progress(self, told: ScanProgress) -> None:
        # A worker tells more often than anybody could read.
        now_s = time.monotonic()
        if now_s - self._progress_told_s >= PROGRESS_INTERVAL_S:
            self._progress_told_s = now_s
            self._show(progress=scan_progress(told))

    def _tell(self, summary: ScanSummary) -> None:
        problems = len(summary.problems)
        if problems:
            files = "1 file" if problems == 1 else f"{problems:,} files"
            self._context.toast("scan", f"{files} could not be read", summary.problems[0].message, tone=Tone.WARNING)

    async def _import(self, path: Path) -> None:
        self._show(progress=Progress("Reading the playlist", path.name, 0.0))
        try:
            playlist = await asyncio.to_thread(import_playlist, path)
            summary = await self.save(playlist)
        finally:
            self._show(progress=None)
        remarks = ". ".join(playlist.remarks[:2])
        self._context.toast("import", f"{isolated(summary.name)} was added", remarks)

    async def _put_back(self, playlist: Playlist) -> None:
        await self.save(playlist)

    async def _remove(self, playlist_id: str) -> None:
        library = await self._context.library()
        self._removed = await library.playlist(playlist_id)
        await library.remove_playlist(playlist_id)
        self.removed.emit(playlist_id)
        await self._reload()
        # Where a playlist came from a file, nobody may have that any more.
        self._context.toast(REMOVED_TOAST, f"{isolated(self._removed.name)} was removed", action="Undo")

    def _show(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self.changed.emit()
        if self._visible:
            self.page_changed.emit(self._state)
