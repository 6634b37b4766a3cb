#!/bin/bash
# Exit codes: every command's every failure that can be brought about, as the man page says.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

# exits CODE NAME ARGUMENTS...: the program ends with this code, says why, and with 2 or 3 nothing changed
exits() {
	local expected=$1 name=$2 before
	shift 2
	[ "$expected" -lt 2 ] || before=$(everything)
	run "$@"
	code_is "$name" "$expected"
	[ "$expected" = 0 ] || is "${name}__has_a_sentence" true "$([ ${#err} -gt 20 ] || [ ${#out} -gt 20 ] && echo true)"
	[ "$expected" -ge 2 ] || return
	is "${name}__changes_nothing" "$before" "$(everything)"
	run --json "$@"
	is "${name}__is_told_to_scripts" true "$(one_object '.error | (.code | length) > 0 and (.message | length) > 20')"
}
# one_object FILTER: true when the latest output is one JSON object of which the filter is true
one_object() { jq -s "length == 1 and (.[0] | type == \"object\" and ($1))" out.txt 2>&1; }

# A command that changes nothing writes nothing: the files are the same to the byte.
everything() { cat hq.db camp.db 2>/dev/null | md5sum; }

run --store hq.db init --registry --name Headquarters --no-passphrase
run --store hq.db invite invitation.json
run --store camp.db init --invitation invitation.json --name Camp --no-passphrase
export SATCHEL_STORE=hq.db
run add person pseudonym=P1
run add workshop title=Cairns start=2022-06
workshop=$out
mkdir STICK
echo "my holiday" >file.txt
printf 'title\nBad,x\n' >bad.csv
printf 'title\nGood\n' >good.csv

# --- 0: nothing to do is no fault ------------------------------------------------------------------
exits 0 nothing__is_listed list note
exits 0 nothing__is_found search zebra
exits 0 nothing__is_to_change set "$workshop" start=2022-06
exits 0 nothing__is_to_export export STICK
exits 0 nothing__is_to_merge merge STICK
exits 0 nothing__is_in_conflict conflicts
exits 0 nothing__was_set_aside quarantine
exits 0 withheld__is_no_fault dump person
exits 0 help__is_answered consent record --help

# Each answers scripts with one object too, where it reads and where it writes.
answers() {
	local name=$1 filter=$2
	shift 2
	run --json "$@"
	code_is "json__of_$name" 0
	is "json__of_${name}_is_one_object" true "$(one_object "$filter")"
}
answers help '.help | startswith("Usage: satchel [")' --help
answers help_by_a_word '.help | startswith("Usage: satchel [")' help
answers version '. == {version: .version} and (.version | test("^[0-9.]+$"))' --version
for command in init invite device add set show list search erase import dump "consent record" "consent show" \
	"consent withdraw" "consent receipt" "consent document" "consent verify" export merge verify inspect status \
	conflicts resolve quarantine doctor backup restore; do
	# shellcheck disable=SC2086 # a verb is a word of its own
	answers "help_of_${command// /_}" ". == {help: .help} and (.help | startswith(\"Usage: satchel $command\"))" $command --help
