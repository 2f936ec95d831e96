"""@detectSQLi: attacks that it finds, harmless values that it leaves alone, agreement with the tests of the CRS, bounded time."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.detect.sqli.detector import injection
from routerd.waf.detect.sqli.tokens import TOKENS_MOST, read

HARMLESS = [line.encode() for line in (Path(__file__).parent / "harmless.txt").read_text(encoding="utf-8").splitlines()]
ATTACKS = [
    b"1234 OR 1=1",
    b"-1839' or '1'='1",
    b'-1839" or "1"="2',
    b"2010-01-01'+sleep(20.to_i)+'",
    b"x'||sleep(5)||'",
    b"EmptyValue' and 526=527",
    b"foo') UNION ALL select NULL --",
    b"foo')waitfor delay'5:0:20'--",
    b"JKG' and sleep(12) --",
    b"1'||(select extractvalue(xmltype('<?xml version=",
    b"sleep(20)",
    b"a\"')) and (select*from(select(sleep(5)))x) --",
    b"admin'--",
    b"admin'#",
    b"' or 1",
    b"') or ('a'='a",
    b"1; drop table users",
    b"'; exec master..xp_cmdshell 'dir",
    b"1 union/**/select 1,2,3",
    b"1 /*!50000union*/ /*!select*/ 1",
    b"1 UnIoN#x\nSeLeCt 1",
    b"1 order by 10--",
    b"1 and ascii(substr(user(),1,1))>64",
    b"1 or exists(select 1 from dual)",
    b"select * from users",
    b"select @@version",
    b"insert into users values (1)",
    b"update users set admin=1",
    b"delete from users where 1",
    b"' into outfile '/tmp/x",
    b"1 and 1 in (select 2)",
    b"x' and benchmark(1000000,md5(1)) and 'y'='y",
    b"1' group by 1--",
    b"1;declare @q varchar(99)",
]


@pytest.mark.parametrize("value", ATTACKS)
def test_an_attack_is_found(value: bytes) -> None:
    assert injection(value) is not None


def test_a_path_is_read_behind_its_quotes_only() -> None:
    assert injection(b"/post/foo/24 union all select 1,2,3 from aa/bar") is None
    assert injection(b"/post/foo/24' union all select 1,2,3 from aa/bar") is not None
    assert injection(b"/post/*/*/2 union all/bar") is not None


@pytest.mark.parametrize("value", HARMLESS)
def test_a_harmless_value_is_left_alone(value: bytes) -> None:
    assert injection(value) is None


@pytest.mark.parametrize(
    ("value", "mark", "shape"),
    [
        (b"1 or 1=1", b"", "1&1=1"),
        (b"a' or 'b'='c", b"'", "s&s=q"),
        (b"no quote", b"'", ""),
        (b"it''s' x", b"'", "sn"),
        (b"a\\' b' c", b"'", "sn"),
        (b"a/*b*/c", b"", "nn"),
        (b"1--x", b"", "1C"),
        (b"1 --x", b"", "1c"),
        (b"a.b.c(1)", b"", "n(1)"),
        (b"not in is not group by", b"", "iiB"),
        (b"count (1) counts (1)", b"", "f(1)n(1)"),
        (b"@@v @x 0x1f 1.5e3 .5", b"", "vv111"),
        (b"`a b` [c d]", b"", "nn"),
    ],
)
def test_a_value_is_read_as_sql_reads_it(value: bytes, mark: bytes, shape: str) -> None:
    assert read(value, mark).shape == shape


@given(value=st.binary(max_size=60) | st.text("'\"()-#/*;=or 1union select", max_size=40).map(str.encode))
def test_any_value_is_read(value: bytes) -> None:
    shape = injection(value)
    assert shape is None or 0 < len(shape) <= 5


@pytest.mark.parametrize("piece", [b"'", b'"', b"/*", b"((", b"1,", b"a ", b"--", b"\\'", b"' or ", b"(select ", b"`", b"[a", b"'+"])
def test_time_is_bounded_whatever_the_value(piece: bytes) -> None:
    value = b"'" + piece * (131_072 // len(piece))
    before = time.process_time()
    injection(value)
    assert time.process_time() - before < 0.15
    assert len(read(value).texts) <= TOKENS_MOST
