#!/usr/bin/env bash
# install.sh [--print-sums]: copies the jars of Apache Kafka 4.1.0 into
# .cache/kafka-4.1.0 and checks every one against jars.sha256. Needs mvn and Java 17.
# Does nothing when they are there and right. --print-sums prints the sums of what
# was resolved, for a new version of the list.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
dir="${CLEARLANE_KAFKA_JARS:-$root/.cache/kafka-4.1.0}"

# verify DIR: exactly the listed jars, with the listed bytes
verify() {
  (cd "$1" && sha256sum --quiet --strict -c "$here/jars.sha256" >/dev/null 2>&1) &&
    diff -q <(cd "$1" && ls -1 -- *.jar | LC_ALL=C sort) <(awk '{print $2}' "$here/jars.sha256" | LC_ALL=C sort) >/dev/null
}

if [ "${1:-}" != --print-sums ] && [ -d "$dir" ] && verify "$dir"; then
  echo "Kafka 4.1.0 is installed in $dir"
  exit
fi
command -v mvn >/dev/null || { echo "mvn is not installed; it is needed to fetch Apache Kafka" >&2; exit 1; }
mkdir -p "$(dirname "$dir")"
new="$(mktemp -d "$dir.XXXXXX")"
trap 'rm -rf "$new"' EXIT
mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$new" >&2
if [ "${1:-}" = --print-sums ]; then
  (cd "$new" && sha256sum -- *.jar | LC_ALL=C sort -k2)
  exit
fi
if ! verify "$new"; then
  echo "the jars that were fetched are not those of $here/jars.sha256:" >&2
  diff <(cd "$new" && sha256sum -- *.jar | LC_ALL=C sort -k2) "$here/jars.sha256" >&2 || true
  exit 1
fi
chmod 755 "$new"
rm -rf "$dir"
mv "$new" "$dir"
trap - EXIT
echo "Kafka 4.1.0 installed in $dir"
