# Functions of the scripts. An editor that changes what kubectl gives it as the sed expression in $CHANGE says:
printf '#!/bin/sh\nsed -i "$CHANGE" "$1"\n' > edit.sh; chmod +x edit.sh
export EDITOR=./edit.sh

# Tries a command until it works; minutes at most, so that it is not for ever.
until_ok() { i=0; until "$@" >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 900 ] || { "$@"; return; }; sleep 0.2; done; }

# Waits until a file says something.
until_says() { until_ok grep -q "$2" "$1"; }

# Asks what is behind a forwarded port, which a file tells of: kubectl as a client of plain HTTP.
through() {
  port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$1"); shift
  KUBECONFIG=/dev/null kubectl --server "http://127.0.0.1:$port" "$@"
}