done
run --version
prints version__is_told_to_people '^satchel [0-9.]+$'
answers status '.revoked == false and .pending == 0 and (.peers | length) == 0' status
answers device_list '.devices[0].state == "self"' device list
answers list '.count == 1 and (.records | length) == 1' list workshop
answers show '.kind == "workshop" and .fields.title.value == "Cairns"' show "$workshop"
answers search '.count == 1 and .records[0].sat_kind == "workshop"' search cairns
answers dump '.count == 1 and .records[0].title == "Cairns"' dump workshop
answers add '.id and .namesakes == []' add person pseudonym=P2
answers set '.changed == 1' set "$workshop" place=Gimuy
answers import '.added == 1 and .same == 0 and .first_same == null and .bad == []' import workshop good.csv
answers consent_record '.decisions[0].event == "given"' consent record P2 identity=yes
answers consent_show '.decisions[0].purpose == "identity" and (.purposes | length) > 5' consent show P2
answers consent_receipt '.answers[0].answer == "yes" and .taken_back == [] and .held_by[0].here' consent receipt P2
answers consent_document '.file == "p2.json" and .decisions == 1' consent document P2 p2.json
answers consent_verify '.ok and .our_registry and .records[0].purpose == "identity"' consent verify p2.json
answers consent_withdraw '.final and .erases == []' consent withdraw P2 identity --final --yes
answers conflicts '.conflicts == []' conflicts
answers quarantine '.quarantine == []' quarantine
answers doctor '.ok and .problems == []' doctor
answers export '.bundles == [] and .revoked == false' export STICK
answers merge '.bundles == [] and .replies == []' merge STICK
answers invite '.role == "facilitator"' invite second.json
answers init '.words and .name == "Second"' --store second.db init --invitation second.json --name Second --no-passphrase
answers confirm '.words' --store second.db device confirm --yes
answers request '.bundles[0].request' --store second.db export STICK
answers inspect '.whole and .for_us' inspect STICK/satchel/*
answers verify '.ok and .checked == "everything"' verify STICK/satchel/*
answers enrolment '.bundles[0].outcome == "enrolment"' merge STICK
answers backup '.file and .key' backup answered.db
answers restore '.name == "Headquarters"' --store restored.db restore answered.db
rm -r STICK/satchel

# --- 2: usage, and values and names that do not fit --------------------------------------------------
exits 2 usage__no_command
exits 2 usage__unknown_command frobnicate
exits 2 usage__unknown_option list workshop --frob
exits 2 usage__option_without_its_argument list workshop --store
exits 2 usage__number_that_is_none init --registry --name X --kdf-ms many
exits 2 usage__unknown_verb_of_device device frob
exits 2 usage__unknown_verb_of_consent consent frob
exits 2 usage__unknown_verb_of_quarantine quarantine frob abcd
for command in add set show list search erase import dump consent export merge verify inspect resolve device \
	invite backup restore "consent record" "consent show" "consent withdraw" "consent receipt" "consent document" \
	"consent verify" "quarantine accept"; do
	# shellcheck disable=SC2086 # a verb is a word of its own
	exits 2 "usage__${command// /_}_without_words" $command
done
for command in status conflicts doctor init; do
	exits 2 "usage__${command}_with_a_word" $command word
done
exits 2 init__over_a_store init --registry --name Again --no-passphrase
exits 2 init__without_a_role --store x.db init --name X
exits 2 init__with_a_programme_that_is_none --store x.db init --registry --name X --no-passphrase --programme file.txt
exits 2 invite__over_a_file invite invitation.json
exits 2 invite__for_an_unknown_role invite x.json --role boss
exits 2 invite__from_a_laptop --store camp.db invite x.json
exits 2 approve__of_nobodys_words device approve babab-babab-babab-babab-babab-babab
exits 2 approve__of_what_are_no_words device approve one two
exits 2 approve__on_a_laptop --store camp.db device approve babab-babab-babab-babab-babab-babab
exits 2 confirm__without_a_person --store camp.db device confirm
exits 2 confirm__at_headquarters device confirm --yes
exits 2 revoke__of_nobody device revoke Nobody --yes
exits 2 revoke__of_headquarters device revoke Headquarters --yes
exits 2 revoke__on_a_laptop --store camp.db device revoke Headquarters --yes
exits 2 add__of_an_unknown_kind add building title=X
exits 2 add__of_an_unknown_field add workshop tittle=X
exits 2 add__of_a_wrong_value add workshop title=X start=June
exits 2 add__without_a_required_field add workshop start=2022
exits 2 set__of_an_unknown_record set 0123456789abcdef-7 title=X
exits 2 set__of_what_is_no_id set Cairns title=X
tells set__of_what_is_no_id_says_where_ids_are 'satchel search'
exits 2 set__of_a_required_field_to_nothing set "$workshop" title=
exits 2 show__of_an_unknown_record show 0123456789abcdef-7
exits 2 list__of_an_unknown_kind list building
exits 2 list__of_an_unknown_field list workshop colour=red
exits 2 search__for_no_word search '"'
exits 2 erase__of_an_unknown_record erase 0123456789abcdef-7 --yes
exits 2 erase__without_a_person erase "$workshop"
exits 2 import__of_an_unknown_kind import building good.csv
exits 2 import__of_a_column_that_is_no_field import note good.csv
exits 2 import__of_an_option_that_names_no_column import workshop good.csv --map x=title
exits 2 import__of_half_an_option import workshop good.csv --map title
tells import__of_half_an_option_says_what_is_missing 'map takes COLUMN=FIELD'
exits 2 dump__of_an_unknown_kind dump building
exits 2 dump__in_an_unknown_form dump workshop --format xml
exits 2 consent__of_nobody consent record Nobody identity=yes
exits 2 consent__of_a_workshop consent record "$workshop" identity=yes
exits 2 consent__of_an_unknown_purpose consent record P1 mining=yes
exits 2 consent__of_an_unknown_event consent record P1 identity=maybe
exits 2 consent__with_an_unknown_recipient consent record P1 identity=yes --recipients me
exits 2 withdraw__of_an_unknown_purpose consent withdraw P1 mining
exits 2 withdraw__without_a_person consent withdraw P1 identity --final
exits 2 export__to_nobody export STICK --to Nobody
exits 2 export__to_itself export STICK --to Headquarters
exits 2 verify__of_a_folder verify STICK
exits 2 inspect__of_a_folder inspect STICK
exits 2 resolve__without_a_choice resolve "$workshop" title
exits 2 resolve__of_no_conflict resolve "$workshop" title --keep 1
exits 2 quarantine__of_nothing quarantine accept abcdef
exits 2 backup__over_a_file backup file.txt
exits 2 restore__over_a_store restore file.txt

# --- 3: the store, its key, the medium ----------------------------------------------------------------
for command in "list workshop" "add workshop title=X" "show $workshop" "search x" "dump person" status conflicts \
	quarantine doctor "device list" "invite x.json" "export STICK" "merge STICK" "backup x.db" \
	"import workshop good.csv" "consent show P1" "consent receipt P1" "consent record P1 identity=yes" "erase $workshop --yes"; do
	# shellcheck disable=SC2086 # the words of a command
	exits 3 "store__missing_for_${command%% *}" --store none.db $command
done
exits 3 store__that_is_none --store file.txt list workshop
exits 3 init__where_nothing_can_be_written --store nowhere/x.db init --registry --name X --no-passphrase
exits 3 init__without_its_programme --store x.db init --registry --name X --no-passphrase --programme nowhere.json
exits 3 init__without_its_invitation --store x.db init --invitation nowhere.json --name X --no-passphrase
exits 3 init__with_a_damaged_invitation --store x.db init --invitation file.txt --name X --no-passphrase
exits 3 init__without_a_way_to_a_passphrase --store x.db init --registry --name X
exits 3 invite__where_nothing_can_be_written invite nowhere/x.json
exits 3 import__without_its_file import workshop nowhere.csv
exits 3 import__of_a_folder import workshop .
exits 3 export__without_its_stick export nowhere
exits 3 export__to_a_file export file.txt
exits 3 merge__without_its_stick merge nowhere
exits 3 verify__without_its_file verify nowhere
exits 3 inspect__without_its_file inspect nowhere
exits 3 courier__verify_without_its_file --store none.db verify nowhere
exits 3 backup__where_nothing_can_be_written backup nowhere/x.db
tells backup__where_nothing_can_be_written_says_what_to_do 'is the stick in'
exits 3 restore__without_its_backup --store x.db restore nowhere.db
tells restore__without_its_backup_names_it 'no backup nowhere.db'
run backup copy.db
mv copy.db.key away.key
exits 3 restore__without_its_key --store x.db restore copy.db
tells restore__without_its_key_says_so 'two files, and copy.db.key is not there'
is restore__failed_leaves_nothing "" "$(ls x.db x.db.key 2>/dev/null)"
mv hq.db.key away.key
exits 3 key__missing consent record P1 identity=yes
exits 3 key__missing_for_export export STICK
exits 3 key__missing_for_merge merge STICK
exits 3 key__missing_for_quarantine quarantine accept abcdef
cp camp.db.key hq.db.key
exits 3 key__of_another_store consent record P1 identity=yes
mv away.key hq.db.key
"$SATCHEL" dump workshop >/dev/full 2>err.txt
code=$?
code_is output__that_cannot_be_written 3

# --- 1: refused or set aside; the rest is done --------------------------------------------------------
run --store camp.db export STICK
run merge STICK
exits 1 export__to_who_is_not_approved export STICK --to Camp
run device approve "$("$SATCHEL" --store camp.db --json device list | python3 -c 'import json, sys
print(next(x["words"] for x in json.load(sys.stdin)["devices"] if x["role"] == "registry"))')"
run export STICK
run --store camp.db merge STICK
exits 1 export__before_the_words_are_confirmed --store camp.db export STICK
run --store camp.db device confirm --yes
run --store camp.db add workshop title=Camp
rm -r STICK/satchel
run --store camp.db export STICK
mkdir SECOND
exits 3 merge__with_a_path_that_is_not_there merge STICK nowhere
exits 1 merge__of_what_is_no_bundle merge file.txt STICK
is merge__of_what_is_no_bundle_takes_the_rest 1 "$("$SATCHEL" --json list workshop title=Camp | python3 -c 'import json, sys
print(json.load(sys.stdin)["count"])')"
exits 1 verify__of_what_is_no_bundle verify file.txt
tells verify__of_what_is_no_bundle_says_so 'no Satchel bundle'
exits 1 inspect__of_what_is_no_bundle inspect file.txt
exits 0 inspect__of_others_bundle --store camp.db inspect STICK/satchel/*
exits 1 import__of_bad_rows import workshop bad.csv
printf 'title\nBetter\n""\n' >partly.csv
exits 1 import__of_good_rows_among_bad_ones import workshop partly.csv --skip-bad
prints import__of_good_rows_among_bad_ones_does_the_rest 'Imported 1 new record'
exits 1 import__of_rows_that_are_here import workshop good.csv
run --json import workshop good.csv
is import__of_rows_that_are_here_is_told_to_scripts true "$(one_object '.error.code == "refused" and .same == 1')"
run --json import workshop bad.csv
is import__of_bad_rows_is_told_to_scripts true "$(one_object '.error.code == "refused" and .bad_count == 1')"
typed no erase "$workshop"
code_is answer__another_word_is_a_refusal 1
tells answer__another_word_changes_nothing 'nothing was changed'
exits 0 answer__another_word_left_the_record show "$workshop"
chmod 644 hq.db.key
exits 1 doctor__finds_a_problem doctor
chmod 600 hq.db.key
exits 0 doctor__finds_none doctor
run device revoke Camp --yes
exits 2 revoke__twice device revoke Camp --yes
run --store camp.db add workshop title=Late
run --store camp.db export SECOND
exits 1 merge__of_a_revoked_laptop merge SECOND
exits 2 quarantine__on_a_laptop --store camp.db quarantine accept abcdef
t_end
