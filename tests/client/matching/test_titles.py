import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.matching.titles import split_title


def kinds(title: str) -> set[str]:
    return set(split_title(title).versions.names)


@pytest.mark.parametrize(
    ("title", "core", "versions"),
    [
        ("Hello (Live)", "hello", {"live"}),
        ("Hello - Live at Wembley", "hello", {"live"}),
        ("Hello live from Paris", "hello", {"live"}),
        ("Live Forever", "live forever", set()),
        ("Oasis - Live Forever", "oasis live forever", set()),
        ("Song [Tiësto Remix]", "song", {"remix"}),
        ("Song - Remastered 2011", "song", set()),
        ("Song (2011 Remaster) [Live]", "song", {"live"}),
        ("Song - Radio Edit", "song", {"edit"}),
        ("Hello Radio Edit", "hello", {"edit"}),
        ("Love Story (Taylor’s Version)", "love story", {"re-recorded"}),
        ("(I Can't Get No) Satisfaction", "i cant get no satisfaction", set()),
        ("Stay (With Me)", "stay with me", set()),
        ("夜に駆ける (ライブ)", "夜に駆ける", {"live"}),
        ("Медляк (ремикс)", "медляк", {"remix"}),
        ('Let It Go - From "Frozen"', "let it go", set()),
        ("Another Brick in the Wall, Pt. 2", "another brick in the wall part 2", set()),
        ("Another Brick in the Wall (Part II)", "another brick in the wall part 2", set()),
        ("Symphony No. 5: IV. Allegro", "symphony no 5 4 allegro", set()),
        ("Remix", "remix", set()),
        ("Live", "live", set()),
        ("!!!", "!!!", set()),
        ("1", "1", set()),
    ],
)
def test_song_and_recording_are_told_apart(title, core, versions):
    assert (split_title(title).core, kinds(title)) == (core, versions)


@pytest.mark.parametrize(
    ("title", "featured"),
    [
        ("Stan (feat. Dido)", ("dido",)),
        ("Stan ft. Dido", ("dido",)),
        ("rockstar (with 21 Savage)", ("21 savage",)),
        ("Left Outside Alone", ()),
        ("Bodak Yellow [feat. Kodak Black] (Live)", ("kodak black",)),
    ],
)
def test_guests_are_taken_out_of_the_title(title, featured):
    assert split_title(title).featured == featured


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_any_title_has_a_core(title):
    assert split_title(title).core


@given(st.text(alphabet="()[]- feat.Livermx12IVPt", min_size=1, max_size=30).filter(str.strip))
def test_broken_brackets_are_survived(title):
    assert split_title(title).core
