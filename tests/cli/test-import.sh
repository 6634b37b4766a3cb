#!/bin/bash
# Tables in and out: what people's spreadsheets really look like, and every way in which they are bad.
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../data
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
t_begin

export SATCHEL_STORE=hq.db
run init --registry --name Headquarters --no-passphrase
code_is init__makes_a_store 0
count() { "$SATCHEL" --json list "$1" 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])'; }
# bad NAME ROW COLUMN REASON: the latest import named just this row
bad() {
	is "$1" "[$2, \"$3\"]" "$(json 'json.dumps([d["bad"][0]["row"], d["bad"][0]["column"]])')"
	tells "$1__with_the_reason" "$4"
}

# --- the real files --------------------------------------------------------------------------------
run --json import organisation "$data/organisations.csv"
is real__organisations 15 "$(json 'd["added"]')"
run --json import community "$data/communities.csv"
is real__communities 12 "$(json 'd["added"]')"
run --json import certification "$data/certifications.csv"
code_is real__certifications 0
run --json import meeting "$data/meetings.csv"
is real__meetings 1 "$(json 'd["added"]')"
run --json import workshop "$data/workshops.csv"
bad reference__to_what_is_not_here 2 series 'no series titled'
is reference__to_what_is_not_here_imports_nothing 0 "$(count workshop)"
run add series "title=Indigenous Peoples Advisory Forum: bauxite exploration and mining"
run import workshop "$data/workshops.csv"
code_is real__workshops 0
run --json list workshop "guest_organisations=Nawa Nawa Consultants; Gulkula Mining"
is real__lists_of_references 1 "$(json 'd["count"]')"
run --json import note "$data/notes.csv" --only kind=note
is real__notes_are_filtered 3 "$(json 'd["added"]')"
is real__filtered_rows_are_counted 2 "$(json 'd["left_out"]')"
run --json import request "$data/notes.csv" --only kind=request --set status=open
is real__requests_with_a_status 2 "$(json 'd["added"]')"
run --json list request status=open
is real__status_was_set 2 "$(json 'd["count"]')"
run import note "$data/notes.csv"
tells column__unknown_is_an_error 'column "kind" is no field.*--ignore'
run --json import note "$data/notes.csv" --ignore kind --dry-run --again
is dry_run__counts 5 "$(json 'd["added"]')"
is dry_run__changes_nothing 3 "$(count note)"

# --- round trip ------------------------------------------------------------------------------------
for kind in organisation community certification meeting series workshop note request; do
	"$SATCHEL" dump "$kind" >"$kind.csv"
	run --json import "$kind" "$kind.csv"
	is "round_trip__of_${kind}_changes_nothing" "[0, 0]" "$(json '[d["added"], d["changed"]]')"
done
run add community "name= spaces, \"quotes\" " "note=$(printf 'two\nlines; and =1+1')"
spaced=$out
"$SATCHEL" dump community >community.csv
run --json import community community.csv
is round_trip__of_odd_text_changes_nothing "[0, 0, 13]" "$(json '[d["added"], d["changed"], d["unchanged"]]')"
sed 's/two/three/' community.csv >changed.csv
run --json import community changed.csv
is round_trip__an_edited_row_changes_one 1 "$(json 'd["changed"]')"
run --json show "$spaced"
is round_trip__keeps_line_breaks true "$(json '"three\nlines" in d["fields"]["note"]["value"]')"
printf 'id,name,note\n%s,,\n' "$spaced" >empty.csv
run --json import community empty.csv
is id__empty_cells_leave_fields_alone 1 "$(json 'd["unchanged"]')"
printf 'id,name\ndeadbeefdeadbeef-7,X\n' >unknown.csv
run --json import community unknown.csv
bad id__unknown_is_bad 2 id 'no record'
printf 'id,name\n%s,X\n' "$spaced" >other.csv
run --json import organisation other.csv
bad id__of_another_kind_is_bad 2 id 'of kind community'

