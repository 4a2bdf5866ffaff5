"""Tickets are signed as itsdangerous signs them, only with keys that were derived once."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, Signer

from bridge.domain.secret import Secret
from bridge.web.signing import signer


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3), st.binary())
def test_signs_as_it_did_when_each_cookie_derived_its_key(keys: list[str], value: bytes) -> None:
    secrets = [Secret(key) for key in keys]
    before = Signer(list(reversed(keys)), salt=b"salt", key_derivation="hmac", digest_method=hashlib.sha256)
    after = signer(secrets, b"salt")
    assert after.sign(value) == before.sign(value)
    assert before.unsign(after.sign(value)) == value
    older = signer([secrets[-1]], b"salt")
    assert after.unsign(older.sign(value)) == value


def test_no_key_and_no_salt_stands_for_another() -> None:
    signed = signer([Secret("one")], b"salt").sign("text")
    for other in (signer([Secret("two")], b"salt"), signer([Secret("one")], b"other")):
        with pytest.raises(BadSignature):
            other.unsign(signed)
