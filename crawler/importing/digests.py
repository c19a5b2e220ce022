"""The digests that records state of themselves, in the ways in which tools write them."""

import base64
import binascii
import hashlib

_ALGORITHMS = {"sha1": 20, "sha-1": 20, "md5": 16, "sha256": 32, "sha-256": 32, "sha512": 64, "sha-512": 64}


def has_digest(said: str, data: bytes) -> bool | None:
    """Return whether bytes have the digest that is said (`algorithm:digits`), None where it cannot be told."""
    algorithm, _, digits = said.strip().partition(":")
    length = _ALGORITHMS.get(algorithm.lower())
    if length is None:
        return None
    computed = hashlib.new(algorithm.lower().replace("-", ""), data, usedforsecurity=False).digest()
    return computed in _meanings(digits.strip(), length)


def sha256_of(said: str | None) -> str | None:
    """Return a stated SHA-256 as the archive writes digests, None where another one is stated."""
    algorithm, _, digits = (said or "").strip().partition(":")
    if algorithm.lower() not in ("sha256", "sha-256"):
        return None
    return next((f"sha256:{found.hex()}" for found in _meanings(digits.strip(), 32)), None)


def _meanings(digits: str, length: int) -> list[bytes]:
    """Return what digits can mean: Base32 by habit, hexadecimal, Base64."""
    found = []
    for decode in (_base32, bytes.fromhex, _base64):
        try:
            value = decode(digits)
        except (ValueError, binascii.Error):
            continue
        if len(value) == length:
            found.append(value)
    return found


def _base32(digits: str) -> bytes:
    return base64.b32decode(digits + "=" * (-len(digits) % 8), casefold=True)


def _base64(digits: str) -> bytes:
    return base64.b64decode(
        digits + "=" * (-len(digits) % 4), altchars=b"-_" if "-" in digits or "_" in digits else None
    )
