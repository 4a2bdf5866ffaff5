"""What the shop sells."""

from dataclasses import dataclass

OFFICE_DISCOUNT = 15  # per cent, for offices that are signed in


@dataclass(frozen=True)
class Product:
    """One thing on the shelf; `price` in cents."""

    slug: str
    name: str
    line: str
    price: int
    unit: str
    tint: str

    @property
    def office_price(self) -> int:
        """What a signed-in customer pays."""
        return self.price * (100 - OFFICE_DISCOUNT) // 100


PRODUCTS = (
    Product(
        "beans", "Early shift, whole bean", "Dark chocolate, hazelnut, no sharp edges", 1890, "1 kg", "rose"
    ),
    Product(
        "filter", "Slow morning, filter roast", "Bergamot and apricot, for long pots", 1650, "750 g", "dawn"
    ),
    Product("press", "Steel press for eight", "Double walled; survives the kitchen", 6400, "each", "mist"),
    Product("tea", "Second wind, black tea", "Assam, leaf, for the afternoon", 1280, "250 g", "fern"),
)
