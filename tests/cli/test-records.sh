#!/bin/bash
# Records by hand: adding, changing, showing, listing, searching, erasing; keys, backups, usage.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

# --- a store ---------------------------------------------------------------------------------------
run --version
code_is version__is_told 0
run --help
prints help__lists_commands 'consent'
run frobnicate
code_is command__unknown_is_wrong_usage 2
run --json frobnicate
is command__unknown_gives_one_json_object usage "$(json 'd["error"]["code"]')"
run list workshop
code_is store__missing_is_a_failure 3
tells store__missing_says_what_to_do 'satchel init'

echo "correct horse battery staple" >pass.txt
echo "another one" >wrong.txt
export SATCHEL_PASSPHRASE_FILE=$t_dir/pass.txt
on hq.db --json init --registry --name Headquarters --kdf-ms 1
code_is init__makes_a_store 0
is init__tells_the_replica 32 "$(json 'len(d["replica"])')"
recovery=$(json 'd["recovery"]')
is init__tells_a_recovery_code 8 "$(json 'len(d["recovery"].split("-"))')"
is key__is_closed_to_others 600 "$(stat -c %a hq.db.key)"
before=$(md5sum hq.db hq.db.key)
on hq.db init --registry --name Again --no-passphrase
code_is init__refuses_to_overwrite 2
is init__leaves_what_is_there "$before" "$(md5sum hq.db hq.db.key)"
on x.db init --name "No role"
code_is init__needs_a_role 2
on x.db init --registry
code_is init__needs_a_name 2
on x.db init --registry --name X --programme "$t_dir/pass.txt" --no-passphrase
code_is init__of_a_bad_programme_fails 2
is init__leaves_nothing_when_it_fails "" "$(ls x.db x.db.key 2>/dev/null)"
on x.db init --invitation pass.txt --name X --no-passphrase
is init__of_a_bad_invitation_fails true "$([ "$code" != 0 ] && echo true)"
is init__of_a_bad_invitation_leaves_nothing "" "$(ls x.db x.db.key 2>/dev/null)"

# --- keys ------------------------------------------------------------------------------------------
on hq.db --json add person pseudonym=K
code_is add__answers_with_an_id 0
SATCHEL_PASSPHRASE_FILE=$t_dir/wrong.txt on hq.db --json consent record K attend_record=yes
code_is passphrase__wrong_is_a_failure 3
is passphrase__wrong_is_told passphrase "$(json 'd["error"]["code"]')"
echo "$recovery" >recovery.txt
SATCHEL_PASSPHRASE_FILE=$t_dir/recovery.txt on hq.db consent record K attend_record=yes
code_is recovery_code__opens_the_key 0
SATCHEL_PASSPHRASE_FILE=$t_dir/nowhere.txt on hq.db consent record K identity=yes
code_is passphrase_file__missing_is_a_failure 3
mv hq.db.key away.key
on hq.db consent record K identity=yes
code_is key__missing_is_a_failure 3
head -c 100 away.key >hq.db.key
on hq.db consent record K identity=yes
code_is key__cut_short_is_a_failure 3
mv away.key hq.db.key
on hq.db consent record K identity=yes
code_is passphrase__right_opens_the_key 0

# --- adding ----------------------------------------------------------------------------------------
on hq.db --json add community name=Aurukun
aurukun=$(json 'd["id"]')
grep -Eqx '[0-9a-f]{16}-[0-9]+' <<<"$aurukun"
report $? add__gives_an_id "$aurukun"
on hq.db add workshop title="Words, \"quoted\" – ngaya wik" start=2022-06 headcount_manual=40 format=in_person
code_is add__takes_unicode_and_partial_dates 0
workshop=$out
on hq.db --json list workshop
is list__gives_values_as_written "Words, \"quoted\" – ngaya wik" "$(json 'd["records"][0]["title"]')"
is list__gives_integers_as_numbers 41 "$(json 'd["records"][0]["headcount_manual"] + 1')"
on hq.db add workshop start=2022-06
code_is add__without_a_required_field_is_wrong 2
tells add__names_the_missing_field 'title'
on hq.db add workshop title=X start=2022-13
tells add__refuses_wrong_dates '2022-13.*date'
on hq.db add workshop title=X format=by_post
tells add__names_the_choices 'in_person, online, hybrid'
on hq.db add workshop title=X colour=red
tells add__names_the_fields 'no field.*title'
on hq.db add building title=X
tells add__names_the_kinds 'there is no kind.*workshop'
on hq.db add workshop title=X title=Y
code_is add__refuses_a_field_twice 2
on hq.db add workshop title
code_is add__refuses_what_is_no_assignment 2
on hq.db add workshop title=X headcount_manual=many
tells add__refuses_words_for_numbers 'number'
on hq.db add workshop "title=$(printf '\xff\xfe')"
tells add__refuses_invalid_utf8 'UTF-8'
on hq.db add consent subject=K
tells add__of_a_decision_says_where 'consent record'
on hq.db --json list Workshop TITLE="Words, \"quoted\" – ngaya wik"
is names__of_kinds_and_fields_may_have_capitals 1 "$(json 'd["count"]')"
is names__are_told_as_the_programme_has_them workshop "$(json 'd["kind"]')"
on hq.db add workshop title=X Title=Y
tells names__that_differ_in_case_are_one_field 'title was given twice'
on hq.db add Building title=X
tells names__unknown_are_told_as_typed 'no kind "Building"'
on hq.db --json list workshop
is add__refused_adds_nothing 1 "$(json 'd["count"]')"

