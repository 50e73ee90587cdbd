import pytest

from client.matching.artists import NOBODY, artist_score, split_artists


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("The Beatles",), "Beatles, The"),
        (("Beyoncé", "JAY-Z"), "Beyonce feat. Jay-Z"),
        (("Mark Ronson", "Bruno Mars"), "Bruno Mars & Mark Ronson"),
        (("Earth, Wind & Fire",), "Earth Wind and Fire"),
        (("Bob Marley & The Wailers",), "Bob Marley"),
        (("Jennifer Lopez", "Pitbull"), "Jennifer Lopez x Pitbull"),
        (("AC/DC",), "ACDC"),
        (("IU",), "IU (아이유)"),
        (("Dolly Parton",), "Parton, Dolly"),
    ],
)
def test_one_artist_in_two_spellings(wanted, found):
    assert artist_score(split_artists(*wanted), split_artists(found)) == 100


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Maroon 5", "Maroon"),
        ("Queen", "Queen Latifah"),
        ("Coldplay", "Coldplay Tribute Band"),
        ("Adele", "Various & Co"),
    ],
)
def test_another_artist_is_never_enough_for_sure(wanted, found):
    score = artist_score(split_artists(wanted), split_artists(found))
    assert score is not None
    assert score < 85


def test_nobody_and_another_script_tell_nothing():
    assert split_artists("Various Artists") is NOBODY
    assert split_artists("Неизвестный исполнитель", "") is NOBODY
    assert artist_score(split_artists("Queen"), NOBODY) is None
    assert artist_score(split_artists("椎名林檎"), split_artists("Sheena Ringo")) is None
