#!/bin/bash
# Real file systems for tests: images of sticks, mounted without any of the kernel's own drivers.
#
# Other test scripts source this file and call, in this order:
#
#	sticks_require                  exits 77 (skipped) with a sentence where sticks cannot be mounted
#	sticks_begin                    a work folder in $sticks_dir; everything is unmounted at exit
#	stick_make_fat32 NAME [MIB]     an image of FAT32 (at least 40 MiB, so that it is FAT32 at all)
#	stick_make_exfat NAME [MIB]     an image of exFAT
#	stick_mount NAME [ro]           mounts it; the folder is then $(stick_path NAME)
#	stick_fill NAME                 writes files until not one byte is free
#	stick_pull NAME                 the stick is pulled out: every later call on it fails
#	stick_unmount NAME              unmounts it and waits until the image is complete
#
# Executed with the path of test-folder-media as its argument, it runs that program on each medium.
#
# fusefat says that it has no blocks at all, answers EPERM when full and takes ASCII names only;
# exfat-fuse behaves like a stick in every way that matters here.  Both stay in the foreground
# as our children, because only waiting for them tells when all is written to the image.

set -u

declare -A stick_kind=() stick_pid=() stick_loop=()
sticks_dir=

sticks_skip() {
	echo "SKIP: $*" >&2
	exit 77
}

sticks_require() {
	local tool
	[ "$(id -u)" = 0 ] || sticks_skip "mounting sticks needs root"
	[ -c /dev/fuse ] || sticks_skip "there is no /dev/fuse here, so no stick can be mounted"
	( : <>/dev/fuse ) 2>/dev/null || sticks_skip "/dev/fuse cannot be opened, so no stick can be mounted"
	PATH=$PATH:/usr/sbin:/sbin
	for tool in fusefat mkfs.fat mount.exfat-fuse mkfs.exfat fusermount losetup mountpoint truncate; do
		command -v "$tool" >/dev/null ||
			sticks_skip "$tool is missing (packages fusefat, dosfstools, exfat-fuse, exfatprogs, fuse)"
	done
	losetup --find >/dev/null 2>&1 || sticks_skip "there is no free loop device"
}

sticks_begin() {
	sticks_dir=$(mktemp -d "${TMPDIR:-/tmp}/satchel-sticks-XXXXXX") || exit 1
	trap sticks_end EXIT
	trap 'exit 130' INT TERM HUP
}

# Leaves nothing mounted, attached or running, also after a failure half way.
sticks_end() {
	local status=$? name
	trap - EXIT
	for name in "${!stick_kind[@]}"; do
		stick_unmount "$name" || echo "stick $name could not be unmounted" >&2
	done
	[ -z "$sticks_dir" ] || rm -rf --one-file-system "$sticks_dir"
	exit "$status"
}

stick_path() { echo "$sticks_dir/$1"; }
stick_image() { echo "$sticks_dir/$1.img"; }

stick_make() {
	local kind=$1 name=$2 mib=$3
	shift 3
	truncate -s "${mib}M" "$(stick_image "$name")" &&
		"$@" "$(stick_image "$name")" >/dev/null &&
		mkdir -p "$(stick_path "$name")" &&
		stick_kind[$name]=$kind
}

# Clusters of one sector: with larger ones an image of this size would be FAT16.
stick_make_fat32() { stick_make fat32 "$1" "${2:-40}" mkfs.fat -F 32 -s 1; }
stick_make_exfat() { stick_make exfat "$1" "${2:-16}" mkfs.exfat; }

