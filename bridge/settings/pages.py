"""The keys of [pages] and of [stores.NAME.pages]: the look, the languages and the footer of the pages."""

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from bridge.domain.languages import base_of
from bridge.settings.faults import WrongValueError
from bridge.settings.page_values import (
    Accent,
    EmailAddress,
    Font,
    LanguageTag,
    Logo,
    Stylesheet,
    TextsFolder,
)
from bridge.settings.table import Table
from bridge.settings.values import OptionalAddress


class LookSettings(Table):
    """What shoppers see of a store on the bridge's pages. What is left out or empty is as in [pages]."""

    logo: Logo = Field(
        default="",
        description="Path of a picture (SVG, PNG, JPEG or WebP) for the top of the pages, shown 2.25rem high."
        " Relative to this file's folder.",
        examples=["logo.svg"],
    )
    accent: Accent = Field(
        default="",
        description="Colour of the main button, # and six digits; its words are white, so it must stand out"
        " from white by 4.5 to 1.",
        examples=["#0a6b4b"],
    )
    font: Font = Field(
        default="",
        description="Names of fonts, best first, as in CSS. Browsers take them from the person's device;"
        " nothing is downloaded.",
        examples=['Georgia, "Noto Serif", serif'],
    )
    stylesheet: Stylesheet = Field(
        default="",
        description="Path of a CSS file that is linked after the bridge's own. Relative to this file's"
        " folder.",
        examples=["store.css"],
    )
    support_url: OptionalAddress = Field(
        default="",
        description="Address of the store's help, for the footer.",
        examples=["https://store.example.com/help"],
    )
    support_email: EmailAddress = Field(
        default="",
        description="E-mail address of the store's help, for the footer.",
        examples=["help@store.example.com"],
    )
    imprint_url: OptionalAddress = Field(
        default="",
        description="Address of the legal notice, for the footer.",
        examples=["https://store.example.com/imprint"],
    )
    privacy_url: OptionalAddress = Field(
        default="",
        description="Address of the privacy notice, for the footer.",
        examples=["https://store.example.com/privacy"],
    )
    texts_dir: TextsFolder = Field(
        default="",
        description="Path of a folder with texts of your own: a TOML file for each language, such as de.toml,"
        " with any of the keys that `bridge config texts` shows. Relative to this file's folder.",
        examples=["texts"],
    )


class PagesSettings(LookSettings):
    """How the pages look that shoppers see, for all stores; a store's own table goes before it."""

    language: LanguageTag = Field(
        default="en",
        description="Language of the pages for who asks for none that there is: en, de, fr, es, ja, or one of"
        " `texts_dir`.",
        examples=["de"],
    )

    @field_validator("language")
    @classmethod
    def _has_texts(cls, language: str, info: ValidationInfo) -> str:
        folder = info.data.get("texts_dir", "")
        own = folder and (Path(folder) / f"{language}.toml").is_file()
        if not base_of(language) and not own:
            raise WrongValueError(
                "names a language that the bridge has no texts in: take en, de, fr, es or ja, or put a file"
                " of that name into `texts_dir`"
            )
        return language
