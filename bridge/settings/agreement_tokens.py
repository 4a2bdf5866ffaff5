"""What must hold between the keys of one connection that prove the bridge, or open what is sent to it."""

from collections.abc import Iterator

from bridge.domain.secret import Secret
from bridge.settings.certificates import is_of_key
from bridge.settings.faults import Problem
from bridge.settings.profiles import nothing_contradicts_the_profile
from bridge.settings.tree import Tree, tables

BY_CERTIFICATE = ("tls_client_auth", "self_signed_tls_client_auth")


def certificate_comes_with_its_key(settings: Tree) -> Iterator[Problem]:
    """Who shows a certificate has one and its key, and they belong together."""
    for name, connection in tables(settings, "connections"):
        auth = connection.get("client_auth")
        certificate, keys = (
            connection.get("client_certificate", ""),
            _texts(connection, "client_certificate_key"),
        )
        path = ("connections", name)
        if auth in BY_CERTIFICATE and not certificate:
            yield (*path, "client_certificate"), f'is needed with client_auth = "{auth}"; write file:PATH'
        elif certificate and not keys:
            yield (*path, "client_certificate_key"), "is needed with client_certificate; write file:PATH"
        elif keys and not certificate:
            yield (
                (*path, "client_certificate_key"),
                "is not used without client_certificate; add it, or remove this",
            )
        elif isinstance(certificate, str) and keys and not is_of_key(certificate, keys[0]):
            yield (
                (*path, "client_certificate_key"),
                "is not the key of the first certificate in client_certificate; the client's own comes first",
            )


def no_key_signs_and_decrypts(settings: Tree) -> Iterator[Problem]:
    """One key, one use: what one side makes of it must not help against the other."""
    for name, connection in tables(settings, "connections"):
        signing = {key.strip() for key in _texts(connection, "client_keys")}
        for position, key in enumerate(_texts(connection, "decryption_keys")):
            if key.strip() in signing:
                path = ("connections", name, "decryption_keys", position)
                yield path, "stands in client_keys too; make another key: one that signs must not decrypt"


TOKEN_RULES = (certificate_comes_with_its_key, no_key_signs_and_decrypts, nothing_contradicts_the_profile)


def _texts(connection: Tree, key: str) -> list[str]:
    value = connection.get(key, ())
    values = value if isinstance(value, list | tuple) else [value]
    texts = [each.reveal() if isinstance(each, Secret) else each for each in values]
    return [text for text in texts if isinstance(text, str) and text]
