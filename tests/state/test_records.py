"""The text forms: what versions before and after this one read."""

import json

from bridge.domain.attempt import Attempt
from bridge.state.records import attempt_text, progress
from tests.contracts.people import attempt


def test_an_older_versions_attempt_is_read() -> None:
    put = attempt()
    fields = [
        put.store, put.connection, put.return_to, put.created_at, put.restarts, put.nonce, put.code_verifier,
    ]  # fmt: skip
    assert progress(put.state, "P" + json.dumps(fields)) == put


def test_an_attempt_that_asks_for_nothing_is_written_as_older_versions_read_it() -> None:
    assert len(json.loads(attempt_text(attempt())[1:])) == 7
    assert len(json.loads(attempt_text(attempt(portal_parameters={"organization": "o"}))[1:])) == 8


def test_what_was_asked_for_is_kept() -> None:
    put = attempt(portal_parameters={"organization": "org_1"})
    read = progress(put.state, attempt_text(put))
    assert isinstance(read, Attempt)
    assert read.portal_parameters == {"organization": "org_1"}
