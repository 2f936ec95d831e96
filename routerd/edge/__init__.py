"""The front of the box: TLS, HTTP, WebSocket. Takes requests, asks who guards a site, hands them to its upstreams. asyncio lives here only."""
