"""A demo platform that plays Commerce Layer: its authentication server and the Core API's customers.

It enforces the documented rules of both ways to a customer's token: the JWT bearer grant, and the token that
a bridge signs itself (legacy, switched on by a shared secret). What it refuses, and why, testers read at
`/_demo/log`. In `storefront` is a shop that is built on it, which is a stranger to this platform as well.
"""

from bridge.demo.commercelayer.app import create_platform
from bridge.demo.commercelayer.customers import Customer
from bridge.demo.commercelayer.options import SAMPLE_CUSTOMERS, Application, Market, OrganizationOptions

__all__ = [
    "SAMPLE_CUSTOMERS",
    "Application",
    "Customer",
    "Market",
    "OrganizationOptions",
    "create_platform",
]
