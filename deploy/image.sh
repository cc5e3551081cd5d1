#!/usr/bin/env bash
# Build the Dockerfile's image with buildah where neither an engine nor a registry is at hand, and play the tour in it.
# The base is made by debootstrap from the distribution: BASE=image takes another one, SUITE another Debian.
# MOUNTS names files of this machine which RUN sees at the same path, and which stay out of the image (pip's settings,
# certificates). Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in buildah debootstrap; do
    command -v $tool >/dev/null || { echo "Il manque $tool : « apt-get install buildah debootstrap », ou « docker build . »." >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "Il faut être root pour faire l’image de base et lire l’image finie : relancez avec sudo." >&2; exit 2; }

suite=${SUITE:-bookworm}
name=${NAME:-coop-bot}
volumes=()
for file in ${MOUNTS:-}; do volumes+=(--volume "$file:$file:ro"); done
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot

work=$(mktemp -d)
containers=()
finish() {
    umount --quiet "$work/root/tmp" "$work/root/var/lib/coop" "$work/root/proc" "$work/root" "$work/base/proc" 2>/dev/null || true
    for each in "${containers[@]}"; do buildah rm "$each" >/dev/null; done
    rm -rf --one-file-system "$work"
}
trap finish EXIT

# What « python:slim » is: the smallest Debian, Python with venv, certificates; no manuals, no other languages.
make_base() {
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$suite" "$work/base" >"$work/log" \
        || { tail -n 20 "$work/log" >&2; exit 1; }
    ln -s python3 "$work/base/usr/bin/python"
    rm -rf "$work"/base/var/{cache/apt,lib/apt/lists}/* "$work"/base/usr/share/{doc,man,info,locale,lintian}/*
    local made
    made=$(buildah from scratch)
    containers+=("$made")
    buildah add --quiet "$made" "$work/base" / >/dev/null
    buildah commit --quiet "$made" "$1" >/dev/null
}

base=${BASE:-localhost/coop-base:$suite}
buildah images --quiet "$base" >/dev/null 2>&1 || { echo "Image de base $base…"; make_base "$base"; }
echo "Image $name…"
commit=$(git -c safe.directory='*' log -1 --format='commit %h, %cs' 2>/dev/null || true)
buildah build --quiet --format docker --layers=false --build-arg "BASE=$base" --build-arg "COMMIT=$commit" "${volumes[@]}" --tag "$name" . >/dev/null

inside=$(buildah from "$name")
containers+=("$inside")
root=$(buildah mount "$inside")
size() { du --summarize --block-size=1MB --one-file-system "$1" | cut -f1; }
echo "Taille : $(size "$root") Mo sur le disque, dont $(size "$root/opt/coop") Mo à nous ;" \
    "$(tar --create --one-file-system --directory "$root" . | gzip | wc --bytes | awk '{ printf "%.0f", $1 / 1e6 }') Mo à télécharger."

# As compose.yaml runs it: read-only, /tmp and the data folder to write in, uid 10001, no variable of this machine.
mkdir "$work/root"
mount --bind "$root" "$work/root"
mount --options remount,bind,ro "$work/root"
mount -t tmpfs tmpfs "$work/root/tmp"
mount -t tmpfs --options uid=10001,mode=0700 tmpfs "$work/root/var/lib/coop"
mount -t proc proc "$work/root/proc"
in_it() {
    chroot --userspec=10001:10001 "$work/root" /usr/bin/env --ignore-environment --chdir=/var/lib/coop \
        PATH=/opt/coop/bin:/usr/local/bin:/usr/bin:/bin HOME=/var/lib/coop LANG=C.UTF-8 "$@"
}
for tool in cc gcc c++ as ld make strip; do
    ! in_it sh -c "command -v $tool" || { echo "L’image contient $tool." >&2; exit 1; }
done
! in_it touch /opt/coop/essai 2>/dev/null || { echo "La racine n’est pas en lecture seule." >&2; exit 1; }
in_it coop-bot --version
in_it coop-bot demo --tour
echo "La visite est passée : uid $(in_it id -u), racine en lecture seule, aucun compilateur."
