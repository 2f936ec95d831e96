"""What 10,000 access rules cost a request, beside 10: CPU time of one judgement that no rule fits, over unseen values.

python -m tests.bench.acl
"""

import time
from collections.abc import Sequence

from routerd.acl.model import NewRule
from routerd.acl.service import Lists
from routerd.core.clock import SystemClock
from routerd.store.database import Store
from routerd.waf.automaton import Finder
from routerd.waf.regex.pattern import Pattern
from tests.fakes.request import FakeHead

FEW = (
    *(NewRule("global", "ip", f"198.18.{at}.0/24", "block") for at in range(4)),
    NewRule("global", "ip", "198.51.100.0/24", "allow"),
    NewRule("global", "ua", "sqlmap", "block"),
    NewRule("global", "url", "/wp-login.php", "block"),
    NewRule("global", "referer", "spam.example", "block"),
    NewRule("global", "ua", "~* ^evil", "block"),
    NewRule("global", "country", "XA", "block"),
)
MANY = (
    *FEW,
    *(NewRule("global", "ip", f"198.{18 + at // 32768}.{at // 128 % 256}.{at % 128 * 2}", "block") for at in range(6_990)),
    *(NewRule("global", "ua", f"crawler-{at * 7919:x}", "block") for at in range(1_500)),
    *(NewRule("global", "url", f"/probe-{at * 104729:x}.php", "block") for at in range(1_000)),
    *(NewRule("global", "referer", f"spam-{at}.example", "block") for at in range(400)),
    *(NewRule("global", "country", f"{chr(65 + at // 10)}{chr(65 + at % 10)}", "block") for at in range(100)),
)
REQUESTS = 20_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.{}.{} Safari/537.36"


class Nowhere:
    """Knows every address to be in a country that no rule names."""

    def code(self, client: bytes) -> str:
        """The country."""
        return "ZZ" if client else ""


def heads() -> list[FakeHead]:
    """Requests as browsers make them, no two alike."""
    return [
        FakeHead(
            target=f"/products/{at * 31}/view?session={at * 7919:x}&sort=price&page={at % 50}".encode(),
            client=f"203.0.{at >> 8 & 255}.{at & 255}".encode(),
            headers=(
                (b"Host", b"shop.example"),
                (b"User-Agent", AGENT.format(at % 9000, at % 251).encode()),
                (b"Accept", b"text/html,application/xhtml+xml"),
                (b"Referer", f"https://shop.example/products/{at}".encode()),
                (b"Cookie", f"sid={at * 65537:x}; theme=dark".encode()),
            ),
        )
        for at in range(REQUESTS)
    ]


def lists(rules: Sequence[NewRule]) -> Lists:
    """Access lists of these rules."""
    made = Lists(Store("sqlite:///:memory:"), SystemClock(), Pattern, Finder, Nowhere())
    made.create_many(rules)
    return made


def cost_us(made: Lists, requests: Sequence[FakeHead]) -> float:
    """CPU time of one judgement, in microseconds."""
    begun = time.process_time()
    for head in requests:
        assert made.judge(head) is None
    return (time.process_time() - begun) / len(requests) * 1e6


def main() -> None:
    """Print the figures: the best of five rounds each, taken in turns."""
    requests = heads()
    begun = time.process_time()
    few, many = lists(FEW), lists(MANY)
    compiled = time.process_time() - begun
    rounds = [(cost_us(few, requests), cost_us(many, requests)) for _ in range(5)]
    best_few, best_many = min(each[0] for each in rounds), min(each[1] for each in rounds)
    print(f"{len(FEW)} rules: {best_few:.1f} µs a request; {len(MANY)} rules: {best_many:.1f} µs; ratio {best_many / best_few:.2f}")
    begun = time.process_time()
    many.create(NewRule("global", "ua", "another", "block"))
    print(f"{len(MANY)} rules kept and compiled in {compiled:.2f} s of CPU time, one more in {time.process_time() - begun:.2f} s")


if __name__ == "__main__":
    main()
