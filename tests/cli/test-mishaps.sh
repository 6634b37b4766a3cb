#!/bin/bash
# Sticks that are not there, were pulled out, are full or locked: what happened, what is safe, what to do next.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/cli/sticks.sh
. "$here/sticks.sh"
reason=$( (sticks_require) 2>&1) || { echo "1..0 # SKIP ${reason#SKIP: }"; exit 0; }
sticks_require
sticks_begin
t_begin
trap 'status=$?; rm -rf --one-file-system "$t_dir"; (exit $status); sticks_end' EXIT

# Two laptops, of which each gets a bundle of about 700 KiB from headquarters.
mkdir first
on hq.db init --registry --name Headquarters --no-passphrase
on hq.db invite first
for n in 1 2; do
	on l$n.db init --invitation first --name "Camp $n" --no-passphrase
	on l$n.db export first
done
on hq.db merge first
for n in 1 2; do on hq.db device approve "$(words_of l$n.db)"; done
on hq.db export first
for n in 1 2; do
	on l$n.db merge first
	on l$n.db device confirm --yes
	on l$n.db export first
done
on hq.db merge first --reply
python3 -c 'import random
random.seed(4)
print("theme")
for _ in range(45):
    print("".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=20000)))' >notes.csv
on hq.db import note notes.csv

# --- nothing is there ----------------------------------------------------------------------------------
for command in export merge verify inspect; do
	on hq.db "$command" nowhere
	code_is "absent__${command}_fails" 3
	tells "absent__${command}_says_what_to_do" '^satchel: nowhere is not there; nothing was changed; is the stick in, and is'
done
echo x >file.txt
on hq.db export file.txt
tells absent__export_to_a_file_says_what_to_do 'is not a folder; nothing was changed; name the folder'
on hq.db export "$t_dir/file.txt/below"
tells absent__export_below_a_file_says_what_to_do 'nothing was changed'

stick_make_exfat pulled && stick_mount pulled
pulled=$(stick_path pulled)
on l1.db export "$pulled"
stick_pull pulled
sleep 0.2
for command in export merge; do
	on hq.db "$command" "$pulled"
	code_is "pulled__${command}_fails" 3
	tells "pulled__${command}_says_what_to_do" 'pulled out or failed; nothing was changed; put it in again and repeat this'
done
stick_unmount pulled

# --- full ---------------------------------------------------------------------------------------------
stick_make_exfat full && stick_mount full && stick_fill full
full=$(stick_path full)
rm "$full/fill-1"
on hq.db --json export "$full"
code_is full__export_fails 3
is full__export_wrote_what_fitted 1 "$(json 'len(d["bundles"])')"
is full__export_does_not_contradict_itself true "$(json '"nothing was changed" not in d["error"]["message"]')"
is full__export_says_what_is_safe true \
	"$(json '"1 bundle before that is complete and may be carried; export again for the rest" in d["error"]["message"]')"
tells full__export_says_what_happened_and_what_to_do 'the stick is full; what was on it before is unchanged; free [0-9]+ bytes or use'
is full__bundle_is_whole 1 "$(ls "$full/satchel" | wc -l)"
on hq.db --json export first
is full__the_rest_goes_to_another_stick "['Camp 1', 'Camp 2']" "$(json 'sorted(b["to"] for b in d["bundles"])')"
stick_unmount full

# --- full or locked, when an answer is to be written -------------------------------------------------------
on l1.db add workshop title=One
stick_make_exfat answer && stick_mount answer
answer=$(stick_path answer)
on l1.db export "$answer"
stick_fill answer
on hq.db --json merge "$answer" --reply
code_is answer__that_does_not_fit_is_a_failure 3
is answer__that_does_not_fit_leaves_what_was_merged merged "$(json 'd["bundles"][0]["outcome"]')"
is answer__that_does_not_fit_is_told_as_such true "$(json '"the answer could not be written: the stick is full" in d["error"]["message"]')"
is answer__that_does_not_fit_says_what_is_kept true "$(json '"brought is merged and kept; for the answer, merge again" in d["error"]["message"]')"
is answer__what_was_merged_is_there 1 "$("$SATCHEL" --store hq.db --json list workshop title=One |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])')"
rm "$answer"/fill-*
on hq.db --json merge "$answer" --reply
is answer__is_made_up_for_by_merging_again 1 "$(json 'len(d["replies"])')"
rm "$answer"/satchel/*
on l1.db add workshop title=Two
on l1.db export "$answer"
stick_unmount answer && stick_mount answer ro
on hq.db merge "$answer" --reply
code_is locked__answer_is_a_failure 3
prints locked__merge_is_told 'merged, 1 record'
tells locked__answer_says_what_to_do 'the answer could not be written: the stick is write-protected; .*move its lock'
on hq.db merge "$answer"
code_is locked__merge_without_an_answer_is_done 0
on hq.db export "$answer" --to "Camp 2"
code_is locked__export_fails 3
tells locked__export_says_what_to_do 'write-protected; nothing was changed on it; move its lock or use another stick'
stick_unmount answer

# --- a store on a locked stick ------------------------------------------------------------------------------
stick_make_exfat care && stick_mount care
care=$(stick_path care)
cp hq.db hq.db.key "$care"
stick_unmount care && stick_mount care ro
on "$care/hq.db" list workshop
code_is locked__store_can_be_read 0
on "$care/hq.db" add workshop title=Three
code_is locked__store_cannot_be_written 3
tells locked__store_says_what_to_do 'write-protected; nothing was changed; unlock it, or copy the store and its key file to'
on "$care/new.db" init --registry --name X --no-passphrase
code_is locked__init_is_a_failure 3
tells locked__init_says_what_to_do 'nothing can be written to this disk or stick; nothing was changed; unlock it, or choose'
on hq.db backup "$care/copy.db"
code_is locked__backup_is_a_failure 3
tells locked__backup_says_what_is_safe 'store itself is unchanged'
stick_unmount care
t_end
