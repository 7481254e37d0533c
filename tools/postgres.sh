#!/bin/sh
# Install PostgreSQL, for the tests of a team's states: on Debian, as root, as in a container. Anywhere else, and if it cannot
# be installed, these tests are skipped. Always succeeds.
set -u
skipped() {
	echo "$1: states in PostgreSQL are not tested (Debian: apt-get install postgresql)"
	exit 0
}
[ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || skipped "there is no PostgreSQL"
echo "installing PostgreSQL, for the tests of a team's states"
export DEBIAN_FRONTEND=noninteractive
limits="-qq -o Acquire::http::Timeout=20 -o Acquire::Retries=1 -o Dpkg::Use-Pty=0"
apt-get $limits update > /dev/null 2>&1
apt-get $limits install -y --no-install-recommends postgresql > /dev/null 2>&1 ||
	skipped "apt-get cannot install PostgreSQL"
