"""Pages that hold what others wrote: the text stays text, and each page leads where it is meant to."""

from html.parser import HTMLParser

import pytest
from flask import Flask

from bridge.domain.hand_off import FormPost
from bridge.web.pages import form_post, leaving

HOSTILE = (
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '0; url=javascript:alert(1)" x="',
    ";url=https://evil.example",
    "&quot;&gt;&lt;script&gt;",
    "</form><form action=https://evil.example>",
    "{{ 7*7 }}{% raw %}",
    "<!--",
    "%22%3E%3Cscript%3E",
)


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("text", HOSTILE)
def test_attack_an_endpoint_of_a_hostile_provider_stays_an_address(app: Flask, text: str) -> None:
    """Metadata may name an endpoint of any printable ASCII."""
    url = f"https://idp.example/authorize?{text}"
    with app.test_request_context():
        page = Page(leaving(url).get_data(as_text=True))
    (refresh,) = [meta for meta in page.named("meta") if "http-equiv" in meta]
    assert refresh == {"http-equiv": "refresh", "content": f"0; url={url}"}
    (link,) = page.named("a")
    assert link["href"] == url
    assert not page.named("script") + page.named("img") + page.named("form")


@pytest.mark.parametrize("text", HOSTILE)
def test_attack_nothing_in_a_form_changes_where_it_leads(app: Flask, text: str) -> None:
    with app.test_request_context():
        answer = form_post(FormPost("https://shop.example/return", {"access_token": text, "return_to": text}))
    page = Page(answer.get_data(as_text=True))
    (form,) = page.named("form")
    assert (form["action"], form["method"]) == ("https://shop.example/return", "post")
    assert [field["value"] for field in page.named("input")] == [text, text]
    (script,) = page.named("script")
    assert str(script["src"]).startswith("/static/submit.js")
    assert not page.named("img")
    assert "form-action https://shop.example;" in answer.headers["Content-Security-Policy"]
