/* See delta-moments.h. */
#include "delta-moments.h"

static int add_between(sat_delta *d, sat_dot first, sat_dot last, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->moments, 1, last);
	sat_bind_int(d->moments, 2, sat_dot_make(sat_dot_index(first), 0));
	sat_bind_int(d->moments, 3, first);
	sat_bind_int(d->moments, 4, first);
	int rc;
	while ((rc = sat_step(d->store->db, d->moments, err)) == 1) {
		if (SAT_CHUNK_GROW(c, moments, moment_count) == NULL)
			return sat_no_memory(err);
		c->moments[c->moment_count++] = (sat_moment){ sat_column_int(d->moments, 0),
			                                      sat_column_int(d->moments, 1) };
		c->bytes += 20;
	}
	sat_reset(d->moments);
	return rc;
}

int sat_delta_add_moments(sat_delta *d, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	size_t incarnations = d->store->incarnation_count;
	sat_arena_reset(&d->scratch);
	struct {
		sat_dot first, last;
	} *of = sat_arena_zeroed(&d->scratch, incarnations + 1, sizeof *of);
	if (of == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < c->block_count; i++) {
		for (size_t k = 0; k < c->blocks[i].rows; k++) {
			sat_dot dot = c->blocks[i].row[k].dot;
			int64_t index = sat_dot_index(dot);
			if (of[index].first == 0 || dot < of[index].first)
				of[index].first = dot;
			if (dot > of[index].last)
				of[index].last = dot;
		}
	}
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < incarnations; i++) {
		if (of[i].first != 0)
			rc = add_between(d, of[i].first, of[i].last, err);
	}
	return rc;
}
