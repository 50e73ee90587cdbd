import asyncio

import pytest

from client.spotify.errors import VaultError
from client.spotify.vault import SERVICE, TokenVault
from tests.client.spotify.conftest import HungKeyring, MemoryKeyring


class TalkativeKeyring(MemoryKeyring):
    """Fails, and repeats in its error what it was given."""

    def set_password(self, service, username, password):
        raise ValueError(f"can't store {password!r}")


async def test_a_keyring_that_works_keeps_the_token_and_no_file_does(tmp_path, keyring_):
    vault = TokenVault(tmp_path, "entry", keyring_)
    await vault.keep("refresh")
    assert keyring_.kept == {(SERVICE, "entry"): "refresh"}
    assert not list(tmp_path.iterdir())
    assert vault.notice is None
    assert await vault.read() == "refresh"
    await vault.delete()
    assert await vault.read() is None


async def test_a_file_of_worse_days_goes_when_the_keyring_works_again(tmp_path, keyring_):
    await TokenVault(tmp_path, "entry", TalkativeKeyring()).keep("first")
    assert [path.name for path in tmp_path.iterdir()] == ["spotify-token"]
    vault = TokenVault(tmp_path, "entry", keyring_)
    assert await vault.read() == "first"
    await vault.keep("second")
    assert not list(tmp_path.iterdir())
    assert await vault.read() == "second"


async def test_what_a_backend_says_is_not_repeated(tmp_path):
    vault = TokenVault(tmp_path, "entry", TalkativeKeyring())
    await vault.keep("refresh-secret")
    assert "refresh-secret" not in vault.notice
    assert "ValueError" in vault.notice


async def test_neither_keyring_nor_file_is_an_error_with_a_way_out(tmp_path):
    (tmp_path / "folder").write_text("a file where the folder should be")
    vault = TokenVault(tmp_path / "folder", "entry", TalkativeKeyring())
    with pytest.raises(VaultError, match="choose another --data-dir"):
        await vault.keep("refresh")


async def test_a_token_that_may_still_be_in_a_locked_keyring_is_not_called_deleted(tmp_path):
    keyring = HungKeyring()
    vault = TokenVault(tmp_path, "entry", keyring, timeout_s=0.02)
    try:
        with pytest.raises(VaultError, match=r"may still be in this computer's keyring, .* sign out again"):
            await vault.delete()
        with pytest.raises(VaultError, match="did not answer within"):
            await vault.read()
    finally:
        keyring.released.set()


async def test_a_cancelled_call_leaves_the_thread_to_itself(tmp_path):
    keyring = HungKeyring()
    vault = TokenVault(tmp_path, "entry", keyring)
    reading = asyncio.create_task(vault.read())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    keyring.released.set()
