"""The kinds of values of [pages]: how the pages look, where they lead, and files that are served to browsers.

A file is read whole at the start, by these same functions, and served from memory: what was checked is what
browsers get.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from bridge.domain.email import normal_email
from bridge.domain.languages import TAG
from bridge.settings.faults import WrongValueError
from bridge.settings.page_texts import read_texts
from bridge.settings.values import FileName, Line

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LEAST = 4.5  # to 1, for words (WCAG 2.2, 1.4.3)
_LARGEST = 256 * 1024  # bytes; a logo is on every page
_FAMILY = r"""(?:[A-Za-z][A-Za-z0-9-]*(?: [A-Za-z0-9-]+)*|"[\w .+-]+")"""
_FONT = re.compile(rf"(?:{_FAMILY}(?:, ?{_FAMILY})*)?")
# What the Content-Security-Policy would stop without a word; an escape could hide it.
_FROM_ELSEWHERE = re.compile(r"@import|url\(\s*[\"']?\s*(?!/static/|data:|#)|\\|</", re.IGNORECASE)
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"RIFF", "image/webp", "webp"),
)


def contrast(one: str, other: str) -> float:
    """Between two colours `#rrggbb`: from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _accent(value: str) -> str:
    if value and not _COLOUR.fullmatch(value):
        raise WrongValueError('must be a colour as # and six digits, such as "#0a6b4b"')
    if value and (found := contrast(value, "#ffffff")) < _LEAST:
        raise WrongValueError(
            f"stands out from white by {int(found * 10) / 10} to 1 only, and white words stand on it:"
            f' at least {_LEAST} to 1 is needed; take a darker one, such as "{_darker(value)}"'
        )
    return value.lower()


def _darker(colour: str) -> str:
    """The same hue, just dark enough."""
    share = 1.0
    while contrast(colour, "#ffffff") < _LEAST:
        share -= 0.01
        parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        colour = "#" + "".join(f"{int(part * share):02x}" for part in parts)
    return colour


def _font(value: str) -> str:
    if not _FONT.fullmatch(value) or len(value) > 200:
        raise WrongValueError(
            "must be names of fonts that are on people's devices, separated by commas, those with other than"
            ' plain letters in double quotes: Georgia, "Noto Serif", serif'
        )
    return value


def _language(value: str) -> str:
    if not TAG.fullmatch(value):
        raise WrongValueError('must be a language tag, such as "de" or "de-CH"')
    return value


def _email(value: str) -> str:
    if value and not (normal_email(value) and re.fullmatch(r"[A-Za-z0-9@._+-]+", value)):
        raise WrongValueError("must be an e-mail address, such as help@store.example.com")
    return value


def _bytes_of(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise WrongValueError(f"cannot be read as a file: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise WrongValueError(f"must have {_LARGEST // 1024} kB at most: it is sent with every first page")
    return data


def read_logo(path: str) -> tuple[bytes, str, str]:
    """Its bytes, their media type and a file's ending, by what is in it; raises WrongValueError."""
    data = _bytes_of(path)
    for begin, media_type, ending in _PICTURES:
        if data.startswith(begin) and (ending != "webp" or data[8:12] == b"WEBP"):
            return data, media_type, ending
    # A page never runs what is in it: it is an image there, and alone it has our Content-Security-Policy.
    if re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s/>]", data, re.DOTALL):
        return data, "image/svg+xml", "svg"
    raise WrongValueError("must be a picture: SVG, PNG, JPEG or WebP")


def read_stylesheet(path: str) -> bytes:
    """Its bytes; raises WrongValueError unless all that it needs is at the bridge itself."""
    data = _bytes_of(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongValueError("must be text in UTF-8") from None
    words = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    if found := _FROM_ELSEWHERE.search(words):
        line = text.count("\n", 0, text.find(found[0])) + 1
        raise WrongValueError(
            f"line {line} of that file: holds @import, a url() of another place, or a backslash; browsers"
            " load nothing for these pages but from the bridge itself. Put rules into this file, and the"
            " picture into `logo`"
        )
    return data


def _checked(reader: Callable[[str], object]) -> AfterValidator:
    """Reads the file as it will be read to be served, if the reader has told the configuration's folder."""

    def check(value: str, info: ValidationInfo) -> str:
        if value and isinstance(info.context, Path):
            reader(value)
        return value

    return AfterValidator(check)


def _folder(value: str, info: ValidationInfo) -> str:
    if not value or not isinstance(info.context, Path):
        return value
    path = info.context / value
    read_texts(path)
    return str(path)


Accent = Annotated[str, AfterValidator(_accent)]
Font = Annotated[str, AfterValidator(_font)]
LanguageTag = Annotated[str, AfterValidator(_language)]
EmailAddress = Annotated[Line, AfterValidator(_email)]
Logo = Annotated[FileName, _checked(read_logo)]
Stylesheet = Annotated[FileName, _checked(read_stylesheet)]
TextsFolder = Annotated[str, AfterValidator(_folder)]
