#!/bin/bash
# What bash completes, where it is more than a command or an option (those are in test-manual.sh).
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
t_begin
# Of the package bash-completion, what the completion uses; a word with "=" in it is one word, as with `-n =`.
_init_completion() { cur=${typed[-1]} prev=${typed[-2]} words=("${typed[@]}") cword=$((${#typed[@]} - 1)); }
_filedir() { COMPREPLY=("<files $*>"); }
# shellcheck source=cli/satchel.bash-completion
. "$here/../../cli/satchel.bash-completion"

# offers NAME EXPECTED WORDS...: what is offered for the last of the words
offers() {
	local name=$1 expected=$2
	shift 2
	typed=("$SATCHEL" "$@")
	COMPREPLY=()
	_satchel 2>/dev/null
	is "$name" "$expected" "${COMPREPLY[*]}"
}

offers quarantine__has_two_verbs 'accept reject' quarantine ''
offers quarantine__verb_is_completed accept quarantine a
offers quarantine__bundle_is_not_guessed '' quarantine accept ''
offers consent__events_follow_the_purpose 'yes no later asked renewed expired invalidated entered_in_error' \
	consent record P1 identity=
offers consent__event_is_completed yes consent record P1 identity=y
offers consent__purpose_is_completed identity= consent record P1 identi
offers consent__state_of_a_person_is_one_too in_mourning= consent record P1 in_
offers consent__states_have_their_own_events 'yes no' consent record P1 in_mourning=
COMP_WORDBREAKS=${COMP_WORDBREAKS//=/} offers consent__word_that_is_not_broken_is_whole identity=yes consent record P1 identity=y
offers option__for_a_text_offers_nothing '' consent record P1 --notice ''
offers option__for_a_number_offers_nothing '' init --registry --kdf-ms ''
offers option__of_columns_offers_nothing '' import note x.csv --map ''
offers option__for_roles_offers_them 'registry facilitator community auditor' consent record P1 --recipients ''
offers option__delimiter_offers_the_one_word tab import note --delimiter ''
offers option__language_of_a_receipt_is_known 'en es' consent receipt P1 --language ''
offers option__language_of_a_person_is_any '' consent record P1 --language ''
offers option__file_is_one '<files >' init --invitation ''
offers option__without_a_value_stands_for_itself '<files -d>' export --small ''

# --- peers ---------------------------------------------------------------------------------------------
run --store hq.db init --registry --name HQ --no-passphrase
run --store hq.db invite i.json
mkdir stick
for n in one two; do
	run --store $n.db init --invitation i.json --name "Camp $n" --no-passphrase
	run --store $n.db export stick
done
run --store hq.db merge stick
offers peers__that_are_not_approved_are_not_offered '' --store hq.db export stick --to ''
for n in one two; do run --store hq.db device approve "$(words_of $n.db)"; done
is peers__are_offered 'Camp\ one Camp\ two' "$(
	typed=("$SATCHEL" --store hq.db export stick --to '') COMPREPLY=()
	_satchel 2>/dev/null
	printf '%s\n' "${COMPREPLY[@]}" | sort | xargs -d '\n'
)"
offers peers__are_completed 'Camp\ two' --store hq.db export stick --to 'Camp\ t'
offers peers__of_no_store_are_none '' --store none.db export stick --to ''
t_end