# --- the same file twice ---------------------------------------------------------------------------
# A row that says, in the columns of the file, just what a record says already.
printf 'name,region,languages\nOne,North,\nTwo,,Wik\nThree,East,Wik\n' >twice.csv
run import community twice.csv
code_is twice__at_first_is_imported 0
all=$(count community)
run --json import community twice.csv
code_is twice__is_refused 1
is twice__is_refused_as_a_whole refused "$(json 'd["error"]["code"]')"
is twice__counts_rows_and_names_the_first "[3, 2, 0]" "$(json '[d["same"], d["first_same"], d["added"]]')"
tells twice__says_how_many_and_which '3 rows are here already.*the first is row 2'
tells twice__says_what_can_be_done '--skip-same.*--again'
is twice__imports_nothing "$all" "$(count community)"
run import community twice.csv --dry-run
code_is twice__is_told_by_a_dry_run 1
printf 'region,name,languages\n,Four,\nNorth,One,\n,Two,Wik\n' >more.csv
run --json import community more.csv
is twice__is_found_in_other_columns_and_rows "[2, 3]" "$(json '[d["same"], d["first_same"]]')"
is twice__imports_not_even_the_new_rows "$all" "$(count community)"
run --json import community more.csv --skip-same
is twice__can_be_left_out "[1, 2, 0]" "$(json '[d["added"], d["same"], d["bad_count"]]')"
code_is twice__left_out_is_what_was_asked_for 0
is twice__left_out_leaves_the_rest $((all + 1)) "$(count community)"
run --json import community twice.csv --again
is twice__can_be_written_again "[3, 0]" "$(json '[d["added"], d["same"]]')"
is twice__written_again_doubles $((all + 4)) "$(count community)"
run import community twice.csv --again --skip-same
code_is twice__both_ways_is_wrong_usage 2
printf 'name,region,languages\nOne,North,Kuku\nTwo,West,Wik\nThree,,\n' >others.csv
run --json import community others.csv
is twice__is_not_what_differs_in_a_column "[3, 0]" "$(json '[d["added"], d["same"]]')"
printf 'name,region\nFive,South\nFive,South\n' >within.csv
run --json import community within.csv
is twice__is_about_what_was_here_before "[2, 0]" "$(json '[d["added"], d["same"]]')"
printf 'name\nSix\n' >six.csv
run import community six.csv --set region=South
run import community six.csv --set region=South
tells twice__counts_what_every_row_is_given '1 row is here already'
run import community six.csv
code_is twice__is_about_the_columns_of_the_file 1
printf 'name,region\nOne,North\nBad' >bad.csv
run import community bad.csv
tells twice__is_told_after_bad_rows '1 row is bad'
run import community bad.csv --skip-bad
tells twice__is_refused_with_bad_rows_skipped '1 row is here already'
run --json import community bad.csv --skip-bad --skip-same
is twice__and_bad_rows_can_both_be_left_out "[0, 1, 1]" "$(json '[d["added"], d["same"], d["bad_count"]]')"
"$SATCHEL" dump community >community.csv
{ cat community.csv; printf ',Seven,,,,,,,,\r\n'; } >dumped.csv
run --json import community dumped.csv
is twice__is_not_what_has_an_id "[1, 0, 0]" "$(json '[d["added"], d["changed"], d["same"]]')"

# --- forms that are fine ---------------------------------------------------------------------------
printf '\xef\xbb\xbfname,region\r\nBOM,"a ""quoted"" word"\r\n\r\nCRLF,"two\r\nlines"\r\n' >crlf.csv
run --json import community crlf.csv
is form__bom_crlf_quotes_blank_lines 2 "$(json 'd["added"]')"
run --json list community name=BOM
is form__doubled_quotes_are_one 'a "quoted" word' "$(json 'd["records"][0]["region"]')"
printf 'name;region\nSemi;colon\n' >semi.csv
run import community semi.csv
tells form__semicolons_are_recognised "delimiter ';'"
run import community semi.csv --delimiter ';'
code_is form__semicolons_with_an_option 0
printf 'Ort,Gegend\nMapped,North\n' >map.csv
run import community map.csv --map Ort=name --map Gegend=region
code_is form__columns_can_be_mapped 0
printf 'Name,REGION\nCapitals,x\n' >capitals.csv
run import Community capitals.csv
code_is form__columns_may_have_capitals 0
printf 'name\nNo end' >noend.csv
run import community noend.csv
code_is form__no_newline_at_the_end 0

