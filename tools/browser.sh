#!/bin/sh
# Install Chromium with its driver, for the tests of the emulator's page: on Debian, as root, as in a container. Anywhere
# else, and if it cannot be installed, these tests are skipped. Always succeeds.
set -u
skipped() {
	echo "$1: the emulator's page is not tested (Debian: apt-get install chromium chromium-driver)"
	exit 0
}
[ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || skipped "there is no chromedriver"
echo "installing Chromium, for the tests of the emulator's page"
export DEBIAN_FRONTEND=noninteractive
limits="-qq -o Acquire::http::Timeout=20 -o Acquire::Retries=1 -o Dpkg::Use-Pty=0"
apt-get $limits update > /dev/null 2>&1
apt-get $limits install -y --no-install-recommends chromium chromium-driver fonts-dejavu-core > /dev/null 2>&1 ||
	skipped "apt-get cannot install Chromium"
