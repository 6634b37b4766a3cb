/* See manifest.h. */
#include "manifest.h"

#include <string.h>

#include "core/value.h"
#include "frame.h"

static bool zeros(const uint8_t *data, size_t count)
{
	uint8_t any = 0;
	for (size_t i = 0; i < count; i++)
		any |= data[i];
	return any == 0;
}

bool sat_name16_none(const sat_name16 *name) { return zeros(name->bytes, sizeof name->bytes); }

bool sat_incarnation_none(const uint8_t name[static SAT_INCARNATION_BYTES])
{
	return zeros(name, SAT_INCARNATION_BYTES);
}

static void put_names(sat_bytes *out, const sat_name16 *names, size_t count)
{
	sat_bytes_put_varint(out, count);
	sat_bytes_put(out, names, count * sizeof *names);
}

void sat_manifest_write(const sat_manifest *m, sat_bytes *out)
{
	sat_bytes_put_varint(out, m->flags);
	sat_bytes_put(out, m->sender.bytes, SAT_DEVICE_BYTES);
	sat_bytes_put(out, m->recipient.bytes, SAT_DEVICE_BYTES);
	sat_bytes_put(out, m->courier, SAT_COURIER_BYTES);
	sat_bytes_put(out, m->incarnation, SAT_INCARNATION_BYTES);
	sat_bytes_put(out, m->assumes, SAT_INCARNATION_BYTES);
	sat_bytes_put(out, m->heard, SAT_INCARNATION_BYTES);
	sat_bytes_put_zigzag(out, m->time);
	sat_bytes_put(out, m->programme, SAT_HASH_BYTES);
	sat_bytes_put(out, m->base.bytes, SAT_NAME16_BYTES);
	put_names(out, m->rests, m->rest_count);
	sat_bytes_put_varint(out, m->receipt);
	if (m->receipt) {
		sat_bytes_put_varint(out, m->receipt_counter);
		put_names(out, m->held, m->held_count);
		put_names(out, m->settled, m->settled_count);
		put_names(out, m->declined, m->declined_count);
	}
	sat_bytes_put_varint(out, m->frame_count);
	for (size_t i = 0; i < m->frame_count; i++) {
		sat_bytes_put_varint(out, m->frames[i].length);
		sat_bytes_put_varint(out, m->frames[i].expanded);
		sat_bytes_put(out, m->frames[i].hash, SAT_HASH_BYTES);
	}
	if (m->flags & SAT_MANIFEST_ENROLMENT) {
		sat_bytes_put(out, m->keys.sign, SAT_KEY_BYTES);
		sat_bytes_put(out, m->keys.seal, SAT_KEY_BYTES);
		sat_bytes_put_u8(out, (uint8_t)m->role);
		sat_bytes_put_span(out, m->name, strlen(m->name));
	}
	if (m->flags & SAT_MANIFEST_CERTIFICATE)
		sat_bytes_put_span(out, m->certificate, m->certificate_bytes);
}

static void take(sat_cursor *c, void *to, size_t count)
{
	const uint8_t *data = sat_cursor_take(c, count);
	if (data != NULL)
		memcpy(to, data, count);
}

/* These take a part each: 0, SAT_EREFUSED or SAT_ENOMEM. */
static int take_names(sat_cursor *c, sat_arena *arena, sat_name16 **names, size_t *count)
{
	*count = sat_cursor_count(c, SAT_NAME16_BYTES);
	if (*count > SAT_NAMES_MAX)
		return SAT_EREFUSED;
	*names = sat_arena_take(arena, (*count + 1) * sizeof **names);
	if (*names == NULL)
		return SAT_ENOMEM;
	take(c, *names, *count * sizeof **names);
	return sat_cursor_ok(c) ? 0 : SAT_EREFUSED;
}

static int take_receipt(sat_cursor *c, sat_arena *arena, sat_manifest *m)
{
	uint64_t receipt = sat_cursor_varint(c);
	if (receipt > 1 || !sat_cursor_ok(c))
		return SAT_EREFUSED;
	m->receipt = receipt == 1;
	if (!m->receipt)
		return 0;
	m->receipt_counter = sat_cursor_varint(c);
	if (m->receipt_counter > INT64_MAX)
		return SAT_EREFUSED;
	int rc = take_names(c, arena, &m->held, &m->held_count);
	if (rc == 0)
		rc = take_names(c, arena, &m->settled, &m->settled_count);
	return rc == 0 ? take_names(c, arena, &m->declined, &m->declined_count) : rc;
}

