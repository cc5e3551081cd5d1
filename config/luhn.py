"""Luhn’s formula, by which the last digit of SIRET and of bank cards is a check."""


def follows_luhn(digits: str) -> bool:
    """Whether the last digit is the one that the others ask for."""
    doubled = (int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
