"""What opens the emulated org. The values are canaries: none may ever be seen in an error, a log or a repr."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SESSION_CANARY = "canary!session"


@cache
def signing_key() -> tuple[str, str]:
    """A connected app's certificate pair for tests: (private, public), both PEM; made once a process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Those of the integration user and of its connected app."""

    username: str = "integration@acme.test"
    password: str = "canary-password"
    security_token: str = "canaryTOKEN"
    client_id: str = "canary-consumer-key"
    client_secret: str = "canary-consumer-secret"

    def secrets(self) -> tuple[str, ...]:
        return (
            self.password,
            self.security_token,
            self.client_id,
            self.client_secret,
            SESSION_CANARY,
            signing_key()[0][64:128],
        )
