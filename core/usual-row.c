/* See usual-row.h. */
#include "usual-row.h"

#include <string.h>

static void add(sat_usual *usual, sat_dot person)
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

void sat_usual_name(sat_usual *usual, sat_subjects subjects, sat_dot record)
{
	sat_dot concerned[2];
	size_t count = sat_concerned(subjects, record, concerned);
	for (size_t i = 0; i < count; i++)
		add(usual, concerned[i]);
}

void sat_usual_begin(sat_usual *usual, const sat_table *table, sat_dot id)
{
	usual->count = 0;
	usual->many = false;
	sat_usual_name(usual, table->is, id);
}

int sat_usual_weigh(const sat_usual *usual, sat_gate *gate, sat_leave *leave, sat_error *err)
{
	sat_stated stated[SAT_USUAL_PERSONS_MAX];
	for (size_t i = 0; i < usual->count; i++)
		stated[i] = (sat_stated){ .person = usual->persons[i], .purpose = SAT_EVERY_PURPOSE };
	return sat_gate_weigh(gate, usual->persons, usual->count, stated, usual->count, leave, err);
}
