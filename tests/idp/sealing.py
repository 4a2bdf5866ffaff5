"""Encrypts as a provider does, by the primitives alone: what the bridge opens was not made by its own library."""

import json
import os
import struct
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives import padding as blocks
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

_CEK = {"A128GCM": 16, "A256GCM": 32, "A128CBC-HS256": 32}
_WRAPPING = {"ECDH-ES+A128KW": 16, "ECDH-ES+A256KW": 32}
_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def sealed(text: str, key: Any, alg: str, enc: str = "A256GCM", **header: Any) -> str:
    """A compact JWE of `text` for the public half of `key` (RFC 7516 5.1, RFC 7518)."""
    head = {"alg": alg, "enc": enc, **header}
    cek = os.urandom(_CEK.get(enc, 32))
    wrapped = b""
    if alg.startswith("RSA"):
        wrapped = _by_rsa(key.public_key(), alg, cek)
    else:
        own = ec.generate_private_key(key.curve)
        head["epk"] = _point(own.public_key())
        shared = own.exchange(ec.ECDH(), key.public_key())
        size = _WRAPPING.get(alg)
        derived = _derived(shared, alg if size else enc, size or len(cek))
        wrapped, cek = (aes_key_wrap(derived, cek), cek) if size else (b"", derived)
    protected = b64(json.dumps(head).encode())
    iv, body, tag = _content(text.encode(), cek, enc, protected.encode())
    return ".".join([protected, *map(b64, (wrapped, iv, body, tag))])


def _by_rsa(key: rsa.RSAPublicKey, alg: str, cek: bytes) -> bytes:
    if alg == "RSA1_5":
        return key.encrypt(cek, padding.PKCS1v15())
    kind = hashes.SHA256() if alg == "RSA-OAEP-256" else hashes.SHA1()
    return key.encrypt(cek, padding.OAEP(padding.MGF1(kind), kind, None))


def _point(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    size, numbers = (key.curve.key_size + 7) // 8, key.public_numbers()
    x, y = (b64(number.to_bytes(size)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": _NAMES[key.curve.name], "x": x, "y": y}


def _derived(shared: bytes, name: str, size: int) -> bytes:
    info = struct.pack(">I", len(name)) + name.encode() + b"\0" * 8 + struct.pack(">I", size * 8)
    return ConcatKDFHash(hashes.SHA256(), size, info).derive(shared)


def _content(plain: bytes, cek: bytes, enc: str, aad: bytes) -> tuple[bytes, bytes, bytes]:
    if "GCM" in enc:
        iv = os.urandom(12)
        made = AESGCM(cek).encrypt(iv, plain, aad)
        return iv, made[:-16], made[-16:]
    iv, half = os.urandom(16), len(cek) // 2
    padder = blocks.PKCS7(128).padder()
    encryptor = Cipher(AES(cek[half:]), CBC(iv)).encryptor()
    body = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    code = hmac.HMAC(cek[:half], hashes.SHA256())
    code.update(aad + iv + body + struct.pack(">Q", len(aad) * 8))
    return iv, body, code.finalize()[:half]
