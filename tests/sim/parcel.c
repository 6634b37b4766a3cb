/* See parcel.h. */
#include "parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "core/store-private.h"
#include "drawer.h"
#include "labels.h"
#include "markers.h"
#include "promises.h"
#include "sync/bundle.h"
#include "sync/frame.h"

/* --- what is in a bundle -------------------------------------------------------------------------- */

static void tell(parcel *p, const model_value *value, bool blank)
{
	if ((p->told_count & (p->told_count - 1)) == 0)
		p->told = realloc(p->told, (p->told_count == 0 ? 1 : p->told_count * 2) * sizeof *p->told);
	p->told[p->told_count++] = (told){ value, blank };
}

static void check_cell(world *w, machine *from, parcel *p, const sat_block *block, size_t row, size_t field)
{
	const sat_block_field *f = &block->field[field];
	if (f->cells[row] == SAT_ABSENT)
		return;
	bool blank = f->cells[row] == SAT_BLANKED;
	world_dot record = world_dot_of(w, from, block->row[row].record);
	world_dot dot = world_dot_of(w, from, block->row[row].dot);
	const model_value *v = model_find(&w->model, record, model_field_of(&w->model, block->kind, f->name, f->type),
	                                  dot);
	if (v == NULL)
		world_fail(w, 10, "%s sends %s of %s %s, which nobody wrote", world_name(w, from), f->name, block->kind,
		           world_dot_text(record));
	sat_value cleared = { .type = SAT_CLEARED };
	const sat_value *content = f->cells[row] == SAT_EMPTIED ? &cleared : &f->values[row];
	if (!blank && holdings_content(w, from, content) != v->content)
		world_fail(w, 10, "%s sends %s with another content than was written", world_name(w, from),
		           value_text(w, v));
	if (from->role != SAT_REGISTRY && v->device != from->device && !p->vouches)
		world_fail(w, 3, "%s sends %s, which another device wrote", world_name(w, from), value_text(w, v));
	model_recipient to = holdings_recipient(w, from, p->to);
	if (!blank && holdings_answer(w, from->held, v, &to) != SAT_PERMITTED)
		world_fail(w, 3, "%s sends %s to device %d, which consent does not permit", world_name(w, from),
		           value_text(w, v), p->to);
	tell(p, v, blank);
	if (w->verbose)
		world_trace(w, "          tells %s%s", value_text(w, v), blank ? " (blank)" : "");
}

static bool row_tells(const sat_block *block, size_t row, sat_dot person)
{
	const sat_row *r = &block->row[row];
	const sat_subjects as = sat_dot_collective(person) ? SAT_AS_COMMUNITY : SAT_AS_PERSON;
	const sat_dot record = sat_dot_record(person);
	bool found = (block->is & as) && r->record == record;
	for (uint32_t i = 0; i < r->person_count; i++)
		found = found || r->persons[i] == person;
	for (uint32_t i = 0; !r->usual && i < r->stated_count; i++)
		found = found || r->stated[i].person == person;
	for (size_t i = 0; i < block->fields; i++) {
		const sat_block_field *f = &block->field[i];
		if (f->cells[row] != SAT_PRESENT || !(f->concerns & as))
			continue;
		const sat_value *v = &f->values[row];
		found = found || (f->type == SAT_REFERENCE && v->reference == record);
		for (size_t k = 0; f->type == SAT_REFERENCES && k < v->references.count; k++)
			found = found || v->references.at[k] == record;
	}
	return found;
}

/* The persons of a record travel with any value of it. */
static void check_persons(world *w, machine *from, const sat_block *block, size_t first, size_t end)
{
	world_dot id = world_dot_of(w, from, block->row[first].record);
	const held_record *record = holdings_record(from->held, id);
	bool values = false;
	for (size_t row = first; row < end; row++) {
		for (size_t i = 0; i < block->fields; i++)
			values = values || block->field[i].cells[row] != SAT_ABSENT;
	}
	for (size_t i = 0; values && record != NULL && i < record->person_count; i++) {
		world_dot person = from->held->persons[record->first_person + i];
		bool found = false;
		for (size_t row = first; row < end; row++)
			found = found || row_tells(block, row, world_local_dot(w, from, person));
		if (!found)
			world_fail(w, 3, "%s sends %s %s without saying that it concerns person %s", world_name(w, from),
			           block->kind, world_dot_text(id), world_dot_text(person));
	}
}

/* Details go to those alone who may have them. */
static void check_details(world *w, machine *from, parcel *p, const sat_decision *d)
{
	model_recipient to = holdings_recipient(w, from, p->to);
	size_t number = model_decision_find(&w->model, world_dot_of(w, from, d->id));
	if (d->has_details && number != SIZE_MAX &&
	    holdings_details_answer(w, from->held, number, &to) != SAT_PERMITTED)
		world_fail(w, 3, "%s sends the details of decision %s to device %d, which consent does not permit",
		           world_name(w, from), world_dot_text(w->model.decisions[number].id), p->to);
}

