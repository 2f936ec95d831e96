"""How the portal looks and what it says: logo, colours, texts, images."""
