"""The smallest operators that rules can be tried with, so that tests of the engine do not depend on the real ones."""

import re
from collections.abc import Mapping, Sequence

from routerd.waf.asking import tools
from routerd.waf.budget import Budget
from routerd.waf.collections import number
from routerd.waf.engine import RuleSet, compiled
from routerd.waf.operators.operator import ArgumentFault, Hit, Operator, Resources
from routerd.waf.persistent import Collections
from routerd.waf.request import Request
from routerd.waf.seclang.parser import parse
from routerd.waf.transaction import Transaction
from routerd.waf.transformations.catalogue import CATALOGUE


class Nowhere:
    """Resources that have nothing."""

    def phrases(self, file: str) -> Sequence[bytes]:
        raise ArgumentFault(f"{file} is not there")

    def addresses(self, file: str) -> Sequence[bytes]:
        raise ArgumentFault(f"{file} is not there")

    def country(self, address: bytes) -> Mapping[bytes, bytes] | None:
        del address
        return None

    def resolve(self, name: bytes) -> bytes | None:
        del name
        return None


class Rx(Operator):
    name = "rx"
    expands = True

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        try:
            self._pattern = re.compile(argument.encode(errors="surrogateescape"), re.DOTALL)
        except re.error as error:
            raise ArgumentFault(str(error)) from error

    def match(self, value: bytes) -> Hit | None:
        found = self._pattern.search(value)
        return Hit((found[0], *(group or b"" for group in found.groups()))) if found else None


class Streq(Operator):
    name = "streq"

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self._wanted = argument.encode(errors="surrogateescape")

    def match(self, value: bytes) -> Hit | None:
        return Hit() if value == self._wanted else None


class Eq(Operator):
    name = "eq"

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self._wanted = number(argument.encode())

    def match(self, value: bytes) -> Hit | None:
        return Hit() if number(value) == self._wanted else None


class Ge(Eq):
    name = "ge"

    def match(self, value: bytes) -> Hit | None:
        return Hit() if number(value) >= self._wanted else None


class GeoLookup(Operator):
    name = "geoLookup"

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument, resources

    def match(self, value: bytes) -> Hit | None:
        return Hit(found=((b"COUNTRY_CODE", b"DE"),)) if value == b"192.0.2.1" else None


TOOLS = tools((Rx, Streq, Eq, Ge, GeoLookup), CATALOGUE, Nowhere())


def rules(text: str, budget: Budget | None = None, collections: Collections | None = None) -> RuleSet:
    """A rule set of these operators."""
    return compiled(parse(text), TOOLS, budget, collections)


def get(target: str = "/", *headers: tuple[str, str], method: str = "GET", client: str = "192.0.2.1") -> Request:
    """A request."""
    fields = tuple((name.encode(), value.encode()) for name, value in headers)
    return Request(method.encode(), target.encode(), headers=fields, client=client.encode())


def judged(text: str, request: Request | None = None, body: bytes = b"", now: float = 1_000.0) -> Transaction:
    """A request that has gone through phases 1 and 2."""
    transaction = rules(text).begin(request or get(), now, b"one")
    transaction.headers()
    transaction.body(body)
    return transaction


def fired(transaction: Transaction) -> list[int]:
    """Ids of the rules that have matched."""
    return [match.rule for match in transaction.matches]
