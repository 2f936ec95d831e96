"""The TLS, HTTP and WebSocket front of the box: takes requests, asks whoever guards a site, hands them to its upstreams. The only home of asyncio."""
