#!/bin/bash
# From the spoken yes to the proof that it is gone: a person is known at three machines, takes back what they
# agreed to, and gets a receipt from each.  Every byte of every store is searched before and after.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

hq() { run --store hq.db "$@"; }
one() { run --store camp.db "$@"; }
two() { run --store camp2.db "$@"; }
# carry FROM TO NAME: everything for NAME on a stick of its own, merged there
carry() {
	rm -rf STICK
	mkdir STICK
	"$1" export STICK --to "$3"
	"$2" merge STICK
}
# holding TEXT: the stores, with their journals, in which these bytes are
holding() {
	local name text
	for name in hq camp camp2; do
		grep -l -a -F -q "$1" "$name".db* 2>/dev/null && text="${text:-}$name "
	done
	echo "${text:-nobody}"
}
machine() { json "next(m['state'] for t in d['taken_back'] if t['purpose'] == '$1' for m in t['machines'] if m['name'] == '$2')"; }

mkdir STICK
hq init --registry --name Headquarters --no-passphrase
hq invite STICK
one init --invitation STICK --name "Camp one" --no-passphrase
two init --invitation STICK --name "Camp two" --no-passphrase
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

# --- consent is given, data is shared ----------------------------------------------------------------
one add person "pseudonym=Participant 0417" "name=Quokka Lantern" "phone=+61 400 171 717"
one add person "pseudonym=Participant 0500" "name=Wombat Compass"
one consent record "Participant 0417" attend_record=yes demographics=yes identity=yes contact=yes quote_named=yes quote_unnamed=yes \
	--witness "Bandicoot Harbour" --method oral --language es
