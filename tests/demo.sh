#!/bin/sh
# The demo: a workshop from the laptops to headquarters and back, on two sticks.
#
#   SATCHEL=build/cli/satchel sh tests/demo.sh FOLDER
#
# FOLDER is made anew and holds the stores, the "sticks" (plain folders) and the report afterwards.  People in
# it are generated; the organisations, places and requests are the real ones of tests/data.
set -eu

satchel=${SATCHEL:?set SATCHEL to the program}
folder=$1
data=$(cd "$(dirname "$0")/data" && pwd)
rm -rf "$folder"
mkdir -p "$folder/stick-one" "$folder/stick-two"
cd "$folder"
echo "correct horse battery staple" >passphrase
export SATCHEL_PASSPHRASE_FILE="$PWD/passphrase"

hq() { "$satchel" --store headquarters.db "$@"; }
one() { "$satchel" --store laptop-one.db "$@"; }
two() { "$satchel" --store laptop-two.db "$@"; }

step=0
say() {
	step=$((step + 1))
	printf '\n%s. %s\n' "$step" "$1"
}

say "Headquarters makes its store, and the reference data is read in."
hq --quiet init --registry --name Headquarters --kdf-ms 1
hq import organisation "$data/organisations.csv"
hq import community "$data/communities.csv"
hq import certification "$data/certifications.csv"
hq import meeting "$data/meetings.csv"
hq --quiet add series title="Indigenous Peoples Advisory Forum: bauxite exploration and mining"

say "Two laptops are invited.  Each shows six words, which its owner reads to headquarters."
hq invite invitation.json
for laptop in one two; do
	words=$($laptop --json init --invitation invitation.json --name "Laptop $laptop" --kdf-ms 1 |
		jq -r .words)
	echo "   Laptop $laptop: $words"
	$laptop --quiet export "stick-$laptop"
	hq --quiet merge "stick-$laptop"
	hq --quiet device approve "$words" --yes
	hq --quiet export "stick-$laptop" --to "Laptop $laptop"
	$laptop --quiet merge "stick-$laptop"
	$laptop --quiet device confirm --yes
done
hq device list

say "Laptop one records the Cairns workshop, what was asked for, and thirty-six people."
one import workshop "$data/workshops.csv"
one import note "$data/notes.csv" --only kind=note --ignore kind
one import request "$data/notes.csv" --only kind=request --ignore kind
workshop=$(one --json list workshop | jq -r '.records[0].id')
session=$(one --json add session workshop="$workshop" title="Day one" date=2022-06-14 | jq -r .id)
echo pseudonym,name,gender,age_band,community >people.csv
echo person,session,present >attendance.csv
person=0
while [ $person -lt 36 ]; do
	person=$((person + 1))
	number=$(printf %04d $((400 + person)))
	case $((person % 3)) in 0) gender=man ;; 1) gender=woman ;; 2) gender=not_asked ;; esac
	case $((person % 5)) in 0) age=65_over ;; 1 | 2) age=45_64 ;; 3) age=25_44 ;; 4) age=15_24 ;; esac
	if [ $((person % 9)) -lt 5 ]; then community=Aurukun; else community=Napranum; fi
	echo "P $number,Participant $number,$gender,age_$age,$community" >>people.csv
	echo "P $number,$session,yes" >>attendance.csv
done
one import person people.csv
one import attendance attendance.csv
rm people.csv attendance.csv
person=0
while [ $person -lt 36 ]; do
	person=$((person + 1))
	pseudonym="P $(printf %04d $((400 + person)))"
	case $((person % 4)) in
	0) one --quiet consent record "$pseudonym" attend_record=refused identity=refused --method oral ;;
	1) one --quiet consent record "$pseudonym" attend_record=given identity=given demographics=given \
		publish_report=given --method oral ;;
	2) one --quiet consent record "$pseudonym" attend_record=given identity=refused demographics=given \
		publish_report=given --method written ;;
	3) ;; # has not been asked yet
	esac
done
one list person | tail -n 3

say "The first stick travels: laptop one to headquarters, and the answer back."
one export stick-one
one status
hq merge stick-one --reply
one merge stick-one
one status

