"""CRC-32C (Castagnoli), which PROXY protocol v2 protects its header with. Short inputs only: a table and a loop."""

_POLYNOMIAL = 0x82F63B78
"""Reflected form of the polynomial of RFC 3720 appendix B.4."""


def _entry(octet: int) -> int:
    for _ in range(8):
        octet = octet >> 1 ^ (_POLYNOMIAL if octet & 1 else 0)
    return octet


_TABLE = tuple(_entry(octet) for octet in range(256))


def crc32c(octets: bytes) -> int:
    """The checksum of `octets`."""
    crc = 0xFFFFFFFF
    for octet in octets:
        crc = _TABLE[(crc ^ octet) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
