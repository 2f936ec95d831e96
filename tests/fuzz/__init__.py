"""Coverage-guided fuzzing, by atheris, of whatever reads what clients and owners write.

Never loaded beside scapy: atheris is under Apache-2.0.
"""
