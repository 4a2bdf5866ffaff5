"""What a portal asks for on top: which words of a link are taken, and which are none."""

import pytest

from bridge.domain.portal import portal_parameters
from bridge.domain.refusal import Reason, Refused


def test_the_id_goes_before_the_name() -> None:
    assert portal_parameters("org_1", "acme", "tick-et") == {"organization": "org_1", "invitation": "tick-et"}
    assert portal_parameters(None, "acme", None) == {"organization": "acme"}
    assert portal_parameters("", "", "") == portal_parameters(None, None, None) == {}


@pytest.mark.parametrize("odd", ["a b", "a&b", "é", "a" * 65, "a\n", "\x00", "<script>", "%41"])
def test_what_no_portal_writes_is_refused_and_not_repeated(odd: str) -> None:
    for given in ((odd, None, None), (None, odd, None), ("org_1", None, odd * 2)):
        with pytest.raises(Refused) as caught:
            portal_parameters(*given)
        assert caught.value.reason is Reason.BAD_REQUEST
        assert odd not in caught.value.detail
