#!/bin/bash
# Reports on the real data of tests/data and sixty generated people: every form of output, what is in it, what is
# in none of them, and what is said when something stands in the way.
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../data
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
t_begin

hq() { run --store hq.db "$@"; }
# everything FOLDER: all forms of the report in it, as text
everything() {
	cat "$1"/*.html "$1"/tables/*.csv "$1"/*.json
	python3 -c 'import sys, zipfile
for path in sys.argv[1:]:
    book = zipfile.ZipFile(path)
    for name in book.namelist():
        sys.stdout.write(book.read(name).decode())' "$1"/*.xlsx
}
# holds NAME TEXT, lacks NAME TEXT: in the forms of the latest publication
holds() { is "$1" true "$(grep -qF -- "$2" all.txt && echo true || echo false)"; }
lacks() { is "$1" false "$(grep -qF -- "$2" all.txt && echo true || echo false)"; }
# publish FOLDER OPTION...: writes every form
publish() {
	local folder=$1
	shift
	mkdir "$folder"
	hq --json report --html "$folder/report.html" --csv "$folder/tables" --xlsx "$folder/report.xlsx" "$@"
	cp out.txt "$folder/report.json"
	everything "$folder" >all.txt
}
# people CATEGORY: the number in the CSV of people of the latest publication in PUBLISHED
people() { python3 -c 'import csv, sys
rows = list(csv.DictReader(open(sys.argv[1] + "/tables/people.csv", encoding="utf-8")))
print(next(r["people"] for r in rows if (r["table"], r["label"]) == (sys.argv[2], sys.argv[3])))' \
	PUBLISHED "$1" "$2"; }

hq init --registry --name Headquarters --no-passphrase
for kind in organisation community certification meeting; do
	hq import "$kind" "$data/$(sed 's/y$/ie/' <<<"$kind")s.csv"
	code_is "setting__${kind}_is_read" 0
done
hq add series "title=Indigenous Peoples Advisory Forum: bauxite exploration and mining" \
	"organisers=Aluminium Stewardship Initiative"
hq import workshop "$data/workshops.csv"
hq import note "$data/notes.csv" --only kind=note --ignore kind
hq import request "$data/notes.csv" --only kind=request --ignore kind
workshop="Bauxite Exploration and Mining Workshop"
python3 - <<'PY'
import csv
communities = ["Aurukun"] * 20 + ["Napranum"] * 14 + ["Mapoon"] * 10 + ["Bamaga"] * 3 + [""] * 13
genders = ["woman", "man", "woman", "man", "woman", "not_asked", "woman", "man", "non_binary" , "woman"]
ages = ["age_15_24", "age_25_44", "age_45_64", "age_65_over", "age_25_44", "age_25_44"]
with open("people.csv", "w", newline="") as people, open("came.csv", "w", newline="") as came:
    p, c = csv.writer(people), csv.writer(came)
    p.writerow(["pseudonym", "name", "community", "gender", "age_band"])
    c.writerow(["person", "workshop"])
    for i in range(60):
        p.writerow([f"Participant {i + 1:04d}", f"Bandicoot {i + 1:04d}", communities[i], genders[i % 10], ages[i % 6]])
        c.writerow([f"Participant {i + 1:04d}", "Bauxite Exploration and Mining Workshop"])
PY
hq import person people.csv
hq import participation came.csv
code_is setting__people_are_read 0
# Every sixth says no to reporting; the others yes.
for i in $(seq 60); do
	reporting=yes
	[ $((i % 6)) != 0 ] || reporting=no
	hq consent record "$(printf 'Participant %04d' "$i")" attend_record=yes demographics=yes identity=yes \
		quote_unnamed=yes "publish_report=$reporting" --yes
done
hq consent record Aurukun community_words=yes community_report=yes
hq add note "workshop=$workshop" "speaker=Participant 0005" theme=Water "text=Numbats drink at the creek" community=Aurukun
hq add note "workshop=$workshop" "speaker=Participant 0006" theme=Quolls "text=Quolls hide in the hills" community=Aurukun
hq add note "workshop=$workshop" theme=Roads "text=+61 is no number to call"
request=$("$SATCHEL" --store hq.db --json list request | python3 -c 'import json, sys; print(json.load(sys.stdin)["records"][0]["id"])')
hq set "$request" status=declined "declined_reason=There was no money for it" answered_on=2022-09
hq add action "request=$request" "text=Print picture cards" "responsible=Gulkula Mining" due=2022-08 \
	"not_done_reason=The printer drowned"
hq add action "text==1+1" done_on=2022-10 "outcome=Two sets"

# --- without a file ----------------------------------------------------------------------------------
hq report
code_is summary__is_printed 0
prints summary__tells_workshops '2022-06  Bauxite Exploration and Mining Workshop \(Held\)'
prints summary__tells_requests '2: 0 answered, 1 declined, 1 open'
is summary__tells_no_number_of_people 0 "$(grep -cw -e 50 -e 40 -e 60 out.txt)"
hq report --draft --html draft.html
code_is draft__is_written 0
is draft__says_so 1 "$(grep -c "class='draft'" draft.html)"
is draft__holds_no_table_of_people 0 "$(grep -c '<table>' draft.html)"
is draft__is_for_its_owner_alone 600 "$(stat -c %a draft.html)"

# --- every form --------------------------------------------------------------------------------------
publish PUBLISHED
code_is publish__is_done 0
is publish__names_its_files 15 "$(json 'len(d["files"])')"
is people__those_who_agreed_are_counted 50 "$(people all 'All together')"
is people__headcount_is_the_larger_number 50 "$(python3 -c 'import csv
print(list(csv.DictReader(open("PUBLISHED/tables/workshops.csv")))[1]["headcount"])')"
is people__few_read_np n.p. "$(people community Bamaga)"
is people__are_the_same_in_json true "$(json 'd["report"]["people"][0]["people"] == 50')"
is people__hidden_in_json n.p. "$(json 'next(r["people"] for r in d["report"]["people"] if r["label"] == "Bamaga")')"
for text in "Numbats drink at the creek" "Indigenous people want further information." "There was no money for it" \
	"Print picture cards" "The printer drowned" "Gulkula Mining" "Two sets" "2022 Annual General Meeting" \
	Water; do
	holds "every_form__holds_${text// /_}" "$text"
done
for text in Quolls "hide in the hills" Bandicoot Participant pseudonym; do
	lacks "no_form__holds_${text// /_}" "$text"
done
for form in report.html tables/messages.csv report.json; do
	grep -qF "Numbats drink" "PUBLISHED/$form"
	is "form__${form}_holds_words" 0 $?
done
is csv__has_names_and_tags_of_columns "#indicator+name,#group+code,#group+name,#reached,#date" \
	"$(sed -n 2p PUBLISHED/tables/people.csv | tr -d '\r')"
is csv__formulas_are_harmless 2 "$(grep -c -e "'=1+1" -e "'+61 is" PUBLISHED/tables/actions.csv PUBLISHED/tables/messages.csv |
	awk -F: '{ n += $2 } END { print n }')"
is csv__rows_are_as_long_as_the_head True "$(python3 -c 'import csv, glob
print(all(len({len(r) for r in csv.reader(open(f, newline="", encoding="utf-8"))}) == 1 for f in glob.glob("PUBLISHED/tables/*.csv")))')"
is xlsx__is_whole_and_has_a_sheet_for_each_table "None 13 0" "$(python3 -c 'import re, zipfile
book = zipfile.ZipFile("PUBLISHED/report.xlsx")
sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
print(book.testzip(), len(sheets), sum(len(re.findall(b"<f>", book.read(n))) for n in sheets))')"
is xlsx__few_read_np True "$(python3 -c 'import zipfile
print(b"<t>n.p.</t>" in zipfile.ZipFile("PUBLISHED/report.xlsx").read("xl/sharedStrings.xml"))')"
is html__refers_to_nothing_outside 0 "$(grep -c -i -e '<script' -e '<link' -e ' src=' -e 'url(' -e '@import' PUBLISHED/report.html)"
is html__is_in_english 1 "$(grep -c "<html lang='en'>" PUBLISHED/report.html)"
is html__has_one_first_heading 1 "$(grep -o '<h1' PUBLISHED/report.html | wc -l)"
is html__is_well_formed True "$(python3 -c 'from html.parser import HTMLParser
class Check(HTMLParser):
    open, good = [], True
    def handle_startendtag(self, tag, attributes): pass
    def handle_starttag(self, tag, attributes):
        if tag != "meta": self.open.append(tag)
    def handle_endtag(self, tag):
        self.good = self.good and bool(self.open) and self.open.pop() == tag
check = Check()
check.feed(open("PUBLISHED/report.html", encoding="utf-8").read())
print(check.good and not check.open)')"
is files__of_a_public_report_are_readable 644 "$(stat -c %a PUBLISHED/report.html)"

# --- what stands in the way ----------------------------------------------------------------------------
hq report --html PUBLISHED/report.html
code_is file__is_never_overwritten 2
tells file__in_the_way_is_named 'report.html is there already; it was left alone'
hq report --csv PUBLISHED/tables
code_is table__is_never_overwritten 2
hq report --html NOWHERE/report.html
code_is folder__that_is_missing 3
hq report --from soon
code_is date__that_is_none 2
hq report --community Nowhere
code_is community__that_is_none 2

# --- languages, communities, days --------------------------------------------------------------------------
hq report --language es --html es.html
is spanish__page_says_so 1 "$(grep -c "<html lang='es'>" es.html)"
is spanish__labels_are_translated 1 "$(grep -c 'Prefiere no responder</th>' es.html)"
hq report --community Aurukun --html aurukun.html
code_is community__version_is_written 0
is community__version_is_for_it_alone 600 "$(stat -c %a aurukun.html)"
is community__words_need_its_own_yes 0 "$(grep -c 'Numbats' aurukun.html)"
hq consent record "Participant 0005" share_with_community=yes --yes
hq report --community Aurukun --html aurukun2.html
is community__own_words_are_in_it 1 "$(grep -c 'Numbats' aurukun2.html)"
is community__words_of_others_are_not 0 "$(grep -c -e 'Roads' -e 'further information' aurukun2.html)"
is community__other_communities_are_not 0 "$(grep -c -e 'Napranum' -e 'Mapoon' aurukun2.html)"
hq --json report --from 2023 --draft
is period__leaves_out_earlier_workshops "0 0" "$(json 'str(len(d["report"]["workshops"])) + " " + str(len(d["report"]["messages"]))')"

# --- whoever takes it back vanishes -----------------------------------------------------------------------
hq consent withdraw "Participant 0005" publish_report --final --yes
publish AGAIN
lacks withdrawal__takes_the_words_out "Numbats"
is withdrawal__does_not_show_in_the_numbers 0 "$(grep -c -w 49 AGAIN/tables/people.csv)"
tells withdrawal__says_that_numbers_are_earlier_ones 'the numbers of people are those of .*: newer ones would give somebody away'

# --- a laptop has seen only what it published itself -----------------------------------------------------------
hq invite invitation.json
run --store camp.db init --invitation invitation.json --name "Camp one" --no-passphrase
run --store camp.db add workshop title=Camp headcount_manual=4321
run --store camp.db report --html camp.html
code_is laptop__report_is_written 0
tells laptop__says_why_there_are_no_numbers 'headquarters alone publishes them'
is laptop__tells_no_numbers_of_people 0 "$(grep -c 4321 camp.html)"

t_end