one consent record "Participant 0500" attend_record=yes identity=yes --witness "Numbat Ferry"
other=$("$SATCHEL" --store camp.db --json add note "text=Xylophone of jabirus" | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
one add note "text=Brolgas dance at the red lake" "speaker=Participant 0417"
code_is setting__is_recorded 0
carry one hq Headquarters
carry hq one "Camp one"
carry hq two "Camp two"
carry two hq Headquarters
for text in "Quokka Lantern" "+61 400 171 717" "Brolgas dance" "Bandicoot Harbour" Quokka Brolgas; do
	is "before__every_store_holds_$text" "hq camp camp2 " "$(holding "$text")"
done

# --- taken back --------------------------------------------------------------------------------------
typed no consent withdraw --store camp.db "Participant 0417" identity contact quote_unnamed --final
code_is taking_back__needs_the_word 1
prints taking_back__says_what_it_erases 'person [0-9a-f]*-[0-9]*: .*name'
prints taking_back__says_who_is_known_to_have_it 'Headquarters has it'
prints taking_back__says_what_nobody_can_reach 'paper, backups, and sealed sticks'
is taking_back__without_the_word_erases_nothing "hq camp camp2 " "$(holding "Quokka Lantern")"
one --json consent withdraw "Participant 0417" identity contact quote_unnamed --final --yes
is taking_back__tells_scripts_who_has_it Headquarters "$(json "[h['name'] for h in d['held_by'] if h['held'] > 0][0]")"
for text in "Quokka Lantern" "+61 400 171 717" "Brolgas dance" "Bandicoot Harbour" Quokka Brolgas; do
	is "taken_back__leaves_no_byte_here_of_$text" "hq camp2 " "$(holding "$text")"
done
one --json consent receipt "Participant 0417"
is receipt__says_that_it_is_erased_here erased "$(machine identity "Camp one")"
is receipt__says_that_headquarters_has_not_answered waiting "$(machine identity Headquarters)"
is receipt__says_what_stands yes "$(json "next(a['answer'] for a in d['answers'] if a['purpose'] == 'attend_record')")"
is receipt__says_what_was_taken_back taken_back "$(json "next(a['answer'] for a in d['answers'] if a['purpose'] == 'identity')")"

# --- it travels, and the proof comes back ------------------------------------------------------------
carry one hq Headquarters
is travelled__headquarters_holds_nothing "camp2 " "$(holding "Quokka Lantern")"
carry hq two "Camp two"
for text in "Quokka Lantern" "+61 400 171 717" "Brolgas dance" "Bandicoot Harbour" Quokka Brolgas; do
	is "travelled__nobody_holds_$text" nobody "$(holding "$text")"
done
is others__keep_what_is_theirs "hq camp camp2 " "$(holding "Wombat Compass")"
is others__keep_their_witness "hq camp camp2 " "$(holding "Numbat Ferry")"
carry two hq Headquarters
carry hq one "Camp one"
one --json consent receipt "Participant 0417"
for purpose in identity contact quote_unnamed; do
	is "receipt__headquarters_confirms_$purpose" erased "$(machine $purpose Headquarters)"
	is "receipt__the_other_laptop_confirms_$purpose" erased "$(machine $purpose "Camp two")"
done
two --json consent receipt "$(json 'd["subject"]')"
is receipt__is_the_same_at_the_other_laptop erased "$(machine identity "Camp one")"
one consent receipt "Participant 0417"
prints receipt__is_told_to_a_person 'Headquarters: erased, 20[0-9-]*'
for store in hq camp camp2; do
	run --store $store.db doctor
	code_is "afterwards__${store}_is_sound" 0
done

# --- old sticks and later answers --------------------------------------------------------------------
two search Quokka
prints search__finds_nothing 'Nothing was found'
one set "$("$SATCHEL" --store camp.db --json list person | python3 -c 'import json, sys
print(next(r["id"] for r in json.load(sys.stdin)["records"] if r["pseudonym"] == "Participant 0417"))')" "name=Potoroo Lighthouse"
one consent record "Participant 0417" identity=yes --yes
carry one hq Headquarters
is later_yes__lets_what_is_written_then_travel "hq camp " "$(holding "Potoroo")"
is later_yes__does_not_bring_back_what_was_taken_back nobody "$(holding "Quokka Lantern")"

# --- the page ----------------------------------------------------------------------------------------
one add person "pseudonym=<b>&'\"" "name=x"
one consent record "<b>&'\"" attend_record=yes
one consent receipt "<b>&'\"" --html odd.html
code_is page__is_written 0
is page__escapes_what_comes_from_records 0 "$(grep -c -F '<b>' odd.html)"
one consent receipt "Participant 0417" --html page.html --language es
is page__speaks_the_language_that_is_asked_for 1 "$(grep -c "<html lang='es'>" page.html)"
is page__refers_to_nothing_outside 0 "$(grep -c -E 'https?:|src=|url\(' page.html)"
is page__is_for_its_owner_alone 600 "$(stat -c %a page.html)"
one consent receipt "Participant 0417" --html page.html
code_is page__is_never_overwritten 2
tells page__is_said_to_be_there 'page.html is there already'
python3 - <<'P'
from html.parser import HTMLParser
class Balance(HTMLParser):
    def __init__(self): super().__init__(); self.open, self.wrong = [], 0
    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "circle", "rect", "path"): self.open.append(tag)
    def handle_endtag(self, tag):
        if tag in ("circle", "rect", "path"): return
        self.wrong += not self.open or self.open.pop() != tag
b = Balance(); b.feed(open("page.html", encoding="utf-8").read())
open("balance.txt", "w").write(f"{b.wrong} {len(b.open)}")
P
is page__closes_what_it_opens "0 0" "$(cat balance.txt)"

# --- a whole record ----------------------------------------------------------------------------------
# The index of words has them in small letters, and without what they share with the word before.
is erase__every_store_holds_the_word "hq camp camp2 " "$(holding ylophon)"
one erase "$other" --yes
is erase__leaves_no_byte_of_the_word_here "hq camp2 " "$(holding ylophon)"
carry one hq Headquarters
carry hq two "Camp two"
is erased__nobody_holds_the_word nobody "$(holding ylophon)"
two list person
id=$("$SATCHEL" --store camp.db --json list person | python3 -c 'import json, sys
print(next(r["id"] for r in json.load(sys.stdin)["records"] if r["pseudonym"] == "Participant 0500"))')
one erase "$id" --yes
prints erase__says_who_has_it 'Headquarters has it'
carry one hq Headquarters
carry hq two "Camp two"
is erased__nobody_holds_it nobody "$(holding "Wombat Compass")"
is erased__nobody_holds_who_witnessed nobody "$(holding "Numbat Ferry")"
carry hq one "Camp one"
one --json consent receipt "$id"
is erased__gets_a_receipt erased "$(json "next(m['state'] for m in d['taken_back'][0]['machines'] if m['name'] == 'Headquarters')")"

t_end