# A read-only FAT is a read-only fusefat; a read-only exFAT is what a stick with a lock is: a device
# that does not take writes.
stick_mount() {
	local name=$1 mode=${2:-rw} at image options=rw+
	at=$(stick_path "$name")
	image=$(stick_image "$name")
	case ${stick_kind[$name]} in
	fat32)
		[ "$mode" = rw ] || options=ro
		fusefat -f -o "$options" "$image" "$at" >"$image.log" 2>&1 &
		stick_pid[$name]=$!
		;;
	exfat)
		if [ "$mode" = rw ]; then
			stick_loop[$name]=$(losetup --find --show "$image") || return 1
		else
			stick_loop[$name]=$(losetup --read-only --find --show "$image") || return 1
		fi
		mount.exfat-fuse -d -o "$mode" "${stick_loop[$name]}" "$at" >"$image.log" 2>&1 &
		stick_pid[$name]=$!
		;;
	esac
	stick_await "$name"
}

stick_await() {
	local name=$1
	for _ in {1..200}; do
		mountpoint -q "$(stick_path "$name")" && return 0
		kill -0 "${stick_pid[$name]}" 2>/dev/null || break
		sleep 0.05
	done
	cat "$(stick_image "$name").log" >&2
	echo "stick $name could not be mounted" >&2
	return 1
}

# Smaller and smaller pieces, until the last cluster is taken.
stick_fill() {
	local at size n=0
	at=$(stick_path "$1")
	for size in 1048576 65536 4096 512 1; do
		while head -c "$size" /dev/zero 2>/dev/null >"$at/fill-$n"; do
			n=$((n + 1))
			[ "$n" -lt 4000 ] || return 1
		done 2>/dev/null
		rm -f "$at/fill-$n"
	done
}

stick_pull() { kill -KILL "${stick_pid[$1]}"; }

stick_unmount() {
	local name=$1 at
	at=$(stick_path "$name")
	if [ -n "${stick_pid[$name]:-}" ]; then
		# Where somebody still holds the stick, it goes lazily: nothing may stay mounted.
		umount "$at" 2>/dev/null || {
			umount -l "$at" 2>/dev/null
			kill "${stick_pid[$name]}" 2>/dev/null
		}
		{ wait "${stick_pid[$name]}"; } 2>/dev/null
		stick_pid[$name]=
	fi
	if [ -n "${stick_loop[$name]:-}" ]; then
		losetup -d "${stick_loop[$name]}" || return 1
		stick_loop[$name]=
	fi
	! mountpoint -q "$at"
}

# --- on its own: the folder carrier on each medium ---------------------------------------------------

sticks_try() {
	echo "== $1"
	shift
	env "$@" || sticks_failed=1
}

sticks_main() {
	local program=$1 kind bundles
	sticks_failed=0
	for kind in fat32 exfat; do
		"stick_make_$kind" "$kind" && stick_mount "$kind" || return 1
		sticks_try "$kind" SATCHEL_TEST_MEDIUM="$(stick_path "$kind")" "$program"
		stick_unmount "$kind" && stick_mount "$kind" ro || return 1
		sticks_try "$kind, write-protected" SATCHEL_TEST_MEDIUM_READONLY="$(stick_path "$kind")" "$program"
		stick_unmount "$kind" && stick_mount "$kind" && stick_fill "$kind" || return 1
		sticks_try "$kind, full" SATCHEL_TEST_MEDIUM_FULL="$(stick_path "$kind")" "$program"
		stick_unmount "$kind" || return 1
		"stick_make_$kind" pulled && stick_mount pulled || return 1
		sticks_try "$kind, pulled out" SATCHEL_TEST_MEDIUM_PULL="$(stick_path pulled)" \
			SATCHEL_TEST_MEDIUM_PULL_PID="${stick_pid[pulled]}" "$program"
		stick_unmount pulled && stick_mount pulled || return 1
		bundles=$(find "$(stick_path pulled)" -name '[!.]*.satchel' | wc -l)
		if [ "$bundles" != 0 ]; then
			echo "$kind: a pulled stick holds $bundles bundles that were never committed" >&2
			sticks_failed=1
		fi
		stick_unmount pulled || return 1
	done
	return "$sticks_failed"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	if [ $# -ne 1 ]; then
		echo "usage: $0 PATH-OF-test-folder-media" >&2
		exit 2
	fi
	sticks_require
	sticks_begin
	sticks_main "$1"
fi
