#!/bin/bash
# Stores and key files that are not what they should be: the doctor and every command say what happened, what is
# safe and what to do.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin
run init --registry --name Headquarters --no-passphrase
run add person pseudonym=P1
cp satchel.db.key good.key

# ill NAME SENTENCE: the doctor finds one problem with the key, and a command that needs the key fails
ill() {
	chmod 600 satchel.db.key 2>/dev/null
	run --json doctor
	is "key__$1_is_one_problem" "1 1" "$code $(json 'len(d["problems"])')"
	is "key__$1_is_not_said_to_have_no_passphrase" null "$(json 'd["passphrase"]')"
	run doctor
	prints "key__$1_is_told_by_the_doctor" "problem: .*$2"
	is "key__$1_is_no_damage_of_the_store" 0 "$(grep -c 'store is damaged' out.txt)"
	run consent record P1 identity=yes
	is "key__$1_is_told_by_commands" "3 1" "$code $(grep -Ec "$2" err.txt)"
	run add person pseudonym=P2
	code_is "key__$1_hinders_nobody_who_records" 0
}
backup='the records are safe in the store, and nothing was changed; put (back )?the key file (back )?from a backup'
: >satchel.db.key
ill empty "satchel.db.key: there is another file, or nothing, .*$backup"
echo hello >satchel.db.key
ill another_file "$backup"
head -c 50 good.key >satchel.db.key
ill cut_short "damaged; $backup"
head -c 100000 /dev/zero >satchel.db.key
ill too_large "$backup"
python3 -c 'data = bytearray(open("good.key", "rb").read())
data[8] = 99
open("satchel.db.key", "wb").write(data)'
ill newer 'newer Satchel; nothing was changed; install the newer Satchel here'
rm satchel.db.key
ill missing "is not there, without which nothing can be signed or opened; $backup"
mkdir satchel.db.key
ill folder "$backup"
rmdir satchel.db.key
cp good.key satchel.db.key
chmod 600 satchel.db.key
run --json doctor
is key__put_back_is_well '0 false' "$code $(json 'd["passphrase"]')"

# --- stores that are none --------------------------------------------------------------------------------
mkdir folder
for store in . folder; do
	run --store "$store" list workshop
	code_is "store__that_is_the_folder_${store}_fails" 3
	tells "store__that_is_the_folder_${store}_says_what_to_do" 'is a folder, and a store is a file. Nothing was changed. Name'
	run --store "$store" init --registry --name X --no-passphrase
	code_is "init__over_the_folder_${store}_is_wrong" 2
	tells "init__over_the_folder_${store}_says_what_to_do" 'is a folder, and a store is a file; nothing was made; name a new'
done
run --store nowhere/x.db init --registry --name X --no-passphrase
tells init__where_no_folder_is_says_what_to_do 'its folder is not there; nothing was changed; is the name right'
head -c 3000 /dev/urandom >noise.db
run --store noise.db list workshop
tells store__that_is_noise_says_what_to_do 'no Satchel store .*; leave it as it is and restore a backup'
t_end