# --- people of one name ----------------------------------------------------------------------------
on hq.db --json add person "pseudonym=Participant 0417"
first=$(json 'd["id"]')
is namesake__of_nobody_is_nobody "[]" "$(json 'd["namesakes"]')"
is namesake__of_nobody_is_no_remark "" "$err"
on hq.db --json add person "pseudonym= participant 0417 "
code_is namesake__is_added_all_the_same 0
second=$(json 'd["id"]')
tells namesake__is_told_with_the_other_id "another person with this pseudonym is here already: $first"
is namesake__is_told_to_scripts "['$first']" "$(json 'd["namesakes"]')"
on hq.db --json add person "pseudonym=PARTICIPANT 0417"
is namesake__all_are_told "['$first', '$second']" "$(json 'd["namesakes"]')"
on hq.db --json add person "pseudonym=Participant 041"
is namesake__is_not_who_begins_alike "[]" "$(json 'd["namesakes"]')"
on hq.db --quiet add person "pseudonym=Participant 0417"
is namesake__is_not_told_to_those_who_want_quiet "" "$err"
on hq.db add organisation name=Three
on hq.db add organisation name=Three
is namesake__is_about_people "" "$err"
cat >members.json <<'JSON'
{ "satchel_programme": 1, "name": "members", "version": 1, "language": "en",
  "purposes": [ { "name": "roll", "label": { "en": "Be on the roll" } } ],
  "kinds": [ { "name": "member", "label": { "en": "Member" }, "person": true, "title": "badge",
               "fields": [ { "name": "badge", "type": "text", "label": { "en": "Badge" }, "needs": [ "roll" ] },
                           { "name": "note", "type": "text", "label": { "en": "Note" } } ] } ] }
JSON
on members.db init --registry --name Roll --programme members.json --no-passphrase
on members.db add member badge=B7 note=Same
on members.db --json add member badge=b8 note=Same
is namesake__is_who_has_the_title_that_the_programme_names 0 "$(json 'len(d["namesakes"])')"
on members.db add member badge=b7
tells namesake__is_told_in_the_words_of_the_programme 'another member with this badge'

# --- numbers ---------------------------------------------------------------------------------------
cat >gauges.json <<'JSON'
{ "satchel_programme": 1, "name": "gauges", "version": 1, "language": "en",
  "purposes": [ { "name": "any", "label": { "en": "Any" } } ],
  "kinds": [ { "name": "gauge", "label": { "en": "Gauge" }, "title": "name",
               "fields": [ { "name": "name", "type": "text", "label": { "en": "Name" } },
                           { "name": "depth", "type": "real", "label": { "en": "Depth" } } ] } ] }
JSON
on gauges.db init --registry --name Gauges --programme gauges.json --no-passphrase
on gauges.db add gauge name=One depth=3.5
gauge=$out
for number in inf -inf nan 1e999; do
	on gauges.db set "$gauge" "depth=$number"
	code_is "number__${number}_is_refused" 2
done
on gauges.db set "$gauge" depth=inf
tells number__that_is_infinite_says_how_to_write_one '"inf" is no number that can be recorded: write it like 3.5'
printf 'name,depth\nTwo,inf\n' >gauges.csv
on gauges.db import gauge gauges.csv
code_is number__that_is_infinite_is_refused_in_tables 1
# What another program may have brought is read again out of a dump.
printf 'id,depth\n%s,-inf\n' "$gauge" >gauges.csv
on gauges.db import gauge gauges.csv
code_is number__that_is_infinite_stands_in_dumps 0
on gauges.db --json list gauge
is number__that_is_infinite_is_text_for_scripts -inf "$(json 'd["records"][0]["depth"]')"

