"""The only door to the kernel: nftables, netlink, neighbours, child processes."""
