#!/bin/sh
# What udhcpc calls when it has, or has lost, a lease: sets address, route and resolver of this namespace and notes everything.
case "$1" in
    bound | renew)
        ip address replace "$ip/$mask" dev "$interface" valid_lft "${lease:-forever}" preferred_lft "${lease:-forever}"
        for other in $(ip -4 -o address show dev "$interface" | awk '{print $4}'); do
            [ "$other" = "$ip/$mask" ] || ip address del "$other" dev "$interface"
        done
        [ -z "$router" ] || ip route replace default via "${router%% *}" dev "$interface"
        : >/etc/resolv.conf
        for server in $dns; do echo "nameserver $server" >>/etc/resolv.conf; done
        ;;
    deconfig)
        [ -n "$KEEP_ADDRESS" ] || ip -4 address flush dev "$interface"
        ip link set "$interface" up
        ;;
esac
[ -z "$LEASE_NOTE" ] || { env | grep -E '^(ip|mask|router|dns|lease|serverid|opt[0-9]+|domain|hostname)='; echo "event=$1"; } >"$LEASE_NOTE"
