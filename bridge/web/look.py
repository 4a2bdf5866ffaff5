"""How the pages of each store look: its languages, style sheets and footer, all worked out at the start."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from flask import Request, current_app

from bridge.settings.page_texts import read_texts
from bridge.settings.page_values import read_logo, read_stylesheet
from bridge.settings.pages import LookSettings, PagesSettings
from bridge.web.languages import Language, Languages

#: Where the files of an operator are served. Each has a name of its content, and is never asked for twice.
FOLDER = "/static/pages/"
#: Under this name an app holds its `Looks`.
EXTENSION = "bridge.looks"


@dataclass(frozen=True, slots=True)
class File:
    """One file for browsers."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one store's pages."""

    languages: Languages
    logo: str = ""  # path of the operator's; empty for what the style sheets say
    stylesheets: tuple[str, ...] = ()  # paths, after the bridge's own
    footer: tuple[tuple[str, str], ...] = ()  # keys of texts, each with an address


class Looks:
    """The look of every store, and the files for all of them. Raises `WrongValueError` for files that changed
    since the settings were read, and are no good now.
    """

    def __init__(
        self,
        common: PagesSettings,
        stores: Mapping[str, LookSettings],
        before: Callable[[Mapping[str, str], str], str],
    ) -> None:
        """`before`: the language that a browser's cookies hold for a store; empty for none."""
        files: dict[str, File] = {}
        self._before = before
        self._common = _look(common, LookSettings(), files)
        self._by_store = {
            name: _look(common, own, files) for name, own in stores.items() if own != LookSettings()
        }
        #: By their names in `FOLDER`.
        self.files: Mapping[str, File] = MappingProxyType(files)

    def of(self, store: str) -> Look:
        """Of a store by its name; the common one where that is no store's."""
        return self._by_store.get(store, self._common)

    def language(self, request: Request, store: str) -> Language:
        """The one in which whoever sent `request` reads best, of those in which the store has texts."""
        return self.of(store).languages.best(
            request.headers.get("Accept-Language", ""),
            _ui_locales(request),
            self._before(request.cookies, store),
        )


def _ui_locales(request: Request) -> str:
    """Of the query; a page about a query that is not UTF-8 must not fail by reading that query."""
    if b"ui_locales" not in request.query_string:
        return ""
    try:
        return request.args.get("ui_locales", "")
    except UnicodeError:
        return ""


def looks() -> Looks:
    """Those of the app that answers this request."""
    found = current_app.extensions.get(EXTENSION)
    return found if isinstance(found, Looks) else Looks(PagesSettings(), {}, lambda _cookies, _store: "")


def _look(common: PagesSettings, own: LookSettings, files: dict[str, File]) -> Look:
    given = {name: str(getattr(own, name) or getattr(common, name)) for name in LookSettings.model_fields}
    folders = (folder for folder in (common.texts_dir, own.texts_dir) if folder)
    return Look(
        Languages([read_texts(Path(folder)) for folder in folders], common.language),
        _logo(given["logo"], files),
        tuple(_stylesheets(given, files)),
        tuple(_footer(given)),
    )


def _logo(path: str, files: dict[str, File]) -> str:
    if not path:
        return ""
    data, media_type, ending = read_logo(path)
    return _kept(File(data, media_type), ending, files)


def _stylesheets(given: Mapping[str, str], files: dict[str, File]) -> Iterator[str]:
    """The properties that the keys stand for, then the operator's own rules."""
    rules = []
    if given["accent"]:
        rules += [f"--bridge-accent:{given['accent']}", "--bridge-accent-text:#ffffff"]
    if given["font"]:
        rules.append(f"--bridge-font:{given['font']}")
    if rules:
        yield _kept(File(f":root{{{';'.join(rules)}}}\n".encode(), "text/css"), "css", files)
    if given["stylesheet"]:
        yield _kept(File(read_stylesheet(given["stylesheet"]), "text/css"), "css", files)


def _kept(file: File, ending: str, files: dict[str, File]) -> str:
    name = f"{hashlib.sha256(file.data).hexdigest()[:32]}.{ending}"
    files[name] = file
    return FOLDER + name


def _footer(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if given["support_url"]:
        yield "page.support", given["support_url"]
    if given["support_email"]:
        yield "page.support_email", f"mailto:{given['support_email']}"
    if given["imprint_url"]:
        yield "page.imprint", given["imprint_url"]
    if given["privacy_url"]:
        yield "page.privacy", given["privacy_url"]