# --- references ------------------------------------------------------------------------------------
on hq.db --json add person pseudonym=P1 name="Participant 0032" community=Aurukun
p1=$(json 'd["id"]')
code_is reference__by_title_is_found 0
on hq.db --json list person "community=$aurukun"
is reference__is_the_record "$p1" "$(json 'd["records"][0]["id"]')"
on hq.db --json list person "community=Aurukun" gender=woman
is list__needs_all_filters 0 "$(json 'd["count"]')"
on hq.db add person pseudonym=P2 community=Nowhere
tells reference__to_nothing_is_refused 'no community titled'
on hq.db add person pseudonym=P2 "community=$workshop"
tells reference__to_another_kind_is_refused 'kind workshop'
on hq.db add community name=Twin
twin1=$out
on hq.db add community name=Twin
on hq.db add person pseudonym=P2 community=Twin
tells reference__ambiguous_names_the_candidates "$twin1"
on hq.db add organisation name=One
on hq.db add organisation name=Two
on hq.db --json set "$workshop" "guest_organisations=One; Two"
is references__are_separated_by_semicolons 1 "$(json 'd["changed"]')"
on hq.db --json list workshop guest_organisations=Two
is references__are_filtered_by_member 1 "$(json 'd["count"]')"

# --- changing, showing, searching ------------------------------------------------------------------
on hq.db --json set "$workshop" headcount_manual=40
is set__of_the_same_changes_nothing 0 "$(json 'd["changed"]')"
on hq.db --json set "$workshop" headcount_manual=41 status=held
is set__counts_fields 2 "$(json 'd["changed"]')"
on hq.db --json set "$workshop" status=
on hq.db --json show "$workshop"
is set__empties null "$(json 'd["fields"]["status"]["value"]')"
is show__names_the_author Headquarters "$(json 'd["fields"]["title"]["author"]')"
is show__tells_the_claimed_time 20 "$(json 'len(d["fields"]["title"]["claimed_time"])')"
is show__says_what_is_shared true "$(json 'd["fields"]["title"]["shared"]')"
on hq.db set "$workshop" title=
code_is set__keeps_required_fields 2
on hq.db --json show "$p1"
is show__says_what_is_kept_back false "$(json 'd["fields"]["name"]["shared"]')"
is show__says_why_it_is_kept_back true "$(json '"identity" in d["fields"]["name"]["kept_back"]')"
on hq.db show "${p1%%-*}-999999"
code_is show__of_nothing_is_wrong 2
on hq.db show "not-an-id"
code_is show__of_no_id_is_wrong 2
on hq.db --json search QUOTED wik
is search__finds_words_of_any_case "$workshop" "$(json 'd["records"][0]["id"]')"
on hq.db --json search quoted '"OR"' 'NEAR('
is search__knows_no_query_language 0 "$(json 'd["count"]')"
on hq.db search '"'
code_is search__needs_a_word 2
on hq.db --json set "$workshop" "title=$(printf 'red\033[31malert')"
on hq.db list workshop
is output__steers_no_terminal 0 "$(grep -c "$(printf '\033')" out.txt)"
on hq.db set "$workshop" title=Plain
on hq.db --json search quoted
is search__forgets_what_was_overwritten 0 "$(json 'd["count"]')"
big=$(head -c 1048576 /dev/zero | tr '\0' 'x' | fold -w 100000 | head -1)
on hq.db set "$workshop" "aim=$big"
code_is set__takes_long_text 0

# --- consent ---------------------------------------------------------------------------------------
on hq.db --json consent record P1 attend_record=yes identity=later demographics=no --method oral --witness "Witness 0007"
is consent__of_several_is_recorded 3 "$(json 'len(d["decisions"])')"
on hq.db --json consent show P1
answers='{p["purpose"]: p["answer"] for p in d["purposes"]}'
is consent__yes_permits permitted "$(json "${answers}[\"attend_record\"]")"
is consent__later_suspends suspended "$(json "${answers}[\"identity\"]")"
is consent__unasked_is_no suspended "$(json "${answers}[\"photo\"]")"
is consent__keeps_details "Witness 0007" "$(json 'd["decisions"][0]["details"]["witness"]')"
on hq.db --json consent record P1 Identity=Yes --recipients "registry facilitator registry"
on hq.db --json consent show P1
is consent__later_yes_permits permitted "$(json "${answers}[\"identity\"]")"
is consent__earlier_word_no_longer_stands false \
	"$(json '[x["head"] for x in d["decisions"] if x["event"] == "deferred"][0]')"
