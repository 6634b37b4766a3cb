#!/bin/bash
# Three stores: two laptops that exchange with each other, one that is lost, one that is revoked.  The
# commands are those of the man page, in its order.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

hq() { run --store hq.db "$@"; }
one() { run --store camp.db "$@"; }
two() { run --store camp2.db "$@"; }
count() { "$SATCHEL" --store "$1" --json list "$2" | python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])'; }
peer() { json "next(p['$2'] for p in d['peers'] if p['name'] == '$1')"; }

mkdir STICK STICK2 OTHER
hq init --registry --name Headquarters --no-passphrase
hq invite STICK
one init --invitation STICK --name "Camp one" --no-passphrase
two init --invitation STICK/satchel-invitation.json --name "Camp two" --no-passphrase
one export STICK
two export STICK
hq merge STICK
hq device approve "$(words_of camp.db)"
hq device approve "$(words_of camp2.db)"
hq export STICK
for laptop in one two; do
	$laptop merge STICK
	$laptop device confirm --yes
done

# --- from laptop to laptop -------------------------------------------------------------------------
one add workshop title="Bauxite workshop" start=2022-06
one add person pseudonym="Participant 0417" name="Name 0417"
one consent record "Participant 0417" attend_record=yes identity=no
one --json export OTHER --to "Camp two"
is laptops__export_to_each_other "Camp two" "$(json 'd["bundles"][0]["to"]')"
two --json merge OTHER --reply
is laptops__merge_from_each_other merged "$(json 'd["bundles"][0]["outcome"]')"
is laptops__reply_to_each_other 1 "$(json 'len(d["replies"])')"
is laptops__bring_what_the_other_recorded 1 "$(count camp2.db workshop)"
two list person
prints laptops__bring_who_agreed 'Participant 0417'
is laptops__bring_no_name_of_who_did_not_agree 0 "$(grep -c -a 'Name 0417' camp2.db)"
one merge OTHER
one --json status
is laptops__know_what_the_other_has_received "[2, 0]" "[$(peer "Camp two" received), $(peer "Camp two" unsent)]"
is laptops__have_not_sent_it_to_headquarters_by_that "[0, 0]" "[$(peer Headquarters received), $(peer Headquarters copied)]"
one export OTHER --to Nobody
code_is laptops__that_are_not_known_are_a_wrong_name 2
tells laptops__that_are_not_known_are_told 'knows no device "Nobody"'

run --store camp3.db init --invitation STICK/satchel-invitation.json --name "Camp three" --no-passphrase
rm -r STICK/satchel
run --store camp3.db export STICK
hq merge STICK
hq device approve "$(words_of camp3.db)"
hq export STICK --to "Camp three"
run --store camp3.db merge STICK
run --store camp3.db device confirm --yes
run --store camp3.db export STICK2 --to "Camp two" --compact
two --json merge STICK2
is laptops__that_headquarters_has_not_told_of_have_to_wait unknown_sender "$(json 'd["bundles"][0]["outcome"]')"
tells laptops__that_have_to_wait_are_told_what_for 'Merge what headquarters sends, then this again'
rm -r STICK2/satchel
run --store camp3.db add note "text=where the road ends"
run --store camp3.db export STICK2 --to "Camp two"
two --json merge STICK2
is laptops__bring_their_approval_on_a_stick merged "$(json 'd["bundles"][0]["outcome"]')"
is laptops__that_bring_it_are_named True "$(json '"was not known here yet" in d["bundles"][0]["reason"]' | sed 's/true/True/')"
rm -r STICK2/satchel
# --- a laptop is lost, and another vouches for what it had recorded ------------------------------------
hq device revoke "Camp one" --yes
two export STICK2
hq merge STICK2
is lost__is_not_sent_by_others_by_themselves 0 "$(count hq.db workshop)"
two export STICK2 --vouch
hq --json merge STICK2
is lost__is_brought_by_one_that_vouches true "$(json 'sum(b["records"] for b in d["bundles"]) > 0')"
is lost__is_here_then 1 "$(count hq.db workshop)"
hq show "$("$SATCHEL" --store hq.db --json list workshop | python3 -c 'import json, sys; print(json.load(sys.stdin)["records"][0]["id"])')"
prints lost__is_shown_with_author_and_voucher 'written by Camp one, .*; vouched for by Camp two'
hq consent show "Participant 0417"
prints lost__brings_the_decisions_too 'attend_record: given'
two export STICK2 --vouch
code_is lost__can_be_vouched_for_again 0
hq merge STICK2
is lost__vouched_for_again_is_there_once 1 "$(count hq.db workshop)"

