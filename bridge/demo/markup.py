"""As much of HTML as a shopper needs: visible words, links, forms and their buttons."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Button:
    """What can be pressed in a form; `label` is what a person reads on it."""

    name: str
    value: str
    label: str = ""


@dataclass
class Link:
    """An `<a href>`."""

    href: str
    label: str = ""


@dataclass
class Form:
    """A form with the values it would send by itself."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


@dataclass
class Markup:
    """What was found on a page."""

    visible: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    submits_itself: bool = False
    leads_on: str = ""  # where a browser goes at once, by `<meta http-equiv="refresh">`


def read_markup(text: str) -> Markup:
    """Read a page; broken markup gives what could be read."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    found = reader.found
    found.visible = " ".join("".join(reader.words).split())
    buttons: list[Button | Link] = [button for form in found.forms for button in form.buttons]
    for labelled in [*buttons, *found.links]:
        labelled.label = " ".join(labelled.label.split())
    # How every provider writes response_mode=form_post: one form, sent by its own script.
    found.submits_itself = len(found.forms) == 1 and bool(re.search(r"\.submit\(\)", text))
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Markup()
        self.words: list[str] = []
        self._form: Form | None = None
        self._labelled: Button | Link | None = None
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "title"}:
            self._unseen += 1
        elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            wait, _, url = given.get("content", "").partition("url=")
            self.found.leads_on = url if wait.strip(" ;") == "0" else ""
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").upper())
            self.found.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self._labelled = Link(given["href"], given.get("aria-label", ""))
            self.found.links.append(self._labelled)
        elif tag == "button" and self._form is not None:
            label = given.get("aria-label", "")
            self._labelled = Button(given.get("name", ""), given.get("value", ""), label)
            self._form.buttons.append(self._labelled)
        elif tag == "input" and self._form is not None:
            self._input(self._form, given)
        elif tag in {"br", "p", "div", "li", "span", "h1", "h2", "h3", "td", "th", "dt", "dd"}:
            self.handle_data(" ")

    def _input(self, form: Form, given: dict[str, str]) -> None:
        kind, name, value = given.get("type", "text"), given.get("name", ""), given.get("value", "")
        if kind == "submit":
            form.buttons.append(Button(name, value, value))
        elif name and (kind not in {"radio", "checkbox"} or "checked" in given):
            form.fields.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "title"}:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "form":
            self._form = None
        elif tag in {"a", "button"}:
            self._labelled = None

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self.words.append(data)
        if self._labelled is not None:
            self._labelled.label += data
