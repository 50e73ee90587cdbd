from urllib.parse import parse_qs, urlsplit

import pytest

from client.spotify.errors import ClientIdError
from client.spotify.pkce import authorize_url, challenge_of, checked_client_id, new_attempt
from tests.client.spotify.conftest import CLIENT_ID


def test_the_challenge_is_the_one_of_the_standard():
    # RFC 7636, appendix B.
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_an_attempt_has_secrets_of_its_own_that_are_not_shown():
    numbers = iter(range(256))
    attempt = new_attempt(CLIENT_ID, "http://127.0.0.1:5/callback", lambda count: bytes([next(numbers)]) * count)
    assert 43 <= len(attempt.verifier) <= 128
    assert attempt.state != attempt.verifier
    assert attempt.verifier not in repr(attempt)
    assert attempt.state not in repr(attempt)


def test_the_page_gets_the_challenge_and_never_the_verifier():
    attempt = new_attempt(CLIENT_ID, "http://127.0.0.1:5/callback", lambda count: b"x" * count)
    url = authorize_url("https://accounts.spotify.com", attempt)
    query = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
    assert query["code_challenge"] == challenge_of(attempt.verifier)
    assert query["redirect_uri"] == attempt.redirect_uri
    assert query["state"] == attempt.state
    assert set(query) == {
        "client_id",
        "response_type",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge_method",
        "code_challenge",
    }


@pytest.mark.parametrize(
    "text", ["", "short", "with space 0123456789abcdef", "é" * 32, "a" * 65, "../../0123456789abcdef"]
)
def test_what_is_no_client_id_is_refused(text):
    with pytest.raises(ClientIdError, match=r"developer\.spotify\.com"):
        checked_client_id(text)
