#!/bin/sh
# Installs the embedded parts (the ClickHouse engine as a library, the country
# database) into .cache/embedded, as package-lock.json pins them by integrity.
# Does nothing when they are already there. Exit status 1, with one line on
# standard error, when they cannot be fetched.
#
# usage: install.sh [CACHE_DIR]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${1:-$here/../../.cache/embedded}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

fail() {
	echo "embedded parts: $1" >&2
	exit 1
}

pin=$(cksum <"$here/package-lock.json")
if [ "$(cat "$cache/installed" 2>/dev/null)" = "$pin" ]; then
	exit 0
fi
command -v npm >/dev/null 2>&1 || fail "npm is needed to fetch them and was not found"

# Built aside and moved into place, so that a run that is cut short, or two at
# once, leave no half of it behind.
work=$cache/work.$$
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
rm -rf "$work"
mkdir -p "$work"
cp "$here/package.json" "$here/package-lock.json" "$work/"
if ! (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=2) >"$work/log" 2>&1; then
	fail "npm ci failed: $(grep -v '^npm warn' "$work/log" | head -1)"
fi
set -- "$work"/node_modules/@chdb/*/libchdb.*
if [ ! -e "$1" ]; then
	echo "embedded parts: no ClickHouse library is pinned for $(uname -s) $(uname -m); set CLEARLANE_CHDB_LIBRARY to a libchdb file of your own" >&2
fi
rm -rf "$cache/node_modules" "$cache/country.mmdb" # the latter is made of what is replaced
mv "$work/node_modules" "$cache/node_modules"
echo "$pin" >"$cache/installed"
