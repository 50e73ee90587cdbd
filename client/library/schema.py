"""The tables of library.db; each entry leads from one version to the next, and is never changed once it is out."""

from typing import Final

_FIRST: Final = """
CREATE TABLE library (generation INTEGER NOT NULL);
INSERT INTO library VALUES (1);
CREATE TABLE folder (path TEXT PRIMARY KEY, added INTEGER NOT NULL);
CREATE TABLE loose_file (path TEXT PRIMARY KEY);
CREATE TABLE file (
    path TEXT PRIMARY KEY,
    mtime_ns INTEGER NOT NULL,
    size INTEGER NOT NULL,
    title TEXT NOT NULL,
    artist TEXT NOT NULL,
    album_artist TEXT NOT NULL,
    album TEXT NOT NULL,
    isrcs TEXT NOT NULL,
    duration_ms INTEGER,
    has_cover INTEGER NOT NULL,
    problem TEXT,
    is_present INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE fingerprint (
    path TEXT PRIMARY KEY,
    mtime_ns INTEGER NOT NULL,
    size INTEGER NOT NULL,
    audio_hash TEXT NOT NULL,
    samples INTEGER NOT NULL,
    sample_rate INTEGER NOT NULL,
    encoder TEXT NOT NULL,
    rate_mode TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE playlist (
    playlist_id TEXT PRIMARY KEY,
    added INTEGER NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    snapshot_id TEXT,
    cover_url TEXT,
    matched_generation INTEGER
);
CREATE TABLE playlist_track (
    playlist_id TEXT NOT NULL REFERENCES playlist ON DELETE CASCADE,
    playlist_position INTEGER NOT NULL,
    track_id TEXT NOT NULL,
    title TEXT NOT NULL,
    artists TEXT NOT NULL,
    album TEXT NOT NULL,
    duration_ms INTEGER,
    isrc TEXT,
    kind TEXT NOT NULL,
    file_hint TEXT,
    confidence TEXT,
    PRIMARY KEY (playlist_id, playlist_position)
) WITHOUT ROWID;
CREATE INDEX ix_playlist_track_track_id ON playlist_track (track_id);
CREATE TABLE candidate (
    playlist_id TEXT NOT NULL,
    playlist_position INTEGER NOT NULL,
    place INTEGER NOT NULL,
    path TEXT NOT NULL,
    reason TEXT NOT NULL,
    score REAL NOT NULL,
    explanation TEXT NOT NULL,
    PRIMARY KEY (playlist_id, playlist_position, place),
    FOREIGN KEY (playlist_id, playlist_position) REFERENCES playlist_track ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE choice (
    track_id TEXT PRIMARY KEY,
    path TEXT,
    size INTEGER,
    duration_ms INTEGER,
    audio_hash TEXT
)
"""

#: They are in fingerprints.db, for sessions without a library, too.
_WITHOUT_FINGERPRINTS: Final = "DROP TABLE fingerprint"

MIGRATIONS: Final = (_FIRST, _WITHOUT_FINGERPRINTS)
