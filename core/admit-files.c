/* See admit-files.h. */
#include "admit-files.h"

#include "admit-private.h"
#include "file-use.h"

static int allowed_here(void *context, const sat_state *state, const sat_sibling *s, bool *yes, sat_error *err)
{
	return sat_gate_lets(context, state, s, yes, err);
}

static int check(const sat_file_pieces *pieces, sat_error *err)
{
	for (size_t i = 0; i < pieces->count; i++) {
		const sat_file_piece *p = &pieces->piece[i];
		if (!sat_tree_check(&pieces->name, p->number, p->proof, p->bytes))
			return sat_fail(err, SAT_EREFUSED,
			                "a piece of a file is not what the name of the file says");
	}
	return 0;
}

int sat_admit_pieces(sat_admission *a, const sat_file_pieces *pieces, sat_error *err)
{
	sat_store *store = a->store;
	sat_file file;
	sat_dot record = 0;
	if (pieces->count == 0)
		return 0;
	int rc = check(pieces, err);
	if (rc == 0)
		rc = sat_file_find(store, &pieces->name, &file, err);
	if (rc == 0 && a->gate == NULL)
		rc = sat_gate_open_own(&a->gate, store, err);
	if (rc == 0)
		rc = sat_file_named(store, &file, true, allowed_here, a->gate, &record, err);
	if (rc == 0 && record == 0) {
		a->frame.declined += pieces->count;
		return sat_file_decline(store, &pieces->name, a->from.device, err);
	}
	for (size_t i = 0; rc == 0 && i < pieces->count; i++) {
		const sat_file_piece *p = &pieces->piece[i];
		bool fresh;
		rc = sat_file_keep(store, &file, p->number, p->proof, p->bytes, a->from.incarnation, &fresh, err);
		a->frame.pieces += rc == 0 && fresh;
	}
	return rc;
}

int sat_admit_files_end(sat_admission *a, sat_error *err)
{
	int rc = sat_file_ask_declined(a->store, err);
	return rc != 0 ? rc : sat_file_ask_missing(a->store, a->file_uses, a->from.device, err);
}
