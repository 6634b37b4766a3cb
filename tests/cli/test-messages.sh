#!/bin/bash
# The whole path: enrolment, sticks there and back, what is withheld, conflicts, and every bad bundle.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
t_begin

# outcome FILE-PATTERN: what the latest merge said of it
outcome() { json "next((b['outcome'] for b in d['bundles'] if '$1' in b['file']), 'none')"; }
# the only bundle's name of the latest export
exported() { json 'd["bundles"][0]["file"]'; }
words_of() { "$SATCHEL" --store "$1" --json device list | python3 -c 'import json, sys
print(next(x["words"] for x in json.load(sys.stdin)["devices"] if x["role"] == "registry"))'; }

# --- enrolment -------------------------------------------------------------------------------------
on hq.db init --registry --name Headquarters --no-passphrase
mkdir stick
on hq.db invite stick
code_is invite__to_a_stick 0
on hq.db invite stick
code_is invite__overwrites_nothing 2
on hq.db invite x.json --role registry
code_is invite__for_a_registry_is_refused 2
for n in 1 2; do
	on l$n.db --json init --invitation stick/satchel-invitation.json --name "Camp $n" --no-passphrase
	is "init__of_laptop_${n}_tells_six_words" 6 "$(json 'len(d["words"].split("-"))')"
	is "init__words_of_laptop_${n}_stay_the_same" "$(json 'd["words"]')" "$(words_of l$n.db)"
done
on l1.db invite mine.json
is invite__from_a_laptop_is_refused true "$([ "$code" != 0 ] && echo true)"
on l1.db add workshop title=Early
on l1.db --json status
is status__before_approval_says_what_is_missing false "$(json 'd["may_send"]')"
on l1.db --json export stick
is export__before_approval_is_a_request true "$(json 'd["bundles"][0]["request"]')"
is export__before_approval_holds_no_records 0 "$(json 'd["bundles"][0]["records"]')"
request=$(exported)
on l2.db export stick
on hq.db --json merge stick
is merge__takes_requests enrolment "$(outcome "$request")"
on hq.db --json device list
is device__asks_to_be_let_in pending "$(json 'next(x["state"] for x in d["devices"] if x["name"] == "Camp 1")')"
is device__words_are_the_same_on_both_sides "$(words_of l1.db)" \
	"$(json 'next(x["words"] for x in d["devices"] if x["name"] == "Camp 1")')"
on hq.db --json status
is status__tells_headquarters_who_waits 2 "$(json 'd["pending"]')"
on hq.db status
prints status__tells_headquarters_what_to_do 'Waiting to be let in: 2 laptops; .satchel device list.'
on hq.db export stick --to "Camp 1"
is export__to_a_pending_device_is_refused 1 "$code"
on hq.db device approve bakak-bakak-bakak-bakak-bakak-bakak
is approve__of_other_words_is_refused true "$([ "$code" != 0 ] && echo true)"
tells approve__of_other_words_says_what_it_means 'Nothing was approved'
on hq.db device approve bakak bakak
tells approve__of_too_few_words_says_so 'there must be 6'
on hq.db device approve "$(words_of l1.db | tr - ' ' | tr '[:lower:]' '[:upper:]')"
code_is approve__takes_any_separators_and_case 0
read -ra words <<<"$(words_of l2.db | tr - ' ')"
on hq.db device approve "${words[@]}"
code_is approve__takes_separate_words 0
on l1.db device approve "$(words_of l1.db)"
is approve__on_a_laptop_is_refused true "$([ "$code" != 0 ] && echo true)"
on hq.db --json export stick
is export__goes_to_every_approved_device 2 "$(json 'len(d["bundles"])')"
for n in 1 2; do
	on l$n.db --json merge stick
	code_is "merge__of_the_approval_by_laptop_$n" 0
done
on l1.db --json export stick
is export__before_confirming_holds_no_data 0 "$(json 'sum(b["records"] for b in d["bundles"])')"
on l1.db device confirm
code_is confirm__asks_a_person 2
for n in 1 2; do on l$n.db device confirm --yes; done
code_is confirm__is_possible 0

# --- an invitation that was swapped on the way -----------------------------------------------------
on evil.db init --registry --name Headquarters --no-passphrase
on evil.db invite evil.json
on l3.db init --invitation evil.json --name "Camp 3" --no-passphrase
mkdir evil-stick
on l3.db export evil-stick
on hq.db --json merge evil-stick
is swapped__request_is_for_somebody_else not_for_us "$(outcome .satchel)"
on hq.db device approve "$(words_of l3.db)"
tells swapped__words_differ 'Nothing was approved'
sed 's/"seal": "../"seal": "00/' stick/satchel-invitation.json >bent.json
on l4.db init --invitation bent.json --name "Camp 4" --no-passphrase
if [ "$code" = 0 ]; then
	on hq.db device approve "$(words_of l4.db)"
	tells bent__words_differ 'Nothing was approved'
else
	report 0 bent__words_differ
fi

# --- there and back --------------------------------------------------------------------------------
on l1.db invite more.invitation
tells laptop__invites_nobody 'only headquarters writes invitations'
on l1.db device approve "$(words_of l2.db)"
tells laptop__approves_nobody 'only headquarters approves laptops'
on hq.db device confirm --yes
tells headquarters__confirms_nothing 'headquarters has nothing to confirm'
on l1.db add community name=Aurukun
on l1.db add workshop title=Cairns start=2022-06
workshop=$out
for person in A B C; do
	on l1.db add person pseudonym=$person name="Name $person" community=Aurukun
	[ "$person" != A ] || person_a=$out
	on l1.db add participation person=$person workshop=Cairns
done
on l1.db consent record A attend_record=yes identity=yes demographics=yes
on l1.db consent record B attend_record=yes identity=no
on l1.db --json status
is status__counts_what_is_not_copied true "$(json 'd["peers"][0]["unsent"] > 0')"
is status__counts_what_is_withheld true "$(json 'd["withheld"] > 0')"
is status__names_headquarters Headquarters "$(json 'd["peers"][0]["name"]')"
rm -rf stick/satchel
on l1.db --json export stick
first=$(exported)
is export__tells_records true "$(json 'd["bundles"][0]["records"] > 0')"
is export__tells_what_is_withheld true "$(json 'd["bundles"][0]["withheld"] > 0')"
grep -Eqx '[a-z2-7]{16}\.satchel' <<<"$first"
report $? export__names_tell_nothing "$first"
is export__holds_nothing_readable 0 "$(grep -c -a -E 'Cairns|Aurukun|Camp' stick/satchel/*)"
on l1.db --json status
is status__copied_is_not_received true "$(json 'd["peers"][0]["copied"] > 0 and d["peers"][0]["received"] == 0')"
run --store none.db --json verify "stick/satchel/$first"
is verify__without_a_store_checks_the_form true "$(json 'd["ok"]')"
on hq.db --json verify "stick/satchel/$first"
is verify__checks_everything everything "$(json 'd["checked"] if d["ok"] else d["reason"]')"
on hq.db --json inspect "stick/satchel/$first"
code_is inspect__shows 0
on l2.db --json inspect "stick/satchel/$first"
is inspect__by_others_tells_no_sender false "$(json '"Camp 1" in json.dumps(d)')"
cp "stick/satchel/$first" first.satchel
on hq.db --json merge stick --reply
is merge__merges merged "$(outcome "$first")"
is merge__replies 1 "$(json 'len(d["replies"])')"
on hq.db --json list person
is hq__has_who_agreed "['A', 'B']" "$(json 'sorted(r["pseudonym"] for r in d["records"] if "pseudonym" in r)')"
is hq__has_names_of_who_agreed "['Name A']" "$(json '[r["name"] for r in d["records"] if "name" in r]')"
is hq__files_hold_no_other_name 0 "$(grep -c -a -E 'Name [BC]' hq.db)"
on hq.db --json show "$person_a"
is hq__knows_the_author 'Camp 1' "$(json 'd["fields"]["name"]["author"]')"
on l1.db --json merge stick
code_is laptop__takes_the_reply 0
on l1.db --json status
is status__received_means_received true \
	"$(json 'd["peers"][0]["received"] > 0 and d["peers"][0]["copied"] == 0 and d["peers"][0]["unsent"] == 0')"
is status__tells_when true "$(json 'd["peers"][0]["last_receipt"] is not None')"
is stick__confirmed_bundles_are_dropped gone "$([ -e "stick/satchel/$first" ] || echo gone)"
on hq.db --json merge first.satchel
is merge__again_is_a_duplicate duplicate "$(outcome first.satchel)"
code_is merge__again_is_no_fault 0

# --- others' changes, a conflict -------------------------------------------------------------------
mkdir stick2
on hq.db export stick2 --to "Camp 2"
on l2.db merge stick2
on l2.db --json list workshop title=Cairns
is laptop__gets_what_others_wrote "$workshop" "$(json 'd["records"][0]["id"]')"
on l1.db set "$workshop" place="Cairns, North Queensland"
on l2.db set "$workshop" place=Gimuy
on l1.db export stick
on l2.db export stick
on hq.db --json merge stick
is conflict__is_counted 1 "$(json 'sum(b["conflicts"] for b in d["bundles"])')"
on hq.db --json conflicts
is conflict__has_both_values "['Cairns, North Queensland', 'Gimuy']" \
	"$(json 'sorted(v["value"] for v in d["conflicts"][0]["values"])')"
is conflict__has_both_authors "['Camp 1', 'Camp 2']" \
	"$(json 'sorted(v["author"] for v in d["conflicts"][0]["values"])')"
on hq.db --json status
is conflict__is_in_the_status 1 "$(json 'd["conflicts"]')"
"$SATCHEL" --store hq.db dump workshop >workshop.csv 2>/dev/null
on hq.db --json import workshop workshop.csv
on hq.db --json conflicts
is conflict__survives_a_round_trip_of_tables 1 "$(json 'len(d["conflicts"])')"
on hq.db resolve "$workshop" place --keep 3
code_is resolve__of_another_number_is_wrong 2
on hq.db resolve "$workshop" title --keep 1
tells resolve__of_no_conflict_is_wrong 'not in conflict'
on hq.db resolve "$workshop" place --value "Cairns (Gimuy)"
on hq.db --json conflicts
is resolve__resolves 0 "$(json 'len(d["conflicts"])')"
on hq.db export stick
on l1.db merge stick
on l1.db --json list workshop title=Cairns
is resolve__travels "Cairns (Gimuy)" "$(json 'd["records"][0]["place"]')"

# --- stopping to share: what others wrote is hidden, one's own stays in sight ------------------------
on l1.db consent withdraw B attend_record
on l1.db export stick
on hq.db merge stick
on hq.db --json list person
is suspended__is_not_listed "['A']" "$(json '[r["pseudonym"] for r in d["records"] if "pseudonym" in r]')"
is suspended__has_a_reason 1 "$(json 'sum("pseudonym" in r.get("sat_not_shown", {}) for r in d["records"])')"
on hq.db --json list person pseudonym=B
is suspended__fits_no_filter 0 "$(json 'd["count"]')"
on hq.db --json search B
is suspended__is_not_found 0 "$(json 'd["count"]')"
on hq.db consent show B
code_is suspended__is_not_found_out_by_its_title 2
# guess NAME: asks a copy of the store by writing, which must not tell either
guess() { cp hq.db "$1.db" && cp hq.db.key "$1.db.key"; }
guess add
on add.db --json add person pseudonym=B
is suspended__is_not_found_out_by_a_namesake "[]" "$(json 'd["namesakes"]')"
guess import
printf 'pseudonym\nB\n' >guess.csv
on import.db import person guess.csv
code_is suspended__is_not_found_out_by_an_import 0
on hq.db dump person
is suspended__is_not_dumped 0 "$(grep -c ',B,' out.txt)"
on l1.db --json list person pseudonym=B
is suspended__is_in_sight_of_its_author 1 "$(json 'd["count"]')"
on l1.db consent record B attend_record=yes
on l1.db export stick
on hq.db merge stick
on hq.db --json list person pseudonym=B
is suspended__comes_back_with_a_yes 1 "$(json 'd["count"]')"

# --- taking back -----------------------------------------------------------------------------------
on l1.db consent withdraw A identity --final --yes
on l1.db export stick
on hq.db merge stick
on hq.db --json list person
is withdrawn__is_gone_at_headquarters "[]" "$(json '[r["name"] for r in d["records"] if "name" in r]')"
is withdrawn__is_gone_from_the_file 0 "$(grep -c -a 'Name A' hq.db)"

# --- bad bundles -----------------------------------------------------------------------------------
mkdir -p bad/satchel
on l1.db add workshop title=Later
on l1.db --json export bad
good=bad/satchel/$(exported)
cp "$good" good.bin
# attempt NAME EXPECTED: good.bin was bent into bad.satchel, which a copy of headquarters merges.
attempt() {
	cp hq.db try.db
	cp hq.db.key try.db.key
	local before
	before=$("$SATCHEL" --store try.db --json list workshop)
	on try.db --json merge bad.satchel
	grep -Eqx "$2" <<<"$(outcome bad.satchel)"
	report $? "bad__$1_is_refused" "outcome: $(outcome bad.satchel)"
	is "bad__$1_has_a_sentence" true "$(json 'len(d["bundles"][0]["reason"] or "") > 20')"
	code_is "bad__$1_is_an_exit_code" 1
	[ "$(outcome bad.satchel)" = salvaged ] ||
		is "bad__$1_changes_nothing" "$before" "$("$SATCHEL" --store try.db --json list workshop)"
}
head -c 60 good.bin >bad.satchel
attempt truncated_header damaged
head -c $(($(stat -c %s good.bin) / 3)) good.bin >bad.satchel
attempt truncated 'damaged|salvaged'
tells bad__truncated_says_what_to_do 'damaged: .*Nothing was merged from it. Copy it again from where it is whole|part'
: >bad.satchel
attempt empty damaged
tells bad__empty_says_what_happened_in_one_sentence_each \
	'damaged: it is empty, since copying it was not finished. Nothing was merged from it. Copy it again'
head -c 100000 /dev/urandom >bad.satchel
attempt random 'damaged|not_for_us|too_new'
bend() { python3 -c 'import sys
data = bytearray(open("good.bin", "rb").read()); data[int(sys.argv[1])] ^= 1
open("bad.satchel", "wb").write(data)' "$1"; }
# Header and manifest stand at both ends, so one bent copy costs nothing.
bend 2
attempt bent_magic salvaged
tells bad__bent_magic_lost_nothing 'damaged, but everything that it brought could be read and is merged. Nothing has to be sent'
bend 100
attempt bent_header salvaged
head -c -1 good.bin >bad.satchel
attempt one_byte_short salvaged
is bad__nothing_lost_is_not_counted false "$(json '" 0 of" in d["bundles"][0]["reason"]')"
bend $(($(stat -c %s good.bin) / 2))
attempt bent_middle 'damaged|salvaged'
on l2.db --json merge "$good"
is bad__addressed_to_another_is_not_for_us not_for_us "$(outcome .satchel)"
code_is bad__named_alone_and_not_for_us_is_an_exit_code 1
on l2.db merge "$good"
tells bad__is_told_in_a_sentence_without_a_name_for_scripts 'satchel: This bundle is sealed to somebody else'
mkdir -p bad/satchel/folder.satchel
echo "my holiday" >bad/satchel/notes.txt
ln -s /etc/passwd bad/satchel/link.satchel
on hq.db --json merge bad
is bad__neighbours_do_not_stop_a_good_one merged "$(outcome "$(basename "$good")")"
is bad__foreign_files_stay true \
	"$([ -f bad/satchel/notes.txt ] && [ -d bad/satchel/folder.satchel ] && [ -L bad/satchel/link.satchel ] && echo true)"
tells bad__foreign_files_are_named 'folder.satchel was left alone'
# What bears the name of a bundle and cannot be one is told to scripts too.
mkdir -p broken/satchel
: >broken/satchel/aaaa.satchel
truncate -s 5G broken/satchel/bbbb.satchel
echo x >broken/satchel/note.txt
on hq.db --json merge broken
code_is bad__broken_in_a_folder_is_an_exit_code 1
is bad__broken_in_a_folder_is_told_to_scripts "['damaged', 'damaged']" "$(json '[b["outcome"] for b in d["bundles"]]')"
tells bad__empty_in_a_folder_says_so 'aaaa.satchel: This is no whole bundle: an empty file, since copying it was interrupted; it can'
tells bad__large_in_a_folder_says_so 'bbbb.satchel: This is no whole bundle: too large to be a bundle. Nothing was merged'
on hq.db --json merge broken/satchel/bbbb.satchel
code_is bad__large_by_itself_is_an_exit_code 1
tells bad__large_by_itself_says_so 'it is larger than any bundle'
cp good.bin bad.satchel
on hq.db --json verify bad.satchel
is verify__of_a_whole_one true "$(json 'd["ok"]')"
bend $(($(stat -c %s good.bin) / 2))
on hq.db --json verify bad.satchel
is verify__of_a_bent_one false "$(json 'd["ok"]')"
code_is verify__of_a_bent_one_is_an_exit_code 1
on hq.db merge nowhere
code_is stick__that_is_not_there_is_a_failure 3
on l1.db export nowhere
code_is stick__that_vanished_is_a_failure 3
mkdir nothing
on hq.db --json merge nothing
is stick__without_bundles_is_fine 0 "$(json 'len(d["bundles"])')"

# --- headquarters restored, laptop revoked ---------------------------------------------------------
on hq.db backup hq-copy.db
on l1.db add workshop title="After the backup"
on l1.db export stick
on hq.db merge stick
rm hq.db hq.db.key
on hq.db restore hq-copy.db
code_is restored__headquarters_opens 0
on hq.db merge stick --reply
on hq.db --json list workshop "title=After the backup"
is restored__headquarters_gets_what_it_missed 1 "$(json 'd["count"]')"
on l1.db merge stick
on hq.db device revoke "Camp 1"
code_is revoke__asks_first 2
on hq.db device revoke "Camp 1" --yes
code_is revoke__revokes 0
on l1.db add workshop title="After the revocation"
mkdir late
on l1.db --json export late
late=$(exported)
on hq.db --json merge late
is revoked__is_set_aside revoked "$(outcome "$late")"
code_is revoked__is_an_exit_code 1
on hq.db --json list workshop "title=After the revocation"
is revoked__brings_nothing 0 "$(json 'd["count"]')"
on hq.db --json quarantine
is quarantine__lists_it 'Camp 1' "$(json 'd["quarantine"][0]["sender"] if d["quarantine"] else "none"')"
is quarantine__counts_one_entry_as_one "1 entry written after the laptop was revoked, no decision about consent among them" \
	"$(json 'd["quarantine"][0]["reason"]')"
on hq.db --json list workshop title=Cairns
is revoked__keeps_what_came_before 1 "$(json 'd["count"]')"
on old.db restore hq-copy.db
on l2.db add community name=New
on l2.db --json export late --compact --small
compact=$(exported)
on hq.db --json merge late
is compact__form_is_merged merged "$(outcome "$compact")"
on hq.db doctor
code_is doctor__finds_nothing_at_headquarters 0
t_end
