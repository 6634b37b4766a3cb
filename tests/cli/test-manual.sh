#!/bin/bash
# What the man page shows is run as it stands there, and what the program has is in the man page and in
# the completion.
here=$(cd "$(dirname "$0")" && pwd)
man=$here/../../cli/satchel.1
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
t_begin

# examples HEADING: the lines of the examples below a heading of the man page; without one, all of them
examples() {
	python3 - "$man" "${1:-}" <<'PY'
import re, sys
heading, within, at = sys.argv[2], False, ""
for line in open(sys.argv[1], encoding="utf-8"):
    line = line.rstrip("\n")
    if re.match(r"\.S[HS] ", line):
        at = line[4:].strip('"')
    elif line in (".nf", ".fi"):
        within = line == ".nf"
    elif within and not line.startswith(".") and heading in ("", at):
        print(line.replace("\\-", "-").replace("\\(dq", '"'))
PY
}
words_of() { "$SATCHEL" --store "$1" --json device list | python3 -c 'import json, sys
print(next(x["words"] for x in json.load(sys.stdin)["devices"] if x["role"] == "registry"))'; }

# What the man page leaves to people: the words that are read out, the answers to questions.
satchel() {
	local words=("$@")
	case " $* " in
	*" device approve "*) words[-1]=$(words_of camp.db) ;;
	*" device confirm "* | *" device revoke "*) words+=(--yes) ;;
	*" init "*) words+=(--kdf-ms 1) ;;
	esac
	run "${words[@]}"
}
# shows NAME HEADING: every command below the heading ends well; $codes are what they ended with
shows() {
	local line
	codes=
	while IFS= read -r line; do
		eval "$line"
		[ "${line%% *}" != satchel ] || codes="$codes $code"
		[ "${code:-0}" -lt 2 ] || report 1 "$1" "$line"
	done < <(examples "$2")
}

# --- what is shown works -----------------------------------------------------------------------------
echo "correct horse battery staple" >passphrase.txt
export SATCHEL_PASSPHRASE_FILE=$t_dir/passphrase.txt
mkdir STICK
shows whole_example 'A WHOLE EXAMPLE'
is whole_example__every_command_is_done " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0" "$codes"
run --json status
is whole_example__ends_with_received true "$(json 'd["peers"][0]["received"] > 0 and d["peers"][0]["copied"] == 0')"
unset SATCHEL_STORE
rm -r STICK
mkdir STICK
run --store hq.db invite STICK
run --store camp2.db init --invitation STICK/satchel-invitation.json --name "Camp two" --kdf-ms 1
run --store camp2.db export STICK
run --store hq.db merge STICK
run --store hq.db device approve "$(words_of camp2.db)"
run --store hq.db export STICK
run --store camp2.db merge STICK
run --store camp2.db device confirm --yes
run --store camp.db merge STICK
run --store camp.db add note theme="Only on two laptops"
shows laptops 'From laptop to laptop'
is laptops__every_command_is_done " 0 0 0 0" "$codes"
prints laptops__status_names_the_other 'Camp two'
rm -r STICK/satchel
shows lost 'A lost laptop'
is lost__every_command_is_done " 0 0 0" "$codes"
run --store hq.db --json list note "theme=Only on two laptops"
is lost__what_it_had_recorded_is_at_headquarters 1 "$(json 'd["count"]')"
run --store camp.db add note theme=Later
rm -r STICK/satchel
shows revoked 'A revoked laptop'
is revoked__every_command_is_done_and_the_bundle_set_aside " 0 1 0 0" "$codes"
prints revoked__status_says_so 'revoked this laptop'

# Of all other examples the words are right, though the records and sticks in them are not here.
run --store words.db init --registry --name Headquarters --kdf-ms 1
run --store words.db add person pseudonym=P1
export SATCHEL_STORE=words.db
while IFS= read -r line; do
	[ "${line%% *}" = satchel ] || continue
	(eval "${line%% >*}") # in a shell of its own, because some name another store
	! grep -Eq 'usage:|no option|no kind|no field|no purpose|no event|no command|too many|takes' err.txt
	report $? "example__$(tr -c 'a-z0-9\n' '_' <<<"${line:8:60}")" "$line: $(cat err.txt)"
done < <(examples | grep -v -e '--store')
unset SATCHEL_STORE

# --- what there is, is shown ---------------------------------------------------------------------------
# section COMMAND: what the man page says of it, headings included
section() {
	awk -v name="$1" '/^\.S[SH] / { on = $0 ~ "^[.]SS \"?" name "( |\"|$)" } on' "$man" | sed 's/\\-/-/g'
}
. "$here/../../cli/satchel.bash-completion"
run --help
commands=$(sed -n 's/^  \([a-z]*\) .*/\1/p' out.txt)
is help__lists_the_commands 28 "$(wc -w <<<"$commands")"
for command in $commands "consent record" "consent show" "consent withdraw" "media add" "media get" "media list" "media ask"; do
	section "$command" >section.txt
	[ -s section.txt ]
	report $? "page__has_${command// /_}"
	grep -qw -- "${command% *}" <<<"$_satchel_commands"
	report $? "completion__has_${command// /_}"
	# shellcheck disable=SC2086 # a verb is a word of its own
	run $command --help
	for option in $(sed -n '/^Options:/,/^For every/s/^  --\([a-z-]*\).*/\1/p' out.txt); do
		grep -q -- "--$option\b" section.txt
		report $? "page__has_${command// /_}_$option"
		_satchel_options "${command#consent }" | grep -qw -- "--$option"
		report $? "completion__has_${command// /_}_$option"
	done
done
run init --registry --name X --store x.db --no-passphrase
for kind in $("$SATCHEL" --store x.db list frob 2>&1 | sed 's/.*there are //; s/,//g'); do
	grep -qw "$kind" <<<"$_satchel_kinds"
	report $? "completion__has_kind_$kind"
done
run --store x.db add person pseudonym=P1
for purpose in $("$SATCHEL" --store x.db consent record P1 frob=yes 2>&1 | sed 's/.*they are //; s/,//g'); do
	grep -qw "$purpose" <<<"$_satchel_purposes"
	report $? "completion__has_purpose_$purpose"
done
t_end
