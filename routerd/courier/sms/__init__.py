"""Ways to send a text message, one module each; `catalogue` lists them."""
