"""`bridge config`: the configuration's own documentation."""

import json

import click


@click.group()
def config() -> None:
    """Print an example configuration, its JSON Schema, or the texts of the pages."""


@config.command()
def example() -> None:
    """Print an example with every key, its meaning and its default."""
    from bridge.settings import example_toml

    click.echo(example_toml(), nl=False)


@config.command()
def schema() -> None:
    """Print the JSON Schema, for editors and CI."""
    from bridge.settings import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


@config.command()
@click.option("--language", default="en", show_default=True, help="One of en, de, fr, es, ja.")
def texts(language: str) -> None:
    """Print the texts of the pages in one language: to be changed, and put into pages.texts_dir."""
    from bridge.domain.languages import LANGUAGES
    from bridge.settings.toml import toml_value
    from bridge.web.languages import texts_of

    if language not in LANGUAGES:
        raise click.BadParameter(f"there are: {', '.join(LANGUAGES)}", param_hint="--language")
    click.echo(f"# Keep what you change, take the rest out, and name the file {language}.toml.")
    table = ""
    for key, text in texts_of(language).items():
        group, _, name = key.rpartition(".")
        if group != table:
            table = group
            click.echo(f"\n[{table}]")
        click.echo(f"{name} = {toml_value(text)}")
