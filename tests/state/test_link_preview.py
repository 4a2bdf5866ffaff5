"""A dry run says of each row what the import then does."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.domain.identity import identity_digest
from bridge.domain.link_rows import Conflict, EmailRow, LinkRow
from bridge.state.link_preview import LinkPreview
from bridge.state.link_records import email_digest

from .conftest import Adapters

_PEOPLE = [identity_digest("https://idp.acme.example", str(number)) for number in range(5)]
_LINKS = st.builds(
    LinkRow, st.sampled_from(_PEOPLE), st.sampled_from(["acme", "globex"]), st.sampled_from("123456")
)
_EMAILS = st.builds(EmailRow, st.sampled_from([email_digest("a"), email_digest("b")]), st.sampled_from("123"))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stands=st.lists(_LINKS, max_size=4),
    rows=st.lists(_LINKS, max_size=8),
    noted=st.lists(_EMAILS, max_size=3, unique_by=lambda row: row.email),
    emails=st.lists(_EMAILS, max_size=3),
)
def test_a_preview_is_what_happens(
    adapters: Adapters,
    stands: list[LinkRow],
    rows: list[LinkRow],
    noted: list[EmailRow],
    emails: list[EmailRow],
) -> None:
    for name in adapters.server.command("KEYS", f"{adapters.keys.prefix}:*"):
        adapters.server.command("DEL", name)
    for row in stands:
        adapters.links.import_links("us", [row])
    adapters.links.import_emails("us", noted)
    preview = LinkPreview(adapters.server, adapters.keys, "us")
    said = [preview.links([row])[0] for row in rows]
    told = [preview.emails([row])[0] for row in emails]
    assert list(map(_kind, said)) == [_kind(adapters.links.import_links("us", [row])[0]) for row in rows]
    assert list(map(_kind, told)) == [_kind(adapters.links.import_emails("us", [row])[0]) for row in emails]


def test_of_a_thousand_rows_at_once_too(adapters: Adapters) -> None:
    rows = [LinkRow(identity_digest("x", str(n % 900)), "acme", str(n % 950)) for n in range(1000)]
    preview = LinkPreview(adapters.server, adapters.keys, "us")
    said = preview.links(rows)
    assert {_kind(one) for one in said} == {"new", "conflict"}
    assert list(map(_kind, said)) == list(map(_kind, adapters.links.import_links("us", rows)))


def _kind(became: object) -> object:
    return "conflict" if isinstance(became, Conflict) else became
