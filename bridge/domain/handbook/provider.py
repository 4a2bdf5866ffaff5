"""Of what the identity provider said, did not say, or cannot prove."""

from collections.abc import Mapping

from bridge.domain.handbook.entry import Entry

_NOBODY = "The attempt is used up; no customer was looked for, and nothing changed in the store."
_BEGIN = "It may end a sign-in at its beginning or at its end."

PROVIDER: Mapping[str, Entry] = {
    "issuer_mismatch": Entry(
        f"No code was redeemed. {_NOBODY}",
        (
            ("the answer names …", ("another issuer than configured: the redirect URI is registered at two providers, or "
             "one host serves several tenants. Repeated without a change of yours it may be a mix-up attack")),
            ("the answer names no issuer, though it should",
             ("the metadata promises `iss` (RFC 9207) and the answer lacks it: mend the provider; as the last resort "
             'iss_parameter = "off", where a provider is known to promise what it does not do')),
        ),
        ("connections.NAME.issuer", "connections.NAME.iss_parameter"),
    ),
    "access_denied": Entry(
        f"{_NOBODY} The next sign-in in this browser does not take the same connection silently again.",
        (("(many people of one organisation)", "the application is assigned to nobody, or a policy denies it"),),
    ),
    "idp_error": Entry(
        f"{_NOBODY} `detail` is the provider's error code.",
        (
            ("invalid_scope", "a scope that this client may not ask for: see `scopes`"),
            ("unauthorized_client", "allow the client the authorization code grant"),
            ("invalid_request", ("a parameter that the provider does not take, or one that it demands: pushed requests, "
             "request objects, PKCE that is switched off there")),
            ("login_required", "prompt = none was put into the link by somebody: it is none of ours"),
            ("(server_error, temporarily_unavailable)", "the provider's own trouble: its status page"),
        ),
        ("connections.NAME.scopes", "connections.NAME.authorize_parameters",
         "connections.NAME.pushed_authorization_requests", "connections.NAME.request_objects"),
    ),
    "idp_unavailable": Entry(
        f"{_BEGIN} After ten failures in a row the provider is not asked for a while (`circuit_opened`), then tried by one.",
        (
            ("the address is not public, and not allowed",
             "the provider's name leads to a private address from here: allow_private_network, if that is meant"),
            ("circuit_open: …", "not asked this time; the failures before it say why"),
            ("unreachable: …", "the name does not resolve from here, or nobody listens: DNS, firewall. The bridge uses no proxy of the environment"),
            ("tls: …", "a certificate of an authority that is not the system's: ca_file; or one that has run out"),
            ("protocol: …", "what answers speaks no proper HTTP: a middlebox, or http on the port of https"),
            ("too_large: …", "more than 1 MB: not the document that was asked for"),
            ("the token endpoint answered …", "5xx: the provider's own trouble"),
            ("userinfo answered …", '5xx; userinfo = "never" does without, where the ID token holds all'),
        ),
        ("connections.NAME.allow_private_network", "connections.NAME.ca_file", "connections.NAME.userinfo"),
        ("deploying.md",),
    ),
    "idp_timeout": Entry(
        f"{_BEGIN} One call may take 5 s (connecting: 3 s), the whole request 9 s.",
        (
            ("no time was left", "earlier calls of the same request used it up: look at `ms` of what was slow"),
            ("(always after 3 s)", "packets are dropped on the way: a firewall, or IPv6 that leads nowhere"),
        ),
        see=("decisions/0004-bulkheads.md",),
    ),
    "idp_busy": Entry(
        f"{_BEGIN} Nothing was sent; people of other providers are not concerned.",
        (("… requests are waiting for it already", "each waits for this provider: it answers slowly. Its state is in /readyz"),),
        see=("decisions/0004-bulkheads.md", "deploying.md"),
    ),
    "idp_metadata_invalid": Entry(
        "Nobody of this connection can sign in, unless good metadata is still kept (7 days at most).",
        (
            ("the provider's issuer differs only by a slash; configure issuer = …", "do that: it counts, byte for byte"),
            ("the document is that of …, not of …", "the issuer that the metadata names is the right one, if that host is yours"),
            ("is missing", "an endpoint is not there: is the address that of an OpenID provider, or of OAuth alone?"),
            ("is not https", "endpoints by http are refused, but for loopback with development = true"),
            ("it offers no signature algorithm among …",
             "the provider signs by what signing_algs or the profile leaves out; HS256 and none are never taken"),
            ("pushed_authorization_request_endpoint is missing, and requests must be pushed",
             'the provider cannot: pushed_authorization_requests = "when_required"'),
        ),
        ("connections.NAME.issuer", "connections.NAME.signing_algs", "connections.NAME.pushed_authorization_requests"),
    ),
    "idp_keys_invalid": Entry(
        f"The token could not be judged. {_NOBODY}",
        (
            ("no usable key; …", "the first keys that were left out, and why"),
            ("RSA below", "a key too short to be trusted (2048 bits): a new one at the provider"),
            ("RSA above", "a key beyond 8192 bits, or an exponent beyond 32: to try it would keep everybody waiting"),
            ("not for signatures", 'only keys with use = "enc": jwks_uri is another set'),
        ),
        ("connections.NAME.signing_algs",),
    ),
    "idp_response_invalid": Entry(
        f"The code was sent, and counts as used. {_NOBODY}",
        (
            ("no ID token", "`openid` was taken from the scopes at the provider, or the client is one for OAuth alone"),
            ("the token response is …", "no JSON: a proxy's or firewall's error page, with status 200"),
            ("the token type is not …", "with dpop = true the provider must bind its tokens: switch it on there, or dpop off"),
            ("no usable access token", "missing, or with control characters"),
            ("no usable request_uri", "the answer to a pushed request is not one of RFC 9126"),
        ),
        ("connections.NAME.dpop", "connections.NAME.scopes", "connections.NAME.pushed_authorization_requests"),
    ),
    "code_rejected": Entry(
        f"{_NOBODY} Signing in again works if it was only too late.",
        (
            ("(everybody)", ("the redirect URI or the client at the token endpoint is another than at the beginning; or one of the "
             "provider's servers has a wrong clock")),
            ("(now and then)", "a code lives a minute or less: the shopper came back late, or a scanner used it first"),
        ),
        ("server.public_url",),
    ),
    "client_rejected": Entry(
        "Nobody of this connection signs in until it is mended. With several secrets or keys each was tried.",
        (
            ("the token endpoint answered …", "id or secret; or the method: compare client_auth with the console"),
            ("(suddenly, for everybody)", "the secret has run out (Entra: two years at most), or was renewed there"),
            ("(only with special characters in the secret)",
             'client_auth = "client_secret_post": some providers do not decode HTTP Basic'),
        ),
        ("connections.NAME.client_id", "connections.NAME.client_secret", "connections.NAME.client_auth",
         "connections.NAME.client_keys", "connections.NAME.client_certificate", "connections.NAME.assertion_audience"),
        ("reference.md",),
    ),
    "id_token_invalid": Entry(
        f"The code was redeemed, and what it gave was thrown away. {_NOBODY} The first word of `detail` is the check.",
        (
            ("exp: expired … s ago", ("a clock: the provider's or this machine's (`bridge check` compares). clock_tolerance "
             "bridges seconds, not minutes")),
            ("iat: lies … s in the future", "the same"),
            ("iss: expected …, got …", "tokens of another issuer than the metadata's: Entra's v1.0 tokens look so"),
            ("aud: does not name …", "client_id belongs to another application"),
            ("aud: names several audiences", "the token is for others as well: extra_audiences decides"),
            ("azp: the token was made for another client", "the same, by another name"),
            ("alg: not one of …", ("the application signs by another algorithm: set RS256 there, or list it in signing_algs; "
             "HS256 is never taken")),
            ("nonce: belongs to another attempt", "the provider mixes sessions up, or somebody injects a code: look at the reference"),
            ("sub: not a string of 1 to 255", "a mapper at the provider puts something odd into sub"),
            ("kid: no … key for the token's kid", "keys were changed, and jwks_uri does not have the new one yet"),
            ("signature: does not verify", "a proxy changes the body, or the keys are another tenant's"),
            ("at_hash: does not fit the token it came with", "tokens of two answers were mixed on the provider's side"),
        ),
        ("connections.NAME.clock_tolerance", "connections.NAME.signing_algs", "connections.NAME.extra_audiences",
         "connections.NAME.client_id", "connections.NAME.issuer"),
    ),
    "userinfo_invalid": Entry(
        f"The ID token was good. {_NOBODY}",
        (
            ("userinfo speaks of another subject", "never taken: two sessions mixed up, or an attack (Core 5.3.2)"),
            ("userinfo is …", "neither JSON nor a signed token"),
            ("userinfo answered …", "401 or 403: the access token has not the scope; give the client `profile` and `email`"),
        ),
        ("connections.NAME.userinfo", "connections.NAME.scopes"),
    ),
    "tenant_not_allowed": Entry(
        _NOBODY,
        (("tid", "the tenant's GUID: who it is, its administrator can tell"),),
        ("connections.NAME.tenants",),
    ),
    "authentication_insufficient": Entry(
        f"The ID token was good. {_NOBODY}",
        (
            ("auth_time: the sign-in is too long ago", "the provider let an old session pass: it does not heed max_age"),
            ("auth_time: missing", "ask for it by claims, or add it to the application's ID token"),
            ("acr: none of acr_values", "the provider names its classes otherwise, or the person has no second factor"),
            ("auth_time: lies in the future", "a clock"),
        ),
        ("connections.NAME.max_age", "connections.NAME.prompt", "connections.NAME.acr_values", "connections.NAME.claims"),
        ("reference.md",),
    ),
    "organization_mismatch": Entry(
        f"{_NOBODY} Another account may help: the next sign-in asks again.",
        (
            ("not the one asked for", "org_id or org_name: a member of another organisation, or the parameter was taken out on the way"),
            ("hd: not the domain asked for", "a private account, or one of another organisation"),
        ),
        ("connections.NAME.authorize_parameters",),
    ),
    "claim_required": Entry(
        f"{_NOBODY} Another account may help: the next sign-in asks again.",
        (
            ("missing", "the claim is not sent at all: a mapper or scope at the provider"),
            ("not a value demanded", "it is sent; the person lacks the group or role. Values are compared byte for byte"),
        ),
        ("connections.NAME.required_claims", "connections.NAME.claims"),
        ("reference.md",),
    ),
}  # fmt: skip
