"""The port `DrySignIns`: expected once, answered once, collected once."""

from abc import ABC, abstractmethod
from dataclasses import replace

from bridge.domain.callback import Callback
from bridge.domain.dry_sign_in import dry_state
from bridge.domain.limits import DRY_ANSWER_LIFE
from bridge.domain.ports import DrySignIns

from .state import all_at_once
from .world import counting_token

_token = counting_token("dry")
CODE = "planted-code"


def answer(**changes: object) -> Callback:
    """A new one each time."""
    made = Callback(
        connection="acme",
        state=dry_state(_token),
        code=CODE,
        error="",
        iss="https://idp.acme.example",
        form_post=True,
        user='{"name": "A\\"\u00e9"}',
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class DryUnderTest(ABC):
    """Each implementation says how to look into it."""

    dry: DrySignIns

    @abstractmethod
    def assert_lives(self, state: str, seconds: int) -> None:
        """Asserts that what is known of a state is known for so long, and no longer."""


class DrySignInsContract:
    """The class that inherits this has a fixture `under`."""

    def test_an_answer_comes_through_as_it_was_and_once(self, under: DryUnderTest) -> None:
        came = answer()
        under.dry.expect(came.state, "acme", 300)
        assert under.dry.collect(came.state) is None
        assert under.dry.answer(came)
        assert under.dry.collect(came.state) == came
        assert under.dry.collect(came.state) is None
        assert not under.dry.answer(came), "whoever brings it again finds nobody"

    def test_one_without_an_issuer_stays_without(self, under: DryUnderTest) -> None:
        came = answer(iss=None, code="", error="access_denied")
        under.dry.expect(came.state, "acme", 300)
        under.dry.answer(came)
        assert under.dry.collect(came.state) == came

    def test_the_first_answer_counts_and_a_reload_is_none(self, under: DryUnderTest) -> None:
        came = answer()
        under.dry.expect(came.state, "acme", 300)
        assert under.dry.answer(came)
        assert under.dry.answer(replace(came, code="forged")), "the page is the same"
        collected = under.dry.collect(came.state)
        assert collected is not None
        assert collected.code == CODE

    def test_of_many_at_once_one_is_kept(self, under: DryUnderTest) -> None:
        came = answer()
        under.dry.expect(came.state, "acme", 300)
        assert all(all_at_once(10, lambda number: under.dry.answer(replace(came, code=f"code-{number}"))))
        assert under.dry.collect(came.state) is not None
        assert under.dry.collect(came.state) is None

    def test_nobody_expects_what_was_not_begun(self, under: DryUnderTest) -> None:
        assert not under.dry.answer(answer())

    def test_an_answer_of_another_connection_is_none(self, under: DryUnderTest) -> None:
        came = answer(connection="globex")
        under.dry.expect(came.state, "acme", 300)
        assert not under.dry.answer(came)
        assert under.dry.collect(came.state) is None
        assert under.dry.answer(replace(came, connection="acme")), "and the right one still may come"

    def test_who_waits_no_longer_is_forgotten(self, under: DryUnderTest) -> None:
        came = answer()
        under.dry.expect(came.state, "acme", 300)
        under.dry.forget(came.state)
        under.dry.forget(came.state)
        assert not under.dry.answer(came)

    def test_it_waits_as_long_as_said(self, under: DryUnderTest) -> None:
        came = answer()
        under.dry.expect(came.state, "acme", 42)
        under.assert_lives(came.state, 42)

    def test_an_answer_that_nobody_collects_is_gone_in_a_minute(self, under: DryUnderTest) -> None:
        came = answer()
        under.dry.expect(came.state, "acme", 300)
        under.dry.answer(came)
        under.assert_lives(came.state, DRY_ANSWER_LIFE)
