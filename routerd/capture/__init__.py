"""Packets to sightings."""
