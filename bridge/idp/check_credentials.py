"""What an operator is told of the secrets and keys that were tried."""

from collections.abc import Iterator, Sequence

from bridge.domain.connection import Connection
from bridge.domain.credential import Tried
from bridge.domain.finding import Finding
from bridge.domain.metadata import ProviderMetadata
from bridge.idp.consoles import CONSOLES, Console

_WORDS = {
    "private_key_jwt": "key", "apple_client_secret": "key", "tls_client_auth": "client certificate",
    "self_signed_tls_client_auth": "client certificate", "none": "client_id",
}  # fmt: skip
_PLAIN = (
    "the provider does not form-decode the credentials of client_secret_basic (RFC 6749 section 2.3.1):"
    " it takes client_id and client_secret in their plain form only"
)
_NOBODY = "Every sign-in would end in client_rejected, after the person typed their password."
_BY_A_SIGN_IN = "Try a whole sign-in: bridge connections test {name}."


def credential_findings(
    connection: Connection,
    tried: Sequence[Tried],
    metadata: ProviderMetadata,
    subject: str,
    console: Console = CONSOLES["oidc"],
) -> Iterator[Finding]:
    """One line for all of them, and one more where the provider's way of reading them is to blame."""
    one = _WORDS.get(connection.client_auth, "secret")
    accepted = _numbers(tried, "accepted")
    unknown = _numbers(tried, "unknown")
    told = f"the provider says to a code that was made up: {_details(tried)}"
    many = len(tried) > 1
    if any(each.plain_only for each in tried):
        plain = [number for number, each in enumerate(tried, 1) if each.plain_only]
        which = f" ({one} {_listed(plain)} of {len(tried)})" if many else ""
        yield Finding("failed", subject, _PLAIN + which, _remedy_for_plain(metadata), _NOBODY)
    elif not many and accepted:
        yield Finding("ok", subject, f"the {one} is accepted")
    elif many and accepted:
        some = f"{one} {accepted[0]}" if len(accepted) == 1 else f"{one}s {_listed(accepted)}"
        message = f"{some} of {len(tried)} {'is' if len(accepted) == 1 else 'are'} accepted"
        refused = _numbers(tried, "refused")
        message += f", {_listed(refused)} not" if refused else ""
        message += f", {_listed(unknown)} not known" if unknown else ""
        remedy = "Take out what the provider has forgotten, or register there what it does not know yet."
        if len(accepted) == len(tried):
            yield Finding("ok", subject, message)
        else:
            why = "Until the first is accepted, each process tries in vain once; after it, nothing is left."
            yield Finding("warning", subject, message, remedy, why)
    elif unknown:
        remedy = _BY_A_SIGN_IN.format(name=connection.name)
        why = "A wrong one shows only when somebody signs in."
        yield Finding("warning", subject, f"whether the {one} is accepted is not known; {told}", remedy, why)
    else:
        which = f"none of {len(tried)} {one}s is accepted" if many else f"the {one} is not accepted"
        yield Finding("failed", subject, f"{which}; {told}", _remedy(connection, console, one), _NOBODY)


def _remedy(connection: Connection, console: Console, one: str) -> str:
    key = f"connections.{connection.name}"
    if one == "secret":
        return (
            f"Compare {key}.client_id and client_secret with {console.client}. Lost or expired:"
            f" {console.renewal}, and put it first in the list client_secret. Is client_auth"
            f" ({connection.client_auth}) the method chosen there? {console.method}."
        )
    if one == "key":
        return (
            f"Have the provider know a public half of {key}.client_keys: PUBLIC_URL/.well-known/jwks.json, or"
            f" upload it ({console.method}); compare client_id ({console.client}); its clock must agree with"
            " ours."
        )
    if one == "client certificate":
        return f"Have the provider know {key}.client_certificate; compare client_id ({console.client})."
    return f"Compare {key}.client_id with {console.client}; is it a public client there?"


def _numbers(tried: Sequence[Tried], verdict: str) -> list[int]:
    return [number for number, each in enumerate(tried, 1) if each.verdict == verdict]


def _listed(numbers: Sequence[int]) -> str:
    return " and ".join(map(str, numbers))


def _details(tried: Sequence[Tried]) -> str:
    return "; ".join(dict.fromkeys(each.detail for each in tried))


def _remedy_for_plain(metadata: ProviderMetadata) -> str:
    another = "have a client_id and a client_secret of the characters A-Z a-z 0-9 . _ ~ - only"
    if "client_secret_post" in (metadata.client_auth_methods or ()):
        return f'Set client_auth = "client_secret_post", which the provider offers too; or {another}.'
    return f"{another[0].upper()}{another[1:]}."
