"""The provider's answer, as it came through a browser that anybody may steer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.callback import Callback
from bridge.domain.refusal import Reason, Refused

STATE = "s" * 43 + ".us"


def parse(*parameters: tuple[str, str], form_post: bool = False) -> Callback:
    return Callback.parse("acme", parameters, form_post=form_post)


def test_a_code_is_read() -> None:
    found = parse(("code", "a b~c"), ("state", STATE), ("iss", "https://idp.example"), ("session_state", "x"))
    assert (found.connection, found.state, found.code, found.error) == ("acme", STATE, "a b~c", "")
    assert found.iss == "https://idp.example"
    assert not found.form_post


def test_an_error_is_read_and_its_description_left_alone() -> None:
    found = parse(("error", "access_denied"), ("error_description", "<b>"), ("state", STATE), form_post=True)
    assert (found.code, found.error, found.iss) == ("", "access_denied", None)
    assert found.form_post


def test_no_issuer_and_an_empty_issuer_are_not_the_same() -> None:
    assert parse(("code", "c"), ("state", STATE)).iss is None
    assert parse(("code", "c"), ("state", STATE), ("iss", "")).iss == ""


GOOD = (("code", "c"), ("state", STATE))
REFUSED: dict[str, tuple[tuple[str, str], ...]] = {
    "nothing": (),
    "no state": (("code", "c"),),
    "no code and no error": (("state", STATE),),
    "a code and an error": (*GOOD, ("error", "access_denied")),
    "an empty code": (("code", ""), ("state", STATE)),
    "the code twice": (*GOOD, ("code", "c")),
    "the state twice": (*GOOD, ("state", STATE)),
    "the issuer twice": (*GOOD, ("iss", "a"), ("iss", "a")),
    "an unknown parameter twice": (*GOOD, ("x", "1"), ("x", "2")),
    "an ID token from the front channel": (*GOOD, ("id_token", "e.y.J")),
    "an access token from the front channel": (*GOOD, ("access_token", "t")),
    "a token type": (*GOOD, ("token_type", "Bearer")),
    "a response object": (*GOOD, ("response", "e.y.J")),
    "an empty ID token": (*GOOD, ("id_token", "")),
    "a code beyond ASCII": (("code", "\u00e9"), ("state", STATE)),
    "a code with a line break": (("code", "c\r\nX: y"), ("state", STATE)),
    "a code with a NUL": (("code", "c\x00"), ("state", STATE)),
    "a code without end": (("code", "c" * 4097), ("state", STATE)),
    "an error without end": (("error", "e" * 81), ("state", STATE)),
    "an error with quotes": (("error", 'e"'), ("state", STATE)),
    "an error with a space": (("error", "access denied"), ("state", STATE)),
    "a state without a store": (("code", "c"), ("state", "s" * 43)),
    "a state of another software": (("code", "c"), ("state", "{json}")),
    "a short state": (("code", "c"), ("state", "short.us")),
    "a state with a line break": (("code", "c"), ("state", STATE + "\n")),
    "a state with a colon": (("code", "c"), ("state", "s" * 43 + ".us:link")),
    "a state with a wildcard": (("code", "c"), ("state", "*" * 43 + ".us")),
    "a state without end": (("code", "c"), ("state", "s" * 129 + ".us")),
    "a store without end": (("code", "c"), ("state", "s" * 43 + "." + "u" * 65)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_we_did_not_ask_for_is_refused(name: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(*REFUSED[name])
    assert caught.value.reason is Reason.CALLBACK_MALFORMED


_NAMES = st.sampled_from(["code", "state", "error", "iss", "id_token", "x"]) | st.text(max_size=4)
_VALUES = st.text(max_size=8) | st.just(STATE)


@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=5), st.booleans())
def test_whatever_comes_it_is_an_answer_or_refused_as_malformed(
    parameters: list[tuple[str, str]], form_post: bool
) -> None:
    try:
        found = parse(*parameters, form_post=form_post)
    except Refused as caught:
        refused = caught
    else:
        assert bool(found.code) != bool(found.error)
        assert parameters.count(("state", found.state)) == 1
        return
    assert refused.reason is Reason.CALLBACK_MALFORMED
    assert len(refused.detail) < 200
