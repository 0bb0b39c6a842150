"""The secret that opens /admin. Only its hash is kept, in the setting ONRECORD_ADMIN_HASH."""

import base64
import binascii
import getpass
import hashlib
import re
import secrets
import sys
import unicodedata

from index.errors import SettingsError

LEAST_CHARACTERS = 12
"""The length of the shortest secret that is accepted."""

COST, BLOCK_SIZE, PARALLEL = 2**15, 8, 3
"""The parameters of scrypt for new hashes. Checking one secret takes 32 MB and some tenths of a second."""

_HASH = re.compile(r"scrypt:(\d{1,8}):(\d{1,2}):(\d{1,2}):([\w=-]+):([\w=-]+)", re.ASCII)


def ask_for_secret() -> str:
    """Ask for the secret twice at a terminal, or read a line of standard input; return it.

    Raises SettingsError if the two differ.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    secret = getpass.getpass(f"Secret for /admin (at least {LEAST_CHARACTERS} characters): ")
    if getpass.getpass("Once more: ") != secret:
        raise SettingsError("The two secrets differ. Try again.")
    return secret


def hash_secret(secret: str) -> str:
    """Return a hash for ONRECORD_ADMIN_HASH, with salt and parameters. Raises SettingsError for a short secret."""
    if len(secret) < LEAST_CHARACTERS:
        raise SettingsError(
            f"The secret has {len(secret)} characters; at least {LEAST_CHARACTERS} are needed. Give a longer one."
        )
    salt = secrets.token_bytes(16)
    derived = _derived(secret, salt, COST, BLOCK_SIZE, PARALLEL)
    texts = (base64.urlsafe_b64encode(data).decode() for data in (salt, derived))
    return ":".join(["scrypt", str(COST), str(BLOCK_SIZE), str(PARALLEL), *texts])


def is_secret(given: str, hashed: str) -> bool:
    """Return True if `given` is the secret of the hash. Raises SettingsError if `hash_secret` didn't make the hash."""
    match = _HASH.fullmatch(hashed)
    if not match:
        raise _not_a_hash()
    *parameters, salt, derived = match.groups()
    try:
        expected = base64.urlsafe_b64decode(derived)
        ours = _derived(given, base64.urlsafe_b64decode(salt), *map(int, parameters))
    except (binascii.Error, ValueError) as error:
        raise _not_a_hash() from error
    return secrets.compare_digest(ours, expected)


def _derived(secret: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    encoded = unicodedata.normalize("NFC", secret).encode(
        "utf-8", "surrogateescape"
    )  # keyboards compose accents differently
    memory = 2 * 128 * cost * block_size
    return hashlib.scrypt(encoded, salt=salt, n=cost, r=block_size, p=parallel, maxmem=memory, dklen=32)


def _not_a_hash() -> SettingsError:
    return SettingsError("ONRECORD_ADMIN_HASH is not the hash of a secret. Make one with `onrecord secret`.")
