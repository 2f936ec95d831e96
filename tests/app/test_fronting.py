"""From settings to what the edge is told."""

import pytest

from routerd.app.fronting import plan
from routerd.core.settings import parse
from routerd.sites.certificates import Facts, Pair
from routerd.sites.model import of_file
from routerd.sites.service import Served

FACTS = Facts(("a.test",), "itself", "ECDSA secp256r1", 0, 1, "")


def settings(more: str):
    found, problems = parse(f'[edge]\nhttps = ["127.0.0.1:1"]\n{more}\n[[sites]]\nname = "a"\ndomain = "a.test"\ntarget_url = "http://b"\n')
    assert not problems
    return found


@pytest.mark.parametrize(
    ("more", "names"), [("", ("a.test", "*")), ('unknown_names = "show"', ("a.test", "*")), ('unknown_names = "refuse"', ("a.test",))]
)
def test_who_asks_for_an_unknown_name_is_shown_the_first_certificate_or_none(more, names):
    found = settings(more)
    made = plan([Served(of_file(found.sites)[0], Pair("chain", "key", FACTS))], found.edge, None)
    assert [certificate.names for certificate in made.certificates] == [names]
