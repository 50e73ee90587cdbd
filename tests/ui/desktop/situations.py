"""The four situations in which an app has much to do at once, for the watchdog's test and for scripts/bench-app."""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, insert

from client.session_state import Idle
from protocol.events import SnapshotState
from server import tables
from server.settings import sqlite_url
from server.storage import Storage
from tests.client.bench.music import make_playlist
from tests.ui.desktop.windows import Person, until

SESSIONS: Final = 1_000
ROWS: Final = 10_000
FILES: Final = 20_000

#: Measures the event loop while its block lasts.
Watch = Callable[[], AbstractContextManager[Any]]


async def scan(person: Person, music: Path, watch: Watch) -> None:
    """Look through a music folder with the library in sight."""
    person.window.show_screen("library")
    found: list[object] = []
    person.view_model.library.scanned.connect(found.append)
    await settled()
    with watch():
        person.view_model.library.add_folder(str(music))
        await until(lambda: found, person.toasts)
        await until(lambda: not person.view_model.context.tasks.running("library"))
        await settled()


async def open_large_playlist(person: Person, watch: Watch, rows: int = ROWS) -> None:
    """Open a playlist of so many tracks, scroll to its end and back."""
    playlist = make_playlist(rows, rows)
    await person.view_model.library.save(playlist)
    person.window.show_screen("library")
    await settled()
    shown: list[Any] = []
    person.view_model.playlist_detail.changed.connect(shown.append)
    with watch():
        person.app.screens.library.playlist_opened.emit(playlist.playlist_id)
        await until(lambda: shown and len(shown[-1].tracks or ()) == rows, person.toasts)
        await settled()


async def join(follower: Person, join_code: str, watch: Watch) -> None:
    """Follow a session by its code, from the field to Now Playing and the music, and leave it.

    Whoever leads it is in another process: two windows in one loop would wait for one another.
    """
    follower.window.show_screen("runbuddy")
    await settled()
    with watch():
        follower.app.screens.billboard.code_entered.emit(join_code)
        await until(lambda: follower.screen() == "now_playing" and follower.playback.playing, follower.toasts)
        await settled()
    follower.view_model.end_runbuddy_session()
    await until(lambda: isinstance(follower.state, Idle), follower.toasts)


async def look_at_billboard(person: Person, watch: Watch, sessions: int = SESSIONS) -> None:
    """Open a billboard with so many sessions, and look again."""
    person.window.show_screen("library")
    shown: list[Any] = []
    person.view_model.billboard.changed.connect(shown.append)
    await settled()
    with watch():
        person.window.show_screen("runbuddy")
        await until(lambda: shown and len(shown[-1].sessions or ()) == sessions, lambda: shown[-1:] or person.screen())
        person.view_model.list_public_sessions()
        await until(lambda: not person.view_model.context.tasks.running("billboard"))
        await settled()


async def settled(seconds: float = 0.3) -> None:
    """Let what was begun be drawn."""
    await asyncio.sleep(seconds)


async def fill_billboard(database: Path, sessions: int = SESSIONS) -> None:
    """Make a server's database with so many waiting sessions, in one transaction."""
    storage = Storage(sqlite_url(database), idle_ttl_ms=3_600_000)
    await storage.open()
    await storage.close()
    now_ms = time.time_ns() // 1_000_000
    snapshot = SnapshotState(
        playlist_id="x", playlist_position=0, position_ms=0, is_playing=False, corrected_ms=now_ms
    ).to_json()
    rows = [
        {
            "id": str(uuid.uuid4()),
            "join_code": f"Z{number:05}",
            "host_spotify_user_id": f"local:{number}",
            "host_display_name": f"Runner {number}",
            "playlist_id": f"spotify:playlist:{number:022}",
            "playlist_name": f"Morning run {number}",
            "paired_track_count": 12,
            "status": "waiting",
            "leader_seen": False,
            "snapshot": snapshot,
            "created_at": now_ms - number * 1000,
            "expires_at": now_ms + 3_600_000,
        }
        for number in range(sessions)
    ]
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(insert(tables.sessions), rows)
    engine.dispose()
