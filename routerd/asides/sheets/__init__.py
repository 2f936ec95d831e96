"""The program that puts vouchers on paper."""
