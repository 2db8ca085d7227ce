# ./dev networks: makes data/network-kinds.csv anew, from the table of networks that tools/geo/package.json names. To
# refresh it: name a newer version there, run this, and look at the difference.
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"
# shellcheck source=tools/dev/system.sh
. "$here/system.sh"
# shellcheck source=tools/dev/node.sh
. "$here/node.sh"
# shellcheck source=tools/dev/geo.sh
. "$here/geo.sh"

step 'Set-up'
need_system_packages databases
need_node
need_place_databases

step 'data/network-kinds.csv'
python3 -B tools/networks/kinds.py "$GEO_NETWORK_TABLE" data/network-kinds.csv