say "Laptop two gets what it may see.  Then both laptops edit the same note, apart from each other."
hq export stick-two --to "Laptop two"
two merge stick-two
note=$(one --json list note | jq -r '.records[0].id')
one set "$note" text="The need to better understand bauxite mining, exploration and what comes after."
two set "$note" text="The need to better understand bauxite mining and exploration, in our own languages."

say "Both sticks travel.  Headquarters keeps both versions of the note until a person decides."
one --quiet export stick-one
two --quiet export stick-two
hq merge stick-one stick-two --reply
hq conflicts
hq resolve "$note" text --value \
	"The need to better understand bauxite mining, exploration and what comes after, in our own languages."

say "What headquarters has, and what it was not given."
hq list workshop
hq list request
hq list person
echo
echo "   On laptop one, records of which something is kept back from headquarters:"
one --json status | jq -r '"   \(.withheld)"'

say "The receipts go back on the same sticks."
hq --quiet export stick-one --to "Laptop one"
hq --quiet export stick-two --to "Laptop two"
one --quiet merge stick-one
two --quiet merge stick-two
one status
two status

say "Headquarters answers what was asked for, and publishes a report."
request=$(hq --json list request | jq -r '.records[0].id')
hq --quiet set "$request" status=answered answer="Two information days, with picture cards in two languages." \
	answered_by="Aluminium Stewardship Initiative" answered_on=2022-09-01 brought_back_on=2022-10-04 \
	brought_back_how="read aloud at the community hall"
hq --quiet add action request="$request" text="Make picture cards about bauxite mining" \
	responsible="Nawa Nawa Consultants" due=2022-08 done_on=2022-08-20 outcome="Two sets were made." >/dev/null
hq --quiet add action request="$request" text="Bring them to Weipa as well" due=2022-11 \
	responsible="Aluminium Stewardship Initiative" not_done_reason="The road was closed by a flood." >/dev/null
hq report
hq report --html report.html --csv report-tables --xlsx report.xlsx

say "Somebody takes back that their name was written down.  It is erased wherever it has gone, and proved."
one consent withdraw "P 0401" identity --final --yes
for round in 1 2; do
	for laptop in one two; do
		$laptop --quiet export "stick-$laptop"
		hq --quiet merge "stick-$laptop"
	done
	for laptop in one two; do
		hq --quiet export "stick-$laptop" --to "Laptop $laptop"
		$laptop --quiet merge "stick-$laptop"
	done
done
one consent receipt "P 0401" --html receipt-of-P-0401.html
for store in headquarters laptop-one laptop-two; do
	# shellcheck disable=SC2002 # the store and its journal, as one
	left=$(cat "$store".db* | grep -a -c 'Participant 0401' || true)
	echo "   Lines with the name in the bytes of $store.db: $left"
	[ "$left" = 0 ]
done

received=$(one --json status | jq -r '.peers[0].received')
unsent=$(one --json status | jq -r '.peers[0].unsent + .peers[0].copied')
people=$(one --json list person | jq -r '.records | length')
shared=$(hq --json list person | jq -r '.records | length')

cat <<PAGE

What happened
-------------
Laptop one recorded a workshop far from any network: one workshop, its session, notes, requests and
$people people.  Some of them agreed to be recorded, some said no, and some were not asked yet.

A stick carried it to headquarters, sealed: whoever found the stick could read nothing, not even who
had written it.  Headquarters received $shared of the $people people, because only those had said yes.
Of those who agreed to be counted but not named, it received no name.

Both laptops changed the same note while they were apart.  Nothing was lost: headquarters showed both
versions and a person decided.

"Copied" became "received" only when a receipt signed by headquarters came back: $received records are
received, $unsent are on their way or unsent.  Everything that was kept back stays on laptop one and
leaves by itself when somebody says yes.

Headquarters published a report: what was held, what was asked and what came of it, how many people came,
of those who agreed to be counted, with numbers below five hidden and nobody named.  The page is in
    $folder/report.html

Then somebody took their name back.  It is gone from all three stores, byte for byte, and each machine
signed that it is: the receipt, with pictures beside the words, is in
    $folder/receipt-of-P-0401.html

Look around: the stores are in $folder, for example
    $satchel --store $folder/headquarters.db list request
PAGE
