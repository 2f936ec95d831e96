"""Shapes of tokens that are injections, as patterns over the letters of `tokens` and `words`.

A value that goes into a statement where a number or a name stands is read as it is; one that goes into a string is read from behind the
quote that closes it, and its shape begins with s. Shapes are narrow where prose has the same words ("the boys' and the girls' rooms",
"5 and 3", "select one from the list") and wide where it has not.
"""

import re

_LITERAL = "[1sv]"
_ANYWHERE = (
    r"U\(*S",  # union select
    r"(?:\A|[^n.])F\(",  # sleep(5)
    r"[&=oi,(f;]\(+S(?![=)i])",  # and (select …
    r"(?:\A|[^n])W[sv1]",  # waitfor delay '0:0:5'
    rf"&[o(]*{_LITERAL}\)*=[o(]*(?:{_LITERAL}|f\()",  # or 1=1, and 'a'='a', and 1<ascii(…
    r"&[o(]*[1s]\)*Bf\(",  # or 1 group by concat(…
    r"[1s)&]\)*O[sn]",  # into outfile '…'
    r";(?:X|EX|Ev)",  # ; declare @x, ; exec xp_…
    r"\(*E\(*X",
    r"N[1n]?[U&]",  # /*/*/2 union
)
_PLAIN = (
    r"\A\(*[1v]\)*&[o(]*(?:f\(|n\)*[=i][o(]*[1svnf]|[1sv]\)*i[o(]*[1sv(]|[1svn][cC])",  # 1 and ascii(…, 1 or x=y, 1 or 2 in (…
    r"\A[1n]\)+&[o(]*[1svnf(]",  # 1) or (x
    r"\A[1v]\)*[oi=]\(*f\((?!\))",  # 1-if(…
    r"\A1\)*B1(?:[cC,;]|\Z)",  # 1 order by 3
    r"\A1\)+[cC;]",  # 1)--
    r"\A1\)*;\(*(?:[STIDPWX]|E(?:[vXfs]|n\.))",  # 1; select
    r"\A[nv]\)*;\(*(?:T[nk]|In|Dn|PnZ|Sk?[1svfo]|W)",  # x; drop table y
    r"\A\(*Sk?(?:o|[1svf(]|n,)[^;]*m\(*[nv]",  # select * from users
    r"\A\(*S(?:v|f\()",  # select @@version
    r"\A\(*(?:In(?:[(kS]|f\()|Dn(?:k|[;cC]|\Z)|Tn(?:[;cC(]|\Z)|PnZn=)",  # insert into x values, delete from x, drop table x
)
_QUOTED = (
    r"\As\)*&[o(]*(?:[1sv]\)*(?:[=oi&)cC;]|\Z)|f\(|n\)*[=][o(]*[1svnfq]|[1svn]\)*[cC]|[(]*S|q\Z)",  # ' or 1
    r"\As\)*[o=,&].*[o=,&(]q\Z",  # '+…+'
    r"\As\)*[=i]\(*(?:[1sv]\)*(?:[&cC;)=]|\Z)|f\()|\As\)*=q\Z",  # '='
    r"\As\)*[o,]\(*[fF]\(",  # '-if(
    r"\As\)*;?C",  # '--
    r"\As\)*;\(*(?:[STIDPWX]|E(?:[vXfs]|n\.))",  # '; drop
    r"\As\)*B(?:1|n[cC,])",  # ' order by 3
    r"\As\)*(?:W|U\(*S|O)",  # ' union select
    r"\As\)+(?:[cC;]|&[(o]*[1svnfS])",  # ') --
)
_AS_IT_IS = re.compile("|".join((*_ANYWHERE, *_PLAIN)))
_BEHIND_QUOTE = re.compile("|".join((*_ANYWHERE, *_QUOTED)))
_COMMENT_WITHIN = re.compile("[cC]+(?!\\Z)")
"""A comment up to the end of a line, after which the statement goes on."""


def is_injection(shape: str, *, quoted: bool) -> bool:
    """Whether a shape is one. Time is linear in its length, which is bounded."""
    pattern = _BEHIND_QUOTE if quoted else _AS_IT_IS
    if pattern.search(shape):
        return True
    continued = _COMMENT_WITHIN.sub("", shape)
    return continued != shape and pattern.search(continued) is not None
