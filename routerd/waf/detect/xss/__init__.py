"""Script in a value: `markup` (a value as a browser would read it), `words` (what runs script), `detector` (the verdict)."""
