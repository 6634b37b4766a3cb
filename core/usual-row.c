/* See usual-row.h. */
#include "usual-row.h"

#include <string.h>

void sat_usual_begin(sat_usual *usual, const sat_table *table, sat_dot id)
{
	usual->count = 0;
	usual->many = false;
	if (table->person)
		usual->persons[usual->count++] = id;
}

void sat_usual_name(sat_usual *usual, sat_dot person)
{
	size_t at = usual->count;
	while (at > 0 && usual->persons[at - 1] > person)
		at--;
	if (at > 0 && usual->persons[at - 1] == person)
		return;
	if (usual->count == SAT_USUAL_PERSONS_MAX) {
		usual->many = true;
		return;
	}
	memmove(usual->persons + at + 1, usual->persons + at, (usual->count - at) * sizeof person);
	usual->persons[at] = person;
	usual->count++;
}

int sat_usual_weigh(const sat_usual *usual, sat_gate *gate, sat_leave *leave, sat_error *err)
{
	sat_stated stated[SAT_USUAL_PERSONS_MAX];
	for (size_t i = 0; i < usual->count; i++)
		stated[i] = (sat_stated){ .person = usual->persons[i], .purpose = SAT_EVERY_PURPOSE };
	return sat_gate_weigh(gate, usual->persons, usual->count, stated, usual->count, leave, err);
}
