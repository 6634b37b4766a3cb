#!/bin/bash
# What the test scripts of the command line share.  They source this file, call t_begin, check claims,
# and end with t_end.  $SATCHEL is the program; everything happens in a folder of its own.
#
#	run ARGUMENTS...             runs the program: $code, $out and $err are what came of it
#	on STORE ARGUMENTS...        the same for a store
#	hq, one ARGUMENTS...         the same for hq.db, headquarters, and camp.db, a laptop
#	two_machines STICK           makes both, and enrols the laptop by way of that stick
#	typed LINE ARGUMENTS...      runs it at a terminal on which somebody types this line
#	is NAME EXPECTED ACTUAL      ok when both are equal
#	code_is NAME EXPECTED        ok when the latest exit code is that
#	tells NAME PATTERN           ok when the latest standard error holds it (extended regular expression)
#	prints NAME PATTERN          ok when the latest standard output does
#	words_of STORE               the six words that a laptop shows for headquarters
#	json EXPRESSION              a Python expression over the latest output, which is `d`

set -u
t_count=0
t_failed=0

t_begin() {
	: "${SATCHEL:?is not set to the program}"
	SATCHEL=$(realpath "$SATCHEL")
	t_dir=$(mktemp -d "${TMPDIR:-/tmp}/satchel-cli-XXXXXX") || exit 1
	trap 'rm -rf --one-file-system "$t_dir"' EXIT
	cd "$t_dir" || exit 1
	mkdir -m 700 runtime
	export XDG_RUNTIME_DIR=$t_dir/runtime
	unset SATCHEL_STORE SATCHEL_PASSPHRASE_FILE
}

t_end() {
	echo "1..$t_count"
	[ "$t_failed" = 0 ]
}

report() {
	t_count=$((t_count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $t_count - $2"
		return
	fi
	t_failed=$((t_failed + 1))
	echo "not ok $t_count - $2"
	printf '%s\n' "${3:-}" "exit code: ${code:-}" "output: ${out:-}" "errors: ${err:-}" | head -c 3000 | sed 's/^/# /'
}

run() {
	"$SATCHEL" "$@" >out.txt 2>err.txt </dev/null
	code=$?
	out=$(tr -d '\0' <out.txt)
	err=$(tr -d '\0' <err.txt)
}

typed() {
	python3 -c 'import os, pty, subprocess, sys
keyboard, terminal = pty.openpty()
os.write(keyboard, sys.argv[1].encode() + b"\n")
with open("out.txt", "wb") as out, open("err.txt", "wb") as err:
    sys.exit(subprocess.run(sys.argv[2:], stdin=terminal, stdout=out, stderr=err).returncode)' \
		"$1" "$SATCHEL" "${@:2}"
	code=$?
	out=$(tr -d '\0' <out.txt)
	err=$(tr -d '\0' <err.txt)
}

on() {
	local store=$1
	shift
	run --store "$store" "$@"
}

hq() { run --store hq.db "$@"; }
one() { run --store camp.db "$@"; }

two_machines() {
	mkdir "$1"
	hq init --registry --name Headquarters --no-passphrase
	hq invite "$1"
	one init --invitation "$1" --name "Camp one" --no-passphrase
	one export "$1"
	hq merge "$1"
	hq device approve "$(words_of camp.db)"
	hq export "$1"
	one merge "$1"
	one device confirm --yes
}

is() {
	[ "$2" = "$3" ]
	report $? "$1" "expected: $2
actual: $3"
}

code_is() {
	is "$1" "$2" "$code"
}

tells() {
	grep -Eq -- "$2" err.txt
	report $? "$1" "no such sentence: $2"
}

prints() {
	grep -Eq -- "$2" out.txt
	report $? "$1" "no such output: $2"
}

words_of() {
	"$SATCHEL" --store "$1" --json device list | python3 -c 'import json, sys
print(next(x["words"] for x in json.load(sys.stdin)["devices"] if x["role"] == "registry"))'
}

json() {
	python3 -c 'import json, sys
d = json.load(open("out.txt", encoding="utf-8"))
v = eval(sys.argv[1])
print(json.dumps(v) if isinstance(v, (bool, type(None))) else v)' "$1" 2>&1
}