static int take_frames(sat_cursor *c, sat_arena *arena, sat_manifest *m)
{
	m->frame_count = sat_cursor_count(c, 2 + SAT_HASH_BYTES);
	if (m->frame_count > SAT_FRAMES_MAX)
		return SAT_EREFUSED;
	m->frames = sat_arena_take(arena, (m->frame_count + 1) * sizeof *m->frames);
	if (m->frames == NULL)
		return SAT_ENOMEM;
	for (size_t i = 0; i < m->frame_count; i++) {
		m->frames[i].length = sat_cursor_varint(c);
		m->frames[i].expanded = sat_cursor_varint(c);
		take(c, m->frames[i].hash, SAT_HASH_BYTES);
		if (!sat_cursor_ok(c) || m->frames[i].length <= SAT_BOX_BYTES ||
		    m->frames[i].length > SAT_FRAME_BYTES_MAX + SAT_BOX_BYTES || m->frames[i].expanded == 0 ||
		    m->frames[i].expanded > SAT_FRAME_BYTES_MAX)
			return SAT_EREFUSED;
	}
	return sat_cursor_ok(c) ? 0 : SAT_EREFUSED;
}

static bool take_enrolment(sat_cursor *c, sat_manifest *m)
{
	take(c, m->keys.sign, SAT_KEY_BYTES);
	take(c, m->keys.seal, SAT_KEY_BYTES);
	m->role = (sat_role)sat_cursor_u8(c);
	sat_cursor name = sat_cursor_span(c);
	size_t n = sat_cursor_left(&name);
	if (!sat_cursor_ok(c) || m->role < SAT_REGISTRY || m->role > SAT_AUDITOR || n == 0 ||
	    n >= sizeof m->name || !sat_utf8_valid(name.at, n) || m->frame_count > 0)
		return false;
	memcpy(m->name, name.at, n);
	m->name[n] = '\0';
	sat_device_id device = sat_device_of(&m->keys);
	return sat_device_equal(&device, &m->sender);
}

static bool take_certificate(sat_cursor *c, sat_manifest *m)
{
	sat_cursor object = sat_cursor_span(c);
	m->certificate = object.at;
	m->certificate_bytes = sat_cursor_left(&object);
	return sat_cursor_ok(c) && m->certificate_bytes > 0 && m->certificate_bytes <= SAT_CERTIFICATE_BYTES_MAX;
}

int sat_manifest_read(sat_manifest *m, const void *data, size_t length, sat_arena *arena, sat_error *err)
{
	*m = (sat_manifest){ 0 };
	sat_cursor c = sat_cursor_over(data, length);
	uint64_t flags = sat_cursor_varint(&c);
	bool known = flags < 2 * SAT_MANIFEST_CERTIFICATE;
	m->flags = known ? (unsigned)flags : 0;
	take(&c, m->sender.bytes, SAT_DEVICE_BYTES);
	take(&c, m->recipient.bytes, SAT_DEVICE_BYTES);
	take(&c, m->courier, SAT_COURIER_BYTES);
	take(&c, m->incarnation, SAT_INCARNATION_BYTES);
	take(&c, m->assumes, SAT_INCARNATION_BYTES);
	take(&c, m->heard, SAT_INCARNATION_BYTES);
	m->time = sat_cursor_zigzag(&c);
	take(&c, m->programme, SAT_HASH_BYTES);
	take(&c, m->base.bytes, SAT_NAME16_BYTES);
	int rc = known ? take_names(&c, arena, &m->rests, &m->rest_count) : SAT_EREFUSED;
	if (rc == 0)
		rc = take_receipt(&c, arena, m);
	if (rc == 0)
		rc = take_frames(&c, arena, m);
	if (rc == 0 && m->flags & SAT_MANIFEST_ENROLMENT && !take_enrolment(&c, m))
		rc = SAT_EREFUSED;
	if (rc == 0 && m->flags & SAT_MANIFEST_CERTIFICATE && !take_certificate(&c, m))
		rc = SAT_EREFUSED;
	if (rc == SAT_ENOMEM)
		return sat_no_memory(err);
	if (rc != 0 || !sat_cursor_done(&c))
		return sat_fail(err, SAT_EREFUSED, "its manifest breaks the format");
	return 0;
}
