"""SQL in a value: `words` (what words are), `tokens` (a value as SQL would read it), `grammar` (shapes that are injections)."""
