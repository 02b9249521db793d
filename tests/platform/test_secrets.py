"""What is encrypted opens for its owner alone, and a signing key is made once for everybody."""

from __future__ import annotations

import pytest

from chalicelib.platform import signing, store
from chalicelib.platform.control import ONLY, Control
from chalicelib.platform.secrets import SecretsUnavailable, seal, unseal
from tests.cloud import Cloud


def test_credentials_come_back_to_their_owner_and_nobody_else(aws: Cloud) -> None:
    sealed = seal({"secret": ["mới", "cũ"]}, owner="account 1")
    assert "mới" not in sealed
    assert unseal(sealed, owner="account 1") == {"secret": ("mới", "cũ")}
    with pytest.raises(SecretsUnavailable):
        unseal(sealed, owner="account 2")


def test_the_first_to_need_a_key_makes_it_for_all(aws: Cloud) -> None:
    signing.key.cache_clear()
    first = signing.key("test")
    signing.key.cache_clear()
    assert signing.key("test") == first
    assert len(first) == 32
    assert signing.key("other") != first
    stored = store.get(Control, "signing#test", ONLY)
    assert stored is not None
    assert first.hex() not in str(stored.data)


def test_whoever_loses_the_race_for_a_key_takes_the_winner_s(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing.key.cache_clear()
    winner = signing.key("raced")
    signing.key.cache_clear()
    answers = [None, *[store.get(Control, "signing#raced", ONLY)] * 2]
    monkeypatch.setattr(store, "get", lambda *key: answers.pop(0))
    assert signing.key("raced") == winner
    signing.key.cache_clear()
