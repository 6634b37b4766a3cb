/* Claims about invitations: a laptop believes what headquarters signed, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "two-laptops.h"

/* Every byte of its beginning, where keys, names and role may stand, and many of the long programme. */
enum { EVERY_BYTE = 600, STRIDE = 251 };

static int accept(camp *c, const sat_bytes *invitation, sat_error *err)
{
	char path[300];
	snprintf(path, sizeof path, "%s/guest.db", c->dir);
	int rc = sat_invitation_accept(path, invitation->data, invitation->length, "guest", c->one.identity, NULL,
	                               &c->one.env.env, err);
	if (rc != 0)
		assert_int_equal(access(path, F_OK), -1);
	return rc;
}

static void invitation__with_any_byte_changed_is_refused(void **state)
{
	camp *c = *state;
	sat_error err;
	SAT_BYTES(invitation);
	assert_int_equal(sat_invitation_write(c->hq.store, c->hq.identity, SAT_FACILITATOR, &invitation, &err), 0);
	size_t length = invitation.length;
	for (size_t i = 0; i < length; i += i < EVERY_BYTE || length - i < EVERY_BYTE ? 1 : STRIDE) {
		invitation.data[i] ^= 1;
		int rc = accept(c, &invitation, &err);
		invitation.data[i] ^= 1;
		if (i < length - 1 && rc != SAT_EDAMAGED && rc != SAT_ETOONEW)
			fail_msg("byte %zu of %zu: %d", i, length, rc);
		assert_true(rc == 0 || strstr(err.message, "Nothing was made") != NULL);
	}
	assert_int_equal(accept(c, &invitation, &err), 0);
}

/* Somebody with another headquarters can sign too; what it signs must not pass for ours. */
static void invitation__signed_with_another_key_is_refused(void **state)
{
	camp *c = *state;
	sat_error err;
	SAT_BYTES(invitation);
	assert_int_equal(sat_invitation_write(c->hq.store, c->two.identity, SAT_FACILITATOR, &invitation, &err), 0);
	assert_int_equal(accept(c, &invitation, &err), SAT_EDAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAMP_CLAIM(invitation__with_any_byte_changed_is_refused),
		CAMP_CLAIM(invitation__signed_with_another_key_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
