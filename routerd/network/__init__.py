"""Addresses, DHCP, DNS, walled garden."""
