"""From a signed-in customer to the storefront; and what a sign-in may be bound to."""

import pytest

from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.hand_off import FormPost, Redirect
from bridge.domain.refusal import Reason
from bridge.flows.delivery import ByCode, ByForm, ByFragment, ByQuery
from tests.contracts.world import FakeClock

from .storefronts import CHALLENGE, RETURN_URL, VERIFIER, Scene, query, refusal


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    return Scene(clock)


class TestDelivery:
    def test_a_code_carries_no_token_and_none_is_minted(self, scene: Scene) -> None:
        by_code = ByCode(store="server", return_url=RETURN_URL, codes=scene.memory, token=lambda: "c" * 43)
        given = query(by_code.hand_off(scene.visit(state="s=1&code=x"), scene.clock.deadline()))
        assert given == {"code": "c" * 43, "return_to": "/cart?a=b c", "state": "s=1&code=x"}
        assert scene.issuer.visits == []

    def test_the_query_is_what_hosted_applications_expect(self, scene: Scene) -> None:
        by_query = ByQuery(return_url=RETURN_URL, issuer=scene.issuer, now=lambda: 1_800_000_000.9)
        given = query(by_query.hand_off(scene.visit(), scene.clock.deadline()))
        assert given == {
            "accessToken": "token-1+for/101",
            "scope": "market:code:europe",
            "expires": "2027-01-15T10:00:00Z",
            "return_to": "/cart?a=b c",
        }

    def test_a_fragment_is_an_oauth_answer_and_hides_from_servers(self, scene: Scene) -> None:
        by_fragment = ByFragment(return_url=RETURN_URL, issuer=scene.issuer)
        hand_off = by_fragment.hand_off(scene.visit(state="xyz"), scene.clock.deadline())
        assert isinstance(hand_off, Redirect)
        assert "?" not in hand_off.url.partition("#")[0]
        assert "+" not in hand_off.url
        assert query(hand_off) == {
            "access_token": "token-1+for/101",
            "token_type": "Bearer",
            "expires_in": "7200",
            "scope": "market:code:europe",
            "return_to": "/cart?a=b c",
            "state": "xyz",
        }

    def test_a_form_holds_the_token_and_its_address_does_not(self, scene: Scene) -> None:
        hand_off = ByForm(return_url=RETURN_URL, issuer=scene.issuer).hand_off(
            scene.visit(), scene.clock.deadline()
        )
        assert isinstance(hand_off, FormPost)
        assert hand_off.url == RETURN_URL
        assert hand_off.fields["access_token"] == "token-1+for/101"
        assert "token-1" not in repr(hand_off)

    def test_the_platforms_refresh_token_goes_nowhere(self, scene: Scene) -> None:
        for way in (ByFragment, ByForm):
            assert "refresh" not in str(vars_of(way(return_url=RETURN_URL, issuer=scene.issuer), scene))


def vars_of(way: ByFragment | ByForm, scene: Scene) -> object:
    hand_off = way.hand_off(scene.visit(), scene.clock.deadline())
    return hand_off.url if isinstance(hand_off, Redirect) else hand_off.fields


class TestBinding:
    @pytest.mark.parametrize(
        ("state", "challenge", "method"),
        [
            ("x" * 513, None, None),
            ("line\nbreak", None, None),
            ("ü", None, None),
            (None, CHALLENGE, None),
            (None, CHALLENGE, "plain"),
            (None, CHALLENGE, "s256"),
            (None, None, "S256"),
            (None, "", "S256"),
            (None, CHALLENGE[:-1], "S256"),
            (None, CHALLENGE + "=", "S256"),
            (None, VERIFIER, "S256"),
        ],
    )
    def test_what_binds_nothing_is_refused(
        self, state: str | None, challenge: str | None, method: str | None
    ) -> None:
        assert refusal(lambda: Binding.parse(state, challenge, method)) is Reason.BAD_REQUEST

    def test_nothing_is_no_binding(self) -> None:
        assert Binding.parse(None, None, None) == UNBOUND
        assert Binding.parse("", None, None) == UNBOUND
        assert not UNBOUND

    def test_it_can_be_repeated(self) -> None:
        binding = Binding.parse("s", CHALLENGE, "S256")
        query = binding.query
        assert (
            Binding.parse(query["state"], query["code_challenge"], query["code_challenge_method"]) == binding
        )

    @pytest.mark.parametrize(
        ("store", "binding"),
        [
            ("us", Binding(state="s")),
            ("us", Binding(code_challenge=CHALLENGE)),
            ("page", UNBOUND),
            ("page", Binding(state="s")),
        ],
    )
    def test_a_store_refuses_what_nothing_would_come_of(
        self, scene: Scene, store: str, binding: Binding
    ) -> None:
        front = scene.stores[store].storefront
        assert refusal(lambda: front.check_binding(binding)) is Reason.BAD_REQUEST

    def test_the_verifier_of_rfc_7636_fits_its_challenge(self) -> None:
        from bridge.domain.binding import fits

        assert fits(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )
        assert not fits(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )
        assert not fits("", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"), "the digest of nothing"
