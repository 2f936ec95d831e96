"""Regular expressions as PCRE writes them, matched in linear time wherever that can be done."""

from routerd.waf.regex.pattern import Pattern, compiled
from routerd.waf.regex.reader import PatternFault

__all__ = ["Pattern", "PatternFault", "compiled"]
