"""Rules to verdict: a SecLang engine. Pure: no sockets, no clock of its own, no database."""
