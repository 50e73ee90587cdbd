"""Playlist files as their exporters write them."""

from pathlib import Path

import pytest

#: Spotify's ids have 22 digits.
IDS = ["4iV5W9uYEdYUVa79Axb7Rh", "1301WleyT98MSxVHPZCA6M", "0eGsygTp906u18L0Oimnem", "7ouMYWpwJ422jRcDASZB7P"]
URIS = [f"spotify:track:{track_id}" for track_id in IDS]

APP_HEADER = (
    "Track URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,Album Artist URI(s),Album Artist Name(s),"
    "Album Release Date,Album Image URL,Disc Number,Track Number,Track Duration (ms),Track Preview URL,Explicit,"
    "Popularity,ISRC,Added By,Added At"
)
APP_ROWS = [
    (
        f'{URIS[0]},"Hello, Goodbye","spotify:artist:1, spotify:artist:2","Tyler\\, The Creator, Kali Uchis",'
        'spotify:album:1,"Flower ""Boy""",spotify:artist:1,"Tyler\\, The Creator",2017-07-21,https://i/1,1,7,205000,'
        ",true,70,usqx91701234,spotify:user:me,2020-01-01T00:00:00Z"
    ),
    (
        f"{URIS[1]},夜に駆ける,spotify:artist:3,YOASOBI,spotify:album:2,THE BOOK,spotify:artist:3,YOASOBI,2021,https://i/2,"
        "1,2,261013,,false,60,,spotify:user:me,2020-01-02T00:00:00Z"
    ),
    (
        "spotify:local:Somebody:An+Album:A%20Song:125,A Song,,Somebody,,An Album,,,,,0,0,125000,,false,0,,"
        "spotify:user:me,2020-01-03T00:00:00Z"
    ),
]
NET_HEADER = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Added By,Added At,"
    "Genres,Record Label,Danceability"
)
NET_ROWS = [
    f'"{URIS[0]}","Hello, Goodbye","Flower ""Boy""","Tyler, The Creator;Kali Uchis",2017-07-21,205000,70,true,me,,,,1',
    f'"{URIS[1]}","夜に駆ける","THE BOOK","YOASOBI",2021,261013,60,false,me,2020,,,0.5',
    '"spotify:local:Somebody:An+Album:A%20Song:125","A Song","An Album","Somebody",,125000,0,false,me,2020,,,',
]


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "Morning_run.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write
