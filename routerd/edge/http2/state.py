"""The h2 library's state machine of one connection, told our bounds."""

from typing import Any

import h2.config
import h2.connection
import h2.settings

from routerd.edge.http2.bounds import FRAME_OCTETS, STREAM_WINDOW, STREAMS_MOST, TABLE_OCTETS
from routerd.edge.limits import Limits

FIELD_OCTETS = 32
"""Counted for each field besides its name and value (RFC 9113, 10.5.1)."""


def connection(limits: Limits, *, client_side: bool) -> h2.connection.H2Connection:
    """A fresh one.

    Args:
        limits: the edge's.
        client_side: we began the connection.
    """
    config = h2.config.H2Configuration(
        client_side=client_side,
        header_encoding=False,
        # `requests` and `answers` look at all of this; h2 would look again, octet by octet.
        validate_inbound_headers=False,
        normalize_inbound_headers=False,
        validate_outbound_headers=False,
        normalize_outbound_headers=False,
    )
    made = h2.connection.H2Connection(config)
    head_octets = limits.head_octets + FIELD_OCTETS * limits.fields
    codes = h2.settings.SettingCodes
    values: dict[Any, int] = {
        codes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
        codes.MAX_CONCURRENT_STREAMS: STREAMS_MOST,
        codes.MAX_FRAME_SIZE: FRAME_OCTETS,
        codes.MAX_HEADER_LIST_SIZE: head_octets,
        codes.HEADER_TABLE_SIZE: TABLE_OCTETS,
        codes.ENABLE_PUSH: 0,
    }
    if not client_side:
        del values[codes.ENABLE_PUSH]
    made.local_settings = h2.settings.Settings(client=client_side, initial_values=values)
    made.decoder.max_header_list_size = head_octets
    return made
