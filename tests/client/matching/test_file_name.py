from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.matching.file_name import read_file_name


@pytest.mark.parametrize(
    ("path", "artist", "title"),
    [
        ("a/05 - MGMT - Kids.mp3", "MGMT", "Kids"),
        ("a/MGMT_-_Time_To_Pretend.mp3", "MGMT", "Time To Pretend"),
        ("a/Sia - Breathe Me 320kbps.mp3", "Sia", "Breathe Me"),
        ("a/Gotye - Somebody (Official Video) [8UVNT4wvIGY].mp3", "Gotye", "Somebody (Official Video)"),
        ("a/[11] Portishead - Glory Box.mp3", "Portishead", "Glory Box"),
        ("a/Radiohead - Kid A - 08 - Idioteque.mp3", "Radiohead", "Idioteque"),
        ("a/Clocks - Coldplay.mp3", "Coldplay", "Clocks"),
        ("Radiohead/Amnesiac/02 Pyramid Song.mp3", "Radiohead", "Pyramid Song"),
        ("Pumpkins/Siamese Dream/CD1/09 - Mayonaise.mp3", "Pumpkins", "Mayonaise"),
        ("Portishead - Dummy (1994)/08 Numb.mp3", "Portishead", "Numb"),
        ("a/Taylor Swift - 22.mp3", "Taylor Swift", "22"),
    ],
)
def test_a_name_is_read_as_people_name_files(path, artist, title):
    assert (artist, title) in read_file_name(PurePosixPath(path))


@given(st.text(alphabet=st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_name_can_be_read(name):
    for reading in read_file_name(PurePosixPath("/music") / f"{name}.mp3"):
        assert reading.title
