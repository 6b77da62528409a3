"""Age keys of a test: what is encrypted for the public one is decrypted with the other."""

from __future__ import annotations

import base64
from typing import Any

import pyrage


class AgeKey:
    """A service that uses secrets: only it can decrypt what is encrypted for ``recipient``."""

    def __init__(self) -> None:
        self._identity = pyrage.x25519.Identity.generate()
        self.recipient = str(self._identity.to_public())
        self.private = str(self._identity)

    def decrypt(self, value: Any) -> bytes:
        """Return the secret that an encrypted value holds."""
        assert list(value) == ["$encrypted"]
        text: str = value["$encrypted"]
        assert text.startswith("age:")
        return pyrage.decrypt(base64.b64decode(text[4:], validate=True), [self._identity])


def encrypted_text(secret: bytes = b"a secret", *keys: AgeKey) -> str:
    """Return ``age:`` and the base64 of a secret that was encrypted for ``keys``."""
    recipients = [pyrage.x25519.Recipient.from_str(key.recipient) for key in keys or (AgeKey(),)]
    return "age:" + base64.b64encode(pyrage.encrypt(secret, recipients)).decode()