is consent__recipients_are_sorted "facilitator registry" "$(json 'd["decisions"][-1]["recipients"]')"
on hq.db consent record P1 mining=yes
tells consent__to_mining_does_not_exist 'no purpose'
on hq.db consent record P1 identity=maybe
tells consent__unknown_event_is_refused 'no event'
on hq.db consent record P1 identity=yes --method telepathy
tells consent__unknown_method_names_the_known 'written, oral, recorded, gesture'
on hq.db consent record P1 identity=yes --recipients headquarters
tells consent__unknown_recipient_is_refused 'no recipient'
on hq.db consent record P1 identity=yes --until 2030-01
tells consent__until_needs_a_whole_date 'full date'
on hq.db consent record Nobody identity=yes
code_is consent__of_nobody_is_refused 2
on hq.db consent record P1 identity=withdrawn
tells consent__withdrawal_has_its_own_verb 'consent withdraw'
on hq.db --json consent withdraw P1 identity
on hq.db --json consent show P1
is withdraw__suspends suspended "$(json "${answers}[\"identity\"]")"
on hq.db --json list person pseudonym=P1
is withdraw__keeps_own_values "Participant 0032" "$(json 'd["records"][0].get("name")')"
on hq.db consent withdraw P1 identity --final
code_is withdraw__final_asks_first 2
on hq.db --json consent withdraw P1 identity --final --yes
is withdraw__final_says_what_goes name "$(json 'd["erases"][0]["fields"][0]')"
on hq.db --json show "$p1"
is withdraw__final_erases true "$(json '"erased" in d["fields"]["name"].get("not_shown", "")')"
on hq.db --json search "Participant 0032"
is withdraw__final_reaches_the_search_index 0 "$(json 'd["count"]')"
is withdraw__final_leaves_nothing_in_the_file 0 "$(grep -c "Participant 0032" hq.db)"
on hq.db consent record P1 identity=yes --yes
on hq.db --json show "$p1"
is withdraw__final_is_not_undone_by_a_yes true "$(json '"value" not in d["fields"]["name"]')"

# --- erasing ---------------------------------------------------------------------------------------
on hq.db erase "$workshop"
code_is erase__asks_first 2
on hq.db erase "$workshop" --yes
code_is erase__erases 0
on hq.db show "$workshop"
tells erase__is_told 'was erased'

# --- dump ------------------------------------------------------------------------------------------
on hq.db dump person
is dump__leaves_out_what_is_not_permitted 0 "$(grep -c Aurukun out.txt)"
prints dump__has_what_is_permitted P1
on hq.db --json dump community
is dump__as_json_has_all 3 "$(json 'd["count"]')"
on hq.db add organisation "name==SUM(A1)"
on hq.db dump organisation
prints dump__leaves_formulas_as_they_are ',=SUM'
on hq.db dump organisation --neutral
prints dump__neutral_disarms_formulas ",'=SUM"

# --- backup, restore, doctor -----------------------------------------------------------------------
on hq.db backup copy.db
code_is backup__copies 0
is backup__copies_the_key_closed 600 "$(stat -c %a copy.db.key)"
on hq.db backup copy.db
code_is backup__overwrites_nothing 2
on new.db restore copy.db
code_is restore__makes_a_store 0
on new.db --json list community
is restore__has_everything 3 "$(json 'd["count"]')"
on new.db restore copy.db
code_is restore__overwrites_nothing 2
head -c 5000 copy.db >cut.db
cp copy.db.key cut.db.key
on cutnew.db restore cut.db
is restore__of_a_damaged_backup_fails true "$([ "$code" != 0 ] && echo true)"
is restore__of_a_damaged_backup_leaves_nothing "" "$(ls cutnew.db cutnew.db.key 2>/dev/null)"
on new.db --json doctor
is doctor__finds_nothing true "$(json 'd["ok"]')"
chmod 644 new.db.key
on new.db --json doctor
is doctor__sees_an_open_key_file true "$(json '"chmod" in d["problems"][0]')"
code_is doctor__problems_are_not_success 1
echo "this is no store" >text.db
on text.db list community
code_is store__that_is_none_is_a_failure 3
python3 - <<'PY'
import sqlite3
db = sqlite3.connect("new.db")
db.execute("PRAGMA user_version = 99")
db.commit()
PY
on new.db list community
code_is store__of_a_newer_version_is_a_failure 3
tells store__of_a_newer_version_says_so 'newer'
python3 -c '
import sqlite3, subprocess, sys
db = sqlite3.connect("hq.db"); db.execute("BEGIN EXCLUSIVE")
r = subprocess.run([sys.argv[1], "--store", "hq.db", "list", "community"], stderr=open("err.txt", "w"))
open("code.txt", "w").write(str(r.returncode))' "$SATCHEL"
is store__in_use_is_a_failure 3 "$(cat code.txt)"
tells store__in_use_is_told 'another Satchel'
t_end
