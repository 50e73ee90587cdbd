"""Match the playlists whose matches are out of date: for the worker process."""

from collections.abc import Callable

from client.library.choice import is_unsettled
from client.library.music_jobs import Tell, settle
from client.library.stores import Stores
from client.matching.index import FileIndex
from client.matching.matcher import match_playlist


def match_stale(stores: Stores, tell: Tell) -> None:
    """Match every playlist whose matches are out of date; files chosen by hand that have moved are found first."""
    stale = stores.playlists.stale()
    if not stale:
        return
    generation = stores.music.generation()
    files = {str(file.path): file for file in stores.music.files()}
    settle(stores, files, is_unsettled)
    index = FileIndex(files.values())
    choices = {choice.track_id: choice.path for choice in stores.choices.all()}
    for done, playlist_id in enumerate(stale):
        tell(done, len(stale), ())
        playlist = stores.playlists.playlist(playlist_id)
        if playlist is not None:
            matches = match_playlist(playlist.tracks, index, choices, on_progress=_alive(tell, done, len(stale)))
            stores.matches.keep_all(playlist_id, matches, generation)
    tell(len(stale), len(stale), ())


def _alive(tell: Tell, done: int, total: int) -> Callable[[int, int], None]:
    """Return what says again and again, while one playlist takes long, how many are done."""
    return lambda _rows, _of: tell(done, total, ())
