"""What the web application firewall is held to: proofs that run the real daemon on loopback, with real clients and upstreams."""