static void check_frame(world *w, machine *from, parcel *p, const void *data, size_t count)
{
	SAT_ARENA(arena);
	sat_frame_content content;
	/* Its own sender knows every name in it, so that nothing is written while it is read. */
	MUST(w, sat_frame_read(from->store, data, count, &arena, &content, err));
	if (w->verbose)
		world_trace(w, "          a frame of %zu statements, %zu decisions, %zu tombstones, %zu asks",
		            content.statement_count, content.decision_count, content.tombstone_count,
		            content.ask_count);
	marker_check_frame(w, from, p->to, data, count);
	labels_check_frame(w, from, p, &content);
	for (size_t i = 0; i < content.decision_count; i++)
		check_details(w, from, p, &content.decisions[i]);
	for (size_t b = 0; b < content.block_count; b++) {
		const sat_block *block = &content.blocks[b];
		for (size_t row = 0; row < block->rows; row++) {
			for (size_t i = 0; i < block->fields; i++)
				check_cell(w, from, p, block, row, i);
		}
		for (size_t first = 0, end; first < block->rows; first = end) {
			for (end = first + 1; end < block->rows && block->row[end].record == block->row[first].record;)
				end++;
			check_persons(w, from, block, first, end);
		}
	}
}

static void note_receipt(world *w, machine *from, int to, const sat_manifest *m)
{
	if (!m->receipt)
		return;
	w->receipts = realloc(w->receipts, (w->receipt_count + 1) * sizeof *w->receipts);
	w->receipts[w->receipt_count++] = (receipt){ .incarnation = world_incarnation(w, m->incarnation), .to = to,
		                                     .counter = m->receipt_counter,
		                                     .held = holdings_keep(from->held) };
}

static void note_frames(parcel *p, const sat_bundle_reader *reader)
{
	const sat_manifest *m = sat_bundle_reader_manifest(reader);
	p->frame_count = m->frame_count;
	p->frame_ends = calloc(m->frame_count + 1, sizeof *p->frame_ends);
	p->body = sat_bundle_reader_body(reader);
	for (size_t i = 0; i < m->frame_count; i++)
		p->frame_ends[i] = (i == 0 ? p->body : p->frame_ends[i - 1]) + m->frames[i].length;
}

static void trace_manifest(world *w, const sat_manifest *m)
{
	world_trace(w, "        a bundle by incarnation %u, heard %u, assumes %u; %s, rests on %zu; %zu held, "
	               "%zu settled, %zu declined",
	            world_incarnation(w, m->incarnation),
	            sat_incarnation_none(m->heard) ? 0 : world_incarnation(w, m->heard),
	            sat_incarnation_none(m->assumes) ? 0 : world_incarnation(w, m->assumes),
	            sat_name16_none(&m->base) ? "from the beginning" : "from a bundle", m->rest_count, m->held_count,
	            m->settled_count, m->declined_count);
}

static void look_inside(world *w, machine *from, parcel *p)
{
	SAT_AUTO(sat_bundle_reader) reader = NULL;
	sat_bundle_event event = SAT_BUNDLE_MORE;
	uint64_t offset;
	size_t count, index;
	MUST(w, sat_bundle_reader_begin(&reader, w->kit->identities[p->to], p->size, err));
	while (event != SAT_BUNDLE_DONE && sat_bundle_reader_want(reader, &offset, &count)) {
		MUST(w, sat_bundle_reader_feed(reader, p->data + offset, count, &event, err));
		const void *data;
		if (event == SAT_BUNDLE_MANIFEST) {
			MUST(w, sat_bundle_reader_trust(reader, sat_identity_public(from->identity),
			                                sat_identity_public(w->kit->identities[p->to]), &p->name, err));
			note_frames(p, reader);
			p->vouches = (sat_bundle_reader_manifest(reader)->flags & SAT_MANIFEST_VOUCHES) != 0;
			if (p->vouches && !from->vouched[p->to])
				world_fail(w, 2, "%s vouches, which nobody told it to", world_name(w, from));
			p->incarnation = world_incarnation(w, sat_bundle_reader_manifest(reader)->incarnation);
			labels_check_sender(w, from, p);
			if (w->verbose)
				trace_manifest(w, sat_bundle_reader_manifest(reader));
			note_receipt(w, from, p->to, sat_bundle_reader_manifest(reader));
		} else if (event == SAT_BUNDLE_FRAME) {
			sat_bundle_reader_frame(reader, &index, &data, &count);
			check_frame(w, from, p, data, count);
		} else if (event == SAT_BUNDLE_LOST) {
			world_fail(w, 7, "a frame is damaged as it is sealed");
		}
	}
}

