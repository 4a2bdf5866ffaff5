"""The witness of all other tests would see what it is there to see."""

import pytest

from bridge.demo.scene import Scene
from tests.browser.shopper import Shopper

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ('<p style="color: red">inline', "Content Security Policy"),
        ("<script>1</script>", "Content Security Policy"),
        ('<img src="/static/missing.png">', "answered 404"),
        ('<link rel="stylesheet" href="/static/missing.css">', "missing.css failed"),
    ],
)
def test_what_a_page_of_the_bridge_does_wrong_is_noticed(
    shopper: Shopper, scene: Scene, markup: str, seen: str
) -> None:
    url = f"{scene.bridge_url}/login/nowhere"
    shopper.page.route(url, lambda route: route.fulfill(response=route.fetch(), body=markup))
    shopper.open(url)
    shopper.page.wait_for_timeout(100)  # the browser reports a little later than it loads
    assert any(seen in complaint for complaint in shopper.witness.complaints)
    shopper.witness.complaints.clear()


def test_a_request_to_another_machine_is_noticed_and_leads_nowhere(shopper: Shopper) -> None:
    shopper.page.set_content('<img src="http://elsewhere.example/x.png">')
    shopper.page.wait_for_timeout(100)
    assert shopper.witness.strangers == {"elsewhere.example"}
    shopper.witness.urls.clear()
