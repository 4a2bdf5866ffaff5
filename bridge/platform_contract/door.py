"""Promises of a platform before anybody signs in: found, configured, made, and asked while it is away."""

import time
from importlib.metadata import entry_points

from bridge.domain.store_platform import delivers, issues
from bridge.platform_api import GROUP, Customer, CustomerGone, Deadline, Finding, Offer, Refused, table
from bridge.platform_contract.ground import NO_IDS, Ground, NoServer, leaves, soon
from bridge.settings import example_toml, json_schema
from bridge.settings.store import PLATFORMS

_ODD: tuple[object, ...] = ([1], True, {"a": {"b": []}}, "\x7f", "")
_SECRETIVE = ("secret", "password", "private_key", "access_token")


class AtTheDoor(Ground):
    """Each method one promise."""

    def test_it_is_found_by_its_name_and_once(self) -> None:
        assert len(entry_points(group=GROUP, name=self.name)) == 1, f"not one entry point of {GROUP}"
        found = PLATFORMS[self.name]
        assert not found.fault, found.fault
        assert isinstance(found.offer, Offer)

    def test_its_keys_are_read_shown_and_described(self) -> None:
        assert self.read().stores["shop"].platform == self.name
        fields = self.offer.settings.model_fields
        assert all(one.description for one in fields.values()), "each key needs a description"
        text, schema = example_toml(), str(json_schema())
        for key, declared in fields.items():
            assert key in schema
            assert declared.examples or "Table" in str(declared.annotation) or f".{key}]" in text, (
                f"{key}: an example"
            )

    def test_a_key_that_nobody_knows_is_a_fault(self) -> None:
        assert self.faults({**self.keys, "no_such_key": 1}) == [f"stores.shop.{self.name}.no_such_key"]

    def test_a_key_that_is_needed_is_missed_by_its_path(self) -> None:
        for key, declared in self.offer.settings.model_fields.items():
            if declared.is_required():
                rest = {name: value for name, value in self.keys.items() if name != key}
                assert f"stores.shop.{self.name}.{key}" in self.faults(rest), key

    def test_values_of_odd_types_are_faults_and_no_tracebacks(self) -> None:
        for key in self.keys:
            for odd in _ODD:
                self.faults({**self.keys, key: odd})

    def test_what_is_secret_is_a_secret(self) -> None:
        settings = self.read()
        for key, value in leaves(table(settings.stores["shop"].account)):
            if any(word in key for word in _SECRETIVE):
                assert not isinstance(value, str) or not value, (
                    f"{key} must be a SecretText, so that nothing shows it"
                )
        self.hides(repr(settings), "repr(settings)")

    # -- as it is made ----------------------------------------------------------------------

    def test_making_it_sends_nothing(self) -> None:
        away = NoServer()
        platform = self.made(away)
        assert away.sent == 0
        assert platform.subject == "stores.shop"
        assert platform.state in ("ok", "not asked yet"), platform.state
        self.hides(repr(platform), "repr(platform)")

    def test_it_starts_and_is_asked_how_it_is_without_waiting(self) -> None:
        platform, begun = self.made(NoServer()), time.monotonic()
        platform.start()
        assert isinstance(platform.state, str)
        assert time.monotonic() - begun < 1, "work belongs into the background"

    def test_it_does_what_its_deliveries_need(self) -> None:
        platform, deliveries = self.made(NoServer()), self.offer.deliveries
        assert "redirect" not in deliveries or delivers(platform), "redirect needs hand_off"
        assert set(deliveries) <= {"redirect"} or issues(platform), "tokens need issue, renew and revoke"

    def test_what_can_be_a_customers_id_is_told_without_asking(self) -> None:
        assert self.offer.is_customer_id(self.customer)
        assert Customer(self.customer).plausible, "an id is 1 to 128 visible ASCII characters"
        assert [text for text in NO_IDS if self.offer.is_customer_id(text)] == []

    # -- when the platform is away ----------------------------------------------------------

    def test_away_it_refuses_and_fails_in_no_other_way(self) -> None:
        for what, ask in self.questions(self.made(NoServer())):
            try:
                ask()
            except CustomerGone:
                continue
            except Refused as refused:
                self.hides(f"{refused} {refused.detail}", what)

    def test_without_time_it_refuses_and_does_not_wait(self) -> None:
        begun = time.monotonic()
        for _, ask in self.questions(self.made(self.http()), Deadline(0, time.monotonic)):
            try:
                ask()
            except (Refused, CustomerGone):
                continue
        assert time.monotonic() - begun < 5, "an outgoing call must end at the deadline"

    def test_a_check_up_finds_something_and_names_the_store(self) -> None:
        for http in (self.http(), NoServer()):
            try:
                found = list(self.made(http).check(soon()))
            except Refused as refused:
                self.hides(refused.detail, "check")
                continue
            assert found
            for finding in found:
                assert isinstance(finding, Finding)
                assert finding.subject == "stores.shop"
                assert finding.level == "ok" or finding.remedy, f"no remedy: {finding.message}"
                self.hides(f"{finding.message} {finding.remedy}", "check")
