"""Keys and switches: who may drive routerd."""