/* --- sending -------------------------------------------------------------------------------------- */

void parcel_drop(world *w, size_t at)
{
	parcel *p = &w->parcels[at];
	free(p->data);
	free(p->frame_ends);
	free(p->told);
	dots_clear(&p->records);
	dots_clear(&p->above);
	*p = w->parcels[--w->parcel_count];
}

static void take_bundle(world *w, machine *from, int to, int *with_frames)
{
	if (w->parcel_count == PARCELS_MAX)
		parcel_drop(w, dice_below(&w->dice, w->parcel_count));
	parcel *p = &w->parcels[w->parcel_count++];
	*p = (parcel){ .from = (int)(from - w->machines), .to = to,
		       .data = w->place.bundles[0].data, .size = w->place.bundles[0].size };
	w->place.bundles[0].data = NULL;
	memory_place_remove(&w->place, 0);
	look_inside(w, from, p);
	*with_frames += p->frame_count > 0;
	for (size_t i = 0; i < p->records.count; i++)
		labels_dealt(&from->dealt, to, p->records.list[i], true);
	labels_note_above(from->held, p);
}

int parcel_send(world *w, machine *from, int to, bool vouch)
{
	sat_device device;
	sat_error why = { 0 };
	from->vouched[to] = from->vouched[to] || vouch;
	int rc = sat_device_find(from->store, sat_identity_device(w->kit->identities[to]), &device, &why);
	if (rc != 0)
		return -1;
	/* Some exports are split into many bundles, of which some are lost. */
	sat_export_options options = { .form = dice_chance(&w->dice, 80) ? SAT_FULL : SAT_COMPACT,
		                       .bundle_bytes_max = dice_chance(&w->dice, 25) ? 1 : 0,
		                       .vouch = vouch };
	rc = sat_export(from->store, from->identity, device.id, &w->place.carrier, &options, NULL, NULL, &why);
	if (rc == SAT_EREVOKED || rc == SAT_EWAITING)
		return -1;
	if (rc != 0)
		world_fail(w, 0, "export from %s: %s", world_name(w, from), why.message);
	promise_after_export(w, from);
	int with_frames = 0;
	while (w->place.count > 0)
		take_bundle(w, from, to, &with_frames);
	return with_frames;
}

/* --- delivering ----------------------------------------------------------------------------------- */

/* What is hit is chosen, not where: sizes hang on clocks, and what happens must not. */
static void damage_bytes(world *w, const parcel *p, uint8_t *data, size_t *size, char *what, size_t room)
{
	unsigned kind = dice_below(&w->dice, 10);
	size_t frame = p->frame_count == 0 ? 0 : dice_below(&w->dice, p->frame_count);
	if (kind == 0) {
		data[40] ^= 1;
		snprintf(what, room, "its first header changed");
	} else if (kind == 1) {
		data[40] ^= 1;
		*size = (size_t)p->body;
		snprintf(what, room, "nothing but a bad header left");
	} else if (p->frame_count > 0 && kind < 7) {
		data[p->frame_ends[frame] - 20] ^= 4;
		snprintf(what, room, "frame %zu of %zu changed", frame, p->frame_count);
	} else if (p->frame_count > 0) {
		*size = (size_t)p->frame_ends[frame] - 1;
		snprintf(what, room, "cut within frame %zu of %zu", frame, p->frame_count);
	} else {
		*size = (size_t)p->body;
		snprintf(what, room, "cut behind the manifest");
	}
}

void parcel_deliver(world *w, size_t at, machine *to, bool damage)
{
	parcel_hand_over(w, &w->parcels[at], to, damage);
}

void parcel_hand_over(world *w, const parcel *p, machine *to, bool damage)
{
	uint8_t *data = malloc(p->size + 1);
	size_t size = p->size;
	char what[80] = "whole";
	memcpy(data, p->data, p->size);
	if (damage)
		damage_bytes(w, p, data, &size, what, sizeof what);
	const char *name = memory_place_add(&w->place, data, size);
	free(data);
	sat_merged merged;
	MUST(w, sat_merge(to->store, to->identity, &w->place.carrier, name, &merged, NULL, NULL, err));
	memory_place_remove(&w->place, 0);
	world_trace(w, "%4zu  %s merges a bundle of %s (%zu frames, %zu values, %s): %s, %zu records, %zu declined",
	            w->step, world_name(w, to), world_name(w, &w->machines[p->from]), p->frame_count, p->told_count,
	            what, sat_verdict_name(merged.verdict), merged.records, merged.declined);
	promise_after_merge(w, to, p, damage, &merged);
	if (to->role == SAT_REGISTRY && merged.verdict == SAT_REVOKED_SENDER && !damage)
		drawer_put(w, p);
}
