"""What a row of the table of makes holds; the rows themselves are in presets.py. Standard library only."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple


class Mistake(NamedTuple):
    """A form of issuer that is surely wrong, and what to write instead."""

    pattern: str
    remedy: str


class ForMany(NamedTuple):
    """Addresses that stand for many tenants: their metadata names nobody's issuer, but a template."""

    issuers: tuple[str, ...]
    template: str
    """What metadata name as issuer; ID tokens name it with their tenant in place of {tenantid}."""


_WRONG_FOR_ALL = (
    Mistake(
        r"/\.well-known/openid-configuration/?\Z",
        "must be the issuer alone, without /.well-known/openid-configuration at the end: the bridge adds it",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One make. Patterns and words never depend on a value, so that a message can never repeat one."""

    title: str
    issuer: str
    """The form of its issuers, to follow the words "must be"."""
    source: str
    """Where the row is from."""
    date: str
    """The day on which the sources were read."""

    hosts: str = r"(?!)"
    """The vendor's own hosts: only there is an issuer that does not fit the form surely wrong."""
    fits: str = ""
    """What an issuer on such a host must match as a whole."""
    wrong: tuple[Mistake, ...] = ()
    """Known mistakes with their own remedies, asked before the form, on any host."""

    assertion_audience: str | None = None
    client_auth: str | None = None
    email_trust: str | None = None
    response_mode: str | None = None
    scopes: tuple[str, ...] | None = None
    userinfo: str | None = None
    client_rsa_alg: str | None = None

    portal_parameters: tuple[str, ...] = ()
    """What its portal adds to the initiate address and wants handed on: the rest of Core section 4's form."""

    for_many: ForMany | None = None
    aliases: tuple[tuple[str, str], ...] = ()
    """Issuers, each with another word that it may use for itself in ID tokens."""
    verified_claim: str = ""
    """The claim that says of an ID token's e-mail what email_verified says elsewhere."""
    required_id_token_claims: tuple[tuple[str, str], ...] = ()
    """What all its ID tokens say, and other tokens signed by the same keys do not."""
    form_post_scopes: tuple[str, ...] = ()
    """Scopes that it grants with response_mode = form_post only."""
    frontchannel_without_iss: bool = False
    """Its front-channel logout names the session and not the issuer."""
    names_in_callback: bool = False
    """A person's name comes in a form field beside the code, and in no token."""

    logout_style: str = "openid"
    """How it is asked to end its session: `openid` by RP-Initiated Logout 1.0; `auth0` the same, or the
    older way where its metadata names no endpoint; `cognito` by names of its own; `none` where it cannot be
    asked."""
    logout_needs_hint: bool = False
    """Without an ID token it shows an error page of its own, and sends nobody back."""
    logout_hint_claim: str = ""
    """The claim that names the session, or the account, to its end of sessions (`logout_hint`)."""
    prompt_after_sign_out: str = "login"
    """The prompt by which it asks who somebody is. Every provider knows login (Core 15.1), but for a few."""

    def defaults(self) -> dict[str, str | tuple[str, ...]]:
        """Return the keys of a connection for which this make has a default of its own."""
        values = {
            "assertion_audience": self.assertion_audience,
            "client_auth": self.client_auth,
            "email_trust": self.email_trust,
            "response_mode": self.response_mode,
            "scopes": self.scopes,
            "userinfo": self.userinfo,
            "client_rsa_alg": self.client_rsa_alg,
        }
        return {key: value for key, value in values.items() if value is not None}

    def properties(self, issuer: str) -> dict[str, Any]:
        """Return what is settled for a connection to `issuer` and is no key of the file."""
        return {
            "issuer_template": self.template_for(issuer),
            "issuer_aliases": tuple(alias for one, alias in self.aliases if one == issuer),
            "verified_claim": self.verified_claim,
            "required_id_token_claims": self.required_id_token_claims,
            "frontchannel_without_iss": self.frontchannel_without_iss,
            "names_in_callback": self.names_in_callback,
            "logout_style": self.logout_style,
            "logout_needs_hint": self.logout_needs_hint,
            "logout_hint_claim": self.logout_hint_claim,
            "prompt_after_sign_out": self.prompt_after_sign_out,
        }

    def template_for(self, issuer: str) -> str:
        """Return the template where `issuer` stands for many tenants, else an empty text."""
        return self.for_many.template if self.for_many and issuer in self.for_many.issuers else ""

    def issuer_fault(self, issuer: str) -> str | None:
        """Say why `issuer`, a web address, is surely wrong for this make; None where it may be right.

        Vendors offer domains of the customer's own, so an address on any other host passes.
        """
        for mistake in (*_WRONG_FOR_ALL, *self.wrong):
            if re.search(mistake.pattern, issuer):
                return mistake.remedy
        if re.match(on(self.hosts), issuer) and not re.fullmatch(self.fits, issuer):
            return f"must be {self.issuer}"
        return None


def on(hosts: str) -> str:
    """Match the begin of an address on one of `hosts`, in whatever case and with whatever port."""
    return rf"https://(?i:{hosts})(?::[0-9]+)?(?=/|\Z)"
