"""Operators that find numbers with a check digit: cards, and what Brazil, the USA and Austria give their citizens.

The argument is a regular expression; everything that it matches, from wherever it matches, is judged.
"""

from abc import abstractmethod
from itertools import islice, pairwise
from typing import ClassVar

from routerd.waf.operators.operator import ArgumentFault, Hit, Operator, Resources
from routerd.waf.operators.rx import pattern

_CANDIDATES_MOST = 2_000
"""Matches in one value that are judged."""
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_SVNR_WEIGHTS = (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)
_BAD_CPF = {str(digit) * 11 for digit in range(10)} | {"01234567890"}
_BAD_SVNR = {str(digit) * 10 for digit in range(10)} | {"0123456789", "1234567890"}


class Verify(Operator):
    """What they have in common."""

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        if not argument:
            raise ArgumentFault(f"@{self.name} needs a regular expression that finds the numbers")
        self.pattern = pattern(argument)

    def match(self, value: bytes) -> Hit | None:
        for found in islice(self.pattern.starts(value), _CANDIDATES_MOST):
            if self.is_genuine([octet - 0x30 for octet in found if 0x30 <= octet <= 0x39]):
                return Hit((found,), found)
        return None

    @abstractmethod
    def is_genuine(self, digits: list[int]) -> bool:
        """Whether the digits of a match are such a number."""


class VerifyCC(Verify):
    """Credit cards (Luhn, ISO/IEC 7812)."""

    name: ClassVar[str] = "verifyCC"

    def is_genuine(self, digits: list[int]) -> bool:
        return bool(digits) and (sum(digits[-1::-2]) + sum(_DOUBLED[digit] for digit in digits[-2::-2])) % 10 == 0


class VerifyCPF(Verify):
    """Brazil's Cadastro de Pessoas Físicas; digits after the eleventh do not count."""

    name: ClassVar[str] = "verifyCPF"

    def is_genuine(self, digits: list[int]) -> bool:
        number = digits[:11]
        if len(number) < 11 or "".join(map(str, number)) in _BAD_CPF:
            return False
        return number[9] == _cpf_check(number[:9]) and number[10] == _cpf_check(number[:10])


class VerifySSN(Verify):
    """Social security numbers of the USA."""

    name: ClassVar[str] = "verifySSN"

    def is_genuine(self, digits: list[int]) -> bool:
        if len(digits) != 9:
            return False
        steps = {after - before for before, after in pairwise(digits)}
        area, group, serial = (int("".join(map(str, part))) for part in (digits[:3], digits[3:5], digits[5:]))
        return steps not in ({0}, {1}) and bool(area and group and serial) and area < 740 and area != 666


class VerifySVNR(Verify):
    """Austria's Sozialversicherungsnummer; digits after the tenth do not count."""

    name: ClassVar[str] = "verifySVNR"

    def is_genuine(self, digits: list[int]) -> bool:
        number = digits[:10]
        if len(number) < 10 or "".join(map(str, number)) in _BAD_SVNR:
            return False
        total = sum(digit * weight for digit, weight in zip(number, _SVNR_WEIGHTS, strict=True)) % 11
        return number[3] == (0 if total == 10 else total)


def _cpf_check(digits: list[int]) -> int:
    rest = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)) % 11
    return 0 if rest < 2 else 11 - rest
