"""A small internet of network namespaces: a gateway, what is behind its uplink, a trusted LAN host, and guests."""
