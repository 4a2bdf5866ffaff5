"""Promises about customers, and about how they are handed over."""

from concurrent.futures import ThreadPoolExecutor
from unittest import SkipTest
from urllib.parse import urlsplit

from bridge.domain.sign_out import Leave, signs_out
from bridge.domain.store_platform import delivers, issues
from bridge.platform_api import Customer, PlatformToken, Profile, Refused, Secret
from bridge.platform_contract.ground import IDENTITY, NO_IDS, NOBODY, Ground, soon

_FOREIGN = ("//evil.example/", "https://evil.example/", "/\\evil.example", "/a\r\nSet-Cookie: a=b")


class AtSignIn(Ground):
    """Each method one promise."""

    def test_who_is_known_is_found_by_the_address_and_exists(self) -> None:
        platform = self.with_customers()
        assert Customer(self.customer) in platform.find(self.known, soon())
        assert platform.exists(Customer(self.customer), soon())

    def test_who_is_not_known_is_not_found(self) -> None:
        platform = self.with_customers()
        if not self.offer.email_is_identity:
            assert list(platform.find(NOBODY, soon())) == []
        assert platform.find_by_identity(IDENTITY, soon()) is None

    def test_what_can_be_no_id_is_nobody(self) -> None:
        platform = self.with_customers()
        assert [text for text in NO_IDS if platform.exists(Customer(text), soon())] == []

    def test_who_is_there_already_is_taken_and_not_made_twice(self) -> None:
        platform = self.with_customers()
        profile = Profile(email=self.known, first_name="Ada", last_name="L", identity=IDENTITY)
        assert platform.create(profile, soon()) == Customer(self.customer)

    # -- the hand-off -----------------------------------------------------------------------

    def test_an_address_is_on_the_store_and_good_for_one_visit(self) -> None:
        first, second = self.address("/cart?a=1"), self.address("/cart?a=1")
        assert first != second, "a repeated callback must get a token of its own"
        parts, store = urlsplit(first), urlsplit(str(self.store["url"]))
        assert (parts.scheme, parts.netloc) == (store.scheme, store.netloc) or (
            parts.scheme == "https" and parts.netloc in self.hosts
        )
        assert first.isascii()
        assert first.isprintable()
        self.hides(first, "the address")

    def test_an_address_leads_nowhere_else(self) -> None:
        for foreign in _FOREIGN:
            address = self.address(foreign)
            assert "evil" not in address
            assert "\r" not in address

    def test_who_cannot_be_a_customer_is_handed_over_nowhere(self) -> None:
        platform = self.ready()
        for text in NO_IDS:
            try:
                if delivers(platform):
                    platform.hand_off(self.visit(customer=text), soon())
                elif issues(platform):
                    platform.issue(self.visit(customer=text), soon())
            except Refused:
                continue
            raise AssertionError(f"{text!r} is no customer's id")

    def test_a_sign_out_leads_to_the_store_alone_and_needs_nobody_known(self) -> None:
        platform = self.ready()
        if not signs_out(platform):
            raise SkipTest("it has no sign-out of its own")
        store = urlsplit(str(self.store["url"]))
        for customer in (Customer(self.customer), None):
            for goal in ("/", *_FOREIGN):
                made = platform.sign_out(Leave(customer=customer, return_to=goal), soon())
                if made is None:
                    continue
                parts = urlsplit(made.url)
                assert parts.netloc in (store.netloc, *self.hosts)
                assert "evil" not in made.url
                assert "\r" not in made.url
                self.hides(made.url, "the address")

    def test_many_at_once_get_one_each(self) -> None:
        platform = self.ready()
        if not delivers(platform):
            raise SkipTest("it has no one-time address")
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: platform.hand_off(self.visit(), soon()), range(64)))
        assert len({one.url for one in made}) == len(made)

    def test_a_token_is_good_for_some_time_and_is_not_shown(self) -> None:
        platform = self.ready()
        if not issues(platform):
            raise SkipTest("its customers have no tokens")
        first = platform.issue(self.visit(), soon())
        next_one = platform.renew(first.refresh_token or Secret("none"), self.visit(), soon())
        for token in (first, next_one):
            assert isinstance(token, PlatformToken)
            assert token.access_token.reveal()
            assert token.access_token.reveal() not in repr(token)
            assert isinstance(token.expires_in, int)
            assert token.expires_in > 0
        platform.revoke(first.refresh_token or Secret("none"), soon())
