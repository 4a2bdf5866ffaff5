"""What `/metrics` told, read as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families

Told = dict[str, dict[tuple[str, ...], float]]


def read(text: str) -> Told:
    """Each sample by its name and the values of its labels, in their order."""
    found: Told = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found