# --- a laptop learns that it was revoked ---------------------------------------------------------------
one --json status
is revoked__is_not_told_before_it_can_know false "$(json 'd["revoked"]')"
hq consent record "Participant 0417" photo=yes
one add workshop title="After the revocation"
rm -r STICK/satchel
one export STICK
is revoked__goes_on_in_good_faith "" "$err"
hq --json merge STICK --reply
is revoked__is_set_aside_at_headquarters revoked "$(json 'd["bundles"][0]["outcome"]')"
is revoked__gets_an_answer 1 "$(json 'len(d["replies"])')"
one --json merge STICK
code_is revoked__can_merge_the_answer 0
is revoked__is_told_by_merge true "$(json 'd["revoked"] and "revoked this laptop" in d["revocation"]')"
tells revoked__is_told_what_happened 'Headquarters revoked this laptop'
tells revoked__is_told_what_is_safe 'everything that was recorded stays here'
tells revoked__is_told_what_waits 'waits there until a person lets it in'
tells revoked__is_told_what_to_do 'call headquarters.*new key'
is revoked__is_one_sentence 1 "$(wc -l <err.txt)"
one --json consent show "Participant 0417"
is revoked__is_told_nothing_else 0 "$(json 'sum(x["purpose"] == "photo" for x in d["decisions"])')"
one status
prints revoked__is_told_by_status 'Headquarters revoked this laptop.*stays here.*call headquarters'
one --json status
is revoked__is_told_by_status_to_scripts true "$(json 'd["revoked"] and "call headquarters" in d["revocation"]')"
one --json export STICK
is revoked__is_told_by_export true "$(json 'd["revoked"]')"
tells revoked__is_told_by_export_in_words 'Headquarters revoked this laptop'
is revoked__keeps_what_it_recorded 2 "$(count camp.db workshop)"
one add note theme=Later
code_is revoked__goes_on_recording 0
two --json status
is revoked__is_only_who_was_meant false "$(json 'd["revoked"]')"
hq --json status
is revoked__is_not_headquarters false "$(json 'd["revoked"]')"

# Nothing but the revocation goes to it, until it has confirmed that.
hq --json export OTHER --to "Camp one"
is revocation__is_written_until_it_is_confirmed "[True, 0]" \
	"$(json '[d["bundles"][0]["revocation"], d["bundles"][0]["records"]]')"
hq --json inspect "OTHER/satchel/$(json 'd["bundles"][0]["file"]')"
code_is revocation__is_a_bundle_like_any_other 0
hq merge STICK
hq --json export OTHER --to "Camp one"
is revocation__is_not_written_again_then 0 "$(json 'len(d["bundles"])')"
hq --json export OTHER
is revocation__is_for_who_asks "['Camp two', 'Camp three']" "$(json '[b["to"] for b in d["bundles"]]')"

# Another laptop that knows can tell it as well.
two merge STICK2
hq export STICK2 --to "Camp two"
two merge STICK2
rm -r OTHER/satchel
two --json export OTHER --to "Camp one"
is revocation__is_told_by_another_laptop "[True, 0]" \
	"$(json '[d["bundles"][0]["revocation"], d["bundles"][0]["records"]]')"

# What it wrote later is let in by a person at headquarters.
hq --json quarantine
bundle=$(json 'd["quarantine"][0]["bundle"]')
hq quarantine accept "${bundle:0:6}"
code_is quarantine__lets_it_in 0
prints quarantine__says_that_it_has_to_be_merged_again 'Merge the bundle again'
hq merge STICK
is quarantine__lets_in_what_was_set_aside 1 \
	"$("$SATCHEL" --store hq.db --json list workshop "title=After the revocation" | python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])')"
# What a person left out is not said to wait for a person.
mkdir LATE
one add workshop title="Later still"
one export LATE
hq merge LATE
tells quarantine__says_what_waits 'set aside until a person at headquarters decides .satchel quarantine.: [0-9]+ entries, no decision'
hq --json quarantine
bundle=$(json 'd["quarantine"][-1]["bundle"]')
hq quarantine reject "${bundle:0:6}"
hq --json merge LATE
tells quarantine__what_was_rejected_waits_for_nobody 'a person at headquarters decided that what it wrote later stays out'
is quarantine__what_was_rejected_stays_out 0 \
	"$("$SATCHEL" --store hq.db --json list workshop "title=Later still" | python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])')"
t_end
