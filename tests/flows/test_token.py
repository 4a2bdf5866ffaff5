"""What a storefront gets for a code, and later: the attacks by their names."""

import pytest

from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.flows.token import Asker
from tests.contracts.people import ADA, CUSTOMER
from tests.contracts.world import FakeClock

from .storefronts import (
    CHALLENGE,
    PAGE,
    SECRETS,
    VERIFIER,
    Scene,
    page,
    refusal,
    server,
)


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    return Scene(clock)


class TestCode:
    def test_a_server_gets_the_token_for_its_code(self, scene: Scene) -> None:
        given = scene.redeem("server", server(), scene.code())
        assert given.token.access_token == Secret("token-1+for/101")
        assert given.return_to == "/cart?a=b c"
        assert given.renewable.customer == CUSTOMER
        visit = scene.issuer.visits[-1]
        assert (visit.client_address, visit.reference) == ("192.0.2.7", "abcdefgh")

    @pytest.mark.parametrize(
        "secret", [*(one.reveal() for one in SECRETS), "the+new+handoff+secret%2C+%2541%2B%2F%3A%3D"]
    )
    def test_both_secrets_of_a_rotation_serve_plain_or_form_encoded(self, scene: Scene, secret: str) -> None:
        scene.redeem("server", server(secret=secret), scene.code())

    def test_a_page_gets_the_token_by_its_verifier(self, scene: Scene) -> None:
        scene.redeem("page", page(), scene.code("page", CHALLENGE), code_verifier=VERIFIER)
        scene.redeem("both", page(), scene.code("both", CHALLENGE), code_verifier=VERIFIER)
        scene.redeem("both", server("both"), scene.code("both", CHALLENGE), code_verifier=VERIFIER)

    def test_an_app_without_an_origin_redeems_by_its_verifier_and_cannot_renew(self, scene: Scene) -> None:
        given = scene.redeem("page", page(None), scene.code("page", CHALLENGE), code_verifier=VERIFIER)
        assert (
            refusal(lambda: scene.renew("page", page(None), given.renewable.handle)) is Reason.INVALID_CLIENT
        )

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("code-of-another-store", Reason.INVALID_GRANT),
            ("secret-of-another-store", Reason.INVALID_CLIENT),
            ("name-of-another-store", Reason.INVALID_CLIENT),
            ("no-secret", Reason.INVALID_CLIENT),
            ("empty-secret", Reason.INVALID_CLIENT),
            ("secret-in-the-body", Reason.INVALID_REQUEST),
            ("bearer-instead-of-basic", Reason.INVALID_CLIENT),
            ("pkce-downgrade-no-verifier-with-secret", Reason.INVALID_GRANT),
            ("pkce-downgrade-wrong-verifier", Reason.INVALID_GRANT),
            ("pkce-downgrade-verifier-is-the-challenge", Reason.INVALID_GRANT),
            ("code-injection-into-another-session", Reason.INVALID_GRANT),
            ("pkce-upgrade-verifier-without-challenge", Reason.INVALID_GRANT),
            ("page-redeems-the-servers-code", Reason.INVALID_CLIENT),
            ("page-of-a-store-without-pages", Reason.INVALID_CLIENT),
            ("origin-look-alike-suffix", Reason.INVALID_REQUEST),
            ("origin-look-alike-port", Reason.INVALID_REQUEST),
            ("origin-look-alike-http", Reason.INVALID_REQUEST),
            ("origin-look-alike-upper-case", Reason.INVALID_REQUEST),
            ("origin-look-alike-slash", Reason.INVALID_REQUEST),
            ("origin-null", Reason.INVALID_REQUEST),
            ("origin-empty", Reason.INVALID_REQUEST),
            ("foreign-page-with-the-secret", Reason.INVALID_REQUEST),
            ("code-made-up", Reason.INVALID_GRANT),
            ("code-of-a-megabyte", Reason.INVALID_GRANT),
            ("code-missing", Reason.INVALID_REQUEST),
            ("redirect-uri-of-somebody-else", Reason.INVALID_GRANT),
            ("client-id-of-another-store", Reason.INVALID_CLIENT),
            ("grant-type-missing", Reason.INVALID_REQUEST),
            ("grant-type-password", Reason.UNSUPPORTED_GRANT_TYPE),
            ("store-that-delivers-otherwise", Reason.INVALID_REQUEST),
            ("store-unknown", Reason.STORE_UNKNOWN),
            ("signed-out-meanwhile", Reason.INVALID_GRANT),
            ("unlinked-meanwhile", Reason.INVALID_GRANT),
            ("too-late", Reason.INVALID_GRANT),
        ],
    )
    def test_attack(self, scene: Scene, name: str, reason: Reason) -> None:
        assert refusal(lambda: self.attack(scene, name)) is reason
        assert scene.issuer.visits == [], "no token was minted"

    def attack(self, scene: Scene, name: str) -> object:  # noqa: C901, PLR0911, PLR0912
        secret = SECRETS[0].reveal()
        look_alike = {
            "origin-look-alike-suffix": f"{PAGE}.evil.example",
            "origin-look-alike-port": f"{PAGE}:8443",
            "origin-look-alike-http": PAGE.replace("https", "http"),
            "origin-look-alike-upper-case": PAGE.upper(),
            "origin-look-alike-slash": f"{PAGE}/",
            "origin-null": "null",
            "origin-empty": "",
        }
        if name in look_alike:
            code = scene.code("page", CHALLENGE)
            return scene.redeem("page", page(look_alike[name]), code, code_verifier=VERIFIER)
        match name:
            case "code-of-another-store":
                return scene.redeem("server", server(), scene.code("other"))
            case "secret-of-another-store":
                return scene.redeem("server", server(secret="another store's secret"), scene.code())
            case "name-of-another-store":
                return scene.redeem("server", server("other"), scene.code())
            case "no-secret":
                return scene.redeem("server", Asker(address="203.0.113.1"), scene.code())
            case "empty-secret":
                return scene.redeem("server", server(secret=""), scene.code())
            case "secret-in-the-body":
                return scene.redeem("server", Asker(address="x"), scene.code(), client_secret=secret)
            case "bearer-instead-of-basic":
                asker = Asker(address="x", tried_otherwise=True)
                return scene.redeem("both", asker, scene.code("both", CHALLENGE), code_verifier=VERIFIER)
            case "pkce-downgrade-no-verifier-with-secret":
                return scene.redeem("both", server("both"), scene.code("both", CHALLENGE))
            case "pkce-downgrade-wrong-verifier":
                return scene.redeem("page", page(), scene.code("page", CHALLENGE), code_verifier="x" * 43)
            case "pkce-downgrade-verifier-is-the-challenge":
                return scene.redeem("page", page(), scene.code("page", CHALLENGE), code_verifier=CHALLENGE)
            case "code-injection-into-another-session":  # the storefront holds the thief's verifier
                stolen = scene.code("both", CHALLENGE)
                return scene.redeem("both", server("both"), stolen, code_verifier="thief's-" + "x" * 43)
            case "pkce-upgrade-verifier-without-challenge":
                return scene.redeem("server", server(), scene.code(), code_verifier=VERIFIER)
            case "page-redeems-the-servers-code":
                return scene.redeem("both", page(), scene.code("both"))
            case "page-of-a-store-without-pages":
                code = scene.code("server", CHALLENGE)
                return scene.redeem("server", page(None), code, code_verifier=VERIFIER)
            case "foreign-page-with-the-secret":
                return scene.redeem("server", server(origin="https://evil.example"), scene.code())
            case "code-made-up":
                return scene.redeem("server", server(), "x" * 43)
            case "code-of-a-megabyte":
                return scene.redeem("server", server(), "x" * 1_000_000)
            case "code-missing":
                return scene.ask("server", server(), grant_type="authorization_code")
            case "redirect-uri-of-somebody-else":
                return scene.redeem("server", server(), scene.code(), redirect_uri="https://evil.example/")
            case "client-id-of-another-store":
                return scene.redeem("server", server(), scene.code(), client_id="other")
            case "grant-type-missing":
                return scene.ask("server", server(), code=scene.code())
            case "grant-type-password":
                return scene.ask("server", server(), grant_type="password", code=scene.code())
            case "store-that-delivers-otherwise":
                return scene.redeem("us", server("us"), scene.code())
            case "store-unknown":
                return scene.redeem("nowhere", server("nowhere"), scene.code())
        code = scene.code()
        match name:
            case "signed-out-meanwhile":
                scene.state.sessions.clear()
            case "unlinked-meanwhile":
                assert scene.state.links.unlink(ADA, "server")
            case "too-late":
                scene.clock.advance(60)
        return scene.redeem("server", server(), code)

    def test_a_second_use_is_refused_and_ends_what_the_first_one_got(self, scene: Scene) -> None:
        code = scene.code()
        given = scene.redeem("server", server(), code)
        assert refusal(lambda: scene.redeem("server", server(), code)) is Reason.INVALID_GRANT
        handle = given.renewable.handle
        assert refusal(lambda: scene.renew("server", server(), handle)) is Reason.INVALID_GRANT
        assert scene.issuer.revoked == ["refresh-1"]

    def test_a_second_use_by_who_cannot_prove_it_ends_nothing(self, scene: Scene) -> None:
        code = scene.code()
        given = scene.redeem("server", server(), code)
        assert refusal(lambda: scene.redeem("server", server(secret="wrong"), code)) is Reason.INVALID_CLIENT
        scene.renew("server", server(), given.renewable.handle)

    def test_a_second_use_by_who_holds_the_code_alone_ends_nothing(self, scene: Scene) -> None:
        code = scene.code("page", CHALLENGE)
        given = scene.redeem("page", page(), code, code_verifier=VERIFIER)
        assert (
            refusal(lambda: scene.redeem("page", page(), code, code_verifier="x" * 43))
            is Reason.INVALID_GRANT
        )
        scene.renew("page", page(), given.renewable.handle)

    def test_a_refusal_is_under_the_reference_of_its_sign_in(self, scene: Scene) -> None:
        code = scene.code()
        scene.redeem("server", server(), code)
        with pytest.raises(Refused) as caught:
            scene.redeem("server", server(), code)
        assert caught.value.reference == "abcdefgh"

    def test_a_platform_that_is_down_is_said_to_be(self, scene: Scene) -> None:
        code, scene.issuer.down = scene.code(), True
        assert refusal(lambda: scene.redeem("server", server(), code)) is Reason.STORE_UNAVAILABLE
