"""Forms, as addresses and bodies hold them."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from bridge.idp.form import encoded_form

_TEXT = st.text(max_size=12) | st.text("aZ09-._~ +%&=\u00fc", max_size=12)


@given(st.dictionaries(_TEXT, _TEXT, max_size=4))
def test_any_form_is_written_as_the_standard_library_does(form: dict[str, str]) -> None:
    assert encoded_form(form) == urlencode(form)