# --- bad input -------------------------------------------------------------------------------------
all=$(count community)
printf 'region\nX\n' >c.csv
run import community c.csv
code_is column__missing_is_wrong 2
tells column__missing_is_named 'column "name" is missing'
printf 'name,colour\nX,red\n' >c.csv
run import community c.csv
tells column__unknown_is_named '"colour" is no field'
printf 'name,name\nX,Y\n' >c.csv
run import community c.csv
tells column__twice_is_told 'columns 1 and 2'
printf 'name,\nX,Y\n' >c.csv
run import community c.csv
tells column__without_a_name_is_told 'column 2: the column has no name'
: >c.csv
run import community c.csv
tells file__empty_is_told 'is empty'
run import community nowhere.csv
code_is file__missing_is_a_failure 3
run import community .
is file__that_is_a_folder_fails true "$([ "$code" != 0 ] && echo true)"
printf '\xff\xfen\x00a\x00' >c.csv
run import community c.csv
tells file__in_utf16_is_told 'UTF-16'
printf 'name,region\nA,x\nB\nC,x,y\nD,x\n' >c.csv
run --json import community c.csv
is row__of_other_length_is_bad "[[3, \"region\"], [4, null]]" \
	"$(json 'json.dumps([[b["row"], b["column"]] for b in d["bad"]])')"
code_is row__bad_is_an_exit_code 1
is row__bad_imports_nothing "$all" "$(count community)"
run --json import community c.csv --skip-bad
is skip_bad__keeps_the_good "[2, 2]" "$(json '[d["added"], d["bad_count"]]')"
code_is skip_bad__is_told_by_the_exit_code 1
is skip_bad__really_does $((all + 2)) "$(count community)"
printf 'title,start\nA,2022-06\nB,2022-02-30\n' >c.csv
run --json import workshop c.csv
bad date__wrong_is_bad 3 start '2022-02-30.*date'
printf 'title,start\nA,14/06/2022\n' >c.csv
run --json import workshop c.csv
bad date__of_another_form_is_bad 2 start 'write 2022'
printf 'title,format\nA,by_post\n' >c.csv
run --json import workshop c.csv
bad choice__unknown_is_bad 2 format 'in_person, online, hybrid'
printf 'title,headcount_manual\nA,about 40\n' >c.csv
run --json import workshop c.csv
bad number__wrong_is_bad 2 headcount_manual 'no whole number'
printf 'title\nA\n""\n' >c.csv
run --json import workshop c.csv
is required__empty_is_bad 3 "$(json 'd["bad"][0]["row"]')"
tells required__empty_is_named 'also needs title'
printf 'name,region\nA,ok\nB,caf\xe9\n' >c.csv
run --json import community c.csv
bad utf8__invalid_is_bad 3 region 'UTF-8'
printf 'name,region\nA,ok\nB,nul\0l\n' >c.csv
run --json import community c.csv
bad utf8__nul_is_bad 3 region 'character of value zero'
printf 'name,region\nA,"ok\nB,x\n' >c.csv
run --json import community c.csv --skip-bad
bad quote__that_never_closes_is_told 2 region 'the file ends within a cell in quotes that begins in this row'
printf 'name,region\nA,"ok" x\n' >c.csv
run --json import community c.csv --skip-bad
bad quote__in_the_wrong_place_is_told 2 region 'there is a quotation mark where none may be'
is quote__in_the_wrong_place_is_counted 1 "$(json 'd["bad_count"]')"
code_is quote__in_the_wrong_place_is_wrong 2
tells quote__in_the_wrong_place_says_why_good_rows_do_not_help 'nothing was imported, and --skip-bad does not help: where cells'
printf 'name,reg"ion\nA,x\n' >c.csv
run --json import community c.csv --skip-bad
is quote__in_the_header_has_no_column_yet '[1, null]' "$(json 'json.dumps([d["bad"][0]["row"], d["bad"][0]["column"]])')"
tells quote__in_the_header_names_the_cell 'row 1: in cell 2, there is a quotation mark'
printf 'name,region\nA\n' >c.csv
run import community c.csv
tells row__of_one_cell_has_one_cell 'it has 1 cell where the header has 2'
printf 'name,region\nA,x\n\n\nB,x\nC\n' >c.csv
run --json import community c.csv
is rows__are_numbered_as_spreadsheets_do 6 "$(json 'd["bad"][0]["row"]')"
after=$(count community)
is bad__files_imported_nothing $((all + 2)) "$after"

