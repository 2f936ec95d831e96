"""`/api/?action=…`: the LAN action API that property systems, kiosks and scripts drive the gateway with."""
