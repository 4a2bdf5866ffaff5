"""What operators are told about each refusal: docs/refusals is written from it, and `bridge explain` reads it.

Standard library only, nothing that serves imports it. A test holds its words
against the sources that raise them.
"""

from collections.abc import Mapping

from bridge.domain.handbook.attempt import ATTEMPT
from bridge.domain.handbook.customer import CUSTOMER
from bridge.domain.handbook.entry import Entry
from bridge.domain.handbook.provider import PROVIDER
from bridge.domain.handbook.request import REQUEST
from bridge.domain.handbook.store import STORE
from bridge.domain.handbook.storefront import STOREFRONT

HANDBOOK: Mapping[str, Entry] = {**REQUEST, **ATTEMPT, **PROVIDER, **CUSTOMER, **STORE, **STOREFRONT}
