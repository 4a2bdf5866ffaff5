"""What the shop sells."""

from dataclasses import dataclass

CONTRACT_DISCOUNT = 12  # per cent, for customers who are signed in


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
    def contract_price(self) -> int:
        """What a signed-in customer pays."""
        return self.price * (100 - CONTRACT_DISCOUNT) // 100


PRODUCTS = (
    Product("notebook", "Margin notebook, A5", "Dot grid, lies flat, 192 pages", 1290, "each", "sage"),
    Product("lamp", "Halden desk lamp", "Warm to cool white, folds away", 8900, "each", "sand"),
    Product("pen", "Quill gel pens, 0.5 mm", "Quick-drying, refillable", 1440, "box of 12", "sky"),
    Product("chair", "Fjord task chair", "Adjustable back, recycled mesh", 32900, "each", "clay"),
    Product("paper", "Clearday copy paper", "80 g, 100 % recycled", 2795, "5 reams", "sky"),
    Product("mug", "Long-meeting mug", "Stoneware, 40 cl, dishwasher-safe", 1180, "each", "sage"),
    Product("plant", "Snake plant in a pot", "Forgives forgetting", 2450, "each", "clay"),
    Product("box", "Archive box, flat-packed", "Holds four lever arch files", 1980, "pack of 10", "sand"),
)


def product(slug: str) -> Product | None:
    """The product of that name in an address."""
    return next((one for one in PRODUCTS if one.slug == slug), None)
