"""Vouchers on paper: sheets, strips and QR codes."""
