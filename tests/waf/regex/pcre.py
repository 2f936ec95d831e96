"""PCRE itself, through the library that every Debian has: what our patterns are compared with."""

import ctypes
import ctypes.util
from functools import cache

_DOTALL, _MULTILINE = 0x20, 0x400
_UNSET = ctypes.c_size_t(-1).value


@cache
def library() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("pcre2-8")
    if name is None:
        return None
    found = ctypes.CDLL(name)
    for function in ("pcre2_compile_8", "pcre2_match_data_create_from_pattern_8", "pcre2_get_ovector_pointer_8"):
        getattr(found, function).restype = ctypes.c_void_p
    found.pcre2_get_ovector_pointer_8.restype = ctypes.POINTER(ctypes.c_size_t)
    return found


class Unusable(ValueError):
    """PCRE does not take the pattern."""


class Pcre:
    def __init__(self, pattern: bytes) -> None:
        self.library = library()
        number, offset = ctypes.c_int(), ctypes.c_size_t()
        length = ctypes.c_size_t(len(pattern))
        code = self.library.pcre2_compile_8(
            pattern, length, ctypes.c_uint32(_DOTALL | _MULTILINE), ctypes.byref(number), ctypes.byref(offset), None
        )
        if not code:
            raise Unusable(number.value)
        self.code = ctypes.c_void_p(code)

    def search(self, value: bytes) -> tuple[bytes, ...] | None:
        """As routerd.waf.regex.Pattern.search; a value on which PCRE gives up raises."""
        data = ctypes.c_void_p(self.library.pcre2_match_data_create_from_pattern_8(self.code, None))
        count = self.library.pcre2_match_8(self.code, value, ctypes.c_size_t(len(value)), ctypes.c_size_t(0), 0, data, None)
        try:
            if count < -1:
                raise Unusable(count)
            if count == -1:
                return None
            offsets = self.library.pcre2_get_ovector_pointer_8(data)
            spans = [(offsets[2 * each], offsets[2 * each + 1]) for each in range(count)]
            return tuple(b"" if start == _UNSET else value[start:end] for start, end in spans)
        finally:
            self.library.pcre2_match_data_free_8(data)

    def __del__(self) -> None:
        if code := getattr(self, "code", None):
            self.library.pcre2_code_free_8(code)
