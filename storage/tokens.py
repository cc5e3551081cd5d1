"""What is kept of the keys, codes and secrets that lead somewhere: nobody who reads the database can use them."""

from hashlib import sha256


def hash_token(token: str) -> str:
    """Make what a token drawn by chance is found by."""
    return sha256(token.encode()).hexdigest()
