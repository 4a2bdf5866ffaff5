"""Everything that a commerce platform from another distribution imports of the bridge.

What stands here keeps its name and its meaning within a major version; anything else may change at any time.
How to write a platform: docs/platforms/writing-a-platform.md; whether it is one: bridge/platform_contract.
"""

from bridge.domain.customer import Customer, CustomerGone, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.email import normal_email
from bridge.domain.finding import Finding
from bridge.domain.hand_off import FormPost, HandOff, PlatformToken, Redirect, Visit
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.identity import IdentityKey
from bridge.domain.ports import Delivery, Platform, TokenIssuer
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.return_to import safe_return_to
from bridge.domain.secret import Secret
from bridge.domain.sign_out import Leave, SignsOut
from bridge.domain.store_platform import StoreContext, StorePlatform
from bridge.settings.faults import KeyPath, Problem, WrongValueError, shown_path
from bridge.settings.offers import GROUP, Offer, Rule
from bridge.settings.secret_values import OptionalSecretText, SecretText, SecretTexts
from bridge.settings.table import Table
from bridge.settings.tree import Tree, table
from bridge.settings.urls import checked_host
from bridge.settings.values import (
    BaseUrl,
    Line,
    OptionalAddress,
    OptionalBaseUrl,
    Origin,
    Origins,
    Word,
    tuple_of_list,
)

__all__ = [
    "GROUP",
    "BaseUrl",
    "Customer",
    "CustomerGone",
    "Deadline",
    "Delivery",
    "Details",
    "Finding",
    "FormPost",
    "HandOff",
    "Http",
    "HttpFailure",
    "HttpReply",
    "HttpRequest",
    "IdentityKey",
    "KeyPath",
    "Leave",
    "Line",
    "Offer",
    "OptionalAddress",
    "OptionalBaseUrl",
    "OptionalSecretText",
    "Origin",
    "Origins",
    "Platform",
    "PlatformToken",
    "Problem",
    "Profile",
    "Reason",
    "Redirect",
    "Refused",
    "Rule",
    "Secret",
    "SecretText",
    "SecretTexts",
    "SignsOut",
    "StoreContext",
    "StorePlatform",
    "Table",
    "TokenIssuer",
    "Tree",
    "Visit",
    "Word",
    "WrongValueError",
    "checked_host",
    "normal_email",
    "safe_return_to",
    "shown_path",
    "table",
    "tuple_of_list",
]
