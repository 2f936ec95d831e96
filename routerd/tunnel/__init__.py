"""The cloud endpoint: the action API reached from anywhere, through a relay, without an open port."""
