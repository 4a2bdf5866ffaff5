"""`bridge config`: the configuration's own documentation."""

import json

import click


@click.group()
def config() -> None:
    """Print an example configuration or its JSON Schema."""


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
