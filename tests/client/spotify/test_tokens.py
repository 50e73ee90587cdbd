import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.spotify.errors import ClientIdError, SignedOutError, SignInError, SpotifyAnswerError, SpotifyError
from client.spotify.tokens import Tokens, exchange_refusal, refresh_refusal, tokens_from


def answer(**fields):
    return json.dumps({"access_token": "a" * 100, "expires_in": 3600, "refresh_token": "r" * 100} | fields).encode()


def test_a_token_is_fresh_until_a_minute_before_its_end():
    tokens = tokens_from(answer(), 1000.0)
    assert tokens == Tokens("a" * 100, "r" * 100, 4600.0)
    assert tokens.is_fresh(4539.9)
    assert not tokens.is_fresh(4540.0)


@pytest.mark.parametrize("fields", [{"refresh_token": None}, {"refresh_token": ""}])
def test_the_former_refresh_token_stays_when_none_is_returned(fields):
    assert tokens_from(answer(**fields), 0.0, "former").refresh == "former"
    with pytest.raises(SpotifyAnswerError):
        tokens_from(answer(**fields), 0.0)


@pytest.mark.parametrize("lifetime", [None, "3600", -1, True, 10**12, 3600.5])
def test_a_lifetime_that_is_none_is_an_hour(lifetime):
    assert tokens_from(answer(expires_in=lifetime), 0.0).expires_at_s == 3600


@pytest.mark.parametrize("token", ["", 5, "a b", "a\r\nX-Evil: 1", "é", "a" * 5000, None])
def test_what_could_not_stand_in_a_header_is_no_token(token):
    with pytest.raises(SpotifyAnswerError):
        tokens_from(answer(access_token=token), 0.0)


def test_nothing_shows_a_token():
    assert "aaa" not in repr(tokens_from(answer(), 0.0))
    assert "rrr" not in repr(tokens_from(answer(), 0.0))


def test_refusals_say_what_to_do():
    dead = json.dumps({"error": "invalid_grant", "error_description": "Refresh token revoked"}).encode()
    assert isinstance(refresh_refusal(dead), SignedOutError)
    assert isinstance(exchange_refusal(dead), SignInError)
    unknown = json.dumps({"error": "invalid_client", "error_description": "Invalid client"}).encode()
    assert isinstance(refresh_refusal(unknown), ClientIdError)
    assert isinstance(exchange_refusal(unknown), ClientIdError)
    assert not isinstance(refresh_refusal(b"<html>"), SignedOutError)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
)


@given(
    st.one_of(
        st.binary(max_size=200),
        _JSON.map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries(
            {}, optional={"access_token": _JSON, "refresh_token": _JSON, "expires_in": _JSON, "error": _JSON}
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_any_answer_is_read_or_refused_in_a_sentence(data):
    with contextlib.suppress(SpotifyAnswerError):
        assert tokens_from(data, 0.0, "former").access
    assert isinstance(refresh_refusal(data), SpotifyError)
    assert str(exchange_refusal(data)).isprintable()
