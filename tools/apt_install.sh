#!/bin/sh
# Install a program that some tests need: on Debian, as root, as in a container. Anywhere else, and if it cannot be
# installed, say what is not tested. Always succeeds.
# tools/apt_install.sh PROGRAM "what is not tested without it" PACKAGE...
set -u
program=$1 consequence=$2
shift 2
packages=$*
skipped() {
	echo "$1 $program: $consequence (Debian: apt-get install $packages)"
	exit 0
}
[ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || skipped "there is no"
echo "installing $program, for tests"
export DEBIAN_FRONTEND=noninteractive
limits="-qq -o Acquire::http::Timeout=20 -o Acquire::Retries=1 -o Dpkg::Use-Pty=0"
apt-get $limits update > /dev/null 2>&1
apt-get $limits install -y --no-install-recommends "$@" > /dev/null 2>&1 || skipped "apt-get cannot install"