# --- many rows -------------------------------------------------------------------------------------
# Seeing that 100 000 rows are here already costs no more than writing them did: neither when all of them
# differ nor when all are the same.
{ echo theme,language; seq -f "note %.0f,wik" 100000; } >rows-other.csv
{ echo theme,language; yes "note,wik" | head -n 100000; } >rows-alike.csv
# cost ARGUMENTS...: runs the program and tells the seconds of processor time that it took
cost() {
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=open("err.txt", "w"))
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)' "$SATCHEL" "$@"
}
for form in other alike; do
	rm -f hq.db hq.db.key
	run init --registry --name Headquarters --no-passphrase
	first=$(cost import note rows-$form.csv)
	second=$(cost import note rows-$form.csv)
	tells "many__${form}_rows_are_counted" '100000 rows are here already'
	is "many__${form}_rows_cost_no_square" True "$(python3 -c "print($second < 3 * $first)")"
done
rm -f rows-*.csv

# --- sizes -----------------------------------------------------------------------------------------
# 100 MB in one cell, in the middle of good rows: named, and passed over within 64 MiB of memory.
cell() {
	printf 'name,region\nBefore,x\nHuge,%s' "$1"
	head -c 100000000 /dev/zero | tr '\0' 'x'
	printf '%s\nAfter,x\n' "$1"
}
peak() {
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=open("out.txt", "w"), stderr=open("err.txt", "w"))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 64 * 1024)' "$@"
}
for quote in '' '"'; do
	form=$([ -z "$quote" ] && echo plain || echo quoted)
	cell "$quote" >huge.csv
	small=$(peak "$SATCHEL" --json import community huge.csv --skip-bad --dry-run)
	bad "huge__${form}_cell_is_bad" 3 region '1 MiB'
	is "huge__${form}_cell_leaves_its_neighbours" 2 "$(json 'd["added"]')"
	# A sanitiser takes more by itself.
	if nm "$SATCHEL" 2>/dev/null | grep -q __asan_init; then
		small=True
	fi
	is "huge__${form}_cell_costs_little_memory" True "$small"
done
rm -f huge.csv
{
	printf 'name,note\n'
	for i in 1 2 3; do printf '%s,' "$i"; head -c 1048576 /dev/zero | tr '\0' 'y'; printf '\n'; done
} >full.csv
run --json import community full.csv
is huge__cells_of_one_mebibyte_are_fine 3 "$(json 'd["added"]')"
{
	printf 'name'
	for i in $(seq 600); do printf ',c%d' "$i"; done
	printf '\n'
} >wide.csv
run import community wide.csv
tells wide__header_is_told 'header.*too long'
{
	printf 'name,region\nA'
	for i in $(seq 600); do printf ',%d' "$i"; done
	printf '\nB,x\n'
} >wide.csv
run --json import community wide.csv --skip-bad
is wide__row_is_bad "[1, 2]" "$(json '[d["added"], d["bad"][0]["row"]]')"
t_end
